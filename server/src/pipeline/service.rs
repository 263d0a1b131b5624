//! The pipeline as its users hold it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::artifacts::Object;
use crate::lifecycle::{BuildId, BuildIds, Status};
use crate::metrics::observe::{self, SubmissionResult};
use crate::pipeline::live::{LiveBuild, LiveBuilds};
use crate::pipeline::run::DRAINED;
use crate::pipeline::shared::Shared;
use crate::pipeline::stow::unstow;
use crate::pipeline::views::{BuildState, Cancellation, Submission, SubmitError};
use crate::pipeline::{recover, submit};
use crate::records::query::{Page, Query};
use crate::records::store::{Change, RecordStore, StoreError, Unfinished};

pub use crate::pipeline::shared::{Limits, Parts};

/// How long an end that is decided may take to be recorded before nobody waits for it any more: some
/// syncs of a slow disk.
const LAST_COMMITS: Duration = Duration::from_secs(5);

/// Reads of the table at once: a disk does no more, and each holds a thread.
const READERS_MAX: usize = 32;

/// Takes builds in, runs them, records them. Cheap to clone.
#[derive(Clone)]
pub struct Pipeline(Arc<Shared>);

/// A build that was accepted.
pub struct Accepted(Arc<LiveBuild>);

impl Accepted {
    /// Where it stands when it has ended, or when so much time is over.
    ///
    /// Cancel safe: it only looks.
    pub async fn within(&self, wait: Duration) -> BuildState {
        if wait.is_zero() {
            return self.0.state();
        }
        match timeout(wait, self.0.ended()).await {
            Ok(state) => state,
            Err(_) => self.0.state(),
        }
    }
}

impl Pipeline {
    /// A pipeline that goes on where the life before it ended: what was left `unfinished` then is
    /// queued first. Must be called within a runtime.
    ///
    /// # Errors
    /// When the table cannot be read or written.
    pub async fn start(
        parts: Parts,
        limits: Limits,
        boot_id: String,
        unfinished: Vec<Unfinished>,
    ) -> Result<Self, StoreError> {
        let last = read(&parts.store, |store| store.last_id()).await?;
        let shared = Arc::new(Shared {
            parts,
            limits,
            live: LiveBuilds::default(),
            ids: BuildIds::after(last),
            boot_id,
            is_draining: AtomicBool::new(false),
            readers: Semaphore::new(READERS_MAX),
        });
        let count = recover::recover(&shared, unfinished).await?;
        if count > 0 {
            tracing::info!(count, "builds of an earlier life were queued again");
        }
        Ok(Self(shared))
    }

    /// Takes a build in; it is durable when this comes back. Counted where it is accepted; a refusal
    /// is the caller's to count.
    ///
    /// Dropping the future stops nothing that has been accepted.
    ///
    /// # Errors
    /// Why it is not taken; nothing is left of it then.
    pub async fn submit(&self, submission: Submission) -> Result<Accepted, SubmitError> {
        // On its own, so that a client that goes away leaves nothing half done or uncounted.
        let shared = Arc::clone(&self.0);
        let submitting = tokio::spawn(async move {
            let submitted = submit::submit(&shared, submission).await;
            if submitted.is_ok() {
                observe::submitted(&shared.parts.exporter, SubmissionResult::Accepted, 1);
            }
            submitted
        });
        let submitted = submitting.await.unwrap_or_else(|error| {
            let what = format!("the submission was lost: {error}");
            Err(SubmitError::Store(StoreError::Unavailable { what }))
        });
        submitted.map(Accepted)
    }

    /// A build that has not ended, to wait for; nothing when it has, or is not known.
    #[must_use]
    pub fn live(&self, id: BuildId) -> Option<Accepted> {
        self.0.live.get(id).map(Accepted)
    }

    /// A build, wherever it stands.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn find(&self, id: BuildId) -> Result<Option<BuildState>, StoreError> {
        if let Some(build) = self.0.live.get(id) {
            return Ok(Some(build.state()));
        }
        let found = self.read(move |store| Ok((store.record(id)?, store.result(id)?)));
        let found = match found.await {
            // A store that fails may not even give out what it has; what ended last is known here.
            Err(error) => return self.0.live.recent(id).map(Some).ok_or(error),
            Ok(found) => found,
        };
        let (Some(record), kept) = found else {
            return Ok(None);
        };
        let Some(kept) = kept else {
            return Ok(Some(BuildState {
                record,
                result: None,
            }));
        };
        let bytes = unstow(&self.0.parts.objects, Object::Result(id), &kept).await;
        let bytes = self.noticed(bytes)?;
        let result = serde_json::from_slice(&bytes).map_err(|error| StoreError::Corrupt {
            what: error.to_string(),
        })?;
        Ok(Some(BuildState {
            record,
            result: Some(result),
        }))
    }

    /// Ends a build, waiting or running; nothing when it is not known.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn cancel(&self, id: BuildId) -> Result<Option<Cancellation>, StoreError> {
        if let Some(build) = self.0.live.get(id)
            && let Some(job) = build.job()
            && self
                .0
                .parts
                .pool
                .scheduler()
                .cancel(job, "its submitter cancelled it")
        {
            build.change(|state| {
                if state.record.status == Status::Running {
                    state.record.status = Status::Cancelling;
                }
            });
            return Ok(Some(Cancellation::Accepted(build.state())));
        }
        if let Some(build) = self.0.live.get(id) {
            // Its end is decided and on its way into the table.
            let _ = timeout(LAST_COMMITS, build.ended()).await;
        }
        Ok(self.find(id).await?.map(Cancellation::AlreadyEnded))
    }

    /// The bytes of an artifact, as they were built.
    ///
    /// # Errors
    /// When they cannot be read, or are not what the digest says.
    pub async fn artifact(&self, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let wanted = digest.to_owned();
        let small = match self.read(move |store| store.blob(&wanted)).await {
            Err(error) => Some(self.0.live.recent_code(digest).ok_or(error)?),
            Ok(small) => small,
        };
        let bytes = match small {
            Some(bytes) => Some(bytes),
            None => self.0.parts.objects.get(Object::Artifact(digest)).await?,
        };
        match bytes {
            Some(bytes) if blake3::hash(&bytes).to_hex().as_str() != digest => {
                let what = format!("the artifact {digest} has other bytes");
                self.noticed(Err(StoreError::Corrupt { what }))
            }
            other => Ok(other),
        }
    }

    /// A page of the table; rows of builds under way show where these stand.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn page(&self, query: Query) -> Result<Page, StoreError> {
        self.read(move |store| store.page(&query)).await
    }

    /// Reads from the table, and notices what cannot be read.
    async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&dyn RecordStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _place = self.0.readers.acquire().await;
        self.noticed(read(&self.0.parts.store, look).await)
    }

    fn noticed<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error @ StoreError::Corrupt { .. }) = &result {
            observe::corrupt(&self.0.parts.exporter);
            tracing::error!(%error, "something in the store cannot be read");
        }
        result
    }

    /// Why no build is taken, if none is.
    #[must_use]
    pub fn trouble(&self) -> Option<SubmitError> {
        if self.0.is_draining.load(Ordering::Acquire) {
            return Some(SubmitError::Draining);
        }
        self.0.parts.committer.trouble().map(SubmitError::Store)
    }

    /// Everything that Prometheus sees, at this moment.
    pub async fn metrics(&self) -> String {
        let parts = &self.0.parts;
        // A disk that cannot be looked at shows in the failures of the store.
        let space = read(&parts.store, |store| store.space()).await.ok();
        let stats = parts.pool.scheduler().stats();
        observe::sampled(&parts.exporter, &stats, &self.0.live.oldest(), space);
        parts.exporter.render()
    }

    /// The numbers, for whoever counts something.
    #[must_use]
    pub fn parts(&self) -> &Parts {
        &self.0.parts
    }

    /// Takes no more builds, gives those that run this long to end, and leaves the rest in the
    /// table for the next start. Gives how many were left.
    pub async fn shutdown(&self, grace: Duration) -> usize {
        self.0.is_draining.store(true, Ordering::Release);
        let scheduler = self.0.parts.pool.scheduler();
        let waiting = self.0.live.waiting_jobs();
        let kept = waiting
            .into_iter()
            .filter(|job| scheduler.cancel(*job, DRAINED));
        let kept = kept.count();
        let report = self.0.parts.pool.shutdown(grace).await;
        // All of them have ended by now; what is left is to record it.
        let _ = timeout(LAST_COMMITS, self.0.live.all_gone()).await;
        let _ = timeout(LAST_COMMITS, self.0.parts.committer.commit(Change::Barrier)).await;
        kept + report.left.len()
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline").finish_non_exhaustive()
    }
}

/// Reads from the table where a slow disk holds nobody up.
async fn read<T: Send + 'static>(
    store: &Arc<dyn RecordStore>,
    read: impl FnOnce(&dyn RecordStore) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let store = Arc::clone(store);
    let reading = tokio::task::spawn_blocking(move || read(&*store));
    reading.await.unwrap_or_else(|error| {
        Err(StoreError::Unavailable {
            what: error.to_string(),
        })
    })
}
