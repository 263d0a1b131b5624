//! How a job is run again: its copy, its policy, and which failures are worth it.

use std::sync::Arc;

use crate::contain::quietly;
use crate::error::JobError;
use crate::event::Again;
use crate::link::Link;
use crate::retry::Retry;

/// Says which failures are worth another attempt.
pub(crate) type Worth<E> = Arc<dyn Fn(&JobError<E>) -> bool + Send + Sync>;

/// What it takes to run a job of the type `J` again.
pub(crate) struct Rerun<J, E> {
    policy: Retry,
    copy: fn(&J) -> J,
    worth: Option<Worth<E>>,
}

impl<J: Clone, E> Rerun<J, E> {
    /// By `policy`; `worth` decides in place of the rule.
    pub(crate) fn new(policy: Retry, worth: Option<Worth<E>>) -> Self {
        Self {
            policy,
            copy: J::clone,
            worth,
        }
    }
}

impl<J, E> Rerun<J, E> {
    /// How often the job may ask to be run later.
    pub(crate) const fn snoozes(&self) -> u32 {
        self.policy.snoozes_max()
    }

    /// Makes a copy of a job that is about to run.
    pub(crate) const fn copier(&self) -> fn(&J) -> J {
        self.copy
    }

    /// Whether a run that is over is to be followed by another one. `seed` makes the jitter.
    pub(crate) fn after<T>(
        &self,
        result: &Result<T, JobError<E>>,
        link: &Link,
        seed: u64,
    ) -> Option<Again> {
        if let Some(after) = link.take_snooze() {
            return Some(Again {
                after,
                is_snooze: true,
            });
        }
        let error = result.as_ref().err()?;
        if !self.is_worth(error) {
            return None;
        }
        let next = link.attempt().saturating_add(1);
        let after = self.policy.backoff(next, seed ^ link.id.get())?;
        Some(Again {
            after,
            is_snooze: false,
        })
    }

    fn is_worth(&self, error: &JobError<E>) -> bool {
        match &self.worth {
            // The users' code; a failure that it cannot judge is the last one.
            Some(worth) => quietly(|| worth(error)).unwrap_or(false),
            None => is_worth(error),
        }
    }
}

/// The rule: what may pass by itself. Too much memory will be too much again.
const fn is_worth<E>(error: &JobError<E>) -> bool {
    matches!(
        error,
        JobError::Failed(_)
            | JobError::Panicked { .. }
            | JobError::Exited { .. }
            | JobError::Worker(_)
            | JobError::SlotState(_)
    )
}
