//! How a job can end other than well.

use std::borrow::Cow;
use std::error::Error;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use crate::id::JobId;
use crate::worker_error::WorkerError;

/// Why a job has no output. `E` is the job's own error, unchanged.
///
/// It is an `Error` where `E` is one; for others, such as a text or `anyhow::Error`, match on it.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError<E> {
    /// The job ran and returned this error.
    #[error("the job failed")]
    Failed(#[source] E),
    /// The job panicked; nothing but the job was harmed.
    #[error("the job panicked: {message}")]
    Panicked {
        /// What the panic said, if it said it in text.
        message: String,
    },
    /// Somebody cancelled the job.
    #[error("the job was cancelled while {phase}: {reason}", phase = phase.as_str())]
    Cancelled {
        /// What the one who cancelled gave as the reason.
        reason: Cow<'static, str>,
        /// How far the job had come.
        phase: Phase,
    },
    /// The job took too long.
    #[error("the job's {kind} timeout of {after:?} ran out", kind = kind.as_str())]
    TimedOut {
        /// Which of its timeouts ran out.
        kind: TimeoutKind,
        /// The length of that timeout.
        after: Duration,
    },
    /// The job waited and made room for another one; see
    /// [`Overflow`](crate::room::Overflow).
    #[error("the job was shed from a full queue")]
    Shed,
    /// The job was stopped by force and did not go. It may still run, and keeps its slot until it
    /// ends; see [`SchedulerBuilder::stuck_after`](crate::builder::SchedulerBuilder::stuck_after).
    #[error("the job is stuck: it has not gone {after:?} after it was stopped")]
    Stuck {
        /// How long it was given.
        after: Duration,
    },
    /// The state of the job's slot could not be opened, so that the job did not run.
    #[error("the state of the slot could not be opened")]
    SlotState(#[source] Arc<dyn Error + Send + Sync>),
    /// The child process died under the job (process executor).
    #[error("the worker process died: {status}")]
    Exited {
        /// Its exit code or the signal that ended it.
        status: ExitStatus,
        /// The end of what it wrote to its standard error during the job, at most 8 KiB.
        stderr: String,
    },
    /// The child process was killed for the memory it held (process executor).
    #[error("the job held {resident_bytes} bytes of memory, over its limit of {limit_bytes}")]
    OutOfMemory {
        /// The limit.
        limit_bytes: u64,
        /// What was found resident when it was killed.
        resident_bytes: u64,
    },
    /// The job could not be brought to a child process, or its answer not back (process executor).
    #[error("the worker process did not do its part")]
    Worker(#[source] WorkerError),
    /// The scheduler, or the runtime under it, shut down before the job had ended.
    #[error("the scheduler shut down before the job had ended")]
    Shutdown,
    /// The job was not taken at all; only `run` says so this way, `submit` hands the job back.
    #[error("the job was rejected: {0}")]
    Rejected(RejectReason),
}

impl<E> JobError<E> {
    /// The stable name of the kind, for labels, logs and records.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Failed(_) => "failed",
            Self::Panicked { .. } => "panicked",
            Self::Cancelled { .. } => "cancelled",
            Self::TimedOut { .. } => "timed_out",
            Self::Shed => "shed",
            Self::Stuck { .. } => "stuck",
            Self::SlotState(_) => "slot_state",
            Self::Exited { .. } => "exited",
            Self::OutOfMemory { .. } => "out_of_memory",
            Self::Worker(_) => "worker",
            Self::Shutdown => "shutdown",
            Self::Rejected(_) => "rejected",
        }
    }
}

/// How far a job had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It waited: for its first run, or for another one.
    Queued,
    /// It was in a run.
    Running,
}

impl Phase {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
        }
    }
}

/// Which timeout ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeoutKind {
    /// The job waited too long for a slot.
    Queue,
    /// The job ran too long.
    Run,
    /// Everything together took too long.
    Total,
}

impl TimeoutKind {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Run => "run",
            Self::Total => "total",
        }
    }
}

/// Why a job was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RejectReason {
    /// All slots are busy and as much waits as may wait.
    #[error("the queue is full")]
    Full,
    /// As many jobs of its key wait as may wait.
    #[error("the queue is full for this key")]
    KeyFull,
    /// The job has more bytes than all waiting jobs together may have.
    #[error("the job is larger than the whole queue may be")]
    TooLarge,
    /// The scheduler takes no more jobs.
    #[error("the scheduler is closed")]
    Closed,
    /// Its [`CancelToken`](crate::token::CancelToken) had been cancelled before.
    #[error("the job was cancelled before it was submitted")]
    Cancelled,
    /// It would wait longer than all it has time for.
    #[error("the deadline is before the job could start, in about {estimated_wait:?}")]
    DeadlineUnreachable {
        /// What it would wait, by the mean of the last runs and what is in front of it; the delay
        /// that was asked for, if that alone is too long.
        estimated_wait: Duration,
    },
    /// There is such a job already; see [`Unique::reject`](crate::unique::Unique::reject).
    #[error("job {of} is the same")]
    Duplicate {
        /// The job that there is.
        of: JobId,
    },
}

impl RejectReason {
    /// The stable name.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::KeyFull => "key_full",
            Self::TooLarge => "too_large",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
            Self::DeadlineUnreachable { .. } => "deadline_unreachable",
            Self::Duplicate { .. } => "duplicate",
        }
    }
}
