//! The counters: what a scheduler has done and what it is doing.

use crate::event::{End, Verdict};

/// A consistent picture of a scheduler at one moment.
///
/// The counters are disjoint: at every moment
/// `submitted == queued + running + cancelling + ended()`. Rejected jobs were never taken and
/// are counted apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// How many slots there are.
    pub slots: usize,
    /// Jobs taken since the scheduler was built.
    pub submitted: u64,
    /// Jobs refused since the scheduler was built.
    pub rejected: u64,
    /// Jobs that wait, in all lanes.
    pub queued: usize,
    /// Of these, in the lane `Interactive`.
    pub queued_interactive: usize,
    /// Of these, in the lane `Normal`.
    pub queued_normal: usize,
    /// Of these, in the lane `Batch`.
    pub queued_batch: usize,
    /// Jobs that run.
    pub running: usize,
    /// Jobs that have been asked to end and still hold their slots.
    pub cancelling: usize,
    /// How the others have ended.
    pub ended: Ended,
}

impl Snapshot {
    /// All jobs that have ended, whichever way.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.ended.sum()
    }

    /// Slots with a job on them.
    #[must_use]
    pub const fn busy_slots(&self) -> usize {
        self.running + self.cancelling
    }
}

/// Jobs that have ended, by how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// With an output.
    pub succeeded: u64,
    /// With the job's own error.
    pub failed: u64,
    /// By a panic.
    pub panicked: u64,
    /// By a cancellation, waiting or running.
    pub cancelled: u64,
    /// By a timeout, waiting or running.
    pub timed_out: u64,
    /// By the death of the worker process.
    pub exited: u64,
    /// By the memory limit.
    pub out_of_memory: u64,
    /// By a worker process that could not be used.
    pub worker_failed: u64,
    /// By a shutdown.
    pub shutdown: u64,
}

impl Ended {
    /// All of them.
    #[must_use]
    pub const fn sum(&self) -> u64 {
        self.succeeded
            + self.failed
            + self.panicked
            + self.cancelled
            + self.timed_out
            + self.exited
            + self.out_of_memory
            + self.worker_failed
            + self.shutdown
    }

    /// Counts a job that ended by its own run.
    pub(crate) fn count_end(&mut self, end: End) {
        let counter = match end {
            End::Succeeded => &mut self.succeeded,
            End::Failed => &mut self.failed,
            End::Panicked => &mut self.panicked,
            End::Exited => &mut self.exited,
            End::OutOfMemory => &mut self.out_of_memory,
            End::WorkerFailed => &mut self.worker_failed,
            End::Stopped | End::Lost => &mut self.shutdown,
        };
        *counter += 1;
    }

    /// Counts a job whose end was decided for it; its own run's end counts by `count_end`.
    pub(crate) fn count_verdict(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Own => {}
            Verdict::Cancelled { .. } => self.cancelled += 1,
            Verdict::TimedOut { .. } => self.timed_out += 1,
            Verdict::Shutdown => self.shutdown += 1,
        }
    }
}
