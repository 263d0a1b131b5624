//! The JSON of a build, as clients rely on it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use vasca_builders::Code;
use vasca_builders::artifact::GlobalRead;

use crate::diagnostics::DiagnosticView;
use crate::lifecycle::{BuildId, Outcome, Status};
use crate::pipeline::views::{ArtifactMeta, BuildState};
use crate::records::record::Record;

/// A build.
#[derive(Debug, Serialize)]
pub(super) struct BuildView {
    id: BuildId,
    status: Status,
    outcome: Option<Outcome>,
    builder: String,
    lane: String,
    cache: &'static str,
    attempt: u32,
    artifact: Option<ArtifactView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<ArtifactView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    diagnostics: Vec<DiagnosticView>,
    repairs: Vec<Code>,
    timings: Map<String, Value>,
    tags: BTreeMap<String, String>,
    submitted_at: Timestamp,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

#[derive(Debug, Serialize)]
struct ArtifactView {
    digest: String,
    url: String,
    integrity: String,
    bytes: BytesView,
    #[serde(skip_serializing_if = "Option::is_none")]
    map: Option<MapView>,
    exports: Vec<String>,
    globals: Vec<String>,
    reads: Vec<GlobalRead>,
    imports: Vec<String>,
}

/// The source map of a module.
#[derive(Debug, Serialize)]
struct MapView {
    digest: String,
    url: String,
    bytes: u64,
}

/// `br` is not known of builds of the first release.
#[derive(Debug, Serialize)]
struct BytesView {
    raw: u64,
    gzip: u64,
    br: Option<u64>,
}

impl BuildView {
    /// A build; `code` is its module, where that was asked for.
    pub(super) fn of(state: BuildState, code: Option<String>) -> Self {
        let BuildState { record, result } = state;
        let timings = timings(&record);
        let attempt = record.attempt();
        let result = result.unwrap_or_default();
        let diagnostics = result.diagnostics.into_iter().map(DiagnosticView::from);
        Self {
            id: record.id,
            status: record.status,
            outcome: record.outcome,
            builder: record.builder,
            lane: record.lane,
            cache: "miss",
            attempt,
            artifact: result.artifact.map(ArtifactView::of),
            fallback: result.fallback.map(ArtifactView::of),
            signature: result.signature,
            diagnostics: diagnostics.collect(),
            repairs: result.repairs,
            timings,
            tags: record.tags,
            submitted_at: record.submitted_at,
            started_at: record.started_at,
            finished_at: record.finished_at,
            code,
        }
    }
}

impl ArtifactView {
    fn of(artifact: ArtifactMeta) -> Self {
        Self {
            url: artifact_url(&artifact.digest),
            digest: artifact.digest,
            integrity: artifact.integrity,
            bytes: BytesView {
                raw: artifact.raw_bytes,
                gzip: artifact.gzip_bytes,
                br: artifact.brotli_bytes,
            },
            map: artifact.map.map(|(digest, bytes)| MapView {
                url: map_url(&digest),
                digest,
                bytes,
            }),
            exports: artifact.exports,
            globals: artifact
                .globals
                .iter()
                .map(|read| read.global.clone())
                .collect(),
            reads: artifact.globals,
            imports: artifact.imports,
        }
    }
}

/// Where an artifact is.
pub(super) fn artifact_url(digest: &str) -> String {
    format!("/v1/artifacts/{digest}.js")
}

/// Where a source map is.
pub(super) fn map_url(digest: &str) -> String {
    format!("/v1/artifacts/{digest}.map")
}

/// Where a build is.
pub(super) fn build_url(id: BuildId) -> String {
    format!("/v1/builds/{id}")
}

/// `queue_ms`, `run_ms`, `total_ms` and each stage.
fn timings(record: &Record) -> Map<String, Value> {
    let named = record.timings_ms.iter();
    named
        .map(|(name, spent)| (format!("{name}_ms"), Value::from(*spent)))
        .collect()
}
