//! What goes into the pipeline, and what comes out of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vasca_builders::artifact::{GlobalRead, digest};
use vasca_builders::{Artifact, BuildError, BuildRequest, Code, Diagnostic};
use vasca_scheduler::Lane;

use crate::records::record::Record;
use crate::records::store::StoreError;

/// One build that somebody wants.
#[derive(Debug, Clone)]
pub struct Submission {
    /// What to build.
    pub request: BuildRequest,
    /// The lane to wait in.
    pub lane: Lane,
    /// How long it may run, in milliseconds; nothing means the builder's default.
    pub timeout_ms: Option<u64>,
    /// How long it is wanted, from its acceptance.
    pub expires_in_ms: Option<u64>,
    /// What it is to be found by.
    pub tags: BTreeMap<String, String>,
    /// The HTTP request.
    pub request_id: String,
    /// The trace that it belongs to.
    pub trace_id: Option<String>,
}

/// Why a submission is not accepted. Nothing is left of it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// The service is ending.
    #[error("the service is ending and takes no more builds")]
    Draining,
    /// As much waits as may wait.
    #[error("as many builds wait as may wait")]
    Full,
    /// It is not what a build must be.
    #[error("the submission does not hold")]
    Invalid(BuildError),
    /// It asks for more time than a build may have.
    #[error("`timeout_ms` is {asked}, and a build may have at most {limit}")]
    TimeoutTooLong {
        /// What was asked for.
        asked: u64,
        /// What there is.
        limit: u64,
    },
    /// It is not durable.
    #[error("the build could not be recorded: {0}")]
    Store(#[from] StoreError),
}

impl SubmitError {
    /// The stable name of the kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Draining => "draining",
            Self::Full => "queue_full",
            Self::Invalid(_) | Self::TimeoutTooLong { .. } => "invalid_submission",
            Self::Store(error) => error.kind(),
        }
    }
}

/// A build, and what it said if it has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildState {
    /// Its row.
    pub record: Record,
    /// What it said.
    pub result: Option<BuildResult>,
}

/// What a build said when it ended. Stored as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BuildResult {
    /// The artifact without its bytes.
    pub artifact: Option<ArtifactMeta>,
    /// The module in its place, of a failed build that asked for one.
    #[serde(default)]
    pub fallback: Option<ArtifactMeta>,
    /// What failures like this one have in common.
    #[serde(default)]
    pub signature: Option<String>,
    /// What there is to say about the source.
    pub diagnostics: Vec<Diagnostic>,
    /// The codes of the faults that were mended. Results of older releases have none.
    #[serde(default)]
    pub repairs: Vec<Code>,
}

/// Everything known about an artifact but its bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArtifactMeta {
    /// BLAKE3 of the module.
    pub digest: String,
    /// Its subresource integrity.
    pub integrity: String,
    /// Its size.
    pub raw_bytes: u64,
    /// Its size after gzip.
    pub gzip_bytes: u64,
    /// Its size after Brotli; older rows do not have it.
    #[serde(default)]
    pub brotli_bytes: Option<u64>,
    /// Digest and bytes of its source map.
    #[serde(default)]
    pub map: Option<(String, u64)>,
    /// What went in and what came out, in esbuild's format.
    #[serde(default)]
    pub metafile: Option<String>,
    /// What it exports.
    pub exports: Vec<String>,
    /// The globals that it reads.
    pub globals: Vec<GlobalRead>,
    /// The bare imports that are left in it.
    pub imports: Vec<String>,
}

impl BuildResult {
    /// What is kept of a build's end.
    #[must_use]
    pub fn of(result: &Result<Artifact, BuildError>) -> Self {
        match result {
            Ok(artifact) => Self {
                artifact: Some(ArtifactMeta::of(artifact)),
                fallback: None,
                signature: None,
                diagnostics: artifact.diagnostics.clone(),
                repairs: artifact.repairs.clone(),
            },
            Err(error) => Self {
                artifact: None,
                fallback: error.fallback.as_deref().map(ArtifactMeta::of),
                signature: Some(error.signature()),
                diagnostics: error.diagnostics.clone(),
                repairs: Vec::new(),
            },
        }
    }
}

impl ArtifactMeta {
    fn of(artifact: &Artifact) -> Self {
        let map = artifact.map.as_deref();
        Self {
            digest: artifact.digest.clone(),
            integrity: artifact.integrity.clone(),
            raw_bytes: artifact.bytes.raw,
            gzip_bytes: artifact.bytes.gzip,
            brotli_bytes: Some(artifact.bytes.brotli),
            map: map.map(|map| (digest(map), map.len() as u64)),
            metafile: Some(artifact.metafile.clone()),
            exports: artifact.exports.clone(),
            globals: artifact.globals.clone(),
            imports: artifact.imports.clone(),
        }
    }
}

/// What came of asking for a build's end.
#[derive(Debug, Clone, PartialEq)]
pub enum Cancellation {
    /// It will end as cancelled.
    Accepted(BuildState),
    /// It had ended before, this way.
    AlreadyEnded(BuildState),
}

#[cfg(test)]
mod tests {
    use super::BuildResult;

    #[test]
    fn a_result_that_was_stored_without_repairs_is_one_without_any() {
        let stored = r#"{"artifact":null,"diagnostics":[]}"#;
        let result: BuildResult = serde_json::from_str(stored).unwrap();
        assert!(result.repairs.is_empty());
    }
}
