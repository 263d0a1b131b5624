//! Which event moves which number.

use std::time::Duration;

use vasca_builders::Code;
use vasca_scheduler::{Lane, Snapshot};

use crate::lifecycle::{Outcome, now};
use crate::metrics::catalogue as families;
use crate::metrics::exporter::Exporter;
use crate::records::committer::Commit;
use crate::records::record::Record;
use crate::records::store::{Space, StoreError};

/// What became of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmissionResult {
    /// It is queued, durably.
    Accepted,
    /// As much waits as may wait.
    RejectedQueueFull,
    /// It is larger than a limit.
    RejectedSize,
    /// It is not what a submission must be.
    RejectedInvalid,
    /// The service is ending.
    RejectedDraining,
    /// The durable table takes nothing.
    RejectedStore,
}

impl SubmissionResult {
    const ALL: [Self; 6] = [
        Self::Accepted,
        Self::RejectedQueueFull,
        Self::RejectedSize,
        Self::RejectedInvalid,
        Self::RejectedDraining,
        Self::RejectedStore,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::RejectedQueueFull => "rejected_queue_full",
            Self::RejectedSize => "rejected_size",
            Self::RejectedInvalid => "rejected_invalid",
            Self::RejectedDraining => "rejected_draining",
            Self::RejectedStore => "rejected_store",
        }
    }
}

/// Kinds of changes that are told apart from the first scrape on.
const CHANGES: [&str; 6] = [
    "queued",
    "started",
    "requeued",
    "final",
    "retracted",
    "point",
];
/// Why points are dropped.
const DROPS: [&str; 2] = ["unsound", "store"];
/// The commit that was built, where whoever built it has said so.
const COMMIT: &str = match option_env!("VASCA_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};

/// Shows what alerts compare with before it has happened, and what is running.
pub fn started(
    exporter: &Exporter,
    builders: &[(&'static str, String)],
    slots: usize,
    queue: usize,
) {
    for (kind, version) in builders {
        for (outcome, lane) in pairs() {
            let labels = [
                ("builder", *kind),
                ("outcome", outcome.as_str()),
                ("lane", lane.as_str()),
            ];
            exporter.count(&families::BUILDS, &labels, 0);
        }
        let labels = [
            ("version", env!("CARGO_PKG_VERSION")),
            ("commit", COMMIT),
            ("compiler_version", version.as_str()),
        ];
        exporter.set(&families::BUILD_INFO, &labels, 1.0);
    }
    for code in Code::ALL {
        let labels = [("class", code.class().as_str()), ("code", code.as_str())];
        exporter.count(&families::BUILD_ERRORS, &labels, 0);
    }
    for result in SubmissionResult::ALL {
        submitted(exporter, result, 0);
    }
    for kind in CHANGES {
        for result in ["ok", "error"] {
            exporter.count(
                &families::RECORDS_WRITTEN,
                &[("kind", kind), ("result", result)],
                0,
            );
        }
    }
    for family in [
        &families::STORE_CORRUPTION,
        &families::STORE_FAILURES,
        &families::SLOT_BUSY_SECONDS,
    ] {
        exporter.count(family, &[], 0);
    }
    for reason in DROPS {
        exporter.count(&families::POINTS_DROPPED, &[("reason", reason)], 0);
    }
    exporter.set(&families::RECORDS_PENDING, &[], 0.0);
    exporter.set(&families::SLOTS, &[], slots as f64);
    exporter.set(&families::QUEUE_CAPACITY, &[], queue as f64);
}

fn pairs() -> impl Iterator<Item = (Outcome, Lane)> {
    let lanes = |outcome| Lane::ALL.into_iter().map(move |lane| (outcome, lane));
    Outcome::ALL.into_iter().flat_map(lanes)
}

/// Counts a submission.
pub fn submitted(exporter: &Exporter, result: SubmissionResult, by: u64) {
    exporter.count(&families::SUBMISSIONS, &[("result", result.as_str())], by);
}

/// Counts a build whose result is known; it is pending until [`durable`].
pub fn ended(exporter: &Exporter, record: &Record, outcome: Outcome, times: BuildTimes) {
    // What somebody cancelled is nobody's error.
    let is_error = !matches!(outcome, Outcome::Success | Outcome::Cancelled);
    let (outcome, lane) = (outcome.as_str(), record.lane.as_str());
    let labels = [
        ("builder", record.builder.as_str()),
        ("outcome", outcome),
        ("lane", lane),
    ];
    exporter.count(&families::BUILDS, &labels, 1);
    exporter.add(&families::RECORDS_PENDING, 1.0);
    if let (Some(code), Some(class), true) = (&record.code, &record.class, is_error) {
        exporter.count(
            &families::BUILD_ERRORS,
            &[("class", class), ("code", code)],
            1,
        );
    }
    let total = [("outcome", outcome), ("lane", lane)];
    exporter.record(
        &families::BUILD_TOTAL_SECONDS,
        &total,
        times.total.as_secs_f64(),
    );
    exporter.record(
        &families::QUEUE_WAIT_SECONDS,
        &[("lane", lane)],
        times.waited.as_secs_f64(),
    );
    if record.started_at.is_some() {
        exporter.record(
            &families::BUILD_SECONDS,
            &[("outcome", outcome)],
            times.ran.as_secs_f64(),
        );
    }
    for (stage, spent) in times.stages {
        exporter.record(
            &families::STAGE_SECONDS_SPENT,
            &[("stage", stage)],
            spent.as_secs_f64(),
        );
    }
    exporter.record(&families::SOURCE_BYTES, &[], record.source_bytes as f64);
    if let Some(artifact) = &record.artifact {
        for (encoding, bytes) in [
            ("identity", artifact.raw_bytes),
            ("gzip", artifact.gzip_bytes),
        ] {
            exporter.record(
                &families::ARTIFACT_BYTES,
                &[("encoding", encoding)],
                bytes as f64,
            );
        }
    }
}

/// Where a build's time went.
#[derive(Debug, Clone, Default)]
pub struct BuildTimes {
    /// From its acceptance to its end.
    pub total: Duration,
    /// Until it had a slot.
    pub waited: Duration,
    /// While it had one.
    pub ran: Duration,
    /// In each stage.
    pub stages: Vec<(&'static str, Duration)>,
}

/// A build has left its slot.
pub fn slot_left(exporter: &Exporter, ran: Duration) {
    exporter.add_busy(&families::SLOT_BUSY_SECONDS, ran);
}

/// Something in the store could not be read.
pub fn corrupt(exporter: &Exporter) {
    exporter.count(&families::STORE_CORRUPTION, &[], 1);
}

/// The result of a build that was pending is durable.
pub fn durable(exporter: &Exporter) {
    exporter.add(&families::RECORDS_PENDING, -1.0);
}

/// Follows the committer.
pub fn committed(exporter: &Exporter, commit: &Commit<'_>) {
    let count = |kinds: &[&'static str], result| {
        // A barrier is nothing that is written.
        for kind in kinds.iter().filter(|kind| **kind != "barrier") {
            exporter.count(
                &families::RECORDS_WRITTEN,
                &[("kind", kind), ("result", result)],
                1,
            );
        }
    };
    match commit {
        Commit::Written { kinds, took } => {
            count(kinds, "ok");
            exporter.record(&families::RECORD_SYNC_SECONDS, &[], took.as_secs_f64());
            let seconds = now().as_millisecond() as f64 / 1e3;
            exporter.set(&families::RECORD_LAST_SYNC, &[], seconds);
        }
        Commit::Lost { kinds, .. } => count(kinds, "error"),
        Commit::Failed { error } => {
            exporter.count(&families::STORE_FAILURES, &[], 1);
            if matches!(error, StoreError::Corrupt { .. }) {
                corrupt(exporter);
            }
        }
        Commit::Recovered => {}
    }
}

/// What the scheduler, the queue and the disk are like at this moment, for a scrape.
pub fn sampled(
    exporter: &Exporter,
    stats: &Snapshot,
    oldest: &[(Lane, Duration)],
    space: Option<Space>,
) {
    for (lane, depth) in [
        (Lane::Interactive, stats.queued_interactive),
        (Lane::Normal, stats.queued_normal),
        (Lane::Batch, stats.queued_batch),
    ] {
        exporter.set(
            &families::QUEUE_DEPTH,
            &[("lane", lane.as_str())],
            depth as f64,
        );
    }
    for (lane, age) in oldest {
        let labels = [("lane", lane.as_str())];
        exporter.set(&families::QUEUE_OLDEST_SECONDS, &labels, age.as_secs_f64());
    }
    exporter.set(&families::SLOTS_BUSY, &[], stats.busy_slots as f64);
    if let Some(space) = space {
        exporter.set(&families::STORE_DISK_BYTES, &[], space.used_bytes as f64);
        exporter.set(&families::STORE_FREE_BYTES, &[], space.free_bytes as f64);
    }
}

/// A request begins to be answered.
pub fn request_began(exporter: &Exporter) {
    exporter.add(&families::HTTP_IN_FLIGHT, 1.0);
}

/// A request was answered, or given up; `status` is 499 then, as nginx calls it.
pub fn request_ended(exporter: &Exporter, method: &str, route: &str, status: u16, took: Duration) {
    exporter.add(&families::HTTP_IN_FLIGHT, -1.0);
    let status = status.to_string();
    let labels = [
        ("method", method),
        ("route", route),
        ("status", status.as_str()),
    ];
    exporter.count(&families::HTTP_REQUESTS, &labels, 1);
    exporter.record(
        &families::HTTP_SECONDS_SPENT,
        &[("route", route)],
        took.as_secs_f64(),
    );
}

/// A point was not kept.
pub fn point_dropped(exporter: &Exporter, reason: &'static str) {
    exporter.count(&families::POINTS_DROPPED, &[("reason", reason)], 1);
}
