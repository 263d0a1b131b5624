//! The model: what is known of each job, and what must be true of every decision about it.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::sample::Index;

use super::known::{Hold, Known, Stage};
use crate::bounds::Bounds;
use crate::dispatcher::Dispatcher;
use crate::event::{Again, Application, Claim, End, Event};
use crate::id::JobId;
use crate::moment::Moment;
use crate::queue::entry::Scope;
use crate::room::Overflow;

/// One thing that happens to a dispatcher. An index chooses among the jobs it may concern.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Submit(Application),
    Fill(Index, Application),
    Release(Index),
    Withdraw(Index),
    Finish(Index, End, Option<Again>),
    Lend(Index),
    Return(Index, Claim),
    Cancel(Index),
    Pause(Scope, bool),
    Resize(usize),
    Advance(Duration),
    Close,
    Shutdown,
}

/// The dispatcher, and what must be true of it.
pub(super) struct World {
    pub(super) dispatcher: Dispatcher,
    pub(super) bounds: Bounds,
    pub(super) slots: usize,
    pub(super) now: Moment,
    pub(super) jobs: BTreeMap<JobId, Known>,
    pub(super) is_closed: bool,
    pub(super) is_lost: bool,
    pub(super) paused: Vec<Scope>,
    pub(super) tally: Tally,
    /// What happens to the application at hand if there is no room.
    pub(super) rule: Overflow,
    alarm: Option<Moment>,
    next: u64,
}

/// What has been seen.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) rejected: u64,
    pub(super) joined: u64,
    pub(super) resolved: u64,
    pub(super) rested: u64,
    pub(super) crossings: u64,
    pub(super) is_high: bool,
    pub(super) is_drained: bool,
    /// Jobs that the observers know of and have not seen the end of.
    pub(super) open: i64,
}

impl World {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            dispatcher: Dispatcher::new(bounds.clone()),
            slots: bounds.slots,
            bounds,
            now: Moment::ZERO,
            jobs: BTreeMap::new(),
            is_closed: false,
            is_lost: false,
            paused: Vec::new(),
            tally: Tally::default(),
            rule: Overflow::Reject,
            alarm: None,
            next: 0,
        }
    }

    fn choose(&self, index: Index, wanted: impl Fn(&Known) -> bool) -> Option<JobId> {
        let wanted = self.jobs.iter().filter(|(_, job)| wanted(job));
        let ids: Vec<JobId> = wanted.map(|(id, _)| *id).collect();
        (!ids.is_empty()).then(|| *index.get(&ids))
    }

    pub(super) fn apply(&mut self, op: Op) {
        let event = match op {
            Op::Submit(application) => Some(self.submission(application)),
            Op::Fill(index, application) => self
                .choose(index, |job| matches!(job.stage, Stage::Reserved))
                .map(|id| self.filling(id, application)),
            Op::Release(index) => self
                .choose(index, |job| matches!(job.stage, Stage::Reserved))
                .map(|id| self.gone(id, Event::Release { id })),
            Op::Withdraw(index) => self
                .choose(index, |job| matches!(job.stage, Stage::Lobby))
                .map(|id| self.gone(id, Event::Withdraw { id })),
            Op::Finish(index, end, again) => self
                .choose(index, Known::is_running)
                .map(|id| Event::Finished { id, end, again }),
            Op::Lend(index) => self
                .choose(index, Known::is_running)
                .map(|id| Event::Lend { id }),
            Op::Return(index, claim) => self
                .choose(index, |job| job.may_claim(claim))
                .map(|id| Event::Return { id, claim }),
            Op::Cancel(index) => {
                let reason = format!("at {:?}", self.now).into();
                self.choose(index, |_| true)
                    .map(|id| Event::Cancel { id, reason })
            }
            Op::Pause(scope, is_paused) => {
                self.paused.retain(|other| *other != scope);
                if is_paused {
                    self.paused.push(scope.clone());
                }
                Some(Event::Pause { scope, is_paused })
            }
            Op::Resize(slots) => {
                self.slots = slots;
                Some(Event::Resize { slots })
            }
            Op::Advance(by) => {
                self.advance(by);
                None
            }
            Op::Close => Some(Event::Close),
            Op::Shutdown => Some(Event::Shutdown),
        };
        if let Some(event) = event {
            self.handle(event);
        }
    }

    fn submission(&mut self, application: Application) -> Event {
        let id = JobId::from_u64(self.next);
        self.next += 1;
        self.rule = application.overflow;
        let known = Known {
            terms: application.terms.clone(),
            unique: application.unique.clone(),
            submitted: self.now,
            came: self.now,
            stage: Stage::Coming,
            runs: 0,
            best: None,
        };
        self.jobs.insert(id, known);
        Event::Submit { id, application }
    }

    fn filling(&mut self, id: JobId, application: Application) -> Event {
        let now = self.now;
        let job = self.jobs.get_mut(&id).unwrap();
        job.terms.take_times(&application.terms);
        job.unique = application.unique.clone();
        (job.submitted, job.stage) = (now, Stage::Coming);
        Event::Fill { id, application }
    }

    fn gone(&mut self, id: JobId, event: Event) -> Event {
        self.jobs.remove(&id);
        event
    }

    /// Lets time pass, with a tick at each moment asked for.
    pub(super) fn advance(&mut self, by: Duration) {
        let until = self.now + by;
        while let Some(at) = self.alarm.filter(|&at| at <= until) {
            self.now = self.now.max(at);
            self.alarm = None;
            self.handle(Event::Tick);
        }
        self.now = until;
        self.check_nothing_is_overdue();
    }

    fn handle(&mut self, event: Event) {
        match &event {
            Event::Close | Event::Shutdown => self.is_closed = true,
            Event::Finished { end: End::Lost, .. } => {
                (self.is_closed, self.is_lost) = (true, true);
            }
            Event::Lend { id } => self.lend(*id),
            Event::Return { id, claim } => match claim {
                Claim::Wait => self.come_back(*id),
                Claim::Now => self.end_join(*id),
                Claim::Reclaim => {}
            },
            _ => {}
        }
        let effects = self.dispatcher.handle(self.now, event.clone());
        self.let_delays_end();
        self.take_off(&event);
        for effect in &effects {
            self.check(&event, effect);
        }
        self.settle(&event);
        self.check_state();
    }

    /// Delays that are over when an event is handled: the dispatcher says nothing of them.
    fn let_delays_end(&mut self) {
        for job in self.jobs.values_mut() {
            if let Stage::Delayed(until) = job.stage
                && until <= self.now
            {
                job.stage = Stage::Queued(self.now);
            }
        }
    }

    /// A run that is over has left its slot before anything else is decided.
    fn take_off(&mut self, event: &Event) {
        if let Event::Finished { id, .. } = event
            && let Some(run) = self.jobs.get_mut(id).and_then(Known::run_mut)
        {
            run.charged = 0;
            // Nobody holds anything; what becomes of the job is told by an effect.
            run.hold = Hold::Lent;
            run.slot = usize::MAX;
        }
    }

    /// Those who came with this event and of whom nothing bad was heard are in.
    fn settle(&mut self, event: &Event) {
        let Event::Submit { id, application } = event else {
            if let Event::Fill { id, .. } = event {
                self.let_in(*id);
            }
            return;
        };
        if application.is_reservation {
            if let Some(job) = self.jobs.get_mut(id)
                && matches!(job.stage, Stage::Coming)
            {
                job.stage = Stage::Reserved;
            }
        } else {
            self.let_in(*id);
        }
    }

    /// A job is in: it waits, unless it runs already.
    pub(super) fn let_in(&mut self, id: JobId) {
        let now = self.now;
        let Some(job) = self.jobs.get_mut(&id) else {
            return;
        };
        if matches!(job.stage, Stage::Coming) {
            job.stage = if job.terms.delay.is_zero() {
                Stage::Queued(now)
            } else {
                Stage::Delayed(job.submitted + job.terms.delay)
            };
        }
    }

    fn lend(&mut self, id: JobId) {
        if let Some(run) = self.jobs.get_mut(&id).and_then(Known::run_mut) {
            run.joins += 1;
            if !run.is_told {
                (run.charged, run.hold) = (0, Hold::Lent);
            }
        }
    }

    fn come_back(&mut self, id: JobId) {
        self.end_join(id);
        if let Some(run) = self.jobs.get_mut(&id).and_then(Known::run_mut)
            && (run.joins, run.is_told, run.hold) == (0, false, Hold::Lent)
        {
            run.hold = Hold::Returning;
        }
    }

    fn end_join(&mut self, id: JobId) {
        if let Some(run) = self.jobs.get_mut(&id).and_then(Known::run_mut) {
            run.joins = run.joins.saturating_sub(1);
        }
    }

    pub(super) fn set_alarm(&mut self, at: Moment) {
        let is_needed = self.alarm.is_none_or(|alarm| at < alarm);
        assert!(is_needed, "a needless wake-up");
        self.alarm = Some(at);
    }

    /// Ends the world: a shutdown, the longest grace, and every run stopped by force.
    pub(super) fn end(&mut self) {
        self.apply(Op::Shutdown);
        self.advance(Duration::from_millis(20));
        let reserved = |job: &Known| matches!(job.stage, Stage::Reserved);
        while let Some((&id, job)) = self.jobs.iter().next() {
            if reserved(job) {
                let event = self.gone(id, Event::Release { id });
                self.handle(event);
                continue;
            }
            let run = job.run().expect("nothing waits after a shutdown");
            assert!(
                run.stopped.is_some(),
                "after the longest grace everything has been stopped"
            );
            let (end, again) = (End::Stopped, None);
            self.handle(Event::Finished { id, end, again });
        }
        assert!(self.tally.is_drained && self.tally.open == 0);
        assert_eq!(self.dispatcher.names(), 0, "names are given back");
    }
}
