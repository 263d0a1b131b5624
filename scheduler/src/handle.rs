//! The submitter's end of a job: wait for it, cancel it, learn where its time went.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::JobError;
use crate::id::JobId;
use crate::link::Link;
use crate::progress::Events;
use crate::token::Listener;

/// A job that was taken. Await it for the job's result, or [`report`](Self::report) for more.
///
/// Dropping the handle does **not** cancel the job, unless it was submitted with
/// [`cancel_on_drop`](crate::submission::Submission::cancel_on_drop): it runs on, and its result is
/// dropped. Awaiting `&mut handle` is cancel safe; doing so again after it was ready panics. A
/// handle always resolves, exactly once: also when the scheduler or the runtime under it shuts
/// down.
#[must_use = "dropping the handle throws the job's result away"]
pub struct JobHandle<T, E> {
    receiver: oneshot::Receiver<JobReport<T, E>>,
    link: Arc<Link>,
    /// Its scheduler is held weakly, so that a forgotten handle keeps none alive.
    listener: Listener,
    cancels_on_drop: bool,
}

impl<T, E> JobHandle<T, E> {
    /// A handle for the job behind `link`, whose report will come through `receiver`.
    pub(crate) const fn new(
        receiver: oneshot::Receiver<JobReport<T, E>>,
        link: Arc<Link>,
        listener: Listener,
        cancels_on_drop: bool,
    ) -> Self {
        Self {
            receiver,
            link,
            listener,
            cancels_on_drop,
        }
    }

    /// The job's id.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.link.id
    }

    /// Cancels the job, waiting or running.
    ///
    /// True if this call is what ends the job: the handle will then give
    /// [`JobError::Cancelled`] with this `reason`. False if the job had ended, or its end had
    /// been decided, before. A job that is [shared](crate::submission::Submission::share) goes on
    /// as long as another handle wants it; this one is cancelled all the same.
    ///
    /// A waiting job is gone at once. A running one is asked (see
    /// [`JobContext::cancelled`](crate::context::JobContext::cancelled)) and stopped by force when
    /// its grace is over. O(log n), never blocks.
    pub fn cancel(&self, reason: impl Into<Cow<'static, str>>) -> bool {
        self.listener.leave(reason.into())
    }

    /// What happens to the job from now on, beginning with its present state. The events end
    /// before the handle resolves.
    pub fn events(&self) -> Events {
        Events::new(self.link.listen())
    }

    /// Waits for the job and tells how it went and where its time went. Cancel safe as far as the
    /// job is concerned; the report is lost with the future.
    pub async fn report(mut self) -> JobReport<T, E> {
        let report = (&mut self.receiver).await;
        self.cancels_on_drop = false;
        report.unwrap_or_else(|_| JobReport::lost(self.link.id))
    }
}

impl<T, E> Future for JobHandle<T, E> {
    type Output = Result<T, JobError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let report = ready!(Pin::new(&mut self.receiver).poll(cx));
        self.cancels_on_drop = false;
        Poll::Ready(report.map_or(Err(JobError::Shutdown), |report| report.result))
    }
}

impl<T, E> Drop for JobHandle<T, E> {
    fn drop(&mut self) {
        if self.cancels_on_drop {
            self.cancel("its handle was dropped");
        }
    }
}

impl<T, E> fmt::Debug for JobHandle<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobHandle")
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

/// How a job went.
#[derive(Debug)]
#[non_exhaustive]
pub struct JobReport<T, E> {
    /// The job.
    pub id: JobId,
    /// What came of it.
    pub result: Result<T, JobError<E>>,
    /// From its submission to its end, but for its runs. Zero for a handle that has left a shared
    /// job.
    pub waited: Duration,
    /// All its runs together, each until its slot was free again; zero if it never started.
    pub ran: Duration,
    /// The slot it ran on last, if it started.
    pub slot: Option<usize>,
    /// How many runs it had, those after a snooze not counted.
    pub attempts: u32,
}

impl<T, E> JobReport<T, E> {
    /// A report of which nothing is known but the result.
    pub(crate) const fn bare(id: JobId, result: Result<T, JobError<E>>) -> Self {
        Self {
            id,
            result,
            waited: Duration::ZERO,
            ran: Duration::ZERO,
            slot: None,
            attempts: 0,
        }
    }

    /// The report of a job that nobody can report on any more.
    const fn lost(id: JobId) -> Self {
        Self::bare(id, Err(JobError::Shutdown))
    }
}
