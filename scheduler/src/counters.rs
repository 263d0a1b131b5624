//! What the dispatcher counts as it goes.

use std::time::Duration;

use crate::histogram::Histogram;
use crate::moment::Moment;
use crate::stats::Ended;
use crate::utilisation::Utilisation;

/// What the dispatcher counts as it goes.
#[derive(Debug)]
pub(crate) struct Counters {
    pub(crate) submitted: u64,
    pub(crate) rejected: u64,
    pub(crate) joined: u64,
    pub(crate) retried: u64,
    pub(crate) snoozed: u64,
    pub(crate) delayed: usize,
    /// Running jobs without a slot that have not been asked to end.
    pub(crate) lent: usize,
    pub(crate) cancelling: usize,
    pub(crate) stuck: usize,
    pub(crate) reserved: usize,
    pub(crate) ended: Ended,
    pub(crate) utilisation: Utilisation,
    pub(crate) waits: Option<Histogram>,
    pub(crate) runs: Option<Histogram>,
    /// The mean length of a run, the recent ones weighing more.
    mean_run: Duration,
    run_count: u64,
}

impl Counters {
    /// Nothing has happened.
    pub(crate) fn new(slots: usize, has_histograms: bool) -> Self {
        Self {
            submitted: 0,
            rejected: 0,
            joined: 0,
            retried: 0,
            snoozed: 0,
            delayed: 0,
            lent: 0,
            cancelling: 0,
            stuck: 0,
            reserved: 0,
            ended: Ended::default(),
            utilisation: Utilisation::new(Moment::ZERO, slots),
            waits: has_histograms.then(Histogram::new),
            runs: has_histograms.then(Histogram::new),
            mean_run: Duration::ZERO,
            run_count: 0,
        }
    }

    /// A job has started after such a wait.
    pub(crate) fn count_wait(&mut self, waited: Duration) {
        if let Some(waits) = &mut self.waits {
            waits.record(waited);
        }
    }

    /// A run of such a length is over.
    pub(crate) fn count_run(&mut self, ran: Duration) {
        if let Some(runs) = &mut self.runs {
            runs.record(ran);
        }
        // An exponential mean with a weight of 1/16: some fifty runs back nothing is left of one.
        self.mean_run = if self.run_count == 0 {
            ran
        } else {
            (self.mean_run / 16)
                .saturating_mul(15)
                .saturating_add(ran / 16)
        };
        self.run_count += 1;
    }

    /// The mean length of a run, if there were at least so many.
    pub(crate) fn mean_run(&self, at_least: u64) -> Option<Duration> {
        (self.run_count >= at_least).then_some(self.mean_run)
    }
}
