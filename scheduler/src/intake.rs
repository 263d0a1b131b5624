//! How jobs come in: applications, and what becomes of a second one of the same name.

use std::time::Duration;

use crate::error::RejectReason;
use crate::event::{Application, Effect};
use crate::id::JobId;
use crate::ledger::Ledger;
use crate::moment::{Moment, later};
use crate::observe::observer::Happening;
use crate::order::Rank;
use crate::priority::Lane;
use crate::record::{Record, State};
use crate::room::Overflow;
use crate::spec::Terms;
use crate::unique::Second;

impl Ledger {
    /// A job asks to be taken.
    pub(crate) fn apply(&mut self, now: Moment, id: JobId, mut application: Application) {
        application.came = now;
        application.due = later(now, application.terms.total_timeout);
        if let Some(reason) = self.refusal(&application) {
            self.reject(id, application.terms.lane, reason);
            return;
        }
        match self.twin_of(&application) {
            Some((Second::Share, twin)) => self.share(now, id, twin, &application.terms),
            Some((Second::Reject, of)) => {
                self.reject(id, application.terms.lane, RejectReason::Duplicate { of });
            }
            _ if self.lobby.has_line() && application.overflow == Overflow::Wait => {
                self.effects.push(Effect::Wait { id });
                self.line_up(id, application);
            }
            _ => self.enter_or_wait(now, id, application),
        }
    }

    fn enter_or_wait(&mut self, now: Moment, id: JobId, application: Application) {
        let lane = application.terms.lane;
        match self.enter(now, id, &application) {
            Ok(()) => {}
            Err(reason @ (RejectReason::Full | RejectReason::KeyFull))
                if application.overflow == Overflow::Wait =>
            {
                self.effects.push(Effect::Wait { id });
                if reason == RejectReason::KeyFull {
                    self.park(id, application);
                } else {
                    self.line_up(id, application);
                }
            }
            Err(reason) => self.reject(id, lane, reason),
        }
    }

    /// Takes no more jobs, and turns everybody down who waits to be let in.
    pub(crate) fn close(&mut self) {
        if !self.is_closed {
            self.is_closed = true;
            self.notice(|| Happening::Closed);
        }
        for (id, application) in self.lobby.drain() {
            self.deadlines.forget(id, application.due);
            let lane = application.terms.lane;
            self.reject(id, lane, RejectReason::Closed);
        }
    }

    /// Why an application is turned down whatever waits.
    fn refusal(&self, application: &Application) -> Option<RejectReason> {
        let terms = &application.terms;
        if self.is_closed {
            Some(RejectReason::Closed)
        } else if self.room.is_too_large(terms) {
            Some(RejectReason::TooLarge)
        } else if terms
            .total_timeout
            .is_some_and(|total| total <= terms.delay)
        {
            Some(RejectReason::DeadlineUnreachable {
                estimated_wait: terms.delay,
            })
        } else {
            None
        }
    }

    /// Turns an application down.
    pub(crate) fn reject(&mut self, id: JobId, lane: Lane, reason: RejectReason) {
        self.counters.rejected += 1;
        self.notice(|| Happening::Rejected { id, lane, reason });
        self.effects.push(Effect::Reject { id, reason });
    }

    /// The job that has the name that this one wants, if it still counts, and what is to become of
    /// this one.
    pub(crate) fn twin_of(&self, application: &Application) -> Option<(Second, JobId)> {
        let unique = application.unique.as_ref()?;
        let twin = self.uniques.get(unique)?;
        let is_undecided = self.jobs.get(&twin)?.is_undecided();
        is_undecided.then_some((unique.second, twin))
    }

    /// Takes a job in, if it may start at once or wait; leaves no trace otherwise.
    ///
    /// Whether it would start is found out by trying: nothing else could start now, or it had.
    pub(crate) fn enter(
        &mut self,
        now: Moment,
        id: JobId,
        application: &Application,
    ) -> Result<(), RejectReason> {
        let before = self.effects.len();
        let record = Record::new(application.clone(), self.queue.order());
        let is_queued = matches!(record.state, State::Queued { .. });
        self.room.add(&record.terms);
        self.jobs.insert(id, record);
        if is_queued {
            self.enqueue(now, id);
            self.dispatch(now);
        }
        let is_waiting = self
            .jobs
            .get(&id)
            .is_some_and(|job| !matches!(job.state, State::Running(_)));
        // One that gives way leaves its place to the one that comes.
        let old = self.replaced_by(application).filter(|old| *old != id);
        if is_waiting && let Err(reason) = self.find_room(now, id, application, old) {
            if is_queued {
                self.dequeue(id);
            }
            self.room.remove(&application.terms);
            self.forget(id);
            return Err(reason);
        }
        self.count_entry(id, application, before);
        self.replace(now, id, application);
        self.find_due(id);
        Ok(())
    }

    /// A job that was taken has its name from now on, and whoever had it gives way.
    pub(crate) fn replace(&mut self, now: Moment, id: JobId, application: &Application) {
        if let Some(old) = self.replaced_by(application).filter(|old| *old != id) {
            let reason = format!("replaced by job {id}").into();
            self.cancel_for(now, old, reason);
        }
        if let Some(unique) = &application.unique {
            self.uniques.set(unique, id);
            if let Some(record) = self.jobs.get_mut(&id) {
                record.unique = Some(unique.clone());
            }
        }
    }

    fn count_entry(&mut self, id: JobId, application: &Application, before: usize) {
        if application.is_reservation {
            self.counters.reserved += 1;
            return;
        }
        self.counters.submitted += 1;
        if let Some(Record {
            state: State::Delayed { .. },
            ..
        }) = self.jobs.get(&id)
        {
            self.counters.delayed += 1;
        }
        if self.bounds.is_observed {
            // Before its start, which may have been decided already.
            let (lane, key) = (application.terms.lane, application.terms.key.clone());
            let notice = Effect::Notice(Happening::Submitted { id, lane, key });
            self.effects.insert(before.min(self.effects.len()), notice);
        }
    }

    /// The job that is to go when this one is taken.
    fn replaced_by(&self, application: &Application) -> Option<JobId> {
        let (second, twin) = self.twin_of(application)?;
        match second {
            Second::Replace => Some(twin),
            Second::Latest => self.jobs.get(&twin)?.is_waiting().then_some(twin),
            Second::Share | Second::Reject => None,
        }
    }

    /// An application that has just come shares the run of a job that is there.
    pub(crate) fn share(&mut self, now: Moment, id: JobId, twin: JobId, terms: &Terms) {
        let rank = self.queue.order().rank(now, terms.priority);
        self.join(now, id, twin, (terms, rank));
    }

    /// A job shares the run of one that is there: the better place, the longer times.
    pub(crate) fn join(
        &mut self,
        now: Moment,
        id: JobId,
        twin: JobId,
        (terms, rank): (&Terms, Rank),
    ) {
        self.step_out(twin);
        if let Some(record) = self.jobs.get_mut(&twin) {
            let mut joiner = terms.clone();
            // Its clocks start now; the job's have been running.
            let age = now.saturating_sub(record.submitted);
            let waited = match record.state {
                State::Queued { since } => now.saturating_sub(since),
                _ => Duration::ZERO,
            };
            joiner.total_timeout = joiner.total_timeout.map(|total| total.saturating_add(age));
            joiner.queue_timeout = joiner.queue_timeout.map(|wait| wait.saturating_add(waited));
            record.terms.join(&joiner);
            record.rank = record.rank.min(rank);
        }
        self.step_in(twin);
        self.find_due(twin);
        self.counters.joined += 1;
        let lane = terms.lane;
        self.notice(|| Happening::Joined { id: twin, lane });
        self.effects.push(Effect::Join { id, to: twin });
    }
}
