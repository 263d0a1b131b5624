//! The trait of a store: what is written as one, and what is read.

use std::fmt;

use jiff::Timestamp;

use crate::lifecycle::BuildId;
use crate::records::point::Point;
use crate::records::query::{Page, Query};
use crate::records::record::{Attempt, Record};

/// Keeps rows, and what belongs to them, for good.
///
/// Calls may block on a disk. One thread writes; any may read.
pub trait RecordStore: fmt::Debug + Send + Sync + 'static {
    /// Applies all changes in their order, or none, and comes back when they would survive the
    /// loss of power. Tells of each what it came to.
    ///
    /// # Errors
    /// Why nothing may be taken as written; what of it is there shows after [`recover`](Self::recover).
    fn apply(&self, changes: &[Change]) -> Result<Vec<Applied>, StoreError>;

    /// Opens the store anew after an error, once its disk takes writes again. Until then what was
    /// open keeps answering reads as far as it can.
    ///
    /// # Errors
    /// Why it is still out of order.
    fn recover(&self) -> Result<(), StoreError>;

    /// The row of a build; one that runs shows as running.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn record(&self, id: BuildId) -> Result<Option<Record>, StoreError>;

    /// What a build that has not ended was asked for.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn request(&self, id: BuildId) -> Result<Option<Vec<u8>>, StoreError>;

    /// What a build said when it ended.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn result(&self, id: BuildId) -> Result<Option<Vec<u8>>, StoreError>;

    /// A small artifact, by its digest.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn blob(&self, digest: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// The builds that were accepted and have not ended, in the order of their acceptance, with
    /// the attempts they have had.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn unfinished(&self) -> Result<Vec<Unfinished>, StoreError>;

    /// The largest id there is.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn last_id(&self) -> Result<Option<BuildId>, StoreError>;

    /// A page of rows.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn page(&self, query: &Query) -> Result<Page, StoreError>;

    /// The newest points of a name, at most so many, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn points(&self, name: &str, limit: usize) -> Result<Vec<Point>, StoreError>;

    /// The room that its disk has left for it; cheap.
    ///
    /// # Errors
    /// When the disk cannot be asked.
    fn free_bytes(&self) -> Result<u64, StoreError>;

    /// The room it takes and the room that is left.
    ///
    /// # Errors
    /// When the disk cannot be asked.
    fn space(&self) -> Result<Space, StoreError>;
}

/// Digest and bytes of an artifact.
pub type Blob = (String, Vec<u8>);

/// One change. Whatever belongs to one step of a build is in one of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A build is accepted: its row, and what it takes to run it.
    Accept {
        /// The row.
        record: Box<Record>,
        /// The request, in a form of the caller's.
        request: Vec<u8>,
    },
    /// An attempt of a build has begun.
    Start {
        /// The build.
        id: BuildId,
        /// The attempt.
        attempt: Attempt,
    },
    /// An attempt is over without an end of the build, which waits again.
    Requeue {
        /// The build.
        id: BuildId,
        /// The attempt.
        number: u32,
        /// What is left of it.
        how: Left,
    },
    /// A build has ended: its final row, its result, and its artifacts that are small.
    Settle {
        /// The row.
        record: Box<Record>,
        /// The result, in a form of the caller's.
        result: Vec<u8>,
        /// The small artifacts: a module, its source map, a module in its place.
        blobs: Vec<Blob>,
    },
    /// A build was never accepted after all: its `Accept` is in doubt, and is undone.
    Retract {
        /// The build.
        id: BuildId,
    },
    /// A point is recorded.
    Point(Point),
    /// Nothing: whoever waits for it knows that everything before it is durable.
    Barrier,
}

impl Change {
    /// The stable name of the kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Accept { .. } => "queued",
            Self::Start { .. } => "started",
            Self::Requeue { .. } => "requeued",
            Self::Settle { .. } => "final",
            Self::Retract { .. } => "retracted",
            Self::Point(_) => "point",
            Self::Barrier => "barrier",
        }
    }
}

/// What is left of an attempt that did not end its build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Nothing: it was stopped because the service ended.
    Untouched,
    /// Its worker died.
    Died {
        /// When.
        at: Timestamp,
    },
    /// The server died under it.
    Interrupted {
        /// When that was found.
        at: Timestamp,
    },
}

impl Left {
    /// Does it to the attempts of a build; doing it twice is doing it once.
    pub(super) fn apply(self, number: u32, attempts: &mut Vec<Attempt>) {
        let (at, is_interrupted) = match self {
            Self::Untouched => return attempts.retain(|attempt| attempt.number != number),
            Self::Died { at } => (at, false),
            Self::Interrupted { at } => (at, true),
        };
        if let Some(attempt) = attempts.iter_mut().find(|attempt| attempt.number == number) {
            attempt.ended_at = Some(at);
            attempt.is_interrupted = is_interrupted;
        }
    }
}

/// What a change came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It is there.
    Written,
    /// The build had ended before, and nothing was changed.
    AlreadyEnded,
    /// There is no such build, and nothing was changed.
    Unknown,
}

/// A build that is to be run, or run again.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfinished {
    /// Its row.
    pub record: Record,
    /// Its request.
    pub request: Vec<u8>,
}

/// The room of a store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Space {
    /// Bytes of its files.
    pub used_bytes: u64,
    /// Bytes that its disk has left for it.
    pub free_bytes: u64,
}

/// Why a store did not do its part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Its disk is full, or as good as.
    #[error("the disk has no room: {what}")]
    Full {
        /// What was found.
        what: String,
    },
    /// It failed and is being opened anew.
    #[error("the store is out of order: {what}")]
    Unavailable {
        /// What failed.
        what: String,
    },
    /// Something in it cannot be read.
    #[error("the store holds what cannot be read: {what}")]
    Corrupt {
        /// What it is.
        what: String,
    },
    /// It was written by a release that this one does not know.
    #[error("the store has schema version {found}, and this release reads up to {known}")]
    Newer {
        /// The version found.
        found: u32,
        /// The newest that is known.
        known: u32,
    },
    /// More changes wait than may wait.
    #[error("the store has too much to write")]
    Overloaded,
}

impl StoreError {
    /// The stable name of the kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Full { .. } => "store_full",
            Self::Unavailable { .. } => "store_unavailable",
            Self::Corrupt { .. } => "store_corrupt",
            Self::Newer { .. } => "store_newer",
            Self::Overloaded => "store_overloaded",
        }
    }

    /// A failure of the system below, by what it says.
    pub(crate) fn of_io(what: &str, error: &std::io::Error) -> Self {
        let what = format!("{what}: {error}");
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::Full { what }
            }
            _ => Self::Unavailable { what },
        }
    }
}
