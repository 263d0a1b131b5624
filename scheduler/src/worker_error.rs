//! What can go wrong between the host and what runs its jobs.

use std::io;
use std::sync::Arc;
use std::time::Duration;

/// What went wrong between the host and a worker process. It concerns one job only: the worker is
/// killed and replaced.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The process could not be started, several times in a row; or the thread could not.
    #[error("the worker could not be started")]
    Spawn(#[source] Arc<io::Error>),
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
    Pipe(#[source] Arc<io::Error>),
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
