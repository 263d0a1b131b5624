//! After a restart: what was accepted and has not ended is run, with its id and in its order.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use vasca_builders::{BuildError, BuildRequest, Code, Diagnostic};
use vasca_scheduler::Lane;

use crate::artifacts::Object;
use crate::lifecycle::{Status, now};
use crate::pipeline::attempt::{self, Order};
use crate::pipeline::run;
use crate::pipeline::settle::{self, End};
use crate::pipeline::shared::Shared;
use crate::pipeline::stow::{is_beside, unstow};
use crate::pipeline::views::BuildState;
use crate::records::record::{Attempt, Record};
use crate::records::store::{Change, Left, StoreError, Unfinished};

/// Attempts that may be interrupted by the end of the server before the build is suspected.
const INTERRUPTIONS_MAX: usize = 3;

/// Submits again what an earlier life has left; gives the number of builds. To be called before
/// anything new is taken, so that the old goes first.
///
/// # Errors
/// When the table cannot be written.
pub(super) async fn recover(
    shared: &Arc<Shared>,
    unfinished: Vec<Unfinished>,
) -> Result<usize, StoreError> {
    let count = unfinished.len();
    forget_strays(shared, &unfinished).await;
    for Unfinished {
        mut record,
        request,
    } in unfinished
    {
        let open = |attempt: &&mut Attempt| attempt.ended_at.is_none();
        if let Some(attempt) = record.attempts.last_mut().filter(open) {
            let (id, number, at) = (record.id, attempt.number, now());
            attempt.ended_at = Some(at);
            attempt.is_interrupted = true;
            let how = Left::Interrupted { at };
            let change = Change::Requeue { id, number, how };
            shared.parts.committer.commit(change).await?;
        }
        record.status = Status::Queued;
        record.started_at = None;
        again(shared, record, &request).await;
    }
    Ok(count)
}

/// A crash between two steps leaves requests that lie beside the table and belong to nobody.
async fn forget_strays(shared: &Shared, unfinished: &[Unfinished]) {
    let wanted: BTreeSet<_> = unfinished.iter().map(|it| it.record.id).collect();
    match shared.parts.objects.keep_requests(&wanted).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "requests that belonged to no build were deleted"),
        Err(error) => tracing::warn!(%error, "stray requests could not be looked for"),
    }
}

/// One build, into the queue or to its end.
async fn again(shared: &Arc<Shared>, record: Record, kept: &[u8]) {
    let named = |lane: &Lane| lane.as_str() == record.lane;
    let lane = Lane::ALL.into_iter().find(named).unwrap_or_default();
    let age = Duration::try_from(now().duration_since(record.submitted_at));
    let state = BuildState {
        record: record.clone(),
        result: None,
    };
    let build = shared.live.insert(state, lane, age.unwrap_or_default());
    build.set_beside(is_beside(kept));
    let order = match order(shared, &record, kept).await {
        Ok(order) => order,
        Err(Unreadable::ForGood(error)) => {
            return settle::settle(shared, &build, End::early(error)).await;
        }
        Err(Unreadable::Now(error)) => {
            tracing::error!(build = %record.id, %error, "a build is left to the next start");
            return shared.live.remove(&build);
        }
    };
    match attempt::reserve(shared, &build, &order).await {
        Ok(reserved) => run::start(shared, &build, order, reserved),
        // The queue has room for all of them; a scheduler that is closed leaves them for the next
        // start.
        Err(reason) => {
            tracing::error!(build = %record.id, reason = reason.kind(), "a build could not be queued again");
            shared.live.remove(&build);
        }
    }
}

/// Why a build cannot be run.
enum Unreadable {
    /// It never can.
    ForGood(BuildError),
    /// The disk does not give it out at this moment.
    Now(StoreError),
}

/// What is to be run, or why nothing is.
async fn order(shared: &Shared, record: &Record, kept: &[u8]) -> Result<Order, Unreadable> {
    let interruptions = record
        .attempts
        .iter()
        .filter(|it| it.is_interrupted)
        .count();
    if interruptions >= INTERRUPTIONS_MAX {
        return Err(Unreadable::ForGood(settle::interrupted(interruptions)));
    }
    let lost = |what: String| {
        let message = format!("What was to be built cannot be read any more: {what}.");
        let diagnostic = Diagnostic::error(Code::WorkerUnavailable, message);
        Unreadable::ForGood(BuildError::of(diagnostic))
    };
    let bytes = unstow(&shared.parts.objects, Object::Request(record.id), kept).await;
    let bytes = bytes.map_err(|error| match error {
        StoreError::Corrupt { what } => lost(what),
        error => Unreadable::Now(error),
    })?;
    let request: BuildRequest =
        serde_json::from_slice(&bytes).map_err(|error| lost(error.to_string()))?;
    Ok(Order {
        request,
        timeout: Duration::from_millis(record.timeout_ms),
        expires_at: record.expires_at,
    })
}
