//! From the queue to the end of a build: one run, and one more if the worker died under it.

use std::sync::Arc;

use vasca_builders::{Artifact, BuildError, Code, Diagnostic};
use vasca_scheduler::{JobError, JobReport, TimeoutKind};

use crate::build::build_error;
use crate::pipeline::attempt::{self, DEADLINE, Order, Reserved};
use crate::pipeline::live::LiveBuild;
use crate::pipeline::settle::{self, End};
use crate::pipeline::shared::Shared;

/// The reason of a cancellation that is none: the service ends, and keeps the build for the next
/// start.
pub(super) const DRAINED: &str = "drained";
/// Attempts of a build whose worker dies, or breaks its word: the second may meet a better one.
const ATTEMPTS_MAX: u32 = 2;

/// Follows a build on its own from its place in the queue to its end, and sees that it is recorded.
pub(super) fn start(
    shared: &Arc<Shared>,
    build: &Arc<LiveBuild>,
    order: Order,
    reserved: Reserved,
) {
    let (shared, build) = (Arc::clone(shared), Arc::clone(build));
    tokio::spawn(async move {
        let follower = follow(Arc::clone(&shared), Arc::clone(&build), order, reserved);
        // Also a fault of ours must not leave a build that never ends.
        if let Err(error) = tokio::spawn(follower).await
            && error.is_panic()
        {
            tracing::error!(build = %build.id, "following a build panicked");
            settle::settle(&shared, &build, End::early(lost())).await;
        }
    });
}

async fn follow(shared: Arc<Shared>, build: Arc<LiveBuild>, order: Order, mut reserved: Reserved) {
    let mut tries = 1;
    let report = loop {
        let report = attempt::attempt(&shared, &build, &order, reserved).await;
        let again = tries < ATTEMPTS_MAX && !build.is_abandoned() && is_worth_another(&report);
        if !again {
            break report;
        }
        tries += 1;
        tracing::warn!(build = %build.id, "the worker died under a build, which is tried once more");
        attempt::mark_death(&shared, &build);
        reserved = match attempt::reserve(&shared, &build, &order).await {
            Ok(reserved) => reserved,
            Err(_) => break report,
        };
    };
    if build.is_abandoned() {
        shared.live.remove(&build);
    } else if is_left(&report) {
        attempt::take_back(&shared, &build).await;
        shared.live.remove(&build);
    } else {
        settle::settle(&shared, &build, end_of(report)).await;
    }
}

/// Whether what happened is nothing of the source's doing that would happen again for sure.
fn is_worth_another(report: &JobReport<Artifact, BuildError>) -> bool {
    matches!(
        report.result,
        Err(JobError::Exited { .. } | JobError::Panicked { .. } | JobError::Worker(_))
    )
}

/// Whether it did not end by itself, but because the service does.
fn is_left(report: &JobReport<Artifact, BuildError>) -> bool {
    match &report.result {
        Err(JobError::Shutdown) => true,
        Err(JobError::Cancelled { reason, .. }) => reason == DRAINED,
        _ => false,
    }
}

/// A report in the words of a build.
fn end_of(report: JobReport<Artifact, BuildError>) -> End {
    let result = report.result.map_err(|error| match error {
        JobError::TimedOut {
            kind: TimeoutKind::Queue,
            ..
        } => settle::expired(),
        JobError::Cancelled { reason, .. } if reason == DEADLINE => settle::deadline(),
        error => build_error(error),
    });
    End {
        result,
        waited: report.waited,
        ran: report.ran,
    }
}

fn lost() -> BuildError {
    let message = "The service lost this build.";
    let hint = "This is a fault of the service; submit the build again.";
    BuildError::of(Diagnostic::error(Code::WorkerUnavailable, message).with_hint(hint))
}
