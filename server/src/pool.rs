//! The builders behind the scheduler: a request goes in, a worker process builds it.

use std::time::Duration;

use vasca_builders::tsx::OUTPUT_BYTES_MAX;
use vasca_builders::{BuildRequest, Registry};
use vasca_scheduler::{
    ConfigError, JobError, Process, QueueLimit, Scheduler, Shutdown, ShutdownReport, Slots, Spec,
    WorkerCommand,
};

use crate::build::{BuildJob, Finished, build_error};
use crate::profiles::{self, OwnProfiles};
use crate::worker;

/// Most memory of one worker. A component of 2 MiB takes a tenth of it; what goes beyond is a
/// source that doubles itself.
const WORKER_MEMORY_BYTES: u64 = 512 * 1024 * 1024;
/// The longest message to or from a worker: the largest module with its map and diagnostics, and
/// room.
const FRAME_BYTES: u32 = 2 * OUTPUT_BYTES_MAX as u32;

/// Builds components in worker processes, as many at once as there are slots. Cheap to clone.
#[derive(Clone)]
pub struct Pool {
    scheduler: Scheduler<Process>,
    registry: Registry,
}

/// How large a pool is.
#[derive(Debug, Clone, Copy)]
pub struct PoolSize {
    /// Builds at once.
    pub slots: Slots,
    /// Warm workers beyond the slots.
    pub spares: usize,
    /// Builds that wait.
    pub queue: usize,
}

impl Pool {
    /// Starts the workers; must be called within a runtime.
    ///
    /// # Errors
    /// The setting that is wrong, or why no worker can be started.
    pub fn start(size: PoolSize, profiles: &OwnProfiles) -> Result<Self, ConfigError> {
        let command = WorkerCommand::current_exe().arg(worker::ARGUMENT);
        let command = match profiles.variable() {
            Some(told) => command.env(profiles::VARIABLE, told),
            None => command,
        };
        let process = Process::new(command)
            .spares(size.spares)
            .memory_limit_bytes(WORKER_MEMORY_BYTES)
            .frame_limit_bytes(FRAME_BYTES);
        let scheduler = Scheduler::builder("builds")
            .slots(size.slots)
            .queue(QueueLimit::count(size.queue))
            // A compiler that is stopped has nothing to put away: it is killed at once.
            .defaults(Spec::new().grace(Duration::ZERO))
            .executor(process)
            .build()?;
        Ok(Self {
            scheduler,
            registry: profiles.registry(),
        })
    }

    /// The builders on offer.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The scheduler, for whoever wants more than a build.
    #[must_use]
    pub fn scheduler(&self) -> &Scheduler<Process> {
        &self.scheduler
    }

    /// Builds one request, waiting for a slot first; the time allowed begins with the slot.
    ///
    /// Dropping the future does not stop a build that has been submitted.
    pub async fn build(&self, request: BuildRequest, timeout: Option<Duration>) -> Finished {
        let policy = match self.registry.get(&request.builder) {
            Ok(builder) => builder.policy(),
            Err(error) => return Finished::refused(error),
        };
        let kind = request.builder.clone();
        let timeout = timeout.unwrap_or(policy.timeout).min(policy.timeout_max);
        let submission = self
            .scheduler
            .submit(BuildJob { request })
            .run_timeout(timeout);
        match submission.await {
            Ok(handle) => Finished::of(kind, handle.report().await),
            Err(rejected) => {
                let reason = rejected.reason();
                Finished::refused(build_error(JobError::Rejected(reason)))
            }
        }
    }

    /// Ends all workers; builds that still run have this long to end.
    pub async fn shutdown(&self, within: Duration) -> ShutdownReport {
        self.scheduler.shutdown(Shutdown::drain(within)).await
    }
}
