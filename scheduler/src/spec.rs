//! The terms on which a job is taken: its place in the order, its cost, its times.

use std::time::Duration;

use crate::discipline::Waiting;
use crate::id::JobId;
use crate::key::Key;
use crate::order::clamped;
use crate::priority::Lane;

/// Terms of a job. What is left unset falls back to the scheduler's defaults, and from there to:
/// lane `Normal`, priority 0, cost 1, no timeouts, the executor's grace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Spec {
    lane: Option<Lane>,
    key: Option<Key>,
    bytes: Option<u64>,
    delay: Option<Duration>,
    priority: Option<i8>,
    cost: Option<u32>,
    run_timeout: Option<Duration>,
    queue_timeout: Option<Duration>,
    total_timeout: Option<Duration>,
    grace: Option<Duration>,
}

impl Spec {
    /// Terms that leave everything to the defaults.
    pub const fn new() -> Self {
        Self {
            lane: None,
            key: None,
            bytes: None,
            delay: None,
            priority: None,
            cost: None,
            run_timeout: None,
            queue_timeout: None,
            total_timeout: None,
            grace: None,
        }
    }

    /// The lane to wait in.
    pub const fn lane(mut self, lane: Lane) -> Self {
        self.lane = Some(lane);
        self
    }

    /// Whom the job is for: keys take turns, and each may have limits. See [`Key`].
    pub fn key(mut self, key: impl Into<Key>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// How large the job is while it waits, to be counted against
    /// [`QueueLimit::bytes`](crate::room::QueueLimit::bytes). Default: 0.
    pub const fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = Some(bytes);
        self
    }

    /// How long after its submission the job may start at the earliest. It counts as waiting
    /// meanwhile, against every limit. `Duration::MAX` is for ever: it never starts.
    pub const fn delay(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// The priority within its lane and key: -100..=100, the larger sooner; values beyond count as
    /// the ends of the range. See [`Order`](crate::order::Order).
    pub const fn priority(mut self, priority: i8) -> Self {
        self.priority = Some(clamped(priority));
        self
    }

    /// How many slots' worth the job takes, for one that uses several processors or much memory.
    /// 0 counts as 1. A job that costs more than there are slots runs alone. One that waits for
    /// room is not passed by cheaper ones of its own turn, so that it cannot starve.
    pub const fn cost(mut self, slots: u32) -> Self {
        self.cost = Some(slots);
        self
    }

    /// How long the job may run; its clock starts when the job starts, and anew with each attempt.
    /// `Duration::MAX` means no timeout, to lift a default.
    pub const fn run_timeout(mut self, after: Duration) -> Self {
        self.run_timeout = Some(after);
        self
    }

    /// How long the job may wait for a slot; its clock starts when the job could start: at its
    /// submission, when it was let into a full queue, or after a delay or backoff. `Duration::MAX` means no timeout.
    pub const fn queue_timeout(mut self, after: Duration) -> Self {
        self.queue_timeout = Some(after);
        self
    }

    /// How long everything may take, from submission to end, with all waits and attempts.
    /// `Duration::MAX` means no timeout.
    pub const fn total_timeout(mut self, after: Duration) -> Self {
        self.total_timeout = Some(after);
        self
    }

    /// How long a running job that is asked to end may take over it before it is stopped by
    /// force: a future is dropped, a thread given up, a child process killed. Default: zero, but 1 s
    /// on [`Threads`](crate::executor::threads::Threads).
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.grace = Some(grace);
        self
    }

    /// These terms, with this grace if they have none.
    pub(crate) const fn grace_or(mut self, grace: Duration) -> Self {
        if self.grace.is_none() {
            self.grace = Some(grace);
        }
        self
    }

    /// These terms, with the gaps filled from `defaults`.
    pub(crate) fn or(&self, defaults: &Self) -> Terms {
        Terms {
            lane: self.lane.or(defaults.lane).unwrap_or_default(),
            key: self.key.clone().or_else(|| defaults.key.clone()),
            priority: self.priority.or(defaults.priority).unwrap_or_default(),
            cost: self.cost.or(defaults.cost).unwrap_or(1).max(1),
            bytes: self.bytes.or(defaults.bytes).unwrap_or_default(),
            run_timeout: self.run_timeout.or(defaults.run_timeout),
            queue_timeout: self.queue_timeout.or(defaults.queue_timeout),
            total_timeout: self.total_timeout.or(defaults.total_timeout),
            delay: self.delay.or(defaults.delay).unwrap_or_default(),
            grace: self.grace.or(defaults.grace).unwrap_or_default(),
        }
    }
}

/// A [`Spec`] with nothing left open, and what else the dispatcher must know of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Where the job waits.
    pub(crate) lane: Lane,
    /// Whose turn it takes.
    pub(crate) key: Option<Key>,
    /// Within lane and key.
    pub(crate) priority: i8,
    /// In slots, from 1.
    pub(crate) cost: u32,
    /// What it counts against the bytes of the queue.
    pub(crate) bytes: u64,
    /// From each start.
    pub(crate) run_timeout: Option<Duration>,
    /// From the moment it could start.
    pub(crate) queue_timeout: Option<Duration>,
    /// From its submission.
    pub(crate) total_timeout: Option<Duration>,
    /// From its submission until it may start.
    pub(crate) delay: Duration,
    /// From being asked to end until it is stopped.
    pub(crate) grace: Duration,
}

impl Terms {
    /// What a discipline is told of the job `id`.
    pub(crate) const fn waiting(&self, id: JobId) -> Waiting {
        Waiting {
            id,
            priority: self.priority,
            cost: self.cost,
            bytes: self.bytes,
        }
    }

    /// Takes the times from other terms, and leaves the place as it is.
    pub(crate) const fn take_times(&mut self, other: &Self) {
        self.run_timeout = other.run_timeout;
        self.queue_timeout = other.queue_timeout;
        self.total_timeout = other.total_timeout;
        self.delay = other.delay;
        self.grace = other.grace;
    }

    /// Takes in the terms of somebody who joins: the better place, the longer times.
    pub(crate) fn join(&mut self, other: &Self) {
        let longer = |one: Option<Duration>, other: Option<Duration>| {
            // No timeout is the longest one.
            one.zip(other).map(|(one, other)| one.max(other))
        };
        self.lane = self.lane.min(other.lane);
        self.priority = self.priority.max(other.priority);
        self.run_timeout = longer(self.run_timeout, other.run_timeout);
        self.queue_timeout = longer(self.queue_timeout, other.queue_timeout);
        self.total_timeout = longer(self.total_timeout, other.total_timeout);
        self.grace = self.grace.max(other.grace);
    }
}

#[cfg(test)]
impl Default for Terms {
    fn default() -> Self {
        Spec::new().or(&Spec::new())
    }
}
