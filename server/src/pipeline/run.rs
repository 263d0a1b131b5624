//! From the queue to the end of a run, and once more if the worker died under it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;
use vasca_builders::{Artifact, BuildError, BuildRequest};
use vasca_scheduler::{JobError, JobHandle, JobReport, RejectReason, TimeoutKind};

use crate::build::{BuildJob, build_error};
use crate::lifecycle::{Status, now};
use crate::pipeline::live::LiveBuild;
use crate::pipeline::settle::{self, End};
use crate::pipeline::shared::Shared;
use crate::records::record::Attempt;
use crate::records::store::Change;

/// The reason of a cancellation that is none: the build was wanted until then.
const DEADLINE: &str = "deadline";
/// The reason of another: the service ends, and the build is kept for the next start.
pub(super) const DRAINED: &str = "drained";
/// Attempts of a build whose worker dies, or breaks its word: the second may meet a better one.
const ATTEMPTS_MAX: u32 = 2;

/// What is to be run.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) request: BuildRequest,
    pub(super) timeout: Duration,
    pub(super) expires_at: Option<Timestamp>,
}

/// An attempt that has its place in the queue.
pub(super) struct Reserved {
    handle: JobHandle<Artifact, BuildError>,
    started: oneshot::Receiver<(Timestamp, usize)>,
}

/// Puts a build into the queue, or onto a free slot at once.
///
/// # Errors
/// Why there is no place.
pub(super) async fn reserve(
    shared: &Shared,
    build: &LiveBuild,
    order: &Order,
) -> Result<Reserved, RejectReason> {
    let (tell, started) = oneshot::channel();
    let job = BuildJob {
        request: order.request.clone(),
    };
    let submission = shared
        .parts
        .pool
        .scheduler()
        .submit(job)
        .lane(build.lane)
        .run_timeout(order.timeout)
        .queue_timeout(wanted_for(order).unwrap_or(Duration::MAX))
        .on_start(move |slot| {
            // Nobody listens any more when the build was given up meanwhile.
            let _ = tell.send((now(), slot));
        });
    let handle = submission.await.map_err(|rejected| rejected.reason())?;
    build.set_job(handle.id());
    Ok(Reserved { handle, started })
}

/// How long the build is still wanted.
fn wanted_for(order: &Order) -> Option<Duration> {
    let left = order.expires_at?.duration_since(now());
    Some(Duration::try_from(left).unwrap_or(Duration::ZERO))
}

/// Follows a build from its place in the queue to its end, and sees that it is recorded.
pub(super) async fn follow(
    shared: Arc<Shared>,
    build: Arc<LiveBuild>,
    order: Order,
    mut reserved: Reserved,
) {
    let mut tries = 1;
    let report = loop {
        let report = attempt(&shared, &build, &order, reserved).await;
        let again = tries < ATTEMPTS_MAX && !build.is_abandoned() && is_worth_another(&report);
        if !again {
            break report;
        }
        tries += 1;
        tracing::warn!(build = %build.id, "the worker died under a build, which is tried once more");
        reserved = match reserve(&shared, &build, &order).await {
            Ok(reserved) => reserved,
            Err(_) => break report,
        };
    };
    if build.is_abandoned() {
        shared.live.remove(&build);
    } else if is_left(&report) {
        leave_for_later(&shared, &build).await;
    } else {
        settle::settle(&shared, &build, end_of(report)).await;
    }
}

/// One run, with its marks on the way.
async fn attempt(
    shared: &Shared,
    build: &LiveBuild,
    order: &Order,
    reserved: Reserved,
) -> JobReport<Artifact, BuildError> {
    let Reserved { handle, started } = reserved;
    let job = handle.id();
    let report = handle.report();
    tokio::pin!(report);
    let deadline = deadline(order);
    tokio::pin!(deadline);
    let mut started = Some(started);
    loop {
        let begun = async {
            match started.as_mut() {
                Some(started) => started.await.ok(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            // First, so that an end that comes with its start is marked as started too.
            begun = begun => {
                started = None;
                if let Some((at, slot)) = begun {
                    mark_start(shared, build, at, slot);
                }
            }
            report = &mut report => return report,
            () = &mut deadline => {
                shared.parts.pool.scheduler().cancel(job, DEADLINE);
            }
        }
    }
}

/// Waits until the build is not wanted any more, then for ever: it is told once.
async fn deadline(order: &Order) {
    match wanted_for(order) {
        // While it waits the scheduler's own timeout is the one to end it, and says so.
        Some(left) => tokio::time::sleep(left + Duration::from_millis(1)).await,
        None => std::future::pending().await,
    }
}

/// The build has its slot. The mark may be lost with the server: the build would then wait again.
fn mark_start(shared: &Shared, build: &LiveBuild, at: Timestamp, slot: usize) {
    let mut attempt = None;
    build.change(|state| {
        let record = &mut state.record;
        if record.status == Status::Queued {
            record.status = Status::Running;
        }
        record.started_at = Some(at);
        let number = record.attempt() + 1;
        let slot = u32::try_from(slot).unwrap_or(u32::MAX);
        let boot_id = shared.boot_id.clone();
        let began = Attempt {
            number,
            started_at: at,
            ended_at: None,
            slot,
            boot_id,
        };
        record.attempts.push(began.clone());
        attempt = Some(began);
    });
    if let Some(attempt) = attempt
        && !build.is_abandoned()
        && let Err(error) = shared.parts.committer.note(Change::Start {
            id: build.id,
            attempt,
        })
    {
        tracing::warn!(build = %build.id, %error, "the start of a build was not recorded");
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

/// The service ends: what has not ended stays accepted, and is run after the next start.
async fn leave_for_later(shared: &Shared, build: &LiveBuild) {
    let ran = build.state().record.started_at.is_some();
    build.change(|state| {
        state.record.status = Status::Queued;
        if ran {
            state.record.attempts.pop();
        }
    });
    if ran && shared.is_draining.load(Ordering::Acquire) {
        let change = Change::Requeue {
            id: build.id,
            interrupted_at: None,
        };
        if let Err(error) = shared.parts.committer.commit(change).await {
            tracing::warn!(build = %build.id, %error, "a build that was left could not be marked");
        }
    }
    shared.live.remove(build);
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
