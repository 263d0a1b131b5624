//! The executor *tasks*: jobs run as futures on the host's own tokio runtime.

use tokio::runtime::Handle;

use crate::config::ConfigError;
use crate::error::JobError;
use crate::executor::Executor;
use crate::executor::sealed::{Backend, Outcome};
use crate::job::{Job, JobContext};

/// Runs every [`Job`] as a future on the runtime the scheduler was built in. The default.
///
/// A job that is stopped is dropped at its next await point. One that never reaches an await
/// point cannot be stopped and keeps its slot: such work belongs into a child process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tasks;

impl Tasks {
    /// The executor; it has nothing to configure.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Backend for Tasks {
    type Live = ();

    fn open(self, _name: &str, _slots: usize, _runtime: &Handle) -> Result<(), ConfigError> {
        Ok(())
    }

    async fn close((): &()) {}
}

impl<J: Job> Executor<J> for Tasks {
    type Output = J::Output;
    type Error = J::Error;

    async fn run((): &(), job: J, cx: JobContext) -> Outcome<J::Output, J::Error> {
        let stopped = cx.clone();
        tokio::select! {
            // Once a job is to be stopped its outcome is decided: not one more poll for it.
            biased;
            () = stopped.stopped() => Outcome::Stopped,
            // Within a block, so that not even what a job does before its first await is run.
            result = async { job.run(cx).await } => {
                Outcome::Done(result.map_err(JobError::Failed))
            }
        }
    }
}
