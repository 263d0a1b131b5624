//! The counters: what a scheduler has done and what it is doing.

use std::time::Duration;

use crate::event::{End, Verdict};
use crate::histogram::Histogram;

/// A consistent picture of a scheduler at one moment.
///
/// The counters are disjoint: at every moment
/// `submitted == queued + delayed + running + lent + cancelling + ended()`. Rejected and joined
/// submissions were never jobs of their own and are counted apart, and so are reserved places.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// How many slots there are.
    pub slots: usize,
    /// Slots with a job on them; after a shrink they may be more than there are.
    pub busy_slots: usize,
    /// What the jobs on the slots cost together.
    pub busy_cost: usize,
    /// Whether everything is paused.
    pub is_paused: bool,
    /// Jobs taken since the scheduler was built.
    pub submitted: u64,
    /// Jobs refused since the scheduler was built.
    pub rejected: u64,
    /// Submissions that shared the run of another job.
    pub joined: u64,
    /// Runs that were followed by another attempt.
    pub retried: u64,
    /// Runs after which the job asked to be run later.
    pub snoozed: u64,
    /// Jobs that could start, in all lanes.
    pub queued: usize,
    /// Of these, in the lane `Interactive`.
    pub queued_interactive: usize,
    /// Of these, in the lane `Normal`.
    pub queued_normal: usize,
    /// Of these, in the lane `Batch`.
    pub queued_batch: usize,
    /// Jobs that wait for a moment: their earliest start, or the end of a backoff.
    pub delayed: usize,
    /// Jobs that run.
    pub running: usize,
    /// Jobs that wait for a nested job and hold no slot.
    pub lent: usize,
    /// Jobs that have been asked to end and have not gone.
    pub cancelling: usize,
    /// Jobs that have ended as stuck and still hold their slots.
    pub stuck: usize,
    /// Owned threads that were given up with jobs that still run on them.
    pub abandoned: usize,
    /// Places kept for jobs that have not come yet.
    pub reserved: usize,
    /// Submissions that wait for room.
    pub applying: usize,
    /// All that counts against the queue's limit: queued, delayed, lent, reserved.
    pub waiting: usize,
    /// The bytes of these.
    pub waiting_bytes: u64,
    /// How the others have ended.
    pub ended: Ended,
    /// Slot-time with jobs since the scheduler was built, by their costs.
    pub busy: Duration,
    /// Slot-time there was since then.
    pub available: Duration,
    /// The busy share of the slots over the last minute, 0 to 1.
    pub utilisation: f64,
    /// How long jobs waited, from when they could start; one value per start.
    pub waits: Option<Histogram>,
    /// How long runs were; one value per run.
    pub runs: Option<Histogram>,
}

impl Snapshot {
    /// All jobs that have ended, whichever way.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.ended.sum()
    }

    /// What has happened since `earlier`, a snapshot of the same scheduler: counters, times and
    /// histograms are the differences, `utilisation` is that of the time between; what tells of a
    /// moment (slots, jobs that wait or run) stays as it is in `self`.
    #[must_use]
    pub fn diff(&self, earlier: &Self) -> Self {
        let less = |now: &Option<Histogram>, before: &Option<Histogram>| match (now, before) {
            (Some(now), Some(before)) => Some(now.diff(before)),
            (now, _) => now.clone(),
        };
        let busy = self.busy.saturating_sub(earlier.busy);
        let available = self.available.saturating_sub(earlier.available);
        Self {
            submitted: self.submitted.saturating_sub(earlier.submitted),
            rejected: self.rejected.saturating_sub(earlier.rejected),
            joined: self.joined.saturating_sub(earlier.joined),
            retried: self.retried.saturating_sub(earlier.retried),
            snoozed: self.snoozed.saturating_sub(earlier.snoozed),
            ended: self.ended.diff(&earlier.ended),
            busy,
            available,
            utilisation: if available.is_zero() {
                0.0
            } else {
                (busy.as_secs_f64() / available.as_secs_f64()).min(1.0)
            },
            waits: less(&self.waits, &earlier.waits),
            runs: less(&self.runs, &earlier.runs),
            ..self.clone()
        }
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
    /// By making room for others.
    pub shed: u64,
    /// By not going when stopped.
    pub stuck: u64,
    /// By the death of the worker process.
    pub exited: u64,
    /// By the memory limit.
    pub out_of_memory: u64,
    /// By a worker process or thread that could not be used.
    pub worker_failed: u64,
    /// By a slot whose state could not be opened.
    pub slot_failed: u64,
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
            + self.shed
            + self.stuck
            + self.exited
            + self.out_of_memory
            + self.worker_failed
            + self.slot_failed
            + self.shutdown
    }

    /// Those that have ended since `earlier`.
    fn diff(&self, earlier: &Self) -> Self {
        Self {
            succeeded: self.succeeded.saturating_sub(earlier.succeeded),
            failed: self.failed.saturating_sub(earlier.failed),
            panicked: self.panicked.saturating_sub(earlier.panicked),
            cancelled: self.cancelled.saturating_sub(earlier.cancelled),
            timed_out: self.timed_out.saturating_sub(earlier.timed_out),
            shed: self.shed.saturating_sub(earlier.shed),
            stuck: self.stuck.saturating_sub(earlier.stuck),
            exited: self.exited.saturating_sub(earlier.exited),
            out_of_memory: self.out_of_memory.saturating_sub(earlier.out_of_memory),
            worker_failed: self.worker_failed.saturating_sub(earlier.worker_failed),
            slot_failed: self.slot_failed.saturating_sub(earlier.slot_failed),
            shutdown: self.shutdown.saturating_sub(earlier.shutdown),
        }
    }

    /// Counts a job's end, and gives the outcome its name.
    pub(crate) const fn count(&mut self, verdict: &Verdict, end: Option<End>) -> &'static str {
        let (counter, name) = match (verdict, end) {
            (Verdict::Cancelled { .. }, _) => (&mut self.cancelled, "cancelled"),
            (Verdict::TimedOut { .. }, _) => (&mut self.timed_out, "timed_out"),
            (Verdict::Shed, _) => (&mut self.shed, "shed"),
            (Verdict::Stuck { .. }, _) => (&mut self.stuck, "stuck"),
            (Verdict::Own, Some(End::Succeeded)) => (&mut self.succeeded, "succeeded"),
            (Verdict::Own, Some(End::Failed)) => (&mut self.failed, "failed"),
            (Verdict::Own, Some(End::Panicked)) => (&mut self.panicked, "panicked"),
            (Verdict::Own, Some(End::Exited)) => (&mut self.exited, "exited"),
            (Verdict::Own, Some(End::OutOfMemory)) => (&mut self.out_of_memory, "out_of_memory"),
            (Verdict::Own, Some(End::WorkerFailed)) => (&mut self.worker_failed, "worker"),
            (Verdict::Own, Some(End::SlotFailed)) => (&mut self.slot_failed, "slot_state"),
            (Verdict::Own, Some(End::Stopped | End::Lost) | None) | (Verdict::Shutdown, _) => {
                (&mut self.shutdown, "shutdown")
            }
        };
        *counter += 1;
        name
    }
}
