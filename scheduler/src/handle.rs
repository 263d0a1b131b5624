//! The submitter's end of a job: wait for it, cancel it, learn where its time went.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::JobError;
use crate::job::JobId;

/// Somebody who can cancel jobs by their ids: a scheduler whose executor no longer matters.
pub(crate) trait Cancel: Send + Sync {
    /// See [`JobHandle::cancel`].
    fn cancel(self: Arc<Self>, id: JobId, reason: Cow<'static, str>) -> bool;
}

/// A job that was taken. Await it for the job's result, or [`report`](Self::report) for more.
///
/// Dropping the handle does **not** cancel the job: it runs on, and its result is dropped.
/// Awaiting `&mut handle` is cancel safe; doing so again after it was ready panics. A handle always resolves, exactly once: also when the
/// scheduler or the runtime under it shuts down.
#[must_use = "dropping the handle throws the job's result away"]
pub struct JobHandle<T, E> {
    id: JobId,
    receiver: oneshot::Receiver<JobReport<T, E>>,
    /// Weak, so that a forgotten handle keeps no scheduler alive.
    scheduler: Weak<dyn Cancel>,
}

impl<T, E> JobHandle<T, E> {
    /// A handle for `id`, whose report will come through `receiver`.
    pub(crate) fn new(
        id: JobId,
        receiver: oneshot::Receiver<JobReport<T, E>>,
        scheduler: Weak<dyn Cancel>,
    ) -> Self {
        Self {
            id,
            receiver,
            scheduler,
        }
    }

    /// The job's id.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.id
    }

    /// Cancels the job, waiting or running.
    ///
    /// True if this call is what ends the job: the handle will then give
    /// [`JobError::Cancelled`] with this `reason`. False if the job had ended, or its end had
    /// been decided, before.
    ///
    /// A waiting job is gone at once. A running one is asked (see
    /// [`JobContext::cancelled`](crate::job::JobContext::cancelled)) and stopped by force when its
    /// grace is over. O(log n), never blocks.
    pub fn cancel(&self, reason: impl Into<Cow<'static, str>>) -> bool {
        let scheduler = self.scheduler.upgrade();
        scheduler.is_some_and(|scheduler| scheduler.cancel(self.id, reason.into()))
    }

    /// Waits for the job and tells how it went and where its time went.
    pub async fn report(self) -> JobReport<T, E> {
        let id = self.id;
        self.receiver.await.unwrap_or_else(|_| JobReport::lost(id))
    }
}

impl<T, E> Future for JobHandle<T, E> {
    type Output = Result<T, JobError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let report = ready!(Pin::new(&mut self.receiver).poll(cx));
        Poll::Ready(report.map_or(Err(JobError::Shutdown), |report| report.result))
    }
}

impl<T, E> fmt::Debug for JobHandle<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobHandle")
            .field("id", &self.id)
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
    /// From its submission to its start, or to its end if it never started.
    pub waited: Duration,
    /// From its start until its slot was free again; zero if it never started.
    pub ran: Duration,
    /// The slot it ran on, if it started.
    pub slot: Option<usize>,
}

impl<T, E> JobReport<T, E> {
    /// The report of a job that nobody can report on any more.
    fn lost(id: JobId) -> Self {
        let result = Err(JobError::Shutdown);
        Self {
            id,
            result,
            waited: Duration::ZERO,
            ran: Duration::ZERO,
            slot: None,
        }
    }
}
