//! The one timer of a scheduler.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::moment::Moment;

/// When to ring next.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    at: Mutex<Option<Moment>>,
    wake: Notify,
}

impl Alarm {
    /// Rings at `at`, or earlier if an earlier moment is set: two settings may arrive in either
    /// order, and a ring too many costs nothing.
    pub(crate) fn set(&self, at: Moment) {
        let mut slot = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_none_or(|set| at < set) {
            *slot = Some(at);
            self.wake.notify_one();
        }
    }

    /// The moment that is set.
    pub(crate) fn get(&self) -> Option<Moment> {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing is set any more.
    pub(crate) fn clear(&self) {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Looks whether it is still wanted.
    pub(crate) fn interrupt(&self) {
        self.wake.notify_one();
    }

    /// Calls `tick` at each moment that is set, counted from `epoch`, and with false at each change;
    /// until that says no.
    pub(crate) async fn ring(self: Arc<Self>, epoch: Instant, tick: impl Fn(bool) -> bool + Send) {
        loop {
            let at = self.get().and_then(|at| epoch.checked_add(at));
            let is_due = tokio::select! {
                () = self.wake.notified() => false,
                () = sleep_until(at) => true,
            };
            if is_due {
                // Cleared before the tick, whose effects may set it again.
                self.clear();
            }
            if !tick(is_due) {
                return;
            }
        }
    }
}

/// Sleeps until `at`, for ever without one.
async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
