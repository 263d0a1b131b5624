//! What a job, its handle and the scheduler share of it, whatever its types.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, oneshot};

use crate::cancel::Signals;
use crate::contain::quietly;
use crate::event::Claim;
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
    /// Such a job wants its slot back. Whether it has to wait for one.
    fn take_back(self: Arc<Self>, id: JobId, claim: Claim) -> bool;
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
    /// How often it may still ask to be run later.
    snoozes: AtomicU32,
    is_running: AtomicBool,
    /// Whether the state of its slot is not fit for the next job.
    is_state_spoilt: AtomicBool,
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
    pub(crate) fn new(id: JobId, span: JobSpan, snoozes: u32) -> Self {
        Self {
            id,
            signals: Signals::default(),
            span,
            slot: AtomicUsize::new(0),
            attempt: AtomicU32::new(0),
            snoozes: AtomicU32::new(snoozes),
            is_running: AtomicBool::new(false),
            is_state_spoilt: AtomicBool::new(false),
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
        self.is_running.store(true, Ordering::Release);
        self.is_state_spoilt.store(false, Ordering::Release);
        self.notes().snooze = None;
        self.emit(JobEvent::Started { slot, attempt });
    }

    /// The job waits for its next run.
    pub(crate) fn rest(&self, after: Duration) {
        self.is_running.store(false, Ordering::Release);
        self.emit(JobEvent::Retrying { after });
    }

    /// Whether the job is in a run.
    pub(crate) fn is_running(&self) -> bool {
        self.is_running.load(Ordering::Acquire)
    }

    /// The state of the slot is not fit for the next job.
    pub(crate) fn spoil_state(&self) {
        self.is_state_spoilt.store(true, Ordering::Release);
    }

    /// Whether it is not.
    pub(crate) fn is_state_spoilt(&self) -> bool {
        self.is_state_spoilt.load(Ordering::Acquire)
    }

    /// The job goes on.
    pub(crate) fn go_on(&self, slot: usize) {
        self.slot.store(slot, Ordering::Release);
        self.emit(JobEvent::Returned { slot });
        self.go_on_without();
    }

    /// The job goes on without its slot, as another nested one is waited for.
    pub(crate) fn go_on_without(&self) {
        let returned = std::mem::take(&mut self.notes().returned);
        for returned in returned {
            let _ = returned.send(());
        }
    }

    /// The job wants to be run again later; whether it may.
    pub(crate) fn snooze(&self, after: Duration) -> bool {
        let may = self.snoozes.load(Ordering::Acquire) > 0;
        if may {
            self.notes().snooze = Some(after);
        }
        may
    }

    /// Whether and when the job wants to be run again.
    pub(crate) fn take_snooze(&self) -> Option<Duration> {
        let after = self.notes().snooze.take()?;
        self.snoozes.fetch_sub(1, Ordering::AcqRel);
        Some(after)
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
        let events = {
            let mut notes = self.notes();
            if notes.is_over {
                return;
            }
            notes.last_event = Some(event.clone());
            notes.events.clone()
        };
        // Without the lock: it wakes those who listen, through wakers that may be the users'.
        if let Some(events) = events {
            quietly(|| events.send(event));
        }
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
