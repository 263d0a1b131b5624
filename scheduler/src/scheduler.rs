//! The handle of a scheduler: submit, run, cancel, count, close, shut down.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::config::{ConfigError, Settings};
use crate::error::JobError;
use crate::event::Event;
use crate::executor::Executor;
use crate::executor::sealed::Backend;
use crate::executor::tasks::Tasks;
use crate::id::JobId;
use crate::key::Key;
use crate::priority::Lane;
use crate::queue::entry::Scope;
use crate::rejected::Rejected;
use crate::reservation::Reservation;
use crate::runner::Runner;
use crate::shutdown::{Shutdown, ShutdownReport, shut_down};
use crate::slots::Slots;
use crate::spec::Spec;
use crate::stats::Snapshot;
use crate::submission::Submission;
use crate::watches::Pressure;

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
/// the scheduler as [`close`](Self::close) does, and resumes what was paused: jobs that were taken
/// still run, their handles stay good, and what the executor holds outside this process goes with the last job.
pub struct Scheduler<X: Backend = Tasks> {
    inner: Arc<Inner<X>>,
}

/// What all clones of a scheduler share; its drop is the last clone's.
struct Inner<X: Backend> {
    settings: Settings,
    runner: Arc<Runner<X>>,
}

impl<X: Backend> Scheduler<X> {
    /// The scheduler around `runner`.
    pub(crate) fn new(settings: Settings, runner: Arc<Runner<X>>) -> Self {
        Self {
            inner: Arc::new(Inner { settings, runner }),
        }
    }

    /// The name it was built with.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.settings.name
    }

    /// Submits a job: set its terms on what is returned, then await that.
    ///
    /// The wait ends as soon as the job is taken or rejected; the handle it gives stands for the
    /// job itself. A rejected job comes back intact. O(log n), never blocks; it waits only where
    /// [`Overflow::Wait`](crate::room::Overflow::Wait) says so.
    pub fn submit<J>(&self, job: J) -> Submission<X, J>
    where
        X: Executor<J>,
        J: Send + 'static,
    {
        Submission::new(Arc::clone(&self.inner.runner), job, None)
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

    /// Keeps a place in the queue for a job that does not exist yet; see [`Reservation`].
    ///
    /// # Errors
    /// When there is no room, as for a job on these terms.
    pub async fn reserve(&self, spec: Spec) -> Result<Reservation<X>, Rejected<()>> {
        let runner = Arc::clone(&self.inner.runner);
        let overflow = runner.parts.overflow;
        Reservation::of(runner, spec, overflow).await
    }

    /// Cancels a job by its id, whoever waits for it; see
    /// [`JobHandle::cancel`](crate::handle::JobHandle::cancel).
    pub fn cancel(&self, id: JobId, reason: impl Into<Cow<'static, str>>) -> bool {
        self.inner.runner.cancel_job(id, reason.into())
    }

    /// Starts no more jobs until [`resume`](Self::resume). Those that run go on; submissions and
    /// timeouts go on too, so that the queue may fill.
    pub fn pause(&self) {
        self.set_paused(Scope::All, true);
    }

    /// Starts jobs again.
    pub fn resume(&self) {
        self.set_paused(Scope::All, false);
    }

    /// [`pause`](Self::pause) for one lane.
    pub fn pause_lane(&self, lane: Lane) {
        self.set_paused(Scope::Lane(lane), true);
    }

    /// [`resume`](Self::resume) for one lane.
    pub fn resume_lane(&self, lane: Lane) {
        self.set_paused(Scope::Lane(lane), false);
    }

    /// [`pause`](Self::pause) for one key; its jobs stand in nobody's way meanwhile.
    pub fn pause_key(&self, key: impl Into<Key>) {
        self.set_paused(Scope::Key(key.into()), true);
    }

    /// [`resume`](Self::resume) for one key.
    pub fn resume_key(&self, key: impl Into<Key>) {
        self.set_paused(Scope::Key(key.into()), false);
    }

    fn set_paused(&self, scope: Scope, is_paused: bool) {
        self.inner.runner.tell(Event::Pause { scope, is_paused });
    }

    /// Changes the number of slots. More start waiting jobs at once; fewer end none: the jobs
    /// that run beyond them run on, and nothing starts until there is room.
    ///
    /// # Errors
    /// For zero slots (see [`pause`](Self::pause)) and for more than 4,096.
    pub fn resize(&self, slots: Slots) -> Result<(), ConfigError> {
        let slots = slots.checked()?;
        self.inner.runner.tell(Event::Resize { slots });
        Ok(())
    }

    /// The counters, consistent with each other, and histograms. O(1), some microseconds for
    /// copying the histograms.
    #[must_use]
    pub fn stats(&self) -> Snapshot {
        self.inner.runner.snapshot()
    }

    /// How long a job of this lane that is submitted now would wait, about: what is in front of it by
    /// the mean of the last runs. `None` until some twenty runs have been seen. Jobs of other keys
    /// and costs may make it more or less.
    #[must_use]
    pub fn estimated_wait(&self, lane: Lane) -> Option<Duration> {
        self.inner.runner.dispatcher().estimated_wait(lane)
    }

    /// Follows the pressure on the queue: high from the moment at which the next job would find no
    /// room until half of it is free. Each crossing is also told to the observers, once.
    #[must_use]
    pub fn pressure(&self) -> watch::Receiver<Pressure> {
        self.inner.runner.watches.pressure()
    }

    /// Waits for a moment at which nothing waits and nothing runs; at once, if this is one. Cancel
    /// safe.
    pub async fn idle(&self) {
        self.inner.runner.idle().await;
    }

    /// Waits until the scheduler has been closed and the last job has ended. Cancel safe.
    pub async fn drained(&self) {
        self.inner.runner.watches.drained().await;
    }

    /// Takes no more jobs, for good. Those that were taken run as if nothing had happened;
    /// submissions that wait for room are rejected.
    pub fn close(&self) {
        self.inner.runner.tell(Event::Close);
    }

    /// Whether it takes no more jobs.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.inner.runner.dispatcher().is_closed()
    }

    /// The settings it works with: name, slots, order and limits.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let mut settings = self.inner.settings.clone();
        settings.slots = self.inner.runner.dispatcher().slots();
        settings
    }

    /// Ends the scheduler and tells what was left; see [`Shutdown`].
    ///
    /// Closes at the first poll. May be called again and by several at once: whoever has the
    /// least patience decides when the jobs that are left are ended. Ends within the time given,
    /// the longest grace of a job, what a stuck one is given, and 6 s. Dropping the future leaves
    /// the scheduler closed.
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
        self.runner.orphan();
    }
}
