//! A job that was not taken.

use std::fmt;

use thiserror::Error;

use crate::error::RejectReason;

/// A job that was not taken, handed back as it was.
#[derive(Error)]
#[error("the job was rejected: {reason}")]
pub struct Rejected<J> {
    job: J,
    reason: RejectReason,
}

impl<J> Rejected<J> {
    /// `job` was not taken.
    pub(crate) const fn new(job: J, reason: RejectReason) -> Self {
        Self { job, reason }
    }

    /// Why it was not taken.
    #[must_use]
    pub const fn reason(&self) -> RejectReason {
        self.reason
    }

    /// The job.
    #[must_use]
    pub fn into_job(self) -> J {
        self.job
    }
}

impl<J> fmt::Debug for Rejected<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected")
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}
