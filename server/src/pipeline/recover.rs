//! After a restart: what was accepted and has not ended is run, with its id and in its order.

use std::sync::Arc;
use std::time::Duration;

use vasca_builders::{BuildError, BuildRequest, Code, Diagnostic};
use vasca_scheduler::Lane;

use crate::artifacts::Object;
use crate::lifecycle::{Status, now};
use crate::pipeline::run::{self, Order};
use crate::pipeline::settle::{self, End};
use crate::pipeline::shared::Shared;
use crate::pipeline::stow::unstow;
use crate::pipeline::views::BuildState;
use crate::records::record::Record;
use crate::records::store::{Change, StoreError, Unfinished};

/// Attempts that may be interrupted by the end of the server before the build is suspected.
const INTERRUPTIONS_MAX: u32 = 3;

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
    for Unfinished {
        mut record,
        request,
    } in unfinished
    {
        if let Some(attempt) = record
            .attempts
            .last_mut()
            .filter(|it| it.ended_at.is_none())
        {
            let at = now();
            attempt.ended_at = Some(at);
            let change = Change::Requeue {
                id: record.id,
                interrupted_at: Some(at),
            };
            shared.parts.committer.commit(change).await?;
        }
        record.status = Status::Queued;
        record.started_at = None;
        again(shared, record, &request).await;
    }
    Ok(count)
}

/// One build, into the queue or to its end.
async fn again(shared: &Arc<Shared>, record: Record, kept: &[u8]) {
    let lane = Lane::ALL
        .into_iter()
        .find(|lane| lane.as_str() == record.lane);
    let state = BuildState {
        record: record.clone(),
        result: None,
    };
    let build = shared.live.insert(state, lane.unwrap_or_default());
    let order = match order(shared, &record, kept).await {
        Ok(order) => order,
        Err(error) => return settle::settle(shared, &build, failed(error)).await,
    };
    match run::reserve(shared, &build, &order).await {
        Ok(reserved) => {
            tokio::spawn(run::follow(Arc::clone(shared), build, order, reserved));
        }
        // The queue has room for all of them; a scheduler that is closed leaves them for the next
        // start.
        Err(reason) => {
            tracing::error!(build = %record.id, reason = reason.kind(), "a build could not be queued again");
            shared.live.remove(&build);
        }
    }
}

/// What is to be run, or why nothing is.
async fn order(shared: &Shared, record: &Record, kept: &[u8]) -> Result<Order, BuildError> {
    if record.attempt() >= INTERRUPTIONS_MAX {
        return Err(settle::interrupted(record.attempt()));
    }
    let bytes = unstow(&shared.parts.objects, Object::Request(record.id), kept).await;
    let unreadable = |what: String| {
        let message = format!("What was to be built cannot be read any more: {what}.");
        BuildError::of(Diagnostic::error(Code::WorkerUnavailable, message))
    };
    let bytes = bytes.map_err(|error| unreadable(error.to_string()))?;
    let request: BuildRequest =
        serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
    Ok(Order {
        request,
        timeout: Duration::from_millis(record.timeout_ms),
        expires_at: record.expires_at,
    })
}

fn failed(error: BuildError) -> End {
    End {
        result: Err(error),
        waited: Duration::ZERO,
        ran: Duration::ZERO,
    }
}
