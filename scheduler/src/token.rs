//! A signal that cancels several jobs at once, also those that have not been submitted yet.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::id::JobId;
use crate::link::Control;

/// Cancels all jobs that were submitted [with it](crate::submission::Submission::cancel_with), of
/// any scheduler; one that is submitted later is rejected. Cheap to clone.
///
/// Dropping it cancels nothing. A job that has ended leaves nothing behind in it.
#[derive(Clone, Default)]
pub struct CancelToken {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    reason: Option<Cow<'static, str>>,
    next: u64,
    listeners: BTreeMap<u64, Listener>,
}

/// One that waits for a job.
#[derive(Clone)]
pub(crate) struct Listener {
    pub(crate) control: Weak<dyn Control>,
    pub(crate) id: JobId,
    pub(crate) member: u32,
}

impl Listener {
    /// Ends the job, or leaves it to the others who want it.
    pub(crate) fn leave(&self, reason: Cow<'static, str>) -> bool {
        let control = self.control.upgrade();
        control.is_some_and(|control| control.leave(self.id, self.member, reason))
    }
}

impl CancelToken {
    /// A token that has not been cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels, for good, with this reason; how many jobs that has ended. Later calls change
    /// nothing.
    ///
    /// The jobs end like those of [`JobHandle::cancel`](crate::handle::JobHandle::cancel), in the
    /// order in which they were submitted. O(n log n), never blocks.
    pub fn cancel(&self, reason: impl Into<Cow<'static, str>>) -> usize {
        let reason = reason.into();
        let listeners = {
            let mut state = self.state();
            if state.reason.is_some() {
                return 0;
            }
            state.reason = Some(reason.clone());
            std::mem::take(&mut state.listeners)
        };
        let ended = |listener: &&Listener| listener.leave(reason.clone());
        listeners.values().filter(ended).count()
    }

    /// Whether it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.state().reason.is_some()
    }

    /// Why it was cancelled, if it was.
    #[must_use]
    pub fn reason(&self) -> Option<Cow<'static, str>> {
        self.state().reason.clone()
    }

    /// How many jobs it would cancel: those that wait or run.
    #[must_use]
    pub fn jobs(&self) -> usize {
        self.state().listeners.len()
    }

    /// Enlists one who waits for a job.
    ///
    /// # Errors
    /// The reason, if the token has been cancelled.
    pub(crate) fn listen(&self, listener: Listener) -> Result<Registration, Cow<'static, str>> {
        let mut state = self.state();
        if let Some(reason) = &state.reason {
            return Err(reason.clone());
        }
        let number = state.next;
        state.next += 1;
        state.listeners.insert(number, listener);
        Ok(Registration {
            state: Arc::downgrade(&self.state),
            number,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Only moves happen under this lock, so a poisoned one is as good as new.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken")
            .field("reason", &self.reason())
            .field("jobs", &self.jobs())
            .finish()
    }
}

/// A place in a token's list, given up when dropped.
pub(crate) struct Registration {
    state: Weak<Mutex<State>>,
    number: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        let Some(state) = self.state.upgrade() else {
            return;
        };
        let listener = {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            state.listeners.remove(&self.number)
        };
        // What it holds of a scheduler goes without the lock.
        drop(listener);
    }
}
