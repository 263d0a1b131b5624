//! What becomes of reserved places: a job comes to one, or it is given up.

use crate::error::RejectReason;
use crate::event::Application;
use crate::id::JobId;
use crate::ledger::Ledger;
use crate::moment::Moment;
use crate::observe::observer::Happening;
use crate::record::{Record, State};
use crate::unique::Second;

impl Ledger {
    /// The job for a reserved place has come, with its own times; its place is as reserved.
    pub(crate) fn fill(&mut self, now: Moment, id: JobId, application: Application) {
        let Some(record) = self.jobs.get_mut(&id) else {
            return;
        };
        let lane = record.terms.lane;
        record.terms.take_times(&application.terms);
        let twin = self.twin_of(&application);
        let refused = match twin {
            _ if self.is_closed => Some(RejectReason::Closed),
            Some((Second::Reject, of)) => Some(RejectReason::Duplicate { of }),
            _ => None,
        };
        if let Some(reason) = refused {
            self.release(id);
            self.reject(id, lane, reason);
            return;
        }
        if let Some((Second::Share, twin)) = twin {
            let place = self
                .jobs
                .get(&id)
                .map(|place| (place.terms.clone(), place.rank));
            self.release(id);
            if let Some((terms, rank)) = place {
                self.join(now, id, twin, (&terms, rank));
            }
            return;
        }
        self.counters.reserved -= 1;
        self.replace(now, id, &application);
        self.settle_in(now, id);
        self.find_due(id);
    }

    /// A job that came to a reserved place waits like any other.
    fn settle_in(&mut self, now: Moment, id: JobId) {
        let Some(record) = self.jobs.get_mut(&id) else {
            return;
        };
        record.submitted = now;
        let (lane, key, delay) = (
            record.terms.lane,
            record.terms.key.clone(),
            record.terms.delay,
        );
        self.counters.submitted += 1;
        if delay.is_zero() {
            self.enqueue(now, id);
        } else {
            record.state = State::Delayed {
                until: now.saturating_add(delay),
            };
            self.counters.delayed += 1;
        }
        self.notice(|| Happening::Submitted { id, lane, key });
    }

    /// A reserved place is not needed.
    pub(crate) fn release(&mut self, id: JobId) {
        let is_reserved = |record: &Record| matches!(record.state, State::Reserved);
        if self.jobs.get(&id).is_some_and(is_reserved) {
            self.vacate(id);
            self.forget(id);
            self.counters.reserved -= 1;
        }
    }
}
