//! Waiting jobs as the queue sees them, and what of them may be paused.

use crate::discipline::Waiting;
use crate::id::JobId;
use crate::key::Key;
use crate::order::Rank;
use crate::priority::Lane;

/// Where a job waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Ahead of all lanes: it has started before, and has only lent its slot.
    Returning,
    /// In its lane.
    Lane(Lane),
}

/// A waiting job, as far as the order is concerned.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Where it waits.
    pub(crate) place: Place,
    /// Whose turn it takes.
    pub(crate) key: Option<Key>,
    /// Its place among those of its key.
    pub(crate) rank: Rank,
    /// The job itself.
    pub(crate) job: Waiting,
}

/// The job that is next.
#[derive(Clone, Debug)]
pub(crate) struct Next {
    /// The job.
    pub(crate) id: JobId,
    /// Whether it comes back to a run that has begun.
    pub(crate) place: Place,
    pub(crate) rank: Rank,
    pub(crate) key: Option<Key>,
}

/// Of what no more jobs are to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Of everything.
    All,
    /// Of one lane.
    Lane(Lane),
    /// Of one key.
    Key(Key),
}
