//! The shell around the dispatcher: carries its effects out and brings events back to it.
//!
//! Whoever changes the state dispatches, inline: one short lock around a pure decision, then the
//! effects without the lock. Under the lock there is no waker and no drop of a user's value, and no
//! code of theirs but a [`Discipline`](crate::discipline::Discipline), which is made for that.
//! Effects of two decisions may be carried out in either order, so each of them is written to stand
//! that: signals only rise, and a ticket is found by its id or has been resolved.

use std::any::Any;
use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use dashmap::DashMap;

use crate::alarm::Alarm;
use crate::answer::{Left, Submitted};
use crate::cancel::Level;
use crate::contain::quietly;
use crate::dispatcher::Dispatcher;
use crate::error::RejectReason;
use crate::event::{Application, Effect, End, Event, Times, Verdict};
use crate::executor::sealed::Backend;
use crate::id::{JobHash, JobId};
use crate::link::Control;
use crate::moment::Moment;
use crate::observers::{Observers, Stamped};
use crate::room::Overflow;
use crate::spec::Spec;
use crate::stats::Snapshot;
use crate::timing::Timing;
use crate::token::Registration;
use crate::watches::Watches;

/// A job with its types hidden: what the effects need of it.
pub(crate) trait Entry<X: Backend>: Send + Sync {
    /// Starts the job on `slot`.
    fn start(self: Arc<Self>, runner: &Arc<Runner<X>>, slot: usize, attempt: u32);
    /// Raises the job's signal.
    fn raise(&self, level: Level);
    /// Lets the job go on that had lent its slot.
    fn go_on(&self, slot: usize);
    /// Lets the job go on without the slot that it waits for.
    fn go_on_without(&self);
    /// Notes that the job will be run again.
    fn rest(&self, after: Duration);
    /// Tells one who had to wait for room.
    fn answer(&self, admitted: Result<(), RejectReason>);
    /// Takes in those who wait for `other`, which is never run. Called under the dispatcher's
    /// lock, so that this one cannot be resolved meanwhile.
    fn adopt(&self, other: &dyn Entry<X>);
    /// Notes that one of those who wait listens to a token; gives it back if it waits no longer.
    fn register(&self, member: u32, registration: Registration) -> Option<Registration>;
    /// One of those who wait wants the job no more. Called under the dispatcher's lock, so that
    /// nobody joins meanwhile.
    fn leave(&self, member: u32, reason: Cow<'static, str>) -> Left;
    /// Itself, with its types.
    fn as_any(&self) -> &dyn Any;
    /// Tells the submitters.
    fn resolve(&self, verdict: Verdict, times: Times);
}

/// What the dispatcher has decided, to be carried out without its lock.
pub(crate) struct Decision<X: Backend> {
    pub(crate) effects: Vec<Effect>,
    notices: Vec<Stamped>,
    /// Those who had to wait for room and now share another job.
    joined: Vec<Arc<dyn Entry<X>>>,
}

/// Everything the parts of one scheduler share.
pub(crate) struct Runner<X: Backend> {
    dispatcher: Mutex<Dispatcher>,
    /// For look-ups by id alone; the order of jobs is the dispatcher's.
    pub(crate) entries: DashMap<JobId, Arc<dyn Entry<X>>, JobHash>,
    next_id: AtomicU64,
    alarm: Arc<Alarm>,
    /// The number of the last size that the executor was told.
    resized: Mutex<u64>,
    /// For those who follow the whole.
    pub(crate) watches: Watches,
    /// What it was made with.
    pub(crate) parts: Parts<X>,
}

/// What a runner works with.
pub(crate) struct Parts<X: Backend> {
    pub(crate) observers: Arc<Observers>,
    /// What a submission leaves open.
    pub(crate) defaults: Spec,
    /// What happens to jobs without room.
    pub(crate) overflow: Overflow,
    /// Makes the jitter of this scheduler another one than the next one's.
    pub(crate) seed: u64,
    /// When and where jobs are run.
    pub(crate) timing: Timing,
    /// What runs them.
    pub(crate) live: X::Live,
}

impl<X: Backend> Runner<X> {
    /// A running shell around a dispatcher.
    pub(crate) fn new(dispatcher: Dispatcher, parts: Parts<X>) -> Arc<Self> {
        let alarm = Arc::new(Alarm::default());
        let runner = Arc::new(Self {
            dispatcher: Mutex::new(dispatcher),
            entries: DashMap::default(),
            next_id: AtomicU64::new(0),
            alarm: Arc::clone(&alarm),
            resized: Mutex::new(0),
            watches: Watches::new(),
            parts,
        });
        if let Timing::Tokio { runtime, epoch } = &runner.parts.timing {
            let weak = Arc::downgrade(&runner);
            runtime.spawn(alarm.ring(*epoch, move |is_due| match weak.upgrade() {
                Some(runner) if is_due => {
                    runner.tell(Event::Tick);
                    true
                }
                runner => runner.is_some(),
            }));
        }
        runner
    }

    /// A fresh id.
    pub(crate) fn next_id(&self) -> JobId {
        JobId::from_u64(self.next_id.fetch_add(1, Ordering::Relaxed))
    }

    /// The runner, whatever its executor; held weakly.
    pub(crate) fn as_control(self: &Arc<Self>) -> Weak<dyn Control> {
        let weak: Weak<Self> = Arc::downgrade(self);
        weak
    }

    /// Brings a job in.
    ///
    /// # Errors
    /// When the job is not taken; it has then left no trace but a count.
    pub(crate) fn submit(
        self: &Arc<Self>,
        id: JobId,
        application: Application,
        entry: Arc<dyn Entry<X>>,
    ) -> Result<Submitted, RejectReason> {
        self.enter(id, entry, Event::Submit { id, application })
    }

    /// Brings the job for a reserved place in.
    ///
    /// # Errors
    /// When the job is not taken; the place is then given up.
    pub(crate) fn fill(
        self: &Arc<Self>,
        id: JobId,
        application: Application,
        entry: Arc<dyn Entry<X>>,
    ) -> Result<Submitted, RejectReason> {
        self.enter(id, entry, Event::Fill { id, application })
    }

    fn enter(
        self: &Arc<Self>,
        id: JobId,
        entry: Arc<dyn Entry<X>>,
        event: Event,
    ) -> Result<Submitted, RejectReason> {
        // First, because the job may be started by another thread before `decide` returns.
        self.entries.insert(id, entry);
        let decision = self.decide(event);
        let mut submitted = Ok(Submitted::Taken);
        for effect in &decision.effects {
            match effect {
                Effect::Wait { id: waiting } if *waiting == id => {
                    submitted = Ok(Submitted::Waiting);
                }
                Effect::Reject {
                    id: rejected,
                    reason,
                } if *rejected == id && submitted == Ok(Submitted::Taken) => {
                    submitted = Err(*reason);
                }
                _ => {}
            }
        }
        self.carry_out(decision);
        submitted
    }

    /// Takes an event to the dispatcher and carries out what follows.
    pub(crate) fn tell(self: &Arc<Self>, event: Event) {
        let decision = self.decide(event);
        self.carry_out(decision);
    }

    /// Cancels a job; whether this call is what ends it.
    pub(crate) fn cancel_job(self: &Arc<Self>, id: JobId, reason: Cow<'static, str>) -> bool {
        let decision = self.decide(Event::Cancel { id, reason });
        self.carry_out_cancel(id, decision)
    }

    /// Carries out what follows from a cancellation; whether it is what ends the job.
    pub(crate) fn carry_out_cancel(self: &Arc<Self>, id: JobId, decision: Decision<X>) -> bool {
        let accepted = decision.effects.contains(&Effect::CancelAccepted { id });
        self.carry_out(decision);
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

    /// The counters.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let dispatcher = self.dispatcher();
        let mut snapshot = dispatcher.snapshot(self.parts.timing.now());
        drop(dispatcher);
        snapshot.abandoned = X::abandoned(&self.parts.live);
        snapshot
    }

    /// Waits for a moment at which nothing waits and nothing runs.
    pub(crate) async fn idle(&self) {
        let next = self.watches.next_idle();
        if !self.dispatcher().is_idle() {
            next.await;
        }
    }

    /// When the next tick is due.
    pub(crate) fn alarm_at(&self) -> Option<Moment> {
        self.alarm.get()
    }

    /// The next tick is about to come.
    pub(crate) fn clear_alarm(&self) {
        self.alarm.clear();
    }

    /// Takes an event to the dispatcher.
    pub(crate) fn decide(&self, event: Event) -> Decision<X> {
        self.decide_with(&mut self.dispatcher(), event)
    }

    /// The same for whoever holds the lock.
    pub(crate) fn decide_with(&self, dispatcher: &mut Dispatcher, event: Event) -> Decision<X> {
        // Read under the lock, so that the dispatcher's time does not run backwards.
        let now = self.parts.timing.now();
        let effects = dispatcher.handle(now, event);
        let mut joined = Vec::new();
        for effect in &effects {
            if let Effect::Join { id, to } = effect
                && let (Some((_, newcomer)), Some(entry)) =
                    (self.entries.remove(id), self.entry(*to))
            {
                entry.adopt(&*newcomer);
                joined.push(newcomer);
            }
        }
        let mut notices = Vec::new();
        if !self.parts.observers.is_empty() {
            for effect in &effects {
                if let Effect::Notice(what) = effect {
                    notices.push(self.parts.observers.stamp(now, what.clone()));
                }
            }
        }
        Decision {
            effects,
            notices,
            joined,
        }
    }

    /// Carries out what follows. Not under a lock.
    pub(crate) fn carry_out(self: &Arc<Self>, decision: Decision<X>) {
        let Decision {
            effects,
            notices,
            joined,
        } = decision;
        for newcomer in joined {
            quietly(move || newcomer.answer(Ok(())));
        }
        // First, so that no code of the users keeps a timer waiting.
        for effect in &effects {
            if let Effect::Wake { at } = effect {
                self.alarm.set(*at);
            }
        }
        let mut notices = notices.into_iter();
        for effect in effects {
            let notice = match &effect {
                Effect::Notice(_) => notices.next(),
                _ => None,
            };
            // Wakers and drops of the users: a panic of one must not keep another from its effect.
            quietly(|| self.carry_out_one(effect, notice));
        }
    }

    fn carry_out_one(self: &Arc<Self>, effect: Effect, notice: Option<Stamped>) {
        match effect {
            Effect::Start { id, slot, attempt } => match self.entry(id) {
                Some(entry) => entry.start(self, slot, attempt),
                // Resolved before its start could be carried out: the slot is given back.
                None => self.tell(Event::Finished {
                    id,
                    end: End::Stopped,
                    again: None,
                }),
            },
            Effect::Ask { id } => self.with_entry(id, |entry| entry.raise(Level::Asked)),
            Effect::Stop { id } => self.with_entry(id, |entry| entry.raise(Level::Stopped)),
            Effect::Resolve { id, verdict, times } => {
                if let Some((_, entry)) = self.entries.remove(&id) {
                    entry.resolve(verdict, times);
                }
            }
            Effect::Returned { id, slot } => self.with_entry(id, |entry| entry.go_on(slot)),
            Effect::GoOnWithout { id } => self.with_entry(id, |entry| entry.go_on_without()),
            Effect::Rest { id, after } => self.with_entry(id, |entry| entry.rest(after)),
            Effect::Admit { id } => self.with_entry(id, |entry| entry.answer(Ok(()))),
            Effect::Reject { id, reason } => {
                if let Some((_, entry)) = self.entries.remove(&id) {
                    entry.answer(Err(reason));
                }
            }
            Effect::Notice(_) => {
                if let Some(notice) = notice {
                    self.parts.observers.deliver(&notice);
                }
            }
            other => self.carry_out_rest(&other),
        }
    }

    /// What concerns no single job.
    fn carry_out_rest(&self, effect: &Effect) {
        match *effect {
            Effect::Resize { number, slots } => self.resize(number, slots),
            Effect::Pressure { number, is_high } => self.watches.set_pressure(number, is_high),
            Effect::Idle => self.watches.set_idle(),
            Effect::Drained => self.watches.set_drained(),
            _ => {}
        }
    }

    /// Tells the executor, unless it has heard of a later size already.
    fn resize(&self, number: u64, slots: usize) {
        let mut last = self.resized.lock().unwrap_or_else(PoisonError::into_inner);
        if number > *last {
            *last = number;
            X::resize(&self.parts.live, slots);
        }
    }

    fn with_entry(&self, id: JobId, call: impl FnOnce(&dyn Entry<X>)) {
        if let Some(entry) = self.entry(id) {
            call(&*entry);
        }
    }

    /// The entry, without the map's lock, so that what it does cannot meet it.
    pub(crate) fn entry(&self, id: JobId) -> Option<Arc<dyn Entry<X>>> {
        self.entries.get(&id).map(|entry| Arc::clone(&entry))
    }
}

impl<X: Backend> Drop for Runner<X> {
    fn drop(&mut self) {
        self.alarm.interrupt();
    }
}
