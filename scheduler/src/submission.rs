//! A job on its way in: its terms, and what comes of it if it is not taken.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use thiserror::Error;
use tokio::sync::oneshot;

use crate::error::RejectReason;
use crate::executor::Executor;
use crate::handle::{Cancel, JobHandle};
use crate::priority::Lane;
use crate::runner::Runner;
use crate::spec::Spec;
use crate::ticket::{OnStart, Ticket};

/// A job about to be submitted. Set its terms, then await it.
///
/// Nothing happens before the first poll; dropping it drops the job.
#[must_use = "a submission does nothing unless it is awaited"]
pub struct Submission<X: Executor<J>, J> {
    runner: Arc<Runner<X>>,
    job: J,
    spec: Spec,
    on_start: Option<OnStart>,
}

impl<X, J> Submission<X, J>
where
    X: Executor<J>,
    J: Send + 'static,
{
    /// A submission of `job` on the scheduler's default terms.
    pub(crate) fn new(runner: Arc<Runner<X>>, job: J) -> Self {
        Self {
            runner,
            job,
            spec: Spec::new(),
            on_start: None,
        }
    }

    /// Replaces all terms set so far.
    pub fn spec(mut self, spec: Spec) -> Self {
        self.spec = spec;
        self
    }

    /// See [`Spec::lane`].
    pub fn lane(mut self, lane: Lane) -> Self {
        self.spec = self.spec.lane(lane);
        self
    }

    /// See [`Spec::run_timeout`].
    pub fn run_timeout(mut self, after: Duration) -> Self {
        self.spec = self.spec.run_timeout(after);
        self
    }

    /// See [`Spec::queue_timeout`].
    pub fn queue_timeout(mut self, after: Duration) -> Self {
        self.spec = self.spec.queue_timeout(after);
        self
    }

    /// See [`Spec::grace`].
    pub fn grace(mut self, grace: Duration) -> Self {
        self.spec = self.spec.grace(grace);
        self
    }

    /// Calls `on_start` with the slot when the job starts; never, if it never does. At most once,
    /// and before the job's report.
    ///
    /// It runs on the thread of whoever made room for the job: it must be quick and must not block.
    /// Should it panic, the job is not touched by that.
    pub fn on_start(mut self, on_start: impl FnOnce(usize) + Send + 'static) -> Self {
        self.on_start = Some(Box::new(on_start));
        self
    }

    /// Submits now.
    fn send(self) -> Result<JobHandle<X::Output, X::Error>, Rejected<J>> {
        let Self {
            runner,
            job,
            spec,
            on_start,
        } = self;
        let id = runner.next_id();
        let (sender, receiver) = oneshot::channel();
        let ticket = Arc::new(Ticket::new(id, job, on_start, sender));
        let terms = spec.or(&runner.defaults);
        if let Err(reason) = runner.submit(id, terms, Arc::clone(&ticket) as _) {
            return match ticket.take_job() {
                Some(job) => Err(Rejected { job, reason }),
                // A rejected ticket was never started, so its job is still in it.
                None => unreachable!("a rejected job has not been started"),
            };
        }
        let runner: Weak<Runner<X>> = Arc::downgrade(&runner);
        let scheduler: Weak<dyn Cancel> = runner;
        Ok(JobHandle::new(id, receiver, scheduler))
    }
}

impl<X, J> IntoFuture for Submission<X, J>
where
    X: Executor<J>,
    J: Send + 'static,
{
    type Output = Result<JobHandle<X::Output, X::Error>, Rejected<J>>;
    type IntoFuture = Submitting<X, J>;

    fn into_future(self) -> Self::IntoFuture {
        Submitting {
            submission: Some(self),
        }
    }
}

/// The future of a [`Submission`].
///
/// # Panics
/// When polled again after it was ready.
#[must_use = "futures do nothing unless they are awaited"]
pub struct Submitting<X: Executor<J>, J> {
    submission: Option<Submission<X, J>>,
}

// Nothing in it is ever pinned.
impl<X: Executor<J>, J> Unpin for Submitting<X, J> {}

impl<X, J> Future for Submitting<X, J>
where
    X: Executor<J>,
    J: Send + 'static,
{
    type Output = Result<JobHandle<X::Output, X::Error>, Rejected<J>>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match self.submission.take() {
            Some(submission) => Poll::Ready(submission.send()),
            None => panic!("a submission was polled after it was ready"),
        }
    }
}

/// A job that was not taken, handed back as it was.
#[derive(Error)]
#[error("the job was rejected: {reason}")]
pub struct Rejected<J> {
    job: J,
    reason: RejectReason,
}

impl<J> Rejected<J> {
    /// Why it was not taken.
    #[must_use]
    pub const fn reason(&self) -> RejectReason {
        self.reason
    }

    /// The job.
    #[must_use]
    pub fn into_job(self) -> J {
        self.job
    }
}

impl<J> fmt::Debug for Rejected<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected")
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}
