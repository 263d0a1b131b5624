//! The way in: check, reserve a place, and be durable before anybody is told.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use vasca_scheduler::RejectReason;

use crate::artifacts::Object;
use crate::lifecycle::{Status, now};
use crate::pipeline::attempt::{self, Order};
use crate::pipeline::live::LiveBuild;
use crate::pipeline::run;
use crate::pipeline::shared::{Shared, source_bytes, source_digest};
use crate::pipeline::stow::{forget_request, is_beside, stow};
use crate::pipeline::views::{BuildState, Submission, SubmitError};
use crate::records::committer::Committing;
use crate::records::record::Record;
use crate::records::store::{Change, StoreError};

/// Takes a build in. When it comes back with one, that is queued or further, and durable.
///
/// # Errors
/// Why it is not taken.
pub(super) async fn submit(
    shared: &Arc<Shared>,
    submission: Submission,
) -> Result<Arc<LiveBuild>, SubmitError> {
    let timeout = check(shared, &submission)?;
    let record = row(shared, &submission, timeout)?;
    let state = BuildState {
        record: record.clone(),
        result: None,
    };
    let build = shared.live.insert(state, submission.lane, Duration::ZERO);
    let order = Order {
        request: submission.request,
        timeout,
        expires_at: record.expires_at,
    };
    // A place first, so that nothing that is recorded has to be taken back.
    let reserved = match attempt::reserve(shared, &build, &order).await {
        Ok(reserved) => reserved,
        Err(reason) => {
            shared.live.remove(&build);
            return Err(match reason {
                RejectReason::Closed => SubmitError::Draining,
                _ => SubmitError::Full,
            });
        }
    };
    let accepting = begin(shared, &build, record, &order).await;
    if accepting.is_err() {
        build.abandon();
    }
    // From here on the build goes its own way, whether or not its submitter waits. Its end is handed
    // to the committer after its acceptance, and cannot overtake it.
    run::start(shared, &build, order, reserved);
    let accepted = match accepting {
        Ok(accepting) => accepting.await.unwrap_or_else(|_| Err(gone())),
        Err(error) => Err(error),
    };
    if let Err(error) = accepted {
        tracing::warn!(build = %build.id, %error, "a build was not accepted");
        give_up(shared, &build).await;
        return Err(SubmitError::Store(error));
    }
    Ok(build)
}

/// Hands the acceptance to the committer.
async fn begin(
    shared: &Shared,
    build: &LiveBuild,
    record: Record,
    order: &Order,
) -> Result<Committing, StoreError> {
    let bytes = serde_json::to_vec(&order.request).map_err(|error| StoreError::Corrupt {
        what: error.to_string(),
    })?;
    let request = stow(&shared.parts.objects, Object::Request(record.id), bytes).await?;
    build.set_beside(is_beside(&request));
    let record = Box::new(record);
    shared
        .parts
        .committer
        .begin(Change::Accept { record, request })
}

/// A build that could not be recorded was never there.
async fn give_up(shared: &Shared, build: &LiveBuild) {
    build.abandon();
    if let Some(job) = build.job() {
        let scheduler = shared.parts.pool.scheduler();
        scheduler.cancel(job, "it could not be recorded");
    }
    shared.live.remove(build);
    forget_request(&shared.parts.objects, build.id, build.is_beside()).await;
}

fn gone() -> StoreError {
    StoreError::Unavailable {
        what: "its writer has ended".to_owned(),
    }
}

/// Everything that can be told before anything is done; gives the time that the build may run.
fn check(shared: &Shared, submission: &Submission) -> Result<Duration, SubmitError> {
    if shared.is_draining.load(Ordering::Acquire) {
        return Err(SubmitError::Draining);
    }
    if let Some(error) = shared.parts.committer.trouble() {
        return Err(SubmitError::Store(error));
    }
    let registry = shared.parts.pool.registry();
    let builder = registry
        .get(&submission.request.builder)
        .map_err(SubmitError::Invalid)?;
    builder
        .check(&submission.request)
        .map_err(SubmitError::Invalid)?;
    let policy = builder.policy();
    let limit = u64::try_from(policy.timeout_max.as_millis()).unwrap_or(u64::MAX);
    let timeout = match submission.timeout_ms {
        Some(asked) if asked > limit => return Err(SubmitError::TimeoutTooLong { asked, limit }),
        Some(asked) => Duration::from_millis(asked),
        None => policy.timeout,
    };
    let stats = shared.parts.pool.scheduler().stats();
    let bytes = shared
        .live
        .bytes()
        .saturating_add(source_bytes(&submission.request));
    // Its own bytes alone never make it wait for ever: a queue takes the largest source there is.
    if stats.queued >= shared.limits.queue || bytes > shared.limits.queue_bytes {
        return Err(SubmitError::Full);
    }
    Ok(timeout)
}

fn row(shared: &Shared, submission: &Submission, timeout: Duration) -> Result<Record, SubmitError> {
    let request = &submission.request;
    let builder = shared.parts.pool.registry().get(&request.builder);
    let builder = builder.map_err(SubmitError::Invalid)?;
    let (id, submitted_at) = (shared.ids.next(), now());
    Ok(Record {
        id,
        request_id: submission.request_id.clone(),
        trace_id: submission.trace_id.clone(),
        tags: submission.tags.clone(),
        builder: request.builder.clone(),
        builder_version: builder.version().to_owned(),
        lane: submission.lane.as_str().to_owned(),
        status: Status::Queued,
        outcome: None,
        code: None,
        class: None,
        diagnostics: 0,
        submitted_at,
        started_at: None,
        finished_at: None,
        timeout_ms: u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX),
        expires_at: submission
            .expires_in_ms
            .map(|wanted| after(submitted_at, wanted)),
        attempts: Vec::new(),
        timings_ms: std::collections::BTreeMap::new(),
        source_digest: source_digest(request),
        source_bytes: source_bytes(request) as u64,
        artifact: None,
        boot_id: shared.boot_id.clone(),
    })
}

/// A moment so many milliseconds later; the last one there is, if that is beyond all.
fn after(start: Timestamp, milliseconds: u64) -> Timestamp {
    let length = i64::try_from(milliseconds).unwrap_or(i64::MAX);
    start
        .saturating_add(SignedDuration::from_millis(length))
        .unwrap_or(Timestamp::MAX)
}
