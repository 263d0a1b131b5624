//! Every metric family, once: its name, what it means, its unit, its labels, its buckets.
//!
//! Labels take values of closed sets only. What identifies a build or its submitter is in the
//! record, never here.

/// What a family counts or shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Only rises.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by size, into these buckets.
    Histogram(&'static [f64]),
}

/// One family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Family {
    /// With the prefix `vasca_`, and the unit at the end.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: Kind,
    /// One sentence for whoever sees it for the first time.
    pub help: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
}

/// A build as its submitter feels it: from a warm millisecond to the longest wait.
const TOTAL_SECONDS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];
/// A stage of a build: most take less than a millisecond.
const STAGE_SECONDS: &[f64] = &[
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0,
];
/// A sync of the disk: a good one takes less than a millisecond, a bad one seconds.
const SYNC_SECONDS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0,
];
/// An answer, waits included.
const HTTP_SECONDS: &[f64] = &[0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0];
/// Sources and modules: 256 bytes to the limit of 16 MiB.
const BYTES: &[f64] = &[
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
];

/// Declares the families: one constant each, and the list of all.
macro_rules! families {
    ($($constant:ident = $name:literal, $kind:expr, [$($label:literal),*], $help:literal;)*) => {
        $(#[doc = $help] pub const $constant: Family = Family {
            name: concat!("vasca_", $name),
            kind: $kind,
            help: $help,
            labels: &[$($label),*],
        };)*

        /// Every family.
        pub const ALL: &[Family] = &[$($constant),*];
    };
}

families! {
    BUILDS = "builds_total", Kind::Counter, ["builder", "outcome", "lane"],
        "Builds that have ended, counted when their result was known and before it was durable.";
    BUILD_ERRORS = "build_errors_total", Kind::Counter, ["class", "code"],
        "Builds that gave no artifact, by the code of their first error and by whose doing it is.";
    SUBMISSIONS = "submissions_total", Kind::Counter, ["result"],
        "Submissions over HTTP, by what became of them.";
    RECORDS_WRITTEN = "records_written_total", Kind::Counter, ["kind", "result"],
        "Changes to the durable table, by their kind and by whether they are durable.";
    RECORDS_PENDING = "records_pending", Kind::Gauge, [],
        "Builds whose result is known and not yet durable.";
    RECORD_SYNC_SECONDS = "record_sync_duration_seconds", Kind::Histogram(SYNC_SECONDS), [],
        "Time to write and sync one batch of changes to the durable table.";
    RECORD_LAST_SYNC = "record_last_sync_timestamp_seconds", Kind::Gauge, [],
        "When changes were last synced to the disk, in seconds since 1970.";
    POINTS_DROPPED = "points_dropped_total", Kind::Counter, ["reason"],
        "Points of record_metric that were not kept.";
    STORE_CORRUPTION = "store_corruption_total", Kind::Counter, [],
        "Times that something in the store could not be read.";
    STORE_FAILURES = "store_failures_total", Kind::Counter, [],
        "Times that the store failed and was opened anew, or could not be.";
    STORE_DISK_BYTES = "store_disk_bytes", Kind::Gauge, [],
        "Bytes of the durable table's files.";
    STORE_FREE_BYTES = "store_free_bytes", Kind::Gauge, [],
        "Bytes that the disk of the durable table has left.";
    QUEUE_DEPTH = "queue_depth", Kind::Gauge, ["lane"],
        "Builds that wait for a slot.";
    QUEUE_OLDEST_SECONDS = "queue_oldest_job_age_seconds", Kind::Gauge, ["lane"],
        "How long the build has waited that has waited the longest; 0 when none waits.";
    QUEUE_CAPACITY = "queue_capacity", Kind::Gauge, [],
        "Builds that may wait at once.";
    SLOTS = "slots", Kind::Gauge, [],
        "Builds that can run at once.";
    SLOTS_BUSY = "slots_busy", Kind::Gauge, [],
        "Builds that run.";
    SLOT_BUSY_SECONDS = "slot_busy_seconds_total", Kind::Counter, [],
        "Time that slots were held by builds that have left them.";
    BUILD_TOTAL_SECONDS = "build_total_duration_seconds", Kind::Histogram(TOTAL_SECONDS), ["outcome", "lane"],
        "Time from a build's acceptance to its end.";
    BUILD_SECONDS = "build_duration_seconds", Kind::Histogram(TOTAL_SECONDS), ["outcome"],
        "Time that a build held its slot.";
    QUEUE_WAIT_SECONDS = "queue_wait_seconds", Kind::Histogram(TOTAL_SECONDS), ["lane"],
        "Time that a build waited for its slot.";
    STAGE_SECONDS_SPENT = "build_stage_duration_seconds", Kind::Histogram(STAGE_SECONDS), ["stage"],
        "Time that a build spent in a stage.";
    SOURCE_BYTES = "source_bytes", Kind::Histogram(BYTES), [],
        "Bytes of a build's source.";
    ARTIFACT_BYTES = "artifact_bytes", Kind::Histogram(BYTES), ["encoding"],
        "Bytes of a module, as it is and after compression.";
    BUILD_INFO = "build_info", Kind::Gauge, ["version", "commit", "compiler_version"],
        "Always 1; its labels say what is running.";
    HTTP_REQUESTS = "http_requests_total", Kind::Counter, ["method", "route", "status"],
        "Requests that were answered.";
    HTTP_SECONDS_SPENT = "http_request_duration_seconds", Kind::Histogram(HTTP_SECONDS), ["route"],
        "Time to answer a request, with the wait that it asked for.";
    HTTP_IN_FLIGHT = "http_requests_in_flight", Kind::Gauge, [],
        "Requests that are being answered.";
}

#[cfg(test)]
mod tests {
    use super::{ALL, Kind};
    use std::collections::BTreeSet;

    #[test]
    fn names_say_kind_and_unit_and_stand_once() {
        let names: BTreeSet<_> = ALL.iter().map(|family| family.name).collect();
        assert_eq!(names.len(), ALL.len());
        for family in ALL {
            let is_total = family.name.ends_with("_total");
            assert_eq!(is_total, family.kind == Kind::Counter, "{}", family.name);
            assert!(family.help.ends_with('.'), "{}", family.name);
            if let Kind::Histogram(buckets) = family.kind {
                assert!(buckets.is_sorted(), "{}", family.name);
                let has_unit = ["_seconds", "_bytes"]
                    .iter()
                    .any(|unit| family.name.ends_with(unit));
                assert!(has_unit, "{}", family.name);
            }
        }
    }
}
