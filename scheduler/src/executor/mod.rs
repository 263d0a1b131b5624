//! Where a job runs: the [`Executor`] trait and its implementors.
//!
//! A scheduler is bound to one executor by its type, so that a job it cannot run does not compile.

use std::future::Future;

use crate::job::JobContext;

use sealed::{Backend, Outcome};

#[cfg(all(feature = "process", target_os = "linux"))]
pub(crate) mod process;
pub(crate) mod tasks;

/// Runs jobs of the type `J`. Sealed: the executors of this crate are all there are.
pub trait Executor<J>: Backend {
    /// What a successful run gives.
    type Output: Send + 'static;
    /// What a failed run gives.
    type Error: Send + 'static;

    /// Runs one job to its end, whatever the end; when the future is ready nothing of the job is
    /// left on its slot. Ends the job soon after `cx.stopped()`.
    #[doc(hidden)]
    fn run(
        live: &Self::Live,
        job: J,
        cx: JobContext,
    ) -> impl Future<Output = Outcome<Self::Output, Self::Error>> + Send;
}

/// What is public for the compiler and out of reach for everybody else.
pub(crate) mod sealed {
    use std::future::Future;

    use tokio::runtime::Handle;

    use crate::config::ConfigError;
    use crate::error::JobError;

    /// An executor's life apart from any job type.
    pub trait Backend: Sized + Send + 'static {
        /// What the executor needs while the scheduler lives.
        type Live: Send + Sync + 'static;

        /// Sets up for `slots` jobs at once.
        ///
        /// # Errors
        /// When the executor's own configuration does not hold.
        fn open(
            self,
            name: &str,
            slots: usize,
            runtime: &Handle,
        ) -> Result<Self::Live, ConfigError>;

        /// Lets go of everything outside this process, and waits until it is gone.
        fn close(live: &Self::Live) -> impl Future<Output = ()> + Send;
    }

    /// How a run was over.
    #[derive(Debug)]
    pub enum Outcome<T, E> {
        /// By itself.
        Done(Result<T, JobError<E>>),
        /// By force, as it was asked.
        Stopped,
    }
}
