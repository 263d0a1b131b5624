//! One build as the host sees it: what is asked, and what came of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use vasca_builders::{Artifact, BuildError, BuildRequest, Class, Code, Diagnostic};
use vasca_scheduler::{JobError, JobReport, ProcessJob};

use crate::lifecycle::{Outcome, Status};

/// A build as a job of the scheduler: it crosses the pipe to a worker process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BuildJob {
    /// What to build.
    pub request: BuildRequest,
}

impl ProcessJob for BuildJob {
    const NAME: &'static str = "build";
    type Output = Artifact;
    type Error = BuildError;
}

/// A build that has ended.
#[derive(Debug)]
pub struct Finished {
    /// The kind of builder, where it came to one.
    pub builder: Option<String>,
    /// The artifact, or why there is none. A build that was stopped, or whose worker died, has a
    /// diagnostic that says so.
    pub result: Result<Artifact, BuildError>,
    /// How long it waited for a slot.
    pub waited: Duration,
    /// How long it held the slot.
    pub ran: Duration,
}

impl Finished {
    /// Where the build stands.
    #[must_use]
    pub fn status(&self) -> Status {
        self.outcome().status()
    }

    /// Whose doing it is.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        outcome_of(&self.result)
    }

    /// The module to deliver: what was built, or what shows why nothing was.
    #[must_use]
    pub fn module(&self) -> Option<&Artifact> {
        match &self.result {
            Ok(artifact) => Some(artifact),
            Err(error) => error.fallback.as_deref(),
        }
    }

    /// The same with its diagnostics about the file that it was read from: within a build, the
    /// entry has a name of its own.
    #[must_use]
    pub fn in_file(mut self, name: &str) -> Self {
        let diagnostics = match &mut self.result {
            Ok(artifact) => &mut artifact.diagnostics,
            Err(error) => &mut error.diagnostics,
        };
        for diagnostic in diagnostics {
            diagnostic.file = Some(name.to_owned());
        }
        self
    }

    /// A build that was a job, by the scheduler's report of it.
    #[must_use]
    pub fn of(builder: String, report: JobReport<Artifact, BuildError>) -> Self {
        Self {
            builder: Some(builder),
            result: report.result.map_err(build_error),
            waited: report.waited,
            ran: report.ran,
        }
    }

    /// A build that ended before it was a job.
    #[must_use]
    pub fn refused(error: BuildError) -> Self {
        Self {
            builder: None,
            result: Err(error),
            waited: Duration::ZERO,
            ran: Duration::ZERO,
        }
    }
}

/// Whose doing the end of a build is that came to a slot.
#[must_use]
pub fn outcome_of(result: &Result<Artifact, BuildError>) -> Outcome {
    let Err(error) = result else {
        return Outcome::Success;
    };
    match (error.code(), error.class()) {
        (Code::TimedOut | Code::Deadline, _) => Outcome::TimedOut,
        (Code::Cancelled, _) => Outcome::Cancelled,
        (Code::Expired, _) => Outcome::Expired,
        (_, Class::User | Class::InputLimit) => Outcome::UserError,
        (_, Class::System) => Outcome::SystemError,
    }
}

/// Why a job gave no artifact, in the words of a build.
#[must_use]
pub fn build_error(error: JobError<BuildError>) -> BuildError {
    let (code, message, hint) = match error {
        JobError::Failed(error) => return error,
        JobError::TimedOut { after, .. } => (
            Code::TimedOut,
            format!(
                "The build did not end within {} ms and was stopped.",
                after.as_millis()
            ),
            "Make the source smaller or simpler, or allow more time.".to_owned(),
        ),
        JobError::OutOfMemory { limit_bytes, .. } => (
            Code::OutOfMemory,
            format!(
                "The build took more than {} MiB of memory and was stopped.",
                limit_bytes >> 20
            ),
            "Make the source smaller or simpler.".to_owned(),
        ),
        JobError::Exited { status, stderr } => (
            Code::WorkerCrashed,
            format!("The worker process ended in the middle of the build ({status})."),
            last_words(&stderr),
        ),
        JobError::Panicked { message } => (
            Code::CompilerPanicked,
            format!("The builder failed on this source: {message}."),
            "This is a fault of the builder; please report it with the source.".to_owned(),
        ),
        JobError::Cancelled { reason, .. } => (
            Code::Cancelled,
            format!("The build was cancelled: {reason}."),
            String::new(),
        ),
        other => (Code::WorkerUnavailable, sentence(&other), String::new()),
    };
    let diagnostic = Diagnostic::error(code, message);
    BuildError::of(if hint.is_empty() {
        diagnostic
    } else {
        diagnostic.with_hint(hint)
    })
}

/// An error and all its causes in one sentence.
fn sentence(error: &dyn std::error::Error) -> String {
    let mut message = format!("The build could not be run: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        message.push_str(": ");
        message.push_str(&cause.to_string());
        source = cause.source();
    }
    message.push('.');
    message
}

fn last_words(stderr: &str) -> String {
    match stderr.lines().rev().find(|line| !line.trim().is_empty()) {
        Some(line) => format!("Its last words: {line}"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Finished, build_error};
    use crate::lifecycle::{Outcome, Status};
    use std::time::Duration;
    use vasca_builders::{BuildError, Code, Diagnostic};
    use vasca_scheduler::{JobError, TimeoutKind, WorkerError};

    fn finished(error: JobError<BuildError>) -> Finished {
        Finished::refused(build_error(error))
    }

    #[test]
    fn the_users_error_comes_through_as_it_is() {
        let error = BuildError::of(Diagnostic::error(Code::SyntaxError, "broken"));
        let finished = finished(JobError::Failed(error.clone()));
        assert_eq!(finished.result, Err(error));
        assert_eq!(
            (finished.status(), finished.outcome()),
            (Status::Failed, Outcome::UserError)
        );
    }

    #[test]
    fn a_build_that_was_stopped_says_so_with_the_limit() {
        let after = Duration::from_millis(1500);
        let timed_out = finished(JobError::TimedOut {
            kind: TimeoutKind::Run,
            after,
        });
        assert_eq!(timed_out.outcome(), Outcome::TimedOut);
        assert!(
            timed_out.result.unwrap_err().diagnostics[0]
                .message
                .contains("1500 ms")
        );
        let too_large = finished(JobError::OutOfMemory {
            limit_bytes: 512 << 20,
            resident_bytes: 600 << 20,
        });
        assert_eq!(too_large.outcome(), Outcome::UserError);
        assert!(
            too_large.result.unwrap_err().diagnostics[0]
                .message
                .contains("512 MiB")
        );
    }

    #[test]
    fn what_the_service_did_wrong_is_no_user_error() {
        let cause = WorkerError::Protocol { what: "rubbish" };
        let broken = finished(JobError::Worker(cause));
        assert_eq!(
            (broken.status(), broken.outcome()),
            (Status::Failed, Outcome::SystemError)
        );
        assert!(
            broken.result.unwrap_err().diagnostics[0]
                .message
                .contains("rubbish")
        );
        assert_eq!(finished(JobError::Shutdown).outcome(), Outcome::SystemError);
    }
}
