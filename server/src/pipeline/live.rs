//! The builds that have not ended, and whoever waits for them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use dashmap::DashMap;
use tokio::sync::watch;
use vasca_scheduler::{JobId, Lane};

use crate::lifecycle::{BuildId, Status};
use crate::pipeline::views::BuildState;
use crate::records::store::Blob;

/// Builds that are remembered after their end: those that somebody may still ask for who saw them
/// run. Some kilobytes each.
const RECENT_MAX: usize = 1024;

/// Bytes of an artifact that is remembered with its build: all ordinary ones, and some 32 MiB at the
/// most.
const RECENT_CODE_BYTES_MAX: usize = 16 << 10;

/// A build that has ended.
#[derive(Debug)]
struct Recent {
    state: BuildState,
    blobs: Vec<Blob>,
}

/// All of them by id.
#[derive(Debug, Default)]
pub(super) struct LiveBuilds {
    builds: DashMap<BuildId, Arc<LiveBuild>>,
    /// Bytes of source that are held.
    bytes: AtomicUsize,
    /// Those that ended last, for when the table cannot be read.
    recent: Mutex<VecDeque<Recent>>,
    left: tokio::sync::Notify,
}

/// One of them.
#[derive(Debug)]
pub(super) struct LiveBuild {
    pub(super) id: BuildId,
    pub(super) lane: Lane,
    /// A moment, and how old it was then. A clock that is set meanwhile does not change its age.
    age: (Instant, Duration),
    bytes: usize,
    /// Whether its request lies beside the table.
    is_beside: AtomicBool,
    progress: watch::Sender<Progress>,
    job: Mutex<Option<JobId>>,
    is_abandoned: AtomicBool,
}

/// Where a build stands, and whether it is still among the living.
#[derive(Debug)]
struct Progress {
    state: BuildState,
    is_gone: bool,
}

impl LiveBuilds {
    /// Takes a build in that was accepted so long ago.
    pub(super) fn insert(&self, state: BuildState, lane: Lane, age: Duration) -> Arc<LiveBuild> {
        let bytes = usize::try_from(state.record.source_bytes).unwrap_or(usize::MAX);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let build = Arc::new(LiveBuild {
            id: state.record.id,
            lane,
            age: (Instant::now(), age),
            bytes,
            is_beside: AtomicBool::new(false),
            progress: watch::Sender::new(Progress {
                state,
                is_gone: false,
            }),
            job: Mutex::new(None),
            is_abandoned: AtomicBool::new(false),
        });
        self.builds.insert(build.id, Arc::clone(&build));
        build
    }

    /// Remembers a build that has ended for a while.
    pub(super) fn remember(&self, state: BuildState, mut blobs: Vec<Blob>) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.truncate(RECENT_MAX - 1);
        blobs.retain(|(_, bytes)| bytes.len() <= RECENT_CODE_BYTES_MAX);
        recent.push_front(Recent { state, blobs });
    }

    /// One of those that ended last.
    pub(super) fn recent(&self, id: BuildId) -> Option<BuildState> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let found = recent.iter().find(|it| it.state.record.id == id);
        found.map(|it| it.state.clone())
    }

    /// An artifact of one of those that ended last.
    pub(super) fn recent_code(&self, digest: &str) -> Option<Vec<u8>> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let mut blobs = recent.iter().flat_map(|it| &it.blobs);
        let found = blobs.find(|(known, _)| known == digest)?;
        Some(found.1.clone())
    }

    /// Lets a build go.
    pub(super) fn remove(&self, build: &LiveBuild) {
        if self.builds.remove(&build.id).is_some() {
            self.bytes.fetch_sub(build.bytes, Ordering::Relaxed);
            build
                .progress
                .send_modify(|progress| progress.is_gone = true);
            self.left.notify_waiters();
        }
    }

    pub(super) fn get(&self, id: BuildId) -> Option<Arc<LiveBuild>> {
        self.builds.get(&id).map(|build| Arc::clone(&build))
    }

    /// The jobs of those that wait.
    pub(super) fn waiting_jobs(&self) -> Vec<JobId> {
        let builds = self.builds.iter().filter(|build| build.is_waiting());
        builds.filter_map(|build| build.job()).collect()
    }

    /// Bytes of source that are held.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Waits until there is none.
    pub(super) async fn all_gone(&self) {
        loop {
            let left = self.left.notified();
            tokio::pin!(left);
            // Heard from here on, so that none that goes meanwhile is missed.
            left.as_mut().enable();
            if self.builds.is_empty() {
                return;
            }
            left.await;
        }
    }

    /// How long the one has waited that has waited the longest, for each lane.
    pub(super) fn oldest(&self) -> Vec<(Lane, Duration)> {
        let mut oldest: Vec<_> = Lane::ALL.map(|lane| (lane, Duration::ZERO)).into();
        for build in &self.builds {
            let (age, is_waiting) = (build.age(), build.is_waiting());
            let of_lane = |(lane, _): &&mut (Lane, Duration)| is_waiting && *lane == build.lane;
            if let Some((_, longest)) = oldest.iter_mut().find(of_lane) {
                *longest = age.max(*longest);
            }
        }
        oldest
    }
}

impl LiveBuild {
    /// Where it stands.
    pub(super) fn state(&self) -> BuildState {
        self.progress.borrow().state.clone()
    }

    /// Changes where it stands, for everybody who looks.
    pub(super) fn change(&self, change: impl FnOnce(&mut BuildState)) {
        self.progress
            .send_modify(|progress| change(&mut progress.state));
    }

    /// Waits until it has ended, and gives its end; or where it stands if it goes without one, as it
    /// does when the service ends.
    pub(super) async fn ended(&self) -> BuildState {
        let mut watching = self.progress.subscribe();
        let is_over = |it: &Progress| it.is_gone || it.state.record.status.is_terminal();
        match watching.wait_for(is_over).await {
            Ok(progress) => progress.state.clone(),
            // The sender is in `self`: it cannot be gone.
            Err(_) => self.state(),
        }
    }

    /// How long ago it was accepted.
    pub(super) fn age(&self) -> Duration {
        let (since, age) = self.age;
        age.saturating_add(since.elapsed())
    }

    fn is_waiting(&self) -> bool {
        self.progress.borrow().state.record.status == Status::Queued
    }

    /// Says whether its request lies beside the table.
    pub(super) fn set_beside(&self, is_beside: bool) {
        self.is_beside.store(is_beside, Ordering::Release);
    }

    pub(super) fn is_beside(&self) -> bool {
        self.is_beside.load(Ordering::Acquire)
    }

    pub(super) fn set_job(&self, job: JobId) {
        *self.job.lock().unwrap_or_else(PoisonError::into_inner) = Some(job);
    }

    pub(super) fn job(&self) -> Option<JobId> {
        *self.job.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks it as never accepted: its end is nobody's business.
    pub(super) fn abandon(&self) {
        self.is_abandoned.store(true, Ordering::Release);
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.is_abandoned.load(Ordering::Acquire)
    }
}
