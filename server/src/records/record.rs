//! The row of a build: numbers, names and times, never a line of its source.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::lifecycle::{BuildId, Outcome, Status};

/// One build, whatever became of it.
///
/// Codes and stages are kept by name: theirs is another crate's list, and rows outlive it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The build.
    pub id: BuildId,
    /// The HTTP request that submitted it.
    pub request_id: String,
    /// The trace that the submission belongs to, from its `traceparent`.
    pub trace_id: Option<String>,
    /// What the submitter wants it to be found by.
    pub tags: BTreeMap<String, String>,
    /// The kind of builder.
    pub builder: String,
    /// The version of the builder that settled it, or that was to run it.
    pub builder_version: String,
    /// The lane it waited in.
    pub lane: String,
    /// Where it stands.
    pub status: Status,
    /// Whose doing its end was.
    pub outcome: Option<Outcome>,
    /// The code of the first error.
    pub code: Option<String>,
    /// Whose doing that error is.
    pub class: Option<String>,
    /// How many diagnostics there are, errors and others.
    pub diagnostics: u32,
    /// When it was accepted.
    pub submitted_at: Timestamp,
    /// When its last attempt began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How long it may run, in milliseconds.
    pub timeout_ms: u64,
    /// The moment after which nobody wants it any more.
    pub expires_at: Option<Timestamp>,
    /// Its runs, the last one last.
    pub attempts: Vec<Attempt>,
    /// Where its time went, in milliseconds: `queue`, `run`, `total` and each stage.
    pub timings_ms: BTreeMap<String, f64>,
    /// BLAKE3 of its files and their names.
    pub source_digest: String,
    /// Bytes of all its files.
    pub source_bytes: u64,
    /// What came out.
    pub artifact: Option<ArtifactRow>,
    /// The life of the server that wrote the row's last state.
    pub boot_id: String,
}

/// What a row keeps of an artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactRow {
    /// BLAKE3 of the module.
    pub digest: String,
    /// Its bytes.
    pub raw_bytes: u64,
    /// Its bytes after gzip.
    pub gzip_bytes: u64,
}

/// One run of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// When it had its slot.
    pub started_at: Timestamp,
    /// When it was over; nothing while it runs. Where the server died under it, the moment at which
    /// the next one found that.
    pub ended_at: Option<Timestamp>,
    /// Whether the server died under it.
    pub is_interrupted: bool,
    /// The slot.
    pub slot: u32,
    /// The life of the server that ran it.
    pub boot_id: String,
}

impl Record {
    /// The number of the last attempt; 0 before the first.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempts.last().map_or(0, |attempt| attempt.number)
    }

    /// The row of a build that has not ended and has had these attempts.
    pub(super) fn under_way(mut self, attempts: Vec<Attempt>) -> Self {
        self.attempts = attempts;
        if let Some(attempt) = self.attempts.last().filter(|it| it.ended_at.is_none()) {
            self.status = Status::Running;
            self.started_at = Some(attempt.started_at);
        }
        self
    }

    /// The names and values that a row is found by once it is final.
    pub(super) fn terms(&self) -> Vec<(Field, String)> {
        let mut terms = vec![
            (Field::Status, self.status.as_str().to_owned()),
            (Field::Lane, self.lane.clone()),
            (Field::Builder, self.builder.clone()),
        ];
        terms.extend(
            self.outcome
                .map(|outcome| (Field::Outcome, outcome.as_str().to_owned())),
        );
        terms.extend(self.code.clone().map(|code| (Field::Code, code)));
        let tags = self.tags.iter();
        terms.extend(tags.map(|(name, value)| (Field::Tag, format!("{name}={value}"))));
        terms
    }
}

/// What rows are found by, in the order in which they tell rows apart the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// [`Record::code`].
    Code,
    /// One of [`Record::tags`], as `name=value`.
    Tag,
    /// [`Record::outcome`].
    Outcome,
    /// [`Record::status`].
    Status,
    /// [`Record::lane`].
    Lane,
    /// [`Record::builder`].
    Builder,
}

/// A length in milliseconds, to the microsecond: what a clock of a busy machine is good for.
#[must_use]
pub fn milliseconds(spent: Duration) -> f64 {
    (spent.as_secs_f64() * 1e6).round() / 1e3
}
