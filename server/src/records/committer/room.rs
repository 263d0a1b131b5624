//! The room on the disk, looked at now and then.

use std::time::{Duration, Instant};

use crate::records::store::{RecordStore, StoreError};

/// How often the disk is looked at: it fills within seconds at the fastest.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What a disk must have left for builds to be accepted, and whether it has.
#[derive(Debug)]
pub(super) struct Room {
    reserve_bytes: u64,
    looked_at: Option<Instant>,
    trouble: Option<StoreError>,
}

impl Room {
    /// Wants so much to be left.
    pub(super) const fn keeping(reserve_bytes: u64) -> Self {
        Self {
            reserve_bytes,
            looked_at: None,
            trouble: None,
        }
    }

    /// Why no build is to be accepted, if none is.
    pub(super) fn trouble(&mut self, store: &dyn RecordStore) -> Option<StoreError> {
        if self.looked_at.is_none_or(|at| at.elapsed() >= LOOK_EVERY) {
            self.looked_at = Some(Instant::now());
            self.trouble = match store.space() {
                Ok(space) if space.free_bytes < self.reserve_bytes => Some(StoreError::Full {
                    what: format!(
                        "{} MiB are left, and {} MiB are kept for builds that are under way",
                        space.free_bytes >> 20,
                        self.reserve_bytes >> 20
                    ),
                }),
                // A disk that cannot be asked will say more when it is written to.
                Ok(_) | Err(_) => None,
            };
        }
        self.trouble.clone()
    }
}
