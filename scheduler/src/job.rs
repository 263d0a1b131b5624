//! What a job is: the [`Job`] and [`BlockingJob`] traits.

use std::future::Future;

use crate::context::JobContext;

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
/// Should rustc 1.95 crash in an incremental build of yours on an `async |cx| { … }` that is a job
/// ([rust-lang/rust#154857](https://github.com/rust-lang/rust/issues/154857)), write
/// `|cx| async move { … }`: it is the same job.
///
/// A job must not block its thread: a future that never returns to the runtime can be neither
/// cancelled nor timed out. Blocking work is a [`BlockingJob`], or belongs into a child process.
///
/// `S` is the state of a slot, if the executor keeps one; see
/// [`Tasks::slot_state`](crate::executor::tasks::Tasks::slot_state).
pub trait Job<S = ()>: Send + 'static {
    /// What a successful run gives.
    type Output: Send + 'static;
    /// What a failed run gives; it reaches the submitter as it is.
    type Error: Send + 'static;

    /// Runs the job to its end.
    ///
    /// The future may be dropped at any of its await points once the grace after a cancellation
    /// or a timeout is over.
    fn run(
        self,
        cx: JobContext<S>,
    ) -> impl Future<Output = Result<Self::Output, Self::Error>> + Send;
}

impl<F, Fut, T, E, S> Job<S> for F
where
    F: FnOnce(JobContext<S>) -> Fut + Send + 'static,
    Fut: Future<Output = Result<T, E>> + Send,
    T: Send + 'static,
    E: Send + 'static,
    S: Send + Sync + 'static,
{
    type Output = T;
    type Error = E;

    async fn run(self, cx: JobContext<S>) -> Result<T, E> {
        self(cx).await
    }
}

/// Work that blocks or computes, and runs on a thread of its own: see
/// [`Threads`](crate::executor::threads::Threads).
///
/// Every closure `FnOnce(JobContext) -> Result<T, E>` is one. A thread cannot be stopped: a job
/// that runs long should look at [`JobContext::is_cancelled`] now and then.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no job for the executor `Threads`",
    note = "a blocking job is a closure that takes a `JobContext` and gives a `Result`, or a type that implements `BlockingJob`"
)]
pub trait BlockingJob<S = ()>: Send + 'static {
    /// What a successful run gives.
    type Output: Send + 'static;
    /// What a failed run gives; it reaches the submitter as it is.
    type Error: Send + 'static;

    /// Runs the job to its end.
    ///
    /// # Errors
    /// The job's own.
    fn run(self, cx: JobContext<S>) -> Result<Self::Output, Self::Error>;
}

// Otherwise the compiler asks for a closure wherever a job is missing.
#[diagnostic::do_not_recommend]
impl<F, T, E, S> BlockingJob<S> for F
where
    F: FnOnce(JobContext<S>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
    S: Send + Sync + 'static,
{
    type Output = T;
    type Error = E;

    fn run(self, cx: JobContext<S>) -> Result<T, E> {
        self(cx)
    }
}
