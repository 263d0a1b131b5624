//! One run of a build: its place in the queue, its start, its end, and the marks of these.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;
use vasca_builders::{Artifact, BuildError, BuildRequest};
use vasca_scheduler::{JobHandle, JobReport, RejectReason};

use crate::build::BuildJob;
use crate::lifecycle::{Status, now};
use crate::metrics::observe;
use crate::pipeline::live::LiveBuild;
use crate::pipeline::shared::Shared;
use crate::records::record::Attempt;
use crate::records::store::{Change, Left};

/// The reason of a cancellation that is none: the build was wanted until then.
pub(super) const DEADLINE: &str = "deadline";
/// While a build waits the scheduler's own timeout is the one to end it, and to say so.
const AFTER_QUEUE_TIMEOUT: Duration = Duration::from_millis(5);

/// What is to be run.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) request: BuildRequest,
    pub(super) timeout: Duration,
    pub(super) expires_at: Option<Timestamp>,
}

impl Order {
    /// How long the build is still wanted; nothing means for ever.
    fn wanted_for(&self) -> Option<Duration> {
        let left = self.expires_at?.duration_since(now());
        Some(Duration::try_from(left).unwrap_or(Duration::ZERO))
    }
}

/// A run that has its place in the queue.
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
        .queue_timeout(order.wanted_for().unwrap_or(Duration::MAX))
        .on_start(move |slot| {
            // Nobody listens any more when the build was given up meanwhile.
            let _ = tell.send((now(), slot));
        });
    let handle = submission.await.map_err(|rejected| rejected.reason())?;
    build.set_job(handle.id());
    Ok(Reserved { handle, started })
}

/// Waits for the end of a run, with its marks on the way.
pub(super) async fn attempt(
    shared: &Shared,
    build: &LiveBuild,
    order: &Order,
    reserved: Reserved,
) -> JobReport<Artifact, BuildError> {
    let Reserved {
        handle,
        mut started,
    } = reserved;
    let job = handle.id();
    let report = handle.report();
    let wanted = order.wanted_for().unwrap_or(Duration::MAX);
    let deadline = tokio::time::sleep(wanted.saturating_add(AFTER_QUEUE_TIMEOUT));
    tokio::pin!(report, deadline);
    let (mut is_started, mut is_told) = (false, order.expires_at.is_none());
    let report = loop {
        tokio::select! {
            biased;
            // First, so that an end that comes with its start is marked as started too.
            begun = &mut started, if !is_started => {
                is_started = true;
                if let Ok((at, slot)) = begun {
                    mark_start(shared, build, at, slot);
                }
            }
            report = &mut report => break report,
            () = &mut deadline, if !is_told => {
                is_told = true;
                shared.parts.pool.scheduler().cancel(job, DEADLINE);
            }
        }
    };
    observe::slot_left(&shared.parts.exporter, report.ran);
    report
}

/// The build has its slot. The mark may be lost with the server: the build would then wait again.
fn mark_start(shared: &Shared, build: &LiveBuild, at: Timestamp, slot: usize) {
    let began = Attempt {
        number: build.state().record.attempt() + 1,
        started_at: at,
        ended_at: None,
        is_interrupted: false,
        slot: u32::try_from(slot).unwrap_or(u32::MAX),
        boot_id: shared.boot_id.clone(),
    };
    build.change(|state| {
        let record = &mut state.record;
        if record.status == Status::Queued {
            record.status = Status::Running;
        }
        record.started_at = Some(at);
        record.attempts.push(began.clone());
    });
    note(shared, build, |id| Change::Start { id, attempt: began });
}

/// The attempt that ran has ended, and the build waits for another.
pub(super) fn mark_death(shared: &Shared, build: &LiveBuild) {
    let at = now();
    if let Some(number) = end_attempt(build, |attempts| {
        let last = attempts.last_mut()?;
        last.ended_at = Some(at);
        Some(last.number)
    }) {
        let how = Left::Died { at };
        note(shared, build, |id| Change::Requeue { id, number, how });
    }
}

/// The attempt that ran was stopped because the service ends: as if it had never begun. Durable when
/// this comes back, as far as the table takes it.
pub(super) async fn take_back(shared: &Shared, build: &LiveBuild) {
    let number = end_attempt(build, |attempts| {
        let is_open = |attempt: &mut Attempt| attempt.ended_at.is_none();
        attempts.pop_if(is_open).map(|attempt| attempt.number)
    });
    let Some(number) = number else { return };
    let (id, how) = (build.id, Left::Untouched);
    let change = Change::Requeue { id, number, how };
    if let Err(error) = shared.parts.committer.commit(change).await {
        tracing::warn!(build = %build.id, %error, "a build that was left could not be marked");
    }
}

/// Puts a build back among those that wait; gives the number of the attempt that `end` has ended.
fn end_attempt(
    build: &LiveBuild,
    end: impl FnOnce(&mut Vec<Attempt>) -> Option<u32>,
) -> Option<u32> {
    let mut number = None;
    build.change(|state| {
        number = end(&mut state.record.attempts);
        state.record.status = Status::Queued;
        state.record.started_at = None;
    });
    number
}

/// Hands in a mark that may be lost.
fn note(
    shared: &Shared,
    build: &LiveBuild,
    change: impl FnOnce(crate::lifecycle::BuildId) -> Change,
) {
    if build.is_abandoned() {
        return;
    }
    if let Err(error) = shared.parts.committer.note(change(build.id)) {
        tracing::warn!(build = %build.id, %error, "a mark of a build was not recorded");
    }
}
