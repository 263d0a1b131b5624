//! The terms on which a job is taken: its lane and its times.

use std::time::Duration;

use crate::priority::Lane;

/// Terms of a job. What is left unset falls back to the scheduler's defaults, and from there to:
/// lane `Normal`, no timeouts, a grace of zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Spec {
    lane: Option<Lane>,
    run_timeout: Option<Duration>,
    queue_timeout: Option<Duration>,
    grace: Option<Duration>,
}

impl Spec {
    /// Terms that leave everything to the defaults.
    pub const fn new() -> Self {
        Self {
            lane: None,
            run_timeout: None,
            queue_timeout: None,
            grace: None,
        }
    }

    /// The lane to wait in.
    pub const fn lane(mut self, lane: Lane) -> Self {
        self.lane = Some(lane);
        self
    }

    /// How long the job may run; its clock starts when the job starts. `Duration::MAX` means no
    /// timeout, to lift a default.
    pub const fn run_timeout(mut self, after: Duration) -> Self {
        self.run_timeout = Some(after);
        self
    }

    /// How long the job may wait for a slot; its clock starts at submission. `Duration::MAX`
    /// means no timeout, to lift a default.
    pub const fn queue_timeout(mut self, after: Duration) -> Self {
        self.queue_timeout = Some(after);
        self
    }

    /// How long a running job that is asked to end may take over it before it is stopped by
    /// force: a future is dropped, a child process killed.
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.grace = Some(grace);
        self
    }

    /// These terms, with the gaps filled from `defaults`.
    pub(crate) fn or(self, defaults: &Self) -> Terms {
        Terms {
            lane: self.lane.or(defaults.lane).unwrap_or_default(),
            run_timeout: self.run_timeout.or(defaults.run_timeout),
            queue_timeout: self.queue_timeout.or(defaults.queue_timeout),
            grace: self.grace.or(defaults.grace).unwrap_or_default(),
        }
    }
}

/// A [`Spec`] with nothing left open.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    /// Where the job waits.
    pub(crate) lane: Lane,
    /// From its start.
    pub(crate) run_timeout: Option<Duration>,
    /// From its submission.
    pub(crate) queue_timeout: Option<Duration>,
    /// From being asked to end until it is stopped.
    pub(crate) grace: Duration,
}
