//! What happens to jobs by time alone: delays end, timeouts run out, a grace is over.

use std::time::Duration;

use crate::error::TimeoutKind;
use crate::event::{Effect, Verdict};
use crate::id::JobId;
use crate::ledger::Ledger;
use crate::moment::{Moment, later};
use crate::observe::observer::Happening;
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
        let slot = matches!(run.seat, Seat::Held { .. }).then_some(run.slot);
        // Whoever waits for its slot to come back is told with its submitter.
        self.step_out(id);
        self.give_up_run(now, id);
        self.notice(|| Happening::Stuck { id, lane, slot });
        let verdict = Verdict::Stuck {
            after: self.bounds.stuck_after,
        };
        let run = Some(LastRun {
            is_lent: slot.is_none(),
        });
        if let Some(record) = self.forget(id) {
            let end = None;
            self.tell(now, id, &record, Ending { verdict, end, run });
            // It keeps its slot until it goes.
            self.jobs.insert(id, record);
        }
    }

    /// A run is stuck: from now on it counts as that.
    fn give_up_run(&mut self, now: Moment, id: JobId) {
        let Some(record) = self.jobs.get_mut(&id) else {
            return;
        };
        let State::Running(run) = &mut record.state else {
            return;
        };
        run.is_stuck = true;
        if run.seat == Seat::Returning {
            run.seat = Seat::Lent;
        }
        record.ran = record.ran.saturating_add(now.saturating_sub(run.since));
        self.counters.cancelling -= 1;
        self.counters.stuck += 1;
    }
}
