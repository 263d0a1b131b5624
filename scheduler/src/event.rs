//! What the dispatcher is told and what it decides: plain values, no behaviour.

use std::borrow::Cow;
use std::time::Duration;

use crate::error::{Phase, RejectReason, TimeoutKind};
use crate::job::JobId;
use crate::spec::Terms;

/// A point in time, as the length since the scheduler was built.
pub(crate) type Moment = Duration;

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A job asks to be taken.
    Submit { id: JobId, terms: Terms },
    /// A job's run is over and nothing of it is left on its slot.
    Finished { id: JobId, end: End },
    /// Somebody wants the job to end.
    Cancel {
        id: JobId,
        reason: Cow<'static, str>,
    },
    /// The moment of an [`Effect::Wake`] has come.
    Tick,
    /// No more jobs are to be taken.
    Close,
    /// Everything that is left is to end.
    Shutdown,
}

/// How a run was over, as its executor saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With an output.
    Succeeded,
    /// With the job's own error.
    Failed,
    /// By a panic.
    Panicked,
    /// Its process died.
    Exited,
    /// Its process was killed for its memory.
    OutOfMemory,
    /// Its process could not be used.
    WorkerFailed,
    /// By force, as the dispatcher had asked.
    Stopped,
    /// The runtime under it is gone.
    Lost,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The job just submitted is not taken.
    Reject { id: JobId, reason: RejectReason },
    /// Run the job on this slot.
    Start { id: JobId, slot: usize },
    /// The cancellation just asked for is the one that ends the job.
    CancelAccepted { id: JobId },
    /// Ask the job to end.
    Ask { id: JobId },
    /// End the job by force.
    Stop { id: JobId },
    /// Tell the submitter. Exactly once for each job that was taken.
    Resolve {
        id: JobId,
        verdict: Verdict,
        times: Times,
    },
    /// Send a [`Event::Tick`] at this moment.
    Wake { at: Moment },
    /// Closed, and nothing is left.
    Idle,
}

/// What a submitter is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// What the run itself has given.
    Own,
    /// It was cancelled.
    Cancelled {
        reason: Cow<'static, str>,
        phase: Phase,
    },
    /// A timeout ran out.
    TimedOut { kind: TimeoutKind, after: Duration },
    /// The scheduler ended first.
    Shutdown,
}

/// Where a job's time went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// From its submission to its start, or to its end if it never ran.
    pub(crate) waited: Duration,
    /// From its start to its end.
    pub(crate) ran: Duration,
    /// Where it ran, if it did.
    pub(crate) slot: Option<usize>,
}
