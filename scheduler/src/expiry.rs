//! What happens to jobs by time alone: delays end, timeouts run out, a grace is over.

use std::time::Duration;

use crate::error::TimeoutKind;
use crate::event::{Effect, Verdict};
use crate::id::JobId;
use crate::ledger::Ledger;
use crate::moment::{Moment, later};
use crate::observe::observer::Happening;
use crate::queue::entry::Place;
use crate::record::{Ending, LastRun, Seat, State};

impl Ledger {
    /// Decides everything that is due.
    pub(crate) fn expire(&mut self, now: Moment) {
        while let Some(id) = self.first_due(now) {
            self.expire_one(now, id);
        }
    }

    fn expire_one(&mut self, now: Moment, id: JobId) {
        let Some(record) = self.jobs.get(&id) else {
            self.give_up(now, id);
            return;
        };
        let timed_out = |kind, after: Option<Duration>| Verdict::TimedOut {
            kind,
            after: after.unwrap_or_default(),
        };
        let is_due = |at: Option<Moment>| at.is_some_and(|at| at <= now);
        let is_over = is_due(record.total_due());
        let terms = &record.terms;
        let total = timed_out(TimeoutKind::Total, terms.total_timeout);
        match &record.state {
            State::Reserved => {}
            State::Delayed { .. } if is_over => self.end(now, id, total),
            State::Delayed { .. } => {
                self.counters.delayed -= 1;
                self.enqueue(now, id);
                self.find_due(id);
            }
            State::Queued { since } if is_due(later(*since, terms.queue_timeout)) => {
                let verdict = timed_out(TimeoutKind::Queue, terms.queue_timeout);
                self.end(now, id, verdict);
            }
            State::Queued { .. } => self.end(now, id, total),
            State::Running(run) if run.asked.is_none() => {
                let verdict = if is_due(later(run.since, terms.run_timeout)) {
                    timed_out(TimeoutKind::Run, terms.run_timeout)
                } else {
                    total
                };
                self.end(now, id, verdict);
            }
            State::Running(_) => self.press(now, id),
        }
    }

    /// A job that was asked to end has had its time: stops it by force, or gives it up.
    fn press(&mut self, now: Moment, id: JobId) {
        let Some(record) = self.jobs.get_mut(&id) else {
            return;
        };
        let lane = record.lane;
        let State::Running(run) = &mut record.state else {
            return;
        };
        let Some(asked) = &mut run.asked else { return };
        if asked.stopped.is_none() {
            asked.stopped = Some(now);
            self.effects.push(Effect::Stop { id });
            self.find_due(id);
            return;
        }
        run.is_stuck = true;
        let is_returning = run.seat == Seat::Returning;
        if is_returning {
            run.seat = Seat::Lent;
        }
        let slot = matches!(run.seat, Seat::Held { .. }).then_some(run.slot);
        let last = LastRun {
            is_lent: slot.is_none(),
        };
        record.ran = record.ran.saturating_add(now.saturating_sub(run.since));
        self.counters.cancelling -= 1;
        self.counters.stuck += 1;
        self.notice(|| Happening::Stuck { id, lane, slot });
        if is_returning && let Some(record) = self.jobs.get(&id) {
            // Whoever waits for its slot is told with its submitter.
            let entry = record.entry(id, Place::Returning);
            self.queue.remove(&entry);
        }
        let after = self.bounds.stuck_after;
        if let Some(record) = self.jobs.remove(&id) {
            if let Some(unique) = &record.unique {
                self.uniques.clear(unique, id);
            }
            let ending = Ending {
                verdict: Verdict::Stuck { after },
                end: None,
                run: Some(last),
            };
            self.tell(now, id, &record, ending);
            self.jobs.insert(id, record);
        }
    }
}
