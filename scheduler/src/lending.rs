//! How runs hold their slots: they lend them while they wait for another job, take them back, and
//! leave them in the end.

use crate::event::{Claim, Effect};
use crate::id::JobId;
use crate::ledger::Ledger;
use crate::moment::Moment;
use crate::observe::observer::Happening;
use crate::queue::entry::{Entry, Place};
use crate::record::{Run, Seat, State};

impl Ledger {
    /// A run waits for another job, and gives its slot back, or waits for one no longer.
    pub(crate) fn lend(&mut self, now: Moment, id: JobId) {
        let Some(record) = self.jobs.get_mut(&id) else {
            return;
        };
        let entry = record.entry(id, Place::Returning);
        let State::Running(run) = &mut record.state else {
            return;
        };
        run.joins += 1;
        let seat = run.seat;
        if run.is_stuck || seat == Seat::Lent {
            return;
        }
        run.seat = Seat::Lent;
        let Seat::Held { charged } = seat else {
            self.queue.remove(&entry);
            self.effects.push(Effect::GoOnWithout { id });
            return;
        };
        let (slot, is_asked) = (run.slot, run.asked.is_some());
        self.room.add(&record.terms);
        let lane = record.lane;
        if !is_asked {
            self.counters.lent += 1;
        }
        self.seats.give_back(slot, charged);
        self.queue.release(entry.key.as_ref(), entry.job.cost);
        self.count_slots(now);
        self.notice(|| Happening::Lent { id, lane });
    }

    /// A run wants back the slot that it has lent. While it waits for several jobs at the same time,
    /// the last of them to end brings the slot back.
    pub(crate) fn take_back(&mut self, now: Moment, id: JobId, claim: Claim) {
        let Some(record) = self.jobs.get_mut(&id) else {
            self.effects.push(Effect::StillLent { id });
            return;
        };
        let entry = record.entry(id, Place::Returning);
        let State::Running(run) = &mut record.state else {
            self.effects.push(Effect::StillLent { id });
            return;
        };
        if claim != Claim::Reclaim {
            run.joins = run.joins.saturating_sub(1);
        }
        let is_last = run.joins == 0 && !run.is_stuck;
        match (run.seat, claim) {
            (Seat::Lent, Claim::Wait) if is_last => {
                run.seat = Seat::Returning;
                self.queue.push(&entry);
            }
            (Seat::Lent, Claim::Now) if is_last => self.seat_again(now, id, &entry),
            (Seat::Returning, Claim::Now | Claim::Reclaim) if is_last => {
                self.queue.remove(&entry);
                self.seat_again(now, id, &entry);
            }
            _ => self.effects.push(Effect::StillLent { id }),
        }
    }

    /// A run sits down again, whether there is room or not.
    fn seat_again(&mut self, now: Moment, id: JobId, entry: &Entry) {
        let charged = self.seats.charge(entry.job.cost);
        let slot = self.seats.take(charged);
        self.queue.occupy(entry.key.as_ref(), entry.job.cost);
        self.vacate(id);
        self.go_on(id, slot, charged);
        self.count_slots(now);
    }

    /// Takes a run off its slot.
    pub(crate) fn take_run(&mut self, now: Moment, id: JobId) -> Option<Run> {
        let record = self.jobs.get_mut(&id)?;
        let State::Running(_) = &record.state else {
            return None;
        };
        let entry = record.entry(id, Place::Returning);
        // What it is next is decided by the caller.
        let state = std::mem::replace(&mut record.state, State::Queued { since: now });
        let State::Running(run) = state else {
            return None;
        };
        let ran = now.saturating_sub(run.since);
        record.ran = record.ran.saturating_add(ran);
        match run.seat {
            Seat::Held { charged } => {
                self.seats.give_back(run.slot, charged);
                self.queue.release(entry.key.as_ref(), entry.job.cost);
            }
            Seat::Lent => self.vacate(id),
            Seat::Returning => {
                self.queue.remove(&entry);
                self.vacate(id);
            }
        }
        if run.asked.is_none() && !matches!(run.seat, Seat::Held { .. }) {
            self.counters.lent -= 1;
        }
        if !run.is_stuck {
            self.counters.count_run(ran);
        }
        self.count_slots(now);
        Some(run)
    }
}
