//! What can be watched of a scheduler: the [`Observer`] trait and what it is told.
//!
//! An observer is called outside the scheduler's lock, by the thread that has caused the event. Two
//! threads may so bring it two events in either order; [`sequence`](SchedulerEvent::sequence)
//! tells which was first.

use std::time::Duration;

use crate::error::{Phase, RejectReason};
use crate::id::JobId;
use crate::key::Key;
use crate::priority::Lane;

/// Is told what happens in a scheduler.
///
/// It must be quick and must not block. A panic of it is caught and harms nothing. Every closure
/// `Fn(&SchedulerEvent)` is an observer:
///
/// ```
/// use vasca_scheduler::{Scheduler, SchedulerEvent};
///
/// let builder = Scheduler::builder("images").observe(|event: &SchedulerEvent| {
///     println!("{:?}", event.what);
/// });
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Something has happened in the scheduler called `event.scheduler`.
    fn on_event(&self, event: &SchedulerEvent<'_>);
}

impl<F> Observer for F
where
    F: Fn(&SchedulerEvent<'_>) + Send + Sync + 'static,
{
    fn on_event(&self, event: &SchedulerEvent<'_>) {
        self(event);
    }
}

/// Something that has happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SchedulerEvent<'a> {
    /// The name of the scheduler.
    pub scheduler: &'a str,
    /// Its place in the order of events of this scheduler.
    pub sequence: u64,
    /// When it happened, as the time since the scheduler was built.
    pub at: Duration,
    /// What it was.
    pub what: &'a Happening,
}

/// What can happen in a scheduler.
///
/// Each job that is `Submitted` is `Ended` once. Each `Started` is followed by one of `Retrying`,
/// `Ended` and `Stuck`; each `Lent` by `Returned` or the end of the job.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happening {
    /// A job was taken.
    Submitted {
        /// The job.
        id: JobId,
        /// Its lane.
        lane: Lane,
        /// Its key.
        key: Option<Key>,
    },
    /// A job was not taken.
    Rejected {
        /// The job.
        id: JobId,
        /// Its lane.
        lane: Lane,
        /// Why not.
        reason: RejectReason,
    },
    /// A submission shares the run of a job that was there before.
    Joined {
        /// The job that was there.
        id: JobId,
        /// The lane of the submission.
        lane: Lane,
    },
    /// A job started.
    Started {
        /// The job.
        id: JobId,
        /// Its lane.
        lane: Lane,
        /// Where.
        slot: usize,
        /// Which of its runs it is, from 1.
        attempt: u32,
        /// How long it had waited since it could have started.
        waited: Duration,
    },
    /// A running job was asked to end, or stopped where it has no grace.
    Asked {
        /// The job.
        id: JobId,
        /// Its lane.
        lane: Lane,
    },
    /// A run is over and will be followed by another one.
    Retrying {
        /// The job.
        id: JobId,
        /// Its lane.
        lane: Lane,
        /// Whether the job itself has asked for it.
        is_snooze: bool,
        /// How long it rests first.
        after: Duration,
        /// How long the run was.
        ran: Duration,
    },
    /// A running job waits for another one and has given its slot back meanwhile.
    Lent {
        /// The job.
        id: JobId,
        /// Its lane.
        lane: Lane,
    },
    /// Such a job goes on.
    Returned {
        /// The job.
        id: JobId,
        /// Its lane.
        lane: Lane,
        /// Where.
        slot: usize,
    },
    /// A job has ended.
    Ended {
        /// The job.
        id: JobId,
        /// Its lane.
        lane: Lane,
        /// How: the kind of its [`JobError`](crate::error::JobError), or `succeeded`.
        outcome: &'static str,
        /// Whether it waited or ran until then; one that has lent its slot ran.
        phase: Phase,
        /// Whether it held no slot at that moment though it ran.
        is_lent: bool,
        /// How long it had waited altogether.
        waited: Duration,
        /// How long it had run altogether.
        ran: Duration,
    },
    /// A job was stopped by force and has not gone: it has `Ended` as `stuck` and keeps its slot.
    Stuck {
        /// The job.
        id: JobId,
        /// Its lane.
        lane: Lane,
        /// The slot it keeps.
        slot: Option<usize>,
    },
    /// A job that was stuck has gone after all, and its slot is free.
    Freed {
        /// The job.
        id: JobId,
        /// Its lane.
        lane: Lane,
    },
    /// The next job would find no room to wait; or half of the room is free again.
    Pressure {
        /// Whether it is high.
        is_high: bool,
    },
    /// Nothing starts any more, or everything does again.
    Paused {
        /// Whether it is paused.
        is_paused: bool,
        /// The lane, if it is only that.
        lane: Option<Lane>,
        /// The key, if it is only that.
        key: Option<Key>,
    },
    /// The number of slots is this from now on; told once when the scheduler is built.
    Resized {
        /// From then on.
        slots: usize,
    },
    /// The state of a slot was opened.
    SlotOpened {
        /// The slot.
        slot: usize,
    },
    /// The state of a slot could not be opened; the job that was to use it fails.
    SlotFailed {
        /// The slot.
        slot: usize,
        /// Why.
        error: String,
    },
    /// The state of a slot was closed.
    SlotClosed {
        /// The slot.
        slot: usize,
    },
    /// An owned thread has started.
    ThreadUp,
    /// An owned thread has ended.
    ThreadDown,
    /// An owned thread was given up with a job on it that does not end; its slot has another one.
    ThreadAbandoned {
        /// The job.
        id: JobId,
    },
    /// No more jobs are taken.
    Closed,
    /// Nothing waits and nothing runs.
    Idle,
}
