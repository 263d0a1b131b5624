//! The child process that builds: one request at a time, killed when it takes too long.

use std::io::IsTerminal;
use std::process::ExitCode;

use vasca_builders::tsx::STACK_BYTES;
use vasca_builders::{BuildContext, BuildError, Code, Diagnostic};
use vasca_scheduler::worker::{self, Worker};

use crate::build::BuildJob;
use crate::profiles::OwnProfiles;

/// The argument that asks for a worker.
pub const ARGUMENT: &str = "worker";

/// Whether this process was started as a worker: with the one argument, and not by a person.
#[must_use]
pub fn is_asked_for() -> bool {
    let mut arguments = std::env::args_os().skip(1);
    arguments.next().is_some_and(|first| first == ARGUMENT)
        && arguments.next().is_none()
        && !std::io::stdin().is_terminal()
}

/// Builds what the host sends until it closes the pipe.
#[must_use]
pub fn serve() -> ExitCode {
    // A stack of the size that builders look for, so that none maps one of its own.
    let worker = Worker::new().stack_bytes(STACK_BYTES);
    let registry = OwnProfiles::of_worker().map(|profiles| profiles.registry());
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    worker::serve(worker.on(move |job: BuildJob, _context| {
        let registry = registry.as_ref().map_err(|error| {
            let message = format!("The worker has no profiles: {error}.");
            BuildError::of(Diagnostic::error(Code::WorkerUnavailable, message))
        })?;
        let builder = registry.get(&job.request.builder)?;
        let runtime = runtime.as_ref().map_err(|error| {
            let message = format!("The worker has no runtime: {error}.");
            BuildError::of(Diagnostic::error(Code::WorkerUnavailable, message))
        })?;
        runtime.block_on(builder.build(job.request, BuildContext::new()))
    }))
}
