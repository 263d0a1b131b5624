//! What the committer and its callers share: changes on their way, and what is known of the store.

use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::records::store::{Applied, Change, StoreError};

/// What the committer has done, for whoever counts.
#[derive(Debug)]
pub enum Commit<'a> {
    /// Changes of these kinds were written; the sync with all before it took so long.
    Written {
        /// The kind of each change.
        kinds: &'a [&'static str],
        /// From the batch's start to the end of its sync.
        took: Duration,
    },
    /// Changes of these kinds were not written.
    Lost {
        /// The kind of each change.
        kinds: &'a [&'static str],
        /// Why.
        error: &'a StoreError,
    },
    /// The store has failed, or failed again to be opened.
    Failed {
        /// How.
        error: &'a StoreError,
    },
    /// The store is in order again.
    Recovered,
}

/// Hears of everything that the committer does, on its thread.
pub type Observer = Box<dyn FnMut(Commit<'_>) + Send>;

/// What both sides know of each other.
#[derive(Debug)]
pub(super) struct Shared {
    /// Changes that wait.
    pub(super) waiting: AtomicUsize,
    /// Whether only what must not be lost is taken.
    pub(super) is_failing: AtomicBool,
    why: Mutex<Option<StoreError>>,
}

impl Shared {
    /// Nothing waits, and all is well.
    pub(super) const fn new() -> Self {
        Self {
            waiting: AtomicUsize::new(0),
            is_failing: AtomicBool::new(false),
            why: Mutex::new(None),
        }
    }

    /// Why the store does not take builds, if it does not.
    pub(super) fn trouble(&self) -> Option<StoreError> {
        let why = self.why.lock().unwrap_or_else(PoisonError::into_inner);
        why.clone()
    }

    /// Says so.
    pub(super) fn tell_trouble(&self, trouble: Option<StoreError>) {
        *self.why.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// A change on its way, and who waits for it.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) change: Change,
    pub(super) reply: Option<oneshot::Sender<Result<Applied, StoreError>>>,
}

/// Whether a change must be written in the end, however long it takes. They are bounded by the
/// builds there are.
pub(super) const fn is_kept(change: &Change) -> bool {
    match change {
        Change::Settle { .. } | Change::Requeue { .. } | Change::Retract { .. } => true,
        Change::Accept { .. } | Change::Start { .. } | Change::Point(_) | Change::Barrier => false,
    }
}
