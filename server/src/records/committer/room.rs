//! The room on the disk.

use std::time::Duration;

use crate::records::store::{RecordStore, StoreError};

/// How often the disk is looked at while nothing is written. Before each batch it is looked at too: it
/// costs a millionth of a sync, and a disk fills within a moment.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What a disk must have left for builds to be accepted, and whether it has.
#[derive(Debug)]
pub(super) struct Room {
    reserve_bytes: u64,
}

impl Room {
    /// Wants so much to be left.
    pub(super) const fn keeping(reserve_bytes: u64) -> Self {
        Self { reserve_bytes }
    }

    /// Why no build is to be accepted, if none is.
    pub(super) fn trouble(&self, store: &dyn RecordStore) -> Option<StoreError> {
        // A disk that cannot be asked will say more when it is written to.
        let free_bytes = store.free_bytes().ok()?;
        (free_bytes < self.reserve_bytes).then(|| StoreError::Full {
            what: format!(
                "{} MiB are left, and {} MiB are kept for builds that are under way",
                free_bytes >> 20,
                self.reserve_bytes >> 20
            ),
        })
    }
}
