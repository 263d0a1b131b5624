//! The handle of a scheduler: submit, run, cancel, count, close, shut down.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::error::JobError;
use crate::event::Event;
use crate::executor::Executor;
use crate::executor::sealed::Backend;
use crate::executor::tasks::Tasks;
use crate::job::JobId;
use crate::runner::Runner;
use crate::shutdown::{Shutdown, ShutdownReport, shut_down};
use crate::stats::Snapshot;
use crate::submission::Submission;

/// Runs jobs on a bounded number of slots, and queues a bounded number of others.
///
/// `X` is the executor: where the jobs run. One scheduler takes every type of job that its
/// executor can run; another one does not compile:
///
/// ```compile_fail
/// # async fn example(pool: vasca_scheduler::Scheduler) {
/// pool.run("a text is not a job").await;
/// # }
/// ```
///
/// Cloning is cheap and gives another handle to the same scheduler. Dropping the last one closes
/// the scheduler as [`close`](Self::close) does: jobs that were taken still run, their handles
/// stay good, and what the executor holds outside this process goes with the last job.
pub struct Scheduler<X: Backend = Tasks> {
    inner: Arc<Inner<X>>,
}

/// What all clones of a scheduler share; its drop is the last clone's.
struct Inner<X: Backend> {
    name: String,
    runner: Arc<Runner<X>>,
}

impl<X: Backend> Scheduler<X> {
    /// The scheduler called `name` around `runner`.
    pub(crate) fn new(name: String, runner: Arc<Runner<X>>) -> Self {
        Self {
            inner: Arc::new(Inner { name, runner }),
        }
    }

    /// The name it was built with.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Submits a job: set its terms on what is returned, then await that.
    ///
    /// The wait ends as soon as the job is taken or rejected; the handle it gives stands for the
    /// job itself. A rejected job comes back intact. O(log n), never blocks.
    pub fn submit<J>(&self, job: J) -> Submission<X, J>
    where
        X: Executor<J>,
        J: Send + 'static,
    {
        Submission::new(Arc::clone(&self.inner.runner), job)
    }

    /// Submits a job on the default terms and waits for its result.
    ///
    /// Dropping the future does not cancel a job that has been taken.
    ///
    /// # Errors
    /// See [`JobError`]; here a job that is not taken is one of them.
    pub async fn run<J>(&self, job: J) -> Result<X::Output, JobError<X::Error>>
    where
        X: Executor<J>,
        J: Send + 'static,
    {
        match self.submit(job).await {
            Ok(handle) => handle.await,
            Err(rejected) => Err(JobError::Rejected(rejected.reason())),
        }
    }

    /// Cancels a job by its id; see [`JobHandle::cancel`](crate::handle::JobHandle::cancel).
    pub fn cancel(&self, id: JobId, reason: impl Into<Cow<'static, str>>) -> bool {
        self.inner.runner.cancel_job(id, reason.into())
    }

    /// The counters, consistent with each other. O(1).
    #[must_use]
    pub fn stats(&self) -> Snapshot {
        self.inner.runner.dispatcher().snapshot()
    }

    /// Takes no more jobs, for good. Those that were taken run as if nothing had happened.
    pub fn close(&self) {
        self.inner.runner.tell(Event::Close);
    }

    /// Whether it takes no more jobs.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.inner.runner.dispatcher().is_closed()
    }

    /// Ends the scheduler and tells what was left; see [`Shutdown`].
    ///
    /// Closes at the first poll. May be called again and by several at once: whoever has the
    /// least patience decides when the jobs that are left are ended. Ends within the time given,
    /// the longest grace of a job, and 10 s. Dropping the future leaves the scheduler closed.
    ///
    /// # Panics
    /// Outside a tokio runtime with its time driver enabled.
    pub async fn shutdown(&self, how: Shutdown) -> ShutdownReport {
        shut_down(&self.inner.runner, how).await
    }
}

impl<X: Backend> Clone for Scheduler<X> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<X: Backend> fmt::Debug for Scheduler<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler")
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

impl<X: Backend> Drop for Inner<X> {
    fn drop(&mut self) {
        self.runner.tell(Event::Close);
    }
}
