//! How jobs end: by their own run, by somebody's wish, by time, by a shutdown; and how a run ends
//! that is not the last one.

use std::borrow::Cow;

use crate::error::{Phase, RejectReason};
use crate::event::{Again, Effect, End, Verdict};
use crate::id::JobId;
use crate::ledger::Ledger;
use crate::moment::{Moment, later};
use crate::observe::observer::Happening;
use crate::record::{Asked, Ending, LastRun, Record, Run, Seat, State};

/// The reason for which a job is not run again that another one of its name has overtaken.
const OVERTAKEN: &str = "overtaken by a later job of its name";

impl Ledger {
    /// A run is over.
    pub(crate) fn finish(&mut self, now: Moment, id: JobId, end: End, again: Option<Again>) {
        if end == End::Lost {
            // A run that vanishes shows that the runtime is gone.
            self.left.push(id);
            self.lose(now);
        }
        // A second notice for the same job, or one for a job that waits, would be a fault of the
        // shell; it must not free a slot that is not held.
        let Some(run) = self.take_run(now, id) else {
            return;
        };
        if run.is_stuck {
            // Its submitter has been told.
            self.counters.stuck -= 1;
            let lane = self.forget(id).map(|record| record.lane);
            self.notice(|| Happening::Freed {
                id,
                lane: lane.unwrap_or_default(),
            });
            return;
        }
        if run.asked.is_none()
            && !self.is_lost
            && let Some(again) = again
            && self.rest(now, id, &run, again)
        {
            return;
        }
        // The next job starts before the submitter of this one is woken: no waker of a user
        // stands between a free slot and the job that needs it.
        self.dispatch(now);
        let (verdict, end) = match (run.asked, end) {
            (Some(asked), _) => {
                self.counters.cancelling -= 1;
                (asked.verdict, None)
            }
            (None, End::Stopped | End::Lost) => (Verdict::Shutdown, None),
            // It has put its work off, and there will be no other run.
            (None, _) if again.is_some_and(|again| again.is_snooze) => {
                let verdict = if self.is_lost {
                    Verdict::Shutdown
                } else {
                    let (reason, phase) = (OVERTAKEN.into(), Phase::Running);
                    Verdict::Cancelled { reason, phase }
                };
                (verdict, None)
            }
            (None, end) => (Verdict::Own, Some(end)),
        };
        let run = Some(LastRun {
            is_lent: !matches!(run.seat, Seat::Held { .. }),
        });
        self.resolve(now, id, Ending { verdict, end, run });
    }

    /// The runtime is gone: nothing that waits can ever start.
    pub(crate) fn lose(&mut self, now: Moment) {
        self.close();
        self.is_lost = true;
        self.left.extend(self.waiting());
        self.resolve_waiting(now);
    }

    /// Somebody wants the job to end; whether that decides it.
    pub(crate) fn cancel(&mut self, now: Moment, id: JobId, reason: Cow<'static, str>) {
        if let Some(lane) = self.leave_lobby(id) {
            self.effects.push(Effect::CancelAccepted { id });
            self.reject(id, lane, RejectReason::Cancelled);
        } else if self.cancel_for(now, id, reason) {
            self.effects.push(Effect::CancelAccepted { id });
        }
    }

    /// Cancels a job, if nothing has been decided about its end.
    pub(crate) fn cancel_for(&mut self, now: Moment, id: JobId, reason: Cow<'static, str>) -> bool {
        let Some(record) = self.jobs.get(&id).filter(|record| record.is_undecided()) else {
            return false;
        };
        let phase = match record.state {
            State::Running(_) => Phase::Running,
            _ => Phase::Queued,
        };
        self.end(now, id, Verdict::Cancelled { reason, phase });
        true
    }

    /// Ends a job that has not been decided on: a waiting one at once, a running one by asking it.
    pub(crate) fn end(&mut self, now: Moment, id: JobId, verdict: Verdict) {
        let Some(job) = self.jobs.get_mut(&id) else {
            return;
        };
        let (grace, lane) = (job.terms.grace, job.lane);
        let State::Running(run) = &mut job.state else {
            self.leave_queue(id);
            self.resolve(now, id, Ending::of_waiting(verdict));
            return;
        };
        if !matches!(run.seat, Seat::Held { .. }) {
            self.counters.lent -= 1;
        }
        self.counters.cancelling += 1;
        let is_now = grace.is_zero();
        run.asked = Some(Asked {
            verdict,
            stop_at: later(now, Some(grace)),
            stopped: is_now.then_some(now),
        });
        self.notice(|| Happening::Asked { id, lane });
        self.effects.push(if is_now {
            Effect::Stop { id }
        } else {
            Effect::Ask { id }
        });
        self.find_due(id);
    }

    /// A shutdown: whoever is left must go.
    pub(crate) fn end_all(&mut self, now: Moment) {
        self.close();
        let ids = self.unfinished();
        self.left.extend(&ids);
        self.resolve_waiting(now);
        for id in ids {
            if self.jobs.get(&id).is_some_and(Record::is_undecided) {
                self.end(now, id, Verdict::Shutdown);
            }
        }
    }

    /// The jobs that have not ended, in the order of submission.
    pub(crate) fn unfinished(&self) -> Vec<JobId> {
        let has_come = |record: &Record| !matches!(record.state, State::Reserved);
        let jobs = self.jobs.iter().filter(|(_, record)| has_come(record));
        let mut ids: Vec<JobId> = jobs.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids
    }

    /// Lets a job rest until its next run; false if there is no time for another, or no need.
    fn rest(&mut self, now: Moment, id: JobId, run: &Run, again: Again) -> bool {
        let Again { after, is_snooze } = again;
        let Some(record) = self.jobs.get_mut(&id) else {
            return false;
        };
        let until = now.saturating_add(after);
        let is_late = record.total_due().is_some_and(|due| until >= due);
        // One of the same name has come since, and is the latest.
        let is_outdated = record
            .unique
            .as_ref()
            .is_some_and(|unique| self.uniques.get(unique) != Some(id));
        // One that has put its work off has not done it: it stays until it times out.
        if (is_late && !is_snooze) || is_outdated {
            return false;
        }
        if is_snooze {
            record.attempt -= 1;
        }
        record.state = State::Delayed { until };
        let lane = record.lane;
        self.room.add(&record.terms);
        if after.is_zero() {
            self.enqueue(now, id);
        } else {
            self.counters.delayed += 1;
        }
        if is_snooze {
            self.counters.snoozed += 1;
        } else {
            self.counters.retried += 1;
        }
        let ran = now.saturating_sub(run.since);
        self.notice(|| Happening::Retrying {
            id,
            lane,
            is_snooze,
            after,
            ran,
        });
        self.effects.push(Effect::Rest { id, after });
        self.find_due(id);
        true
    }

    /// A waiting job leaves the queue.
    fn leave_queue(&mut self, id: JobId) {
        match self.jobs.get(&id).map(|record| &record.state) {
            Some(State::Delayed { .. }) => self.counters.delayed -= 1,
            Some(State::Queued { .. }) => self.dequeue(id),
            _ => return,
        }
        self.vacate(id);
    }

    fn waiting(&self) -> Vec<JobId> {
        let jobs = self.jobs.iter().filter(|(_, record)| record.is_waiting());
        let mut ids: Vec<JobId> = jobs.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids
    }

    fn resolve_waiting(&mut self, now: Moment) {
        for id in self.waiting() {
            self.leave_queue(id);
            self.resolve(now, id, Ending::of_waiting(Verdict::Shutdown));
        }
    }
}
