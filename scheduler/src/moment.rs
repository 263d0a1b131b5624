//! Points in time, and lengths from them.

use std::time::Duration;

/// A point in time, as the length since the scheduler was built.
pub(crate) type Moment = Duration;

/// The moment `after` from `now`; none if there is no such timeout or it lies beyond all time.
pub(crate) fn later(now: Moment, after: Option<Duration>) -> Option<Moment> {
    now.checked_add(after?)
}
