//! How a running job hears that it must end: two levels that only ever rise.

use std::pin::pin;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::Notify;

/// How urgently a job is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Level {
    /// It is asked to, and has its grace.
    Asked = 1,
    /// The grace is over.
    Stopped = 2,
}

/// The signals of one job, shared by its context and by whoever carries out the decisions.
///
/// Raising is idempotent and allowed before the job has started: it then sees the level at once.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    level: AtomicU8,
    changed: Notify,
}

impl Signals {
    /// Raises the level to at least `level` and wakes those that wait.
    pub(crate) fn raise(&self, level: Level) {
        self.level.fetch_max(level as u8, Ordering::AcqRel);
        self.changed.notify_waiters();
    }

    /// Whether `level` has been reached.
    pub(crate) fn has_reached(&self, level: Level) -> bool {
        self.level.load(Ordering::Acquire) >= level as u8
    }

    /// Waits for `level`.
    pub(crate) async fn reached(&self, level: Level) {
        loop {
            let mut changed = pin!(self.changed.notified());
            // Enlist before looking, so that a raise between the two is not lost.
            changed.as_mut().enable();
            if self.has_reached(level) {
                return;
            }
            changed.await;
        }
    }
}
