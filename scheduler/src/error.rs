//! How a job can end other than well.

use std::borrow::Cow;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use thiserror::Error;

/// Why a job has no output. `E` is the job's own error, unchanged.
#[derive(Debug, Error)]
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
    /// It waited and never ran.
    Queued,
    /// It had started.
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
    /// The job waited too long and never ran.
    Queue,
    /// The job ran too long.
    Run,
}

impl TimeoutKind {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Run => "run",
        }
    }
}

/// Why a job was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RejectReason {
    /// All slots are busy and as many jobs wait as may wait.
    #[error("the queue is full")]
    Full,
    /// The scheduler takes no more jobs.
    #[error("the scheduler is closed")]
    Closed,
}

impl RejectReason {
    /// The stable name.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Closed => "closed",
        }
    }
}

/// What went wrong between the host and a worker process. It concerns one job only: the worker is
/// killed and replaced.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The process could not be started, several times in a row.
    #[error("the worker could not be started")]
    Spawn(#[source] io::Error),
    /// The process started, but died before it greeted; its standard error may say why.
    #[error("the worker ended before it was ready: {stderr}")]
    NotReady {
        /// The end of what it wrote to its standard error.
        stderr: String,
    },
    /// The process did not greet in time.
    #[error("the worker was not ready within {after:?}")]
    ReadyTimeout {
        /// How long it was given.
        after: Duration,
    },
    /// The process speaks another version of the protocol.
    #[error("the worker speaks protocol version {theirs}, not {ours}")]
    Version {
        /// The version of the host.
        ours: u32,
        /// The version of the worker.
        theirs: u32,
    },
    /// A message is longer than a frame may be.
    #[error("a message of {bytes} bytes exceeds the frame limit of {limit_bytes}")]
    FrameTooLong {
        /// The length of the message.
        bytes: u64,
        /// The limit.
        limit_bytes: u64,
    },
    /// The process wrote what is no message, or not the one expected.
    #[error("the worker broke the protocol: {what}")]
    Protocol {
        /// What was wrong with it.
        what: &'static str,
    },
    /// The process did not read its job in time.
    #[error("the worker did not read its job within {after:?}")]
    Stalled {
        /// How long it was given.
        after: Duration,
    },
    /// The job could not be encoded, or its answer not decoded.
    #[error("a message could not be encoded or decoded: {what}")]
    Codec {
        /// What the codec said.
        what: String,
    },
    /// The worker has no code registered for the job's name.
    #[error("the worker does not know the job {name:?}")]
    UnknownJob {
        /// The name.
        name: String,
    },
    /// The worker could not start a thread for the job.
    #[error("the worker could not run the job: {what}")]
    Refused {
        /// What it said.
        what: String,
    },
    /// A pipe to the process failed.
    #[error("a pipe to the worker failed")]
    Pipe(#[source] io::Error),
    /// The process is gone, and the system does not tell how: somebody else has reaped it.
    #[error("the worker ended, and somebody else in this process was told how")]
    Vanished,
}

impl WorkerError {
    /// The stable name of the kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Spawn(_) => "spawn",
            Self::NotReady { .. } => "not_ready",
            Self::ReadyTimeout { .. } => "ready_timeout",
            Self::Version { .. } => "version",
            Self::FrameTooLong { .. } => "frame_too_long",
            Self::Protocol { .. } => "protocol",
            Self::Stalled { .. } => "stalled",
            Self::Codec { .. } => "codec",
            Self::UnknownJob { .. } => "unknown_job",
            Self::Refused { .. } => "refused",
            Self::Pipe(_) => "pipe",
            Self::Vanished => "vanished",
        }
    }
}
