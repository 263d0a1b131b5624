//! What a job is: the [`Job`] trait, its identity and the context it runs in.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::cancel::{Level, Signals};

/// The identity of a job within its scheduler: a sequence, so a larger id was submitted later.
///
/// Ids are unique for the life of one scheduler and mean nothing to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(u64);

impl JobId {
    /// An id from its number; only the scheduler gives new ones out.
    pub(crate) const fn from_sequence(number: u64) -> Self {
        Self(number)
    }

    /// The place of the job in the order of submission, from 0.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Work that runs as a future on the host's own runtime.
///
/// Implementors write `async fn run`. Every closure `FnOnce(JobContext) -> Future<Result<T, E>>`
/// is a job too; its argument needs its type written out, as the compiler cannot deduce it
/// through the trait:
///
/// ```
/// use std::convert::Infallible;
/// use vasca_scheduler::{Job, JobContext};
///
/// struct Double(u32);
///
/// impl Job for Double {
///     type Output = u32;
///     type Error = Infallible;
///
///     async fn run(self, _cx: JobContext) -> Result<u32, Infallible> {
///         Ok(self.0 * 2)
///     }
/// }
///
/// fn is_job(_: impl Job<Output = u32, Error = Infallible>) {}
/// is_job(Double(21));
/// is_job(async |_cx: JobContext| Ok(42));
/// ```
///
/// A job must not block its thread: a future that never returns to the runtime can be neither
/// cancelled nor timed out. Blocking work belongs into a child process.
pub trait Job: Send + 'static {
    /// What a successful run gives.
    type Output: Send + 'static;
    /// What a failed run gives; it reaches the submitter as it is.
    type Error: Send + 'static;

    /// Runs the job to its end.
    ///
    /// The future may be dropped at any of its await points once the grace after a cancellation
    /// or a timeout is over.
    fn run(self, cx: JobContext) -> impl Future<Output = Result<Self::Output, Self::Error>> + Send;
}

impl<F, Fut, T, E> Job for F
where
    F: FnOnce(JobContext) -> Fut + Send + 'static,
    Fut: Future<Output = Result<T, E>> + Send,
    T: Send + 'static,
    E: Send + 'static,
{
    type Output = T;
    type Error = E;

    async fn run(self, cx: JobContext) -> Result<T, E> {
        self(cx).await
    }
}

/// What a running job knows of itself. Cheap to clone, so that parts of a job may share it.
#[derive(Clone, Debug)]
pub struct JobContext {
    id: JobId,
    slot: usize,
    signals: Arc<Signals>,
}

impl JobContext {
    /// The context of the job `id` on `slot`, which hears of its end through `signals`.
    pub(crate) fn new(id: JobId, slot: usize, signals: Arc<Signals>) -> Self {
        Self { id, slot, signals }
    }

    /// The job's own id.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.id
    }

    /// The slot the job sits on, from 0; no other running job has the same.
    #[must_use]
    pub fn slot(&self) -> usize {
        self.slot
    }

    /// Whether the job has been asked to end: cancelled, out of time, or in a shutdown.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.signals.has_reached(Level::Asked)
    }

    /// Waits until the job is asked to end; from then on its grace runs. With a grace of zero, which
    /// is the default, a job is stopped without being asked.
    ///
    /// Cancel safe: dropping the future and asking again loses nothing.
    pub async fn cancelled(&self) {
        self.signals.reached(Level::Asked).await;
    }

    /// Waits until the grace is over and the job must be stopped by force.
    pub(crate) async fn stopped(&self) {
        self.signals.reached(Level::Stopped).await;
    }
}
