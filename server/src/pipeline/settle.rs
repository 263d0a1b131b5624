//! The way out: each final state is written exactly once. First it is counted, then the artifact
//! and the final record become durable in one commit, then whoever waits is told.

use std::sync::Arc;
use std::time::Duration;

use vasca_builders::artifact::digest;
use vasca_builders::{Artifact, BuildError, Code, Diagnostic};

use crate::artifacts::Object;
use crate::build::outcome_of;
use crate::lifecycle::{Outcome, now};
use crate::metrics::observe::{self, BuildTimes};
use crate::pipeline::live::LiveBuild;
use crate::pipeline::shared::Shared;
use crate::pipeline::stow::{forget_request, stow};
use crate::pipeline::views::{BuildResult, BuildState};
use crate::records::record::{ArtifactRow, Record, milliseconds};
use crate::records::sled::BLOB_BYTES_MAX;
use crate::records::store::{Applied, Blob, Change, StoreError};

/// Between two attempts to keep what is too large for the table: first, and at most.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// How a build ended.
pub(super) struct End {
    pub(super) result: Result<Artifact, BuildError>,
    pub(super) waited: Duration,
    pub(super) ran: Duration,
}

impl End {
    /// The end of a build that had no slot, or was lost on it.
    pub(super) fn early(error: BuildError) -> Self {
        Self {
            result: Err(error),
            waited: Duration::ZERO,
            ran: Duration::ZERO,
        }
    }
}

/// Records the end of a build, and tells whoever waits. It waits for a store that is out of order
/// for as long as that takes: the build has its place in memory until then.
pub(super) async fn settle(shared: &Arc<Shared>, build: &LiveBuild, end: End) {
    let outcome = outcome_of(&end.result);
    let record = final_row(build, &end, outcome, &shared.boot_id);
    let result = BuildResult::of(&end.result);
    observe::ended(&shared.parts.exporter, &record, outcome, times(build, &end));
    let (kept, small) = until_kept(shared, build, &result, blobs(end.result)).await;
    let record_again = record.clone();
    let blobs = small.clone();
    let change = Change::Settle {
        record: Box::new(record),
        result: kept,
        blobs,
    };
    match shared.parts.committer.commit(change).await {
        Ok(Applied::Written) => {
            observe::durable(&shared.parts.exporter);
            log(&record_again, outcome);
            let state = BuildState {
                record: record_again,
                result: Some(result),
            };
            shared.live.remember(state.clone(), small);
            build.change(|it| *it = state);
        }
        // It is written by somebody else, or its acceptance was undone: neither is ours to tell.
        Ok(Applied::AlreadyEnded | Applied::Unknown) => {
            observe::durable(&shared.parts.exporter);
            tracing::warn!(build = %build.id, "the end of a build was not taken");
        }
        Err(error) => {
            tracing::error!(build = %build.id, %error, "the end of a build is not recorded")
        }
    }
    shared.live.remove(build);
    forget_request(&shared.parts.objects, build.id, build.is_beside()).await;
}

/// What is kept by its digest: the module and its source map, or the module in its place.
fn blobs(result: Result<Artifact, BuildError>) -> Vec<Blob> {
    let artifact = match result {
        Ok(artifact) => artifact,
        Err(error) => match error.fallback {
            Some(fallback) => *fallback,
            None => return Vec::new(),
        },
    };
    let map = artifact.map.map(|map| (digest(&map), map.into_bytes()));
    let module = (artifact.digest, artifact.code.into_bytes());
    [module].into_iter().chain(map).collect()
}

/// One line for each build, without a word of its source.
fn log(record: &Record, outcome: Outcome) {
    tracing::info!(
        build = %record.id,
        request_id = record.request_id.as_str(),
        outcome = outcome.as_str(),
        code = record.code.as_deref(),
        lane = record.lane.as_str(),
        attempt = record.attempt(),
        total_ms = record.timings_ms.get("total"),
        source_bytes = record.source_bytes,
        trace_id = record.trace_id.as_deref(),
        "a build has ended"
    );
}

/// Puts what is large beside the table, again and again until it is there.
async fn until_kept(
    shared: &Shared,
    build: &LiveBuild,
    result: &BuildResult,
    mut blobs: Vec<Blob>,
) -> (Vec<u8>, Vec<Blob>) {
    let mut pause = RETRY.0;
    loop {
        match keep(shared, build, result, &blobs).await {
            Ok(kept) => {
                blobs.retain(|(_, bytes)| bytes.len() <= BLOB_BYTES_MAX);
                return (kept, blobs);
            }
            Err(error) => {
                tracing::error!(build = %build.id, %error, "an artifact is not durable yet");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(RETRY.1);
            }
        }
    }
}

async fn keep(
    shared: &Shared,
    build: &LiveBuild,
    result: &BuildResult,
    blobs: &[Blob],
) -> Result<Vec<u8>, StoreError> {
    let objects = &shared.parts.objects;
    for (digest, bytes) in blobs {
        if bytes.len() > BLOB_BYTES_MAX {
            objects.put(Object::Artifact(digest), bytes.clone()).await?;
        }
    }
    let bytes = serde_json::to_vec(result).map_err(|error| StoreError::Corrupt {
        what: error.to_string(),
    })?;
    stow(objects, Object::Result(build.id), bytes).await
}

fn final_row(build: &LiveBuild, end: &End, outcome: Outcome, boot_id: &str) -> Record {
    let finished_at = now();
    let mut row = Record {
        status: outcome.status(),
        outcome: Some(outcome),
        finished_at: Some(finished_at),
        boot_id: boot_id.to_owned(),
        ..build.state().record
    };
    if let Some(attempt) = row.attempts.last_mut().filter(|it| it.ended_at.is_none()) {
        attempt.ended_at = Some(finished_at);
    }
    let timings = match &end.result {
        Ok(artifact) => {
            row.artifact = Some(ArtifactRow {
                digest: artifact.digest.clone(),
                raw_bytes: artifact.bytes.raw,
                gzip_bytes: artifact.bytes.gzip,
            });
            row.diagnostics = u32::try_from(artifact.diagnostics.len()).unwrap_or(u32::MAX);
            &artifact.timings
        }
        Err(error) => {
            row.code = Some(error.code().as_str().to_owned());
            row.class = Some(error.class().as_str().to_owned());
            row.diagnostics = u32::try_from(error.diagnostics.len()).unwrap_or(u32::MAX);
            &error.timings
        }
    };
    let stages = timings
        .iter()
        .map(|(stage, spent)| (stage.as_str().to_owned(), milliseconds(spent)));
    row.timings_ms = stages.collect();
    for (name, spent) in [
        ("queue", end.waited),
        ("run", end.ran),
        ("total", build.age()),
    ] {
        row.timings_ms.insert(name.to_owned(), milliseconds(spent));
    }
    row
}

fn times(build: &LiveBuild, end: &End) -> BuildTimes {
    let timings = match &end.result {
        Ok(artifact) => &artifact.timings,
        Err(error) => &error.timings,
    };
    let stages = timings.iter().map(|(stage, spent)| (stage.as_str(), spent));
    BuildTimes {
        total: build.age(),
        waited: end.waited,
        ran: end.ran,
        stages: stages.collect(),
    }
}

/// The build was not wanted any more before it had a slot.
pub(super) fn expired() -> BuildError {
    let message = "The build was not wanted any more before a slot was free.";
    let hint = "Allow a longer wait with `expires_in_ms`, or submit it again when less waits.";
    BuildError::of(Diagnostic::error(Code::Expired, message).with_hint(hint))
}

/// The build ran when it was not wanted any more.
pub(super) fn deadline() -> BuildError {
    let message =
        "The build was not done by the moment until which it was wanted, and was stopped.";
    let hint = "Allow more time with `expires_in_ms`, or leave it out.";
    BuildError::of(Diagnostic::error(Code::Deadline, message).with_hint(hint))
}

/// The service has ended under the build too often.
pub(super) fn interrupted(times: usize) -> BuildError {
    let message = format!("The service ended {times} times while this build ran.");
    let hint = "Submit it again if you know that it is not the build that ends the service.";
    BuildError::of(Diagnostic::error(Code::InterruptedRepeatedly, message).with_hint(hint))
}
