//! The end of a scheduler, in two phases: wait for the jobs, then end those that are left.

use std::sync::Arc;
use std::time::Duration;

use crate::event::Event;
use crate::executor::sealed::Backend;
use crate::id::JobId;
use crate::runner::Runner;

/// How a scheduler is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Shutdown {
    within: Duration,
}

impl Shutdown {
    /// Takes no more jobs, lets the running and the queued ones finish for so long, then ends
    /// what is left.
    pub const fn drain(within: Duration) -> Self {
        Self { within }
    }

    /// Takes no more jobs and ends those there are, each with its grace.
    pub const fn now() -> Self {
        Self::drain(Duration::ZERO)
    }
}

/// How a shutdown went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// The jobs that had not finished in time and were ended; they resolve with
    /// [`JobError::Shutdown`](crate::error::JobError::Shutdown), unless a cancellation or a
    /// timeout had been decided before.
    pub left: Vec<JobId>,
    /// Of these, the ones that could not be ended: they still hold their slots, as a future does
    /// that never comes to an await point.
    pub stuck: Vec<JobId>,
    /// How many owned threads were given up with jobs that still run on them: they are off their
    /// slots and end with their jobs, or with the process.
    pub abandoned: usize,
}

impl ShutdownReport {
    /// Whether every job finished in time.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.left.is_empty()
    }
}

/// Ends a scheduler. Safe to be run by several at once: the shortest patience decides, and each
/// report tells the same of the jobs.
pub(crate) async fn shut_down<X: Backend>(
    runner: &Arc<Runner<X>>,
    how: Shutdown,
) -> ShutdownReport {
    runner.tell(Event::Close);
    // With no time to wait a closed and empty scheduler is still seen as drained: `timeout` polls
    // the wait before the clock.
    if tokio::time::timeout(how.within, runner.watches.drained())
        .await
        .is_err()
    {
        let patience = runner.dispatcher().patience();
        runner.tell(Event::Shutdown);
        // A failure to drain shows in the report, as `stuck`.
        let _ =
            tokio::time::timeout(patience.saturating_add(MARGIN), runner.watches.drained()).await;
    }
    // Within reason: the kernel may hold a killed process in a call that never returns, and a
    // thread may never come back.
    let _ = tokio::time::timeout(CLOSE_WAIT, X::close(&runner.parts.live)).await;
    let dispatcher = runner.dispatcher();
    ShutdownReport {
        left: dispatcher.left(),
        stuck: dispatcher.unfinished(),
        abandoned: X::abandoned(&runner.parts.live),
    }
}

/// What a busy runtime may need to carry out what was due.
const MARGIN: Duration = Duration::from_secs(1);

/// How long an executor may take to let go. Reaping a killed process takes milliseconds; five
/// seconds pass only where something never returns.
const CLOSE_WAIT: Duration = Duration::from_secs(5);
