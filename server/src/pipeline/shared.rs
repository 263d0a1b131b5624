//! What all parts of the pipeline hold.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::Semaphore;
use vasca_builders::BuildRequest;

use crate::artifacts::Objects;
use crate::lifecycle::BuildIds;
use crate::metrics::exporter::Exporter;
use crate::pipeline::live::LiveBuilds;
use crate::pool::Pool;
use crate::records::committer::Committer;
use crate::records::store::RecordStore;

/// The parts that a build meets on its way.
#[derive(Clone)]
pub struct Parts {
    /// Builds.
    pub pool: Pool,
    /// Writes rows.
    pub committer: Committer,
    /// Reads rows.
    pub store: Arc<dyn RecordStore>,
    /// Keeps what is too large for rows.
    pub objects: Objects,
    /// Keeps the numbers.
    pub exporter: Exporter,
}

/// How much the pipeline takes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Builds that wait.
    pub queue: usize,
    /// Bytes of source that wait or run.
    pub queue_bytes: usize,
}

/// Everything, once.
pub(super) struct Shared {
    pub(super) parts: Parts,
    pub(super) limits: Limits,
    pub(super) live: LiveBuilds,
    pub(super) ids: BuildIds,
    /// This life of the server.
    pub(super) boot_id: String,
    pub(super) is_draining: AtomicBool,
    /// Places for those who read the table.
    pub(super) readers: Semaphore,
}

/// The bytes of all files of a request.
pub(super) fn source_bytes(request: &BuildRequest) -> usize {
    request.files.values().map(String::len).sum()
}

/// BLAKE3 of a request's files, each with its name, each length before it.
pub(super) fn source_digest(request: &BuildRequest) -> String {
    let mut hasher = blake3::Hasher::new();
    for (name, text) in &request.files {
        for part in [name, text] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}
