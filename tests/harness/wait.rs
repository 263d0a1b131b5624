//! Waiting for another process or thread, never longer than told.

use std::time::{Duration, Instant};

/// Between two looks: short against a spawn, long against the look itself.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// Looks until there is something, and gives up after `limit`. It looks once at least.
pub fn try_wait_for<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() >= end {
            return None;
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

/// Waits for something, named by `what` in the failure.
///
/// # Panics
/// When there is nothing within `limit`.
#[track_caller]
pub fn wait_for<T>(what: &str, limit: Duration, look: impl FnMut() -> Option<T>) -> T {
    match try_wait_for(limit, look) {
        Some(found) => found,
        None => panic!("waited {limit:?} in vain for {what}"),
    }
}

/// Waits until a condition holds.
///
/// # Panics
/// When it does not hold within `limit`.
#[track_caller]
pub fn wait_until(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) {
    wait_for(what, limit, || holds().then_some(()));
}
