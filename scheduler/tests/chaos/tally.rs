//! What observers are told, counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use vasca_scheduler::{Happening, SchedulerEvent, Snapshot};

/// Counts what observers are told.
#[derive(Clone, Default)]
pub(crate) struct Tally(Arc<Mutex<BTreeMap<&'static str, u64>>>);

impl Tally {
    pub(crate) fn observer(&self) -> impl Fn(&SchedulerEvent<'_>) + Send + Sync + 'static {
        let tally = self.clone();
        move |event: &SchedulerEvent<'_>| {
            let what = match event.what {
                Happening::Submitted { .. } => "submitted",
                Happening::Rejected { .. } => "rejected",
                Happening::Joined { .. } => "joined",
                Happening::Started { .. } => "started",
                Happening::Retrying { .. } => "repeated",
                Happening::Ended { outcome, .. } => outcome,
                Happening::ThreadUp => "thread up",
                Happening::ThreadDown => "thread down",
                _ => return,
            };
            *tally.0.lock().unwrap().entry(what).or_default() += 1;
        }
    }

    pub(crate) fn of(&self, what: &str) -> u64 {
        self.0
            .lock()
            .unwrap()
            .get(what)
            .copied()
            .unwrap_or_default()
    }

    /// Whether as much was told as the scheduler has counted.
    pub(crate) fn agrees(&self, stats: &Snapshot) -> bool {
        let ended = &stats.ended;
        let counts = [
            ("submitted", stats.submitted),
            ("rejected", stats.rejected),
            ("joined", stats.joined),
            ("repeated", stats.retried + stats.snoozed),
            ("started", stats.waits.as_ref().unwrap().count()),
            ("succeeded", ended.succeeded),
            ("failed", ended.failed),
            ("panicked", ended.panicked),
            ("cancelled", ended.cancelled),
            ("timed_out", ended.timed_out),
            ("shed", ended.shed),
            ("stuck", ended.stuck),
            ("shutdown", ended.shutdown),
        ];
        counts.iter().all(|(what, count)| self.of(what) == *count)
    }
}

pub(crate) fn is_disjoint(stats: &Snapshot) -> bool {
    let there = stats.queued + stats.delayed + stats.running + stats.lent + stats.cancelling;
    stats.submitted == there as u64 + stats.ended()
}
