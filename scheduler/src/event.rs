//! What the dispatcher is told and what it decides: plain values, no behaviour.

use std::borrow::Cow;
use std::time::Duration;

use crate::error::{Phase, RejectReason, TimeoutKind};
use crate::id::JobId;
use crate::moment::Moment;
use crate::observe::observer::Happening;
use crate::priority::Lane;
use crate::queue::entry::Scope;
use crate::room::Overflow;
use crate::spec::Terms;
use crate::unique::UniqueAmong;

/// A job that asks to be taken, or a place for one.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) terms: Terms,
    pub(crate) unique: Option<UniqueAmong>,
    /// What happens when there is no room.
    pub(crate) overflow: Overflow,
    /// When it came; set by the dispatcher.
    pub(crate) came: Moment,
    /// When it waits no longer for room.
    pub(crate) due: Option<Moment>,
    /// Whether only a place is asked for; the job comes later, or never.
    pub(crate) is_reservation: bool,
}

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A job asks to be taken.
    Submit { id: JobId, application: Application },
    /// Nobody waits any more for the application to be let in.
    Withdraw { id: JobId },
    /// The job for a reserved place has come.
    Fill { id: JobId, application: Application },
    /// A reserved place is not needed.
    Release { id: JobId },
    /// A job's run is over and nothing of it is left on its slot.
    Finished {
        id: JobId,
        end: End,
        again: Option<Again>,
    },
    /// A job that runs waits for another one and needs no slot meanwhile.
    Lend { id: JobId },
    /// Such a job wants its slot back.
    Return { id: JobId, claim: Claim },
    /// Somebody wants the job to end.
    Cancel {
        id: JobId,
        reason: Cow<'static, str>,
    },
    /// Nothing of `scope` is to start, or everything again.
    Pause { scope: Scope, is_paused: bool },
    /// There are to be so many slots.
    Resize { slots: usize },
    /// An application is turned down before it came here: what it would wait for is cancelled.
    Refuse { id: JobId, lane: Lane },
    /// What runs the jobs is gone.
    Lose,
    /// Nobody holds the scheduler any more.
    Orphan,
    /// The moment of an [`Effect::Wake`] has come.
    Tick,
    /// No more jobs are to be taken.
    Close,
    /// Everything that is left is to end.
    Shutdown,
}

/// How a run wants back the slot that it has lent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// What it has waited for is there: it waits for a slot now.
    Wait,
    /// It waits for the other job no longer, and goes on at once.
    Now,
    /// It waits for the slot no longer, and goes on at once.
    Reclaim,
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
    /// Its process or thread could not be used.
    WorkerFailed,
    /// The state of its slot could not be opened.
    SlotFailed,
    /// By force, as the dispatcher had asked.
    Stopped,
    /// The runtime under it is gone.
    Lost,
}

/// A run that is over is to be followed by another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Again {
    /// How long the job rests first.
    pub(crate) after: Duration,
    /// Whether the job has asked for it; it is then no attempt of its own.
    pub(crate) is_snooze: bool,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The application is turned down.
    Reject { id: JobId, reason: RejectReason },
    /// The application has to wait for room.
    Wait { id: JobId },
    /// An application that had to wait is let in.
    Admit { id: JobId },
    /// The application shares the run of another job.
    Join { id: JobId, to: JobId },
    /// Run the job on this slot.
    Start {
        id: JobId,
        slot: usize,
        attempt: u32,
    },
    /// The run goes on, on this slot.
    Returned { id: JobId, slot: usize },
    /// The run that waits for a slot goes on without one: it waits for another job as well.
    GoOnWithout { id: JobId },
    /// The run need not wait for a slot: another join goes on without one, or its end is decided.
    StillLent { id: JobId },
    /// The run that is over is not the last one.
    Rest { id: JobId, after: Duration },
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
    /// The executor is to serve so many slots.
    Resize { number: u64, slots: usize },
    /// Whether the queue is under pressure from now on; a later one has a larger number.
    Pressure { number: u64, is_high: bool },
    /// Send a [`Event::Tick`] at this moment.
    Wake { at: Moment },
    /// Nothing waits and nothing runs.
    Idle,
    /// Nothing ever will.
    Drained,
    /// Tell the observers.
    Notice(Happening),
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
    /// It made room for others.
    Shed,
    /// It was stopped by force, and did not go.
    Stuck { after: Duration },
    /// The scheduler ended first.
    Shutdown,
}

/// Where a job's time went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// From its submission to its end, but for its runs.
    pub(crate) waited: Duration,
    /// All its runs together.
    pub(crate) ran: Duration,
    /// Where it ran last, if it did.
    pub(crate) slot: Option<usize>,
    /// How many runs it had; snoozes not counted.
    pub(crate) attempts: u32,
}
