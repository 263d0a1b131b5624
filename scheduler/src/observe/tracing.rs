//! An observer that writes what happens as events of `tracing`.

use tracing::{debug, info, trace, warn};

use super::observer::{Happening, Observer, SchedulerEvent};

/// Writes what happens in a scheduler as events of `tracing`, with its name and the job's id.
///
/// Starts and ends are `debug`, other steps of a job `trace`; what changes the scheduler (pause,
/// resize, close) `info`; what an operator may have to look at (stuck jobs, abandoned threads, slots
/// that do not open, high pressure) `warn`. The span of each job is independent of this: it is
/// always there with the feature `tracing`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tracing;

impl Tracing {
    /// The observer; it has nothing to configure.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Observer for Tracing {
    fn on_event(&self, event: &SchedulerEvent<'_>) {
        let scheduler = event.scheduler;
        match event.what {
            Happening::Started {
                id,
                lane,
                slot,
                attempt,
                waited,
            } => {
                let (job, lane) = (id.get(), lane.as_str());
                debug!(scheduler, job, lane, slot, attempt, ?waited, "job started");
            }
            Happening::Ended {
                id,
                lane,
                outcome,
                waited,
                ran,
                ..
            } => {
                let (job, lane) = (id.get(), lane.as_str());
                debug!(scheduler, job, lane, outcome, ?waited, ?ran, "job ended");
            }
            Happening::Rejected { lane, reason, .. } => {
                let (lane, reason) = (lane.as_str(), reason.kind());
                debug!(scheduler, lane, reason, "job rejected");
            }
            Happening::Stuck { id, slot, .. } => {
                let job = id.get();
                warn!(
                    scheduler,
                    job,
                    ?slot,
                    "job is stuck: it was stopped and has not gone"
                );
            }
            Happening::Freed { id, .. } => {
                info!(scheduler, job = id.get(), "job that was stuck has gone");
            }
            Happening::ThreadAbandoned { id } => {
                warn!(scheduler, job = id.get(), "thread abandoned with its job");
            }
            Happening::SlotFailed { slot, error } => {
                warn!(
                    scheduler,
                    slot, error, "state of a slot could not be opened"
                );
            }
            Happening::Pressure { is_high: true } => warn!(scheduler, "queue is full"),
            Happening::Pressure { is_high: false } => info!(scheduler, "queue has room again"),
            other => changes(scheduler, other),
        }
    }
}

/// What happens seldom, or is of little interest.
fn changes(scheduler: &str, what: &Happening) {
    match what {
        Happening::Retrying {
            id,
            is_snooze,
            after,
            ran,
            ..
        } => {
            let job = id.get();
            debug!(
                scheduler,
                job,
                is_snooze,
                ?after,
                ?ran,
                "job will be run again"
            );
        }
        Happening::Paused {
            is_paused,
            lane,
            key,
        } => {
            let (lane, key) = (
                lane.map(|lane| lane.as_str()),
                key.as_ref().map(|key| key.as_str()),
            );
            info!(scheduler, is_paused, lane, key, "paused or resumed");
        }
        Happening::Resized { slots } => info!(scheduler, slots, "resized"),
        Happening::Closed => info!(scheduler, "closed"),
        other => trace!(scheduler, what = ?other, "scheduler"),
    }
}
