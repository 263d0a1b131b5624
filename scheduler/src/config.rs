//! A scheduler's settings, and what can be wrong with them.

use std::io;
use std::time::Duration;

use thiserror::Error;

use crate::order::Order;
use crate::room::{Overflow, QueueLimit};
use crate::spec::Spec;

/// What a scheduler was built with, read back.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// Jobs that may run at once, after the last [`resize`](crate::scheduler::Scheduler::resize).
    pub slots: usize,
    /// What may wait.
    pub queue: QueueLimit,
    /// What happens to more.
    pub overflow: Overflow,
    /// Who is next.
    pub order: Order,
    /// What the running jobs of one key may cost.
    pub key_limit: Option<u32>,
    /// The terms of jobs that do not set their own.
    pub defaults: Spec,
    /// How long a job may take to go once it is stopped by force.
    pub stuck_after: Duration,
}

/// A scheduler could not be built.
#[derive(Debug, Error)]
#[error("{field}: {problem}")]
#[non_exhaustive]
pub struct ConfigError {
    /// The setting at fault, by the name of the method that sets it.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: ConfigProblem,
}

/// What is wrong with a setting.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// It must not be zero.
    #[error("must be at least 1")]
    Zero,
    /// It must not be empty.
    #[error("must not be empty")]
    Empty,
    /// It is under its limit.
    #[error("must be at least {limit}")]
    TooSmall {
        /// The smallest value allowed.
        limit: u64,
    },
    /// It is over its limit.
    #[error("must be at most {limit}")]
    TooLarge {
        /// The largest value allowed.
        limit: u64,
    },
    /// The runtime has no clock.
    #[error("enable the time driver of the tokio runtime")]
    NoTimer,
    /// There is no tokio runtime here, and none was given.
    #[error("call within a tokio runtime, or give its handle")]
    NoRuntime,
    /// This process was itself started as a worker.
    #[error(
        "a worker has no workers: `main` must call `worker::serve` before it does anything else"
    )]
    InWorker,
    /// What it needs from the operating system was refused.
    #[error("the operating system refused: {0}")]
    System(io::Error),
}

impl ConfigError {
    /// The first of the settings that is wrong, if one is.
    ///
    /// # Errors
    /// That one.
    pub(crate) fn first<const N: usize>(
        checks: [(bool, &'static str, ConfigProblem); N],
    ) -> Result<(), Self> {
        match checks.into_iter().find(|(is_wrong, ..)| *is_wrong) {
            Some((_, field, problem)) => Err(Self::new(field, problem)),
            None => Ok(()),
        }
    }

    /// The error of `field`.
    pub(crate) const fn new(field: &'static str, problem: ConfigProblem) -> Self {
        Self { field, problem }
    }
}
