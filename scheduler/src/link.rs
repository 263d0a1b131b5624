//! What a job, its handle and the scheduler share of it, whatever its types.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, oneshot};

use crate::cancel::Signals;
use crate::id::JobId;
use crate::progress::JobEvent;
use crate::span::JobSpan;

/// Events that a slow listener may be behind; a job has a handful, and progress is worth little
/// when it is old.
const EVENTS_KEPT: usize = 64;

/// A scheduler whose executor no longer matters.
pub(crate) trait Control: Send + Sync {
    /// One of those who wait for a job wants it no more; the last one cancels it.
    fn leave(self: Arc<Self>, id: JobId, member: u32, reason: Cow<'static, str>) -> bool;
    /// A running job needs no slot for a while.
    fn lend(self: Arc<Self>, id: JobId);
    /// Such a job goes on; at once, if it `must`. Whether it has to wait for a slot.
    fn take_back(self: Arc<Self>, id: JobId, must: bool) -> bool;
    /// Sleeps on the scheduler's clock.
    fn sleep(&self, length: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// One job's link.
#[derive(Debug)]
pub(crate) struct Link {
    /// The job.
    pub(crate) id: JobId,
    /// How it hears that it must end.
    pub(crate) signals: Signals,
    /// What it is traced in.
    pub(crate) span: JobSpan,
    slot: AtomicUsize,
    attempt: AtomicU32,
    /// Whether it can be run again.
    pub(crate) is_repeatable: bool,
    notes: Mutex<Notes>,
}

#[derive(Debug, Default)]
struct Notes {
    snooze: Option<Duration>,
    /// Told when the slot is there again.
    returned: Vec<oneshot::Sender<()>>,
    events: Option<broadcast::Sender<JobEvent>>,
    last_event: Option<JobEvent>,
    is_over: bool,
}

impl Link {
    /// The link of a job that has just come.
    pub(crate) fn new(id: JobId, span: JobSpan, is_repeatable: bool) -> Self {
        Self {
            id,
            signals: Signals::default(),
            span,
            slot: AtomicUsize::new(0),
            attempt: AtomicU32::new(0),
            is_repeatable,
            notes: Mutex::default(),
        }
    }

    /// Where the job sits.
    pub(crate) fn slot(&self) -> usize {
        self.slot.load(Ordering::Acquire)
    }

    /// Which of its runs this is.
    pub(crate) fn attempt(&self) -> u32 {
        self.attempt.load(Ordering::Acquire)
    }

    /// The job starts.
    pub(crate) fn start(&self, slot: usize, attempt: u32) {
        self.slot.store(slot, Ordering::Release);
        self.attempt.store(attempt, Ordering::Release);
        self.notes().snooze = None;
        self.emit(JobEvent::Started { slot, attempt });
    }

    /// The job goes on.
    pub(crate) fn go_on(&self, slot: usize) {
        self.slot.store(slot, Ordering::Release);
        let returned = std::mem::take(&mut self.notes().returned);
        self.emit(JobEvent::Returned { slot });
        for returned in returned {
            let _ = returned.send(());
        }
    }

    /// The job wants to be run again later.
    pub(crate) fn snooze(&self, after: Duration) {
        self.notes().snooze = Some(after);
    }

    /// Whether and when the job wants to be run again.
    pub(crate) fn take_snooze(&self) -> Option<Duration> {
        self.notes().snooze.take()
    }

    /// Will tell when the slot is there again.
    pub(crate) fn await_return(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut notes = self.notes();
        if !notes.is_over {
            notes.returned.push(sender);
        }
        receiver
    }

    /// Tells those who listen; nobody hears anything after the end.
    pub(crate) fn emit(&self, event: JobEvent) {
        let mut notes = self.notes();
        if notes.is_over {
            return;
        }
        if let Some(events) = &notes.events {
            let _ = events.send(event.clone());
        }
        notes.last_event = Some(event);
    }

    /// The submitter is about to be told: no more events, and no more waiting for a slot.
    pub(crate) fn end(&self) {
        let woken = {
            let mut notes = self.notes();
            notes.is_over = true;
            notes.last_event = None;
            (notes.events.take(), std::mem::take(&mut notes.returned))
        };
        // Their drop wakes those who listen and wait.
        drop(woken);
    }

    /// The last event so far, and those to come; nothing after the end.
    pub(crate) fn listen(&self) -> Option<(Option<JobEvent>, broadcast::Receiver<JobEvent>)> {
        let mut notes = self.notes();
        if notes.is_over {
            return None;
        }
        let last = notes.last_event.clone();
        let events = notes
            .events
            .get_or_insert_with(|| broadcast::Sender::new(EVENTS_KEPT));
        Some((last, events.subscribe()))
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        // Only moves happen under this lock, so a poisoned one is as good as new.
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
