//! An observer that keeps figures through the facade `metrics`.

use metrics::{
    Label, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

use super::observer::{Happening, Observer, SchedulerEvent};
use crate::error::Phase;
use crate::priority::Lane;

/// Keeps the figures of a scheduler through the facade `metrics`, in whatever recorder the host has
/// installed. One `Metrics` serves one scheduler.
///
/// | family | labels besides `scheduler` | |
/// |---|---|---|
/// | `scheduler_jobs_submitted_total` | `lane` | jobs taken |
/// | `scheduler_jobs_rejected_total` | `lane`, `reason` | jobs not taken |
/// | `scheduler_jobs_joined_total` | `lane` | submissions that share a run |
/// | `scheduler_jobs_ended_total` | `lane`, `outcome` | jobs that have ended |
/// | `scheduler_runs_repeated_total` | `lane`, `cause` (`retry`, `snooze`) | runs followed by another |
/// | `scheduler_jobs` | `lane`, `state` (`waiting`, `running`, `lent`) | jobs there are (gauge) |
/// | `scheduler_jobs_stuck` | | jobs that do not go (gauge) |
/// | `scheduler_threads`, `scheduler_threads_abandoned_total` | | owned threads |
/// | `scheduler_slots`, `scheduler_slot_failures_total` | | slots after a resize, failures to open one |
/// | `scheduler_pressure` | | 1 while the queue is full (gauge) |
/// | `scheduler_wait_seconds` | `lane` | from when a job could start to its start |
/// | `scheduler_run_seconds` | `lane`, `outcome` | all runs of a job together |
///
/// Every label has a small, fixed set of values: never a job, never a key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Metrics;

impl Metrics {
    /// Describes the families to the recorder that is installed now.
    #[must_use]
    pub fn new() -> Self {
        describe_counter!("scheduler_jobs_submitted_total", "Jobs taken.");
        describe_counter!("scheduler_jobs_rejected_total", "Jobs not taken.");
        describe_counter!(
            "scheduler_jobs_joined_total",
            "Submissions that share the run of another job."
        );
        describe_counter!("scheduler_jobs_ended_total", "Jobs that have ended.");
        describe_counter!(
            "scheduler_runs_repeated_total",
            "Runs that were followed by another one of the same job."
        );
        describe_gauge!("scheduler_jobs", "Jobs that have not ended.");
        describe_gauge!(
            "scheduler_jobs_stuck",
            "Jobs that were stopped, have not gone, and keep their slots."
        );
        describe_gauge!("scheduler_threads", "Owned threads.");
        describe_counter!(
            "scheduler_threads_abandoned_total",
            "Owned threads given up with a job that does not end."
        );
        describe_gauge!("scheduler_slots", "Slots, since the last resize.");
        describe_counter!(
            "scheduler_slot_failures_total",
            "Failures to open the state of a slot."
        );
        describe_gauge!("scheduler_pressure", "1 while the queue has no room.");
        describe_histogram!(
            "scheduler_wait_seconds",
            metrics::Unit::Seconds,
            "From when a job could start to its start."
        );
        describe_histogram!(
            "scheduler_run_seconds",
            metrics::Unit::Seconds,
            "All runs of a job together."
        );
        Self
    }
}

/// The labels of one scheduler.
#[derive(Clone, Copy)]
struct Labels<'a> {
    scheduler: &'a str,
}

impl Labels<'_> {
    fn own(self) -> Vec<Label> {
        vec![Label::new("scheduler", self.scheduler.to_owned())]
    }

    fn lane(self, lane: Lane) -> Vec<Label> {
        let mut labels = self.own();
        labels.push(Label::from_static_parts("lane", lane.as_str()));
        labels
    }

    fn lane_and(self, lane: Lane, name: &'static str, value: &'static str) -> Vec<Label> {
        let mut labels = self.lane(lane);
        labels.push(Label::from_static_parts(name, value));
        labels
    }

    /// Moves the gauge of jobs in a state.
    fn shift(self, lane: Lane, state: &'static str, by: f64) {
        gauge!("scheduler_jobs", self.lane_and(lane, "state", state)).increment(by);
    }

    fn count(self, name: &'static str, labels: Vec<Label>) {
        counter!(name, labels).increment(1);
    }
}

impl Observer for Metrics {
    fn on_event(&self, event: &SchedulerEvent<'_>) {
        let labels = Labels {
            scheduler: event.scheduler,
        };
        match event.what {
            Happening::Submitted { lane, .. } => {
                labels.count("scheduler_jobs_submitted_total", labels.lane(*lane));
                labels.shift(*lane, "waiting", 1.0);
            }
            Happening::Rejected { lane, reason, .. } => {
                let of = labels.lane_and(*lane, "reason", reason.kind());
                labels.count("scheduler_jobs_rejected_total", of);
            }
            Happening::Joined { lane, .. } => {
                labels.count("scheduler_jobs_joined_total", labels.lane(*lane));
            }
            Happening::Started { lane, waited, .. } => {
                labels.shift(*lane, "waiting", -1.0);
                labels.shift(*lane, "running", 1.0);
                histogram!("scheduler_wait_seconds", labels.lane(*lane))
                    .record(waited.as_secs_f64());
            }
            Happening::Retrying {
                lane, is_snooze, ..
            } => {
                labels.shift(*lane, "running", -1.0);
                labels.shift(*lane, "waiting", 1.0);
                let cause = if *is_snooze { "snooze" } else { "retry" };
                let of = labels.lane_and(*lane, "cause", cause);
                labels.count("scheduler_runs_repeated_total", of);
            }
            Happening::Lent { lane, .. } => {
                labels.shift(*lane, "running", -1.0);
                labels.shift(*lane, "lent", 1.0);
            }
            Happening::Returned { lane, .. } => {
                labels.shift(*lane, "lent", -1.0);
                labels.shift(*lane, "running", 1.0);
            }
            ended @ Happening::Ended { .. } => count_end(labels, ended),
            other => count_rest(labels, other),
        }
    }
}

fn count_end(labels: Labels<'_>, ended: &Happening) {
    let Happening::Ended {
        lane,
        outcome,
        phase,
        is_lent,
        ran,
        ..
    } = ended
    else {
        return;
    };
    let state = match (phase, is_lent) {
        (Phase::Queued, _) => "waiting",
        (Phase::Running, true) => "lent",
        (Phase::Running, false) => "running",
    };
    labels.shift(*lane, state, -1.0);
    let of = labels.lane_and(*lane, "outcome", outcome);
    labels.count("scheduler_jobs_ended_total", of.clone());
    // It may have run before a backoff in which it ended.
    if *phase == Phase::Running || !ran.is_zero() {
        histogram!("scheduler_run_seconds", of).record(ran.as_secs_f64());
    }
}

/// What concerns the scheduler, not its jobs.
fn count_rest(labels: Labels<'_>, what: &Happening) {
    let own = labels.own();
    match what {
        Happening::Stuck { .. } => gauge!("scheduler_jobs_stuck", own).increment(1.0),
        Happening::Freed { .. } => gauge!("scheduler_jobs_stuck", own).decrement(1.0),
        Happening::ThreadUp => gauge!("scheduler_threads", own).increment(1.0),
        Happening::ThreadDown => gauge!("scheduler_threads", own).decrement(1.0),
        Happening::ThreadAbandoned { .. } => {
            labels.count("scheduler_threads_abandoned_total", own);
        }
        Happening::SlotFailed { .. } => labels.count("scheduler_slot_failures_total", own),
        Happening::Resized { slots } => gauge!("scheduler_slots", own).set(*slots as f64),
        // Up and down, so that it is right in the end in whatever order two of them come.
        Happening::Pressure { is_high: true } => gauge!("scheduler_pressure", own).increment(1.0),
        Happening::Pressure { is_high: false } => gauge!("scheduler_pressure", own).decrement(1.0),
        _ => {}
    }
}
