//! The shell around the dispatcher: carries its effects out and brings events back to it.
//!
//! Whoever changes the state dispatches, inline: one short lock around a pure decision, then the
//! effects without the lock. Under the lock there is no user code, no waker, no drop of a user's
//! value. Effects of two decisions may be carried out in either order, so each of them is written
//! to stand that: signals only rise, and a ticket is found by its id or has been resolved.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use dashmap::DashMap;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::cancel::Level;
use crate::dispatcher::Dispatcher;
use crate::error::RejectReason;
use crate::event::{Effect, Event, Moment, Times, Verdict};
use crate::executor::sealed::Backend;
use crate::handle::Cancel;
use crate::job::JobId;
use crate::spec::{Spec, Terms};

/// A job with its types hidden: what the effects need of it.
pub(crate) trait Entry<X: Backend>: Send + Sync {
    /// Starts the job on `slot`.
    fn start(self: Arc<Self>, runner: &Arc<Runner<X>>, slot: usize);
    /// Raises the job's signal.
    fn raise(&self, level: Level);
    /// Tells the submitter.
    fn resolve(&self, verdict: Verdict, times: Times);
}

/// Everything the parts of one scheduler share.
pub(crate) struct Runner<X: Backend> {
    dispatcher: Mutex<Dispatcher>,
    /// For look-ups by id alone; the order of jobs is the dispatcher's.
    entries: DashMap<JobId, Arc<dyn Entry<X>>>,
    next_id: AtomicU64,
    epoch: Instant,
    alarm: Arc<Alarm>,
    idle: watch::Sender<bool>,
    /// What a submission leaves open.
    pub(crate) defaults: Spec,
    /// Where jobs are run.
    pub(crate) runtime: Handle,
    /// What runs them.
    pub(crate) live: X::Live,
}

impl<X: Backend> Runner<X> {
    /// A running shell around `dispatcher`.
    pub(crate) fn new(
        dispatcher: Dispatcher,
        defaults: Spec,
        runtime: Handle,
        live: X::Live,
    ) -> Arc<Self> {
        let alarm = Arc::new(Alarm::default());
        let epoch = {
            // tokio's clock belongs to a runtime, which may be another than the caller's.
            let _entered = runtime.enter();
            Instant::now()
        };
        let runner = Arc::new(Self {
            dispatcher: Mutex::new(dispatcher),
            entries: DashMap::new(),
            next_id: AtomicU64::new(0),
            epoch,
            alarm: Arc::clone(&alarm),
            idle: watch::Sender::new(false),
            defaults,
            runtime,
            live,
        });
        runner.runtime.spawn(ring(alarm, Arc::downgrade(&runner)));
        runner
    }

    /// A fresh id.
    pub(crate) fn next_id(&self) -> JobId {
        JobId::from_sequence(self.next_id.fetch_add(1, Ordering::Relaxed))
    }

    /// Brings a job in.
    ///
    /// # Errors
    /// When the job is not taken; it has then left no trace but a count.
    pub(crate) fn submit(
        self: &Arc<Self>,
        id: JobId,
        terms: Terms,
        entry: Arc<dyn Entry<X>>,
    ) -> Result<(), RejectReason> {
        // First, because the job may be started by another thread before `decide` returns.
        self.entries.insert(id, entry);
        let effects = self.decide(Event::Submit { id, terms });
        let rejected = effects.iter().find_map(|effect| match effect {
            Effect::Reject { reason, .. } => Some(*reason),
            _ => None,
        });
        if rejected.is_some() {
            self.entries.remove(&id);
        }
        self.carry_out(effects);
        rejected.map_or(Ok(()), Err)
    }

    /// Takes an event to the dispatcher and carries out what follows.
    pub(crate) fn tell(self: &Arc<Self>, event: Event) {
        let effects = self.decide(event);
        self.carry_out(effects);
    }

    /// Cancels a job; whether this call is what ends it.
    pub(crate) fn cancel_job(self: &Arc<Self>, id: JobId, reason: Cow<'static, str>) -> bool {
        let effects = self.decide(Event::Cancel { id, reason });
        let accepted = effects.contains(&Effect::CancelAccepted { id });
        self.carry_out(effects);
        accepted
    }

    /// A look at the dispatcher.
    pub(crate) fn dispatcher(&self) -> MutexGuard<'_, Dispatcher> {
        // A panic inside the dispatcher would be a fault of this crate; its state is still the
        // best there is, and the handles that wait on it are better served than left hanging.
        self.dispatcher
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the scheduler is closed and nothing is left in it.
    pub(crate) async fn idle(&self) {
        // The sender lives in `self`, so the channel cannot close under the wait.
        let _ = self.idle.subscribe().wait_for(|&idle| idle).await;
    }

    fn decide(&self, event: Event) -> Vec<Effect> {
        let mut dispatcher = self.dispatcher();
        // Read under the lock, so that the dispatcher's time does not run backwards.
        let now = self.epoch.elapsed();
        dispatcher.handle(now, event)
    }

    fn carry_out(self: &Arc<Self>, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Start { id, slot } => {
                    if let Some(entry) = self.entry(id) {
                        entry.start(self, slot);
                    }
                }
                Effect::Ask { id } => self.raise(id, Level::Asked),
                Effect::Stop { id } => self.raise(id, Level::Stopped),
                Effect::Resolve { id, verdict, times } => {
                    if let Some((_, entry)) = self.entries.remove(&id) {
                        entry.resolve(verdict, times);
                    }
                }
                Effect::Wake { at } => self.alarm.set(at),
                Effect::Idle => {
                    self.idle.send_replace(true);
                }
                Effect::Reject { .. } | Effect::CancelAccepted { .. } => {}
            }
        }
    }

    fn raise(&self, id: JobId, level: Level) {
        if let Some(entry) = self.entry(id) {
            entry.raise(level);
        }
    }

    /// The entry, without the map's lock, so that what it does cannot meet it.
    fn entry(&self, id: JobId) -> Option<Arc<dyn Entry<X>>> {
        self.entries.get(&id).map(|entry| Arc::clone(&entry))
    }
}

impl<X: Backend> Drop for Runner<X> {
    fn drop(&mut self) {
        self.alarm.wake.notify_one();
    }
}

impl<X: Backend> Cancel for Runner<X> {
    fn cancel(self: Arc<Self>, id: JobId, reason: Cow<'static, str>) -> bool {
        self.cancel_job(id, reason)
    }
}

/// The one timer of a scheduler.
#[derive(Debug, Default)]
struct Alarm {
    at: Mutex<Option<Moment>>,
    wake: Notify,
}

impl Alarm {
    /// Rings at `at`, or earlier if an earlier moment is set: two settings may arrive in either
    /// order, and a ring too many costs nothing.
    fn set(&self, at: Moment) {
        let mut slot = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_none_or(|set| at < set) {
            *slot = Some(at);
            self.wake.notify_one();
        }
    }

    fn get(&self) -> Option<Moment> {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clear(&self) {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Sends the ticks, as long as the scheduler lives.
async fn ring<X: Backend>(alarm: Arc<Alarm>, runner: Weak<Runner<X>>) {
    loop {
        let Some(epoch) = runner.upgrade().map(|runner| runner.epoch) else {
            return;
        };
        let at = alarm.get().and_then(|at| epoch.checked_add(at));
        tokio::select! {
            () = alarm.wake.notified() => {}
            () = sleep_until(at) => {
                // Cleared before the tick, whose effects may set it again.
                alarm.clear();
                let Some(runner) = runner.upgrade() else { return };
                runner.tell(Event::Tick);
            }
        }
    }
}

/// Sleeps until `at`, for ever without one.
async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// The length from now after which a wait for jobs with this grace is given up.
pub(crate) fn patience(grace: Duration) -> Duration {
    grace.saturating_add(STOP_WAIT)
}

/// How long a job may take to vanish once it is stopped by force. Dropping a future and reaping a
/// killed process take milliseconds; five seconds pass only if it never reaches an await point.
const STOP_WAIT: Duration = Duration::from_secs(5);
