//! What the dispatcher knows: each job with its state, the pure parts that order, bound and time
//! them, and the steps that all ways in and out share: to line up, to start, to be told.

use std::collections::HashMap;

use crate::bounds::Bounds;
use crate::counters::Counters;
use crate::deadlines::Deadlines;
use crate::error::Phase;
use crate::event::{Effect, Times};
use crate::id::{JobHash, JobId};
use crate::lobby::Lobby;
use crate::moment::Moment;
use crate::observe::observer::Happening;
use crate::queue::Queue;
use crate::queue::entry::Place;
use crate::record::{Ending, Record, Run, Seat, State};
use crate::room::{Overflow, Room};
use crate::shedding::Shedding;
use crate::slots::Seats;
use crate::unique::Uniques;

/// The state of a scheduler.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) bounds: Bounds,
    pub(crate) jobs: HashMap<JobId, Record, JobHash>,
    pub(crate) queue: Queue,
    pub(crate) seats: Seats,
    pub(crate) room: Room,
    pub(crate) shedding: Option<Shedding>,
    pub(crate) lobby: Lobby,
    pub(crate) uniques: Uniques,
    pub(crate) counters: Counters,
    pub(crate) is_closed: bool,
    /// Whether the runtime is gone, so that nothing can start.
    pub(crate) is_lost: bool,
    /// The jobs that a shutdown, or the end of the runtime, had to end.
    pub(crate) left: Vec<JobId>,
    /// What the event at hand has led to so far.
    pub(crate) effects: Vec<Effect>,
    pub(crate) deadlines: Deadlines,
}

impl Ledger {
    /// A ledger without jobs.
    pub(crate) fn new(bounds: Bounds) -> Self {
        let sheds = matches!(bounds.overflow, Overflow::ShedLowest | Overflow::ShedOldest);
        Self {
            jobs: HashMap::default(),
            queue: Queue::new(bounds.order.clone(), bounds.key_limit),
            seats: Seats::new(bounds.slots),
            room: Room::new(bounds.queue),
            shedding: sheds.then(Shedding::default),
            lobby: Lobby::default(),
            uniques: Uniques::default(),
            counters: Counters::new(bounds.slots, bounds.has_histograms),
            is_closed: false,
            is_lost: false,
            left: Vec::new(),
            effects: Vec::new(),
            deadlines: Deadlines::default(),
            bounds,
        }
    }

    /// Tells the observers, if there are any.
    pub(crate) fn notice(&mut self, what: impl FnOnce() -> Happening) {
        if self.bounds.is_observed {
            self.effects.push(Effect::Notice(what()));
        }
    }

    /// How many jobs have been taken and have not ended; those that are stuck do not count, and
    /// neither do reserved places.
    pub(crate) fn live(&self) -> usize {
        self.jobs.len() - self.counters.reserved - self.counters.stuck
    }

    /// The job comes to wait in its lane.
    pub(crate) fn enqueue(&mut self, now: Moment, id: JobId) {
        if let Some(record) = self.jobs.get_mut(&id) {
            record.state = State::Queued { since: now };
            self.step_in(id);
        }
    }

    /// The job waits in its lane no longer, and is not to start.
    pub(crate) fn dequeue(&mut self, id: JobId) {
        let Some(record) = self.jobs.get(&id) else {
            return;
        };
        if let Some(shedding) = &mut self.shedding {
            shedding.remove(record.terms.lane, record.rank, id);
        }
        let entry = record.entry(id, Place::Lane(record.terms.lane));
        self.queue.remove(&entry);
    }

    /// A job leaves the line that it stands in, if any, to come back to another place in it.
    pub(crate) fn step_out(&mut self, id: JobId) {
        let Some(record) = self.jobs.get(&id) else {
            return;
        };
        match &record.state {
            State::Queued { .. } => self.dequeue(id),
            State::Running(run) if run.seat == Seat::Returning => {
                let entry = record.entry(id, Place::Returning);
                self.queue.remove(&entry);
            }
            _ => {}
        }
    }

    /// The job that has stepped out comes back.
    pub(crate) fn step_in(&mut self, id: JobId) {
        let Some(record) = self.jobs.get(&id) else {
            return;
        };
        let place = match &record.state {
            State::Queued { .. } => Place::Lane(record.terms.lane),
            State::Running(run) if run.seat == Seat::Returning => Place::Returning,
            _ => return,
        };
        let entry = record.entry(id, place);
        if let (Some(shedding), Place::Lane(lane)) = (&mut self.shedding, place) {
            shedding.add(lane, record.rank, id);
        }
        self.queue.push(&entry);
    }

    /// A job counts against the queue's limits no longer.
    pub(crate) fn vacate(&mut self, id: JobId) {
        if let Some(record) = self.jobs.get(&id) {
            self.room.remove(&record.terms);
            if let Some(key) = &record.terms.key {
                self.lobby.unpark(key);
            }
        }
    }

    /// The slots have been given to others; counts what they did until now.
    pub(crate) fn count_slots(&mut self, now: Moment) {
        let (busy, slots) = (self.seats.used(), self.seats.slots());
        self.counters.utilisation.set(now, busy, slots);
    }

    /// Starts as many waiting jobs as fit. The first that does not fit is waited for, so that a
    /// costly job cannot starve.
    pub(crate) fn dispatch(&mut self, now: Moment) {
        // The cheapest question first: most jobs come while all slots are busy.
        while self.seats.fits(1)
            && let Some(next) = self.queue.next()
        {
            let Some(record) = self.jobs.get_mut(&next.id) else {
                debug_assert!(false, "a waiting job has a record");
                // Better one job too few than none any more.
                self.queue.discard(&next);
                continue;
            };
            let cost = record.terms.cost;
            if !self.seats.fits(cost) {
                return;
            }
            let charged = self.seats.charge(cost);
            let slot = self.seats.take(charged);
            self.queue.start(&next, cost, charged);
            self.vacate(next.id);
            match next.place {
                Place::Returning => self.go_on(next.id, slot, charged),
                Place::Lane(_) => self.start(now, next.id, slot, charged),
            }
            self.count_slots(now);
            self.find_due(next.id);
        }
    }

    fn start(&mut self, now: Moment, id: JobId, slot: usize, charged: usize) {
        let Some(record) = self.jobs.get_mut(&id) else {
            return;
        };
        let since = match record.state {
            State::Queued { since } => since,
            _ => now,
        };
        if let Some(shedding) = &mut self.shedding {
            shedding.remove(record.terms.lane, record.rank, id);
        }
        record.attempt += 1;
        record.slot = Some(slot);
        record.state = State::Running(Run {
            since: now,
            seat: Seat::Held { charged },
            slot,
            asked: None,
            is_stuck: false,
            joins: 0,
        });
        let (attempt, lane) = (record.attempt, record.lane);
        let waited = now.saturating_sub(since);
        self.counters.count_wait(waited);
        self.notice(|| Happening::Started {
            id,
            lane,
            slot,
            attempt,
            waited,
        });
        self.effects.push(Effect::Start { id, slot, attempt });
    }

    /// A run that has lent its slot goes on with another one.
    pub(crate) fn go_on(&mut self, id: JobId, slot: usize, charged: usize) {
        let Some(record) = self.jobs.get_mut(&id) else {
            return;
        };
        let lane = record.lane;
        if let State::Running(run) = &mut record.state {
            run.seat = Seat::Held { charged };
            run.slot = slot;
            record.slot = Some(slot);
            if run.asked.is_none() {
                self.counters.lent -= 1;
            }
        }
        self.notice(|| Happening::Returned { id, lane, slot });
        self.effects.push(Effect::Returned { id, slot });
    }

    /// Forgets a job and tells its submitter.
    pub(crate) fn resolve(&mut self, now: Moment, id: JobId, ending: Ending) {
        if let Some(record) = self.forget(id) {
            self.tell(now, id, &record, ending);
        }
    }

    /// Forgets a job.
    pub(crate) fn forget(&mut self, id: JobId) -> Option<Record> {
        self.set_due(id, None);
        let record = self.jobs.remove(&id)?;
        if let Some(unique) = &record.unique {
            self.uniques.clear(unique, id);
        }
        Some(record)
    }

    /// Counts a job's end and tells its submitter.
    pub(crate) fn tell(&mut self, now: Moment, id: JobId, record: &Record, ending: Ending) {
        let Ending { verdict, end, run } = ending;
        let outcome = self.counters.ended.count(&verdict, end);
        let ran = record.ran;
        let times = Times {
            waited: now.saturating_sub(record.submitted).saturating_sub(ran),
            ran,
            slot: record.slot,
            attempts: record.attempt,
        };
        self.notice(|| Happening::Ended {
            id,
            lane: record.lane,
            outcome,
            phase: run.map_or(Phase::Queued, |_| Phase::Running),
            is_lent: run.is_some_and(|run| run.is_lent),
            waited: times.waited,
            ran,
        });
        self.effects.push(Effect::Resolve { id, verdict, times });
    }

    /// Finds out when the next thing happens to a job by time alone.
    pub(crate) fn find_due(&mut self, id: JobId) {
        let due = self
            .jobs
            .get(&id)
            .and_then(|record| record.next_due(self.bounds.stuck_after));
        self.set_due(id, due);
    }

    /// The first job that is due, if one is.
    pub(crate) fn first_due(&mut self, now: Moment) -> Option<JobId> {
        let id = self.deadlines.pop_due(now)?;
        if let Some(job) = self.jobs.get_mut(&id) {
            job.due = None;
        }
        Some(id)
    }

    /// Asks for a wake-up if none is to come in time.
    pub(crate) fn arm(&mut self) {
        if let Some(at) = self.deadlines.arm() {
            self.effects.push(Effect::Wake { at });
        }
    }

    fn set_due(&mut self, id: JobId, due: Option<Moment>) {
        if let Some(job) = self.jobs.get_mut(&id) {
            self.deadlines.set(id, &mut job.due, due);
        }
    }
}
