//! Decides: a moment and an event in, effects out. No IO, no clock, no await.
//!
//! Three rules settle every race. *Time first*: what is due at the moment of an event is decided
//! before the event, so a run that ends at its deadline has timed out. *First come*: what was
//! decided about a job stays; a job that returns after it was asked to end has been cancelled (or
//! timed out) all the same. *Slot last*: a job holds its slot, and its submitter waits, until
//! nothing of it is left; unless it is stuck: then its submitter waits no longer.

use std::time::Duration;

use crate::bounds::Bounds;
use crate::error::RejectReason;
use crate::event::{Effect, Event};
use crate::id::JobId;
use crate::ledger::Ledger;
use crate::moment::Moment;
use crate::observe::observer::Happening;
use crate::priority::Lane;
use crate::queue::entry::Scope;
use crate::record::Record;
#[cfg(test)]
use crate::record::State;
use crate::stats::Snapshot;

/// The decisions of a scheduler; see the head of the file.
#[derive(Debug)]
pub(crate) struct Dispatcher {
    ledger: Ledger,
    was_idle: bool,
    is_drained: bool,
    crossings: u64,
    resizes: u64,
}

impl Dispatcher {
    /// A dispatcher without jobs.
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            ledger: Ledger::new(bounds),
            was_idle: true,
            is_drained: false,
            crossings: 0,
            resizes: 0,
        }
    }

    /// Takes an event in and says what follows. O(log n), but for a shutdown, which is O(n).
    pub(crate) fn handle(&mut self, now: Moment, event: Event) -> Vec<Effect> {
        let ledger = &mut self.ledger;
        ledger.expire(now);
        match event {
            Event::Submit { id, application } => ledger.apply(now, id, application),
            Event::Withdraw { id } => ledger.withdraw(id),
            Event::Fill { id, application } => ledger.fill(now, id, application),
            Event::Release { id } => ledger.release(id),
            Event::Finished { id, end, again } => ledger.finish(now, id, end, again),
            Event::Lend { id } => ledger.lend(now, id),
            Event::Return { id, claim } => ledger.take_back(now, id, claim),
            Event::Cancel { id, reason } => ledger.cancel(now, id, reason),
            Event::Pause { scope, is_paused } => self.pause(scope, is_paused),
            Event::Resize { slots } => self.resize(now, slots),
            Event::Refuse { id, lane } => ledger.reject(id, lane, RejectReason::Cancelled),
            Event::Lose => ledger.lose(now),
            Event::Orphan => {
                ledger.close();
                ledger.queue.resume_all();
            }
            Event::Tick => ledger.deadlines.disarm(),
            Event::Close => ledger.close(),
            Event::Shutdown => ledger.end_all(now),
        }
        self.conclude(now);
        std::mem::take(&mut self.ledger.effects)
    }

    /// The counters, at this moment.
    pub(crate) fn snapshot(&self, now: Moment) -> Snapshot {
        let ledger = &self.ledger;
        let counters = &ledger.counters;
        let (waiting, waiting_bytes) = ledger.room.used();
        let set_apart = counters.delayed + counters.lent + counters.cancelling;
        let (busy, available) = counters.utilisation.totals(now);
        Snapshot {
            slots: ledger.seats.slots(),
            busy_slots: ledger.seats.taken(),
            busy_cost: ledger.seats.used(),
            is_paused: ledger.queue.is_paused(),
            submitted: counters.submitted,
            rejected: counters.rejected,
            joined: counters.joined,
            retried: counters.retried,
            snoozed: counters.snoozed,
            queued: ledger.queue.len(),
            queued_interactive: ledger.queue.len_of(Lane::Interactive),
            queued_normal: ledger.queue.len_of(Lane::Normal),
            queued_batch: ledger.queue.len_of(Lane::Batch),
            delayed: counters.delayed,
            running: ledger.live() - ledger.queue.len() - set_apart,
            lent: counters.lent,
            cancelling: counters.cancelling,
            stuck: counters.stuck,
            // The executor's to know.
            abandoned: 0,
            reserved: counters.reserved,
            applying: ledger.lobby.len(),
            waiting,
            waiting_bytes,
            ended: counters.ended,
            busy,
            available,
            utilisation: counters.utilisation.windowed(now),
            waits: counters.waits.clone(),
            runs: counters.runs.clone(),
        }
    }

    /// How many slots there are.
    pub(crate) const fn slots(&self) -> usize {
        self.ledger.seats.slots()
    }

    /// Whether no more jobs are taken.
    pub(crate) const fn is_closed(&self) -> bool {
        self.ledger.is_closed
    }

    /// Whether the job is in, or a place is kept for it.
    pub(crate) fn knows(&self, id: JobId) -> bool {
        self.ledger.jobs.contains_key(&id)
    }

    /// Whether nothing waits and nothing runs.
    pub(crate) fn is_idle(&self) -> bool {
        self.ledger.live() == 0
    }

    /// See [`Ledger::estimated_wait`].
    pub(crate) fn estimated_wait(&self, lane: Lane) -> Option<Duration> {
        self.ledger.estimated_wait(lane, 0)
    }

    /// The jobs that a shutdown, or the end of the runtime, had to end, in the order of submission.
    pub(crate) fn left(&self) -> Vec<JobId> {
        let mut left = self.ledger.left.clone();
        left.sort_unstable();
        left.dedup();
        left
    }

    /// The jobs that have not ended, in the order of submission.
    pub(crate) fn unfinished(&self) -> Vec<JobId> {
        self.ledger.unfinished()
    }

    /// The longest grace among the jobs that have not ended, and what a stuck one is given.
    pub(crate) fn patience(&self) -> Duration {
        let graces = self
            .ledger
            .jobs
            .values()
            .map(|job: &Record| job.terms.grace);
        let longest = graces.max().unwrap_or_default();
        longest.saturating_add(self.ledger.bounds.stuck_after)
    }

    /// Whether a place is kept for the job.
    #[cfg(test)]
    pub(crate) fn is_reserved(&self, id: JobId) -> bool {
        let record = self.ledger.jobs.get(&id);
        record.is_some_and(|record| matches!(record.state, State::Reserved))
    }

    /// How many names are taken.
    #[cfg(test)]
    pub(crate) fn names(&self) -> usize {
        self.ledger.uniques.len()
    }

    fn pause(&mut self, scope: Scope, is_paused: bool) {
        let (lane, key) = match &scope {
            Scope::All => (None, None),
            Scope::Lane(lane) => (Some(*lane), None),
            Scope::Key(key) => (None, Some(key.clone())),
        };
        self.ledger.queue.set_paused(scope, is_paused);
        self.ledger.notice(|| Happening::Paused {
            is_paused,
            lane,
            key,
        });
    }

    fn resize(&mut self, now: Moment, slots: usize) {
        self.ledger.seats.resize(slots);
        self.ledger.count_slots(now);
        self.ledger.notice(|| Happening::Resized { slots });
        self.resizes += 1;
        let number = self.resizes;
        self.ledger.effects.push(Effect::Resize { number, slots });
    }

    /// What follows from any event: whoever may start does, whoever has room comes in.
    fn conclude(&mut self, now: Moment) {
        let ledger = &mut self.ledger;
        ledger.dispatch(now);
        // Whoever comes in may make others go, and so let others start: each round lets one in.
        while ledger.lobby.has_line() {
            let before = ledger.effects.len();
            ledger.admit(now);
            if ledger.effects.len() == before {
                break;
            }
            ledger.dispatch(now);
        }
        ledger.arm();
        // Whether a job that comes now would start.
        let is_open =
            ledger.seats.fits(1) && !ledger.queue.is_paused() && ledger.queue.next().is_none();
        if let Some(is_high) = ledger.room.crossing(is_open) {
            self.crossings += 1;
            let number = self.crossings;
            // Shown before it is told: an observer may look.
            ledger.effects.push(Effect::Pressure { number, is_high });
            ledger.notice(|| Happening::Pressure { is_high });
        }
        let is_idle = ledger.live() == 0;
        if is_idle && !self.was_idle {
            ledger.notice(|| Happening::Idle);
            ledger.effects.push(Effect::Idle);
        }
        self.was_idle = is_idle;
        if is_idle && ledger.is_closed && !self.is_drained {
            self.is_drained = true;
            ledger.effects.push(Effect::Drained);
        }
    }
}
