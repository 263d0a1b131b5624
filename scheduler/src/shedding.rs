//! Who goes first when the queue is full. Pure.

use std::collections::BTreeSet;

use crate::id::JobId;
use crate::order::Rank;
use crate::priority::{Lane, PerLane};

/// The waiting jobs in the order in which they would be shed. O(log n) each.
#[derive(Debug, Default)]
pub(crate) struct Shedding {
    by_rank: PerLane<BTreeSet<(Rank, JobId)>>,
    by_age: BTreeSet<JobId>,
}

impl Shedding {
    /// A job has come to wait.
    pub(crate) fn add(&mut self, lane: Lane, rank: Rank, id: JobId) {
        self.by_rank.get_mut(lane).insert((rank, id));
        self.by_age.insert(id);
    }

    /// A job waits no longer.
    pub(crate) fn remove(&mut self, lane: Lane, rank: Rank, id: JobId) {
        self.by_rank.get_mut(lane).remove(&(rank, id));
        self.by_age.remove(&id);
    }

    /// The jobs, the one that would start last first.
    pub(crate) fn lowest_first(&self) -> impl Iterator<Item = JobId> {
        let lanes = Lane::ALL.into_iter().rev();
        lanes.flat_map(|lane| self.by_rank.get(lane).iter().rev().map(|(_, id)| *id))
    }

    /// The jobs, the one submitted first first.
    pub(crate) fn oldest_first(&self) -> impl Iterator<Item = JobId> {
        self.by_age.iter().copied()
    }
}
