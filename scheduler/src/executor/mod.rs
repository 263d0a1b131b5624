//! Where a job runs: the [`Executor`] trait and its implementors.
//!
//! A scheduler is bound to one executor by its type, so that a job it cannot run does not compile.

use std::future::Future;

use crate::context::JobContext;

use sealed::{Backend, Outcome};

#[cfg(all(feature = "process", target_os = "linux"))]
pub(crate) mod process;
pub(crate) mod states;
pub(crate) mod tasks;
pub(crate) mod threads;

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
    use std::sync::Arc;
    use std::time::Duration;

    use crate::config::ConfigError;
    use crate::error::JobError;
    use crate::observers::Observers;
    use crate::timing::Timing;

    /// What an executor finds around it.
    #[derive(Clone)]
    pub struct Surroundings {
        /// Jobs that may run at once.
        pub(crate) slots: usize,
        /// When and where things run.
        pub(crate) timing: Timing,
        /// Who is told; it knows the scheduler's name too.
        pub(crate) observers: Arc<Observers>,
    }

    /// An executor's life apart from any job type.
    pub trait Backend: Sized + Send + 'static {
        /// The grace of jobs for which none is set.
        const GRACE: Duration = Duration::ZERO;

        /// What the executor needs while the scheduler lives.
        type Live: Send + Sync + 'static;

        /// Sets up for as many jobs at once as there are slots.
        ///
        /// # Errors
        /// When the executor's own configuration does not hold.
        fn open(self, around: &Surroundings) -> Result<Self::Live, ConfigError>;

        /// From now on there are so many slots.
        fn resize(live: &Self::Live, slots: usize);

        /// Jobs that were given up and still run, off their slots.
        fn abandoned(_live: &Self::Live) -> usize {
            0
        }

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
