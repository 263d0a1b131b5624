//! What is known of one job: its terms, how far it is, and what is decided about its end.

use std::time::Duration;

use crate::event::{Application, End, Verdict};
use crate::id::JobId;
use crate::moment::{Moment, later};
use crate::order::{Order, Rank};
use crate::priority::Lane;
use crate::queue::entry::{Entry, Place};
use crate::spec::Terms;
use crate::unique::UniqueAmong;

/// A job that has been taken and has not ended, or a place kept for one.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) terms: Terms,
    /// The lane it was submitted to, by which observers know it; one that is shared may wait in a
    /// better one.
    pub(crate) lane: Lane,
    pub(crate) rank: Rank,
    pub(crate) unique: Option<UniqueAmong>,
    pub(crate) submitted: Moment,
    /// Runs begun, from 1 with the first; snoozes not counted.
    pub(crate) attempt: u32,
    /// Where it runs, or ran last.
    pub(crate) slot: Option<usize>,
    /// All runs that are over.
    pub(crate) ran: Duration,
    pub(crate) state: State,
    /// When the next thing happens to it by time alone; kept by the ledger.
    pub(crate) due: Option<Moment>,
}

/// How far a job is.
#[derive(Debug)]
pub(crate) enum State {
    /// It has not come yet.
    Reserved,
    /// It may not start before a moment.
    Delayed { until: Moment },
    /// It could start.
    Queued { since: Moment },
    /// It has started.
    Running(Run),
}

/// A job's run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) since: Moment,
    pub(crate) seat: Seat,
    /// The slot it sits on, or sat on last.
    pub(crate) slot: usize,
    pub(crate) asked: Option<Asked>,
    /// Whether its submitter has been told, though it has not ended.
    pub(crate) is_stuck: bool,
    /// Nested jobs that it waits for at this moment.
    pub(crate) joins: usize,
}

/// A running job's hold on the slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seat {
    /// It has its slot, and is charged so much.
    Held { charged: usize },
    /// It waits for another job without one.
    Lent,
    /// It waits for one to go on.
    Returning,
}

/// A running job has been asked to end.
#[derive(Debug)]
pub(crate) struct Asked {
    /// What the submitter will be told whatever the run returns.
    pub(crate) verdict: Verdict,
    /// When its grace is over.
    pub(crate) stop_at: Option<Moment>,
    /// When it was stopped by force.
    pub(crate) stopped: Option<Moment>,
}

/// How a job has ended.
#[derive(Debug)]
pub(crate) struct Ending {
    /// What its submitter is told.
    pub(crate) verdict: Verdict,
    /// How its run was over, if the verdict is the run's own.
    pub(crate) end: Option<End>,
    /// The run that it was in.
    pub(crate) run: Option<LastRun>,
}

/// The run in which a job has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LastRun {
    pub(crate) is_lent: bool,
}

impl Ending {
    /// The end of a job that waited.
    pub(crate) const fn of_waiting(verdict: Verdict) -> Self {
        Self {
            verdict,
            end: None,
            run: None,
        }
    }
}

impl Record {
    /// The record of an application; its clocks run from when it came, wherever it has waited.
    pub(crate) fn new(application: Application, order: &Order) -> Self {
        let Application {
            terms,
            unique,
            is_reservation,
            came,
            ..
        } = application;
        Self {
            rank: order.rank(came, terms.priority),
            state: if is_reservation {
                State::Reserved
            } else if terms.delay.is_zero() {
                State::Queued { since: came }
            } else {
                let until = came.saturating_add(terms.delay);
                State::Delayed { until }
            },
            lane: terms.lane,
            terms,
            unique,
            submitted: came,
            attempt: 0,
            slot: None,
            ran: Duration::ZERO,
            due: None,
        }
    }

    /// The job as the queue sees it.
    pub(crate) fn entry(&self, id: JobId, place: Place) -> Entry {
        Entry {
            place,
            key: self.terms.key.clone(),
            rank: self.rank,
            job: self.terms.waiting(id),
        }
    }

    /// Whether it waits, and has not begun.
    pub(crate) const fn is_waiting(&self) -> bool {
        matches!(self.state, State::Delayed { .. } | State::Queued { .. })
    }

    /// Whether it has come, and nothing has been decided about its end.
    pub(crate) const fn is_undecided(&self) -> bool {
        match &self.state {
            State::Reserved => false,
            State::Delayed { .. } | State::Queued { .. } => true,
            State::Running(run) => run.asked.is_none(),
        }
    }

    /// When everything must be over.
    pub(crate) fn total_due(&self) -> Option<Moment> {
        later(self.submitted, self.terms.total_timeout)
    }

    /// When the next thing happens to it by time alone.
    pub(crate) fn next_due(&self, stuck_after: Duration) -> Option<Moment> {
        let earlier = |one: Option<Moment>, other: Option<Moment>| match (one, other) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        match &self.state {
            State::Reserved => None,
            State::Delayed { until } => earlier(Some(*until), self.total_due()),
            State::Queued { since } => {
                earlier(later(*since, self.terms.queue_timeout), self.total_due())
            }
            State::Running(run) => match &run.asked {
                None => earlier(later(run.since, self.terms.run_timeout), self.total_due()),
                Some(_) if run.is_stuck => None,
                Some(Asked {
                    stopped: Some(stopped),
                    ..
                }) => later(*stopped, Some(stuck_after)),
                Some(Asked { stop_at, .. }) => *stop_at,
            },
        }
    }
}
