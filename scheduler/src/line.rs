//! The waiting jobs of one key in one lane, in their order. Pure.

use std::collections::BTreeMap;

use crate::discipline::{Custom, Discipline, Waiting};
use crate::id::JobId;
use crate::order::Rank;

/// Jobs in the order of their ranks, or in one of the users' own. Every operation is O(log n), as
/// far as it is ours.
#[derive(Debug)]
pub(crate) enum Line {
    /// By rank, then by id; with the costs.
    Ranked(BTreeMap<(Rank, JobId), u32>),
    /// As the users want it.
    Custom(Custom),
}

impl Line {
    /// An empty line.
    pub(crate) fn new(discipline: Option<Box<dyn Discipline>>) -> Self {
        match discipline {
            None => Self::Ranked(BTreeMap::new()),
            Some(discipline) => Self::Custom(Custom::new(discipline)),
        }
    }

    /// Puts a job in.
    pub(crate) fn push(&mut self, rank: Rank, job: Waiting) {
        match self {
            Self::Ranked(jobs) => {
                jobs.insert((rank, job.id), job.cost);
            }
            Self::Custom(line) => line.push(job),
        }
    }

    /// The job to start next, with its rank and cost.
    pub(crate) fn first(&mut self) -> Option<(Rank, JobId, u32)> {
        match self {
            Self::Ranked(jobs) => jobs
                .first_key_value()
                .map(|((rank, id), cost)| (*rank, *id, *cost)),
            Self::Custom(line) => line.first().map(|(id, cost)| (Rank::default(), id, cost)),
        }
    }

    /// The job to start last; of the users' own order only the latest is known.
    pub(crate) fn last(&self) -> Option<(Rank, JobId)> {
        match self {
            Self::Ranked(jobs) => jobs.last_key_value().map(|(place, _)| *place),
            Self::Custom(line) => line.last().map(|id| (Rank::default(), id)),
        }
    }

    /// The job that was submitted first. O(n).
    pub(crate) fn oldest(&self) -> Option<JobId> {
        match self {
            Self::Ranked(jobs) => jobs.keys().map(|(_, id)| *id).min(),
            Self::Custom(line) => line.oldest(),
        }
    }

    /// Takes the first job out.
    pub(crate) fn pop(&mut self, rank: Rank, id: JobId) {
        match self {
            Self::Ranked(jobs) => {
                jobs.remove(&(rank, id));
            }
            Self::Custom(line) => line.pop(id),
        }
    }

    /// Takes a job out, wherever it stands.
    pub(crate) fn remove(&mut self, rank: Rank, id: JobId) {
        match self {
            Self::Ranked(jobs) => {
                jobs.remove(&(rank, id));
            }
            Self::Custom(line) => line.remove(id),
        }
    }

    /// How many jobs wait.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Ranked(jobs) => jobs.len(),
            Self::Custom(line) => line.len(),
        }
    }
}
