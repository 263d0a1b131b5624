//! The workers: so many that one is warm before the next job needs it.

use std::collections::VecDeque;
use std::io;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::{debug, warn};

use super::child::Child;
use super::keeper::Keeper;
use crate::worker_error::WorkerError;

/// How often a start is tried before a job hears of the failure. The reasons that pass by
/// themselves (no process id, no memory for a moment) pass within these.
const START_ATTEMPTS: u32 = 3;

/// The pause before the second attempt, and before the start after too many idle deaths; it
/// doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// No pause is longer: a worker that cannot live costs one start in five seconds.
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// Workers that may die idle in a row before starts are paused: one or two are the kernel's
/// doing (memory), more are a fault of the worker's.
const IDLE_DEATHS: u32 = 3;

/// All workers of a scheduler.
#[derive(Debug)]
pub(super) struct Crew {
    keeper: Keeper,
    runtime: Handle,
    /// How many there are to be: at least as many as can be wanted at once.
    target: AtomicUsize,
    ready_timeout: Duration,
    state: Mutex<State>,
}

/// No [`Member`] may be dropped under the lock: its drop takes it.
#[derive(Debug, Default)]
struct State {
    /// The one used last at the back: its memory is in the caches, the spares stay asleep.
    warm: VecDeque<Member>,
    /// Members that exist, here or in somebody's hands.
    live: usize,
    /// Starts under way. Together with `live` never fewer than are waited for.
    starting: usize,
    waiting: VecDeque<oneshot::Sender<Result<Member, WorkerError>>>,
    /// Idle deaths in a row, and when the last that counted was.
    idle_deaths: u32,
    last_death: Option<Instant>,
    closed: bool,
}

impl State {
    /// Counts a death, unless the worker was there when the last one was counted: what kills many
    /// at once (the kernel, for memory) is one event, and says nothing of the next worker.
    fn count_death(&mut self, born: Instant) {
        if self.last_death.is_none_or(|last| born > last) {
            self.idle_deaths += 1;
            self.last_death = Some(Instant::now());
        }
    }

    /// How many more there are than there should be.
    fn surplus(&self, target: usize) -> usize {
        (self.live + self.starting).saturating_sub(target)
    }

    /// Forgets those who wait no more, whose jobs were cancelled or timed out.
    fn forget_the_gone(&mut self) {
        self.waiting.retain(|waiting| !waiting.is_closed());
    }
}

/// A worker that counts as one of its crew until it is dropped.
#[derive(Debug)]
pub(super) struct Member {
    child: Option<Child>,
    born: Instant,
    crew: Weak<Crew>,
}

impl Crew {
    /// A crew of `target`, which starts at once and in the background.
    pub(super) fn open(
        keeper: Keeper,
        runtime: &Handle,
        target: usize,
        ready_timeout: Duration,
    ) -> Arc<Self> {
        let (runtime, state) = (runtime.clone(), Mutex::default());
        let crew = Arc::new(Self {
            keeper,
            runtime,
            target: AtomicUsize::new(target),
            ready_timeout,
            state,
        });
        crew.replenish();
        crew
    }

    /// A warm worker, the one used last if there are several; waits for one otherwise.
    ///
    /// Cancel safe: a worker that nobody takes any more goes to the next who waits, or is replaced.
    pub(super) async fn take(self: &Arc<Self>) -> Result<Member, WorkerError> {
        // Each round but the last uses up a worker that has died unnoticed.
        loop {
            let found = {
                let mut state = self.state();
                if state.closed {
                    return Err(closed());
                }
                state.warm.pop_back().ok_or_else(|| {
                    state.forget_the_gone();
                    let (sender, receiver) = oneshot::channel();
                    state.waiting.push_back(sender);
                    receiver
                })
            };
            match found {
                Ok(mut member) => {
                    if member.is_quiet().await {
                        return Ok(member);
                    }
                    self.state().count_death(member.born);
                }
                Err(receiver) => {
                    self.replenish();
                    return receiver.await.unwrap_or_else(|_| Err(closed()));
                }
            }
        }
    }

    /// Takes a worker back that can do another job.
    pub(super) fn give_back(&self, member: Member) {
        self.state().idle_deaths = 0;
        self.offer(member, VecDeque::push_back);
    }

    /// From now on there are to be so many. The idle ones that are too many go at once, those at
    /// work after their jobs.
    pub(super) fn resize(self: &Arc<Self>, target: usize) {
        self.target.store(target, Ordering::Release);
        let surplus: Vec<Member> = {
            let mut state = self.state();
            let count = state.surplus(target).min(state.warm.len());
            state.warm.drain(..count).collect()
        };
        drop(surplus);
        self.replenish();
    }

    /// Ends all workers without waiting; no job gets one any more.
    pub(super) fn abandon(&self) {
        self.dismiss();
        self.keeper.abandon();
    }

    /// Ends all workers and waits until they are reaped.
    pub(super) async fn close(&self) {
        self.dismiss();
        self.keeper.bury_all().await;
    }

    fn dismiss(&self) {
        let (warm, waiting) = {
            let mut state = self.state();
            state.closed = true;
            (
                std::mem::take(&mut state.warm),
                std::mem::take(&mut state.waiting),
            )
        };
        drop((warm, waiting));
    }

    /// Gives a worker to whoever has waited longest, or keeps it warm at the end that `keep` says.
    fn offer(&self, mut member: Member, keep: fn(&mut VecDeque<Member>, Member)) {
        loop {
            let waiting = {
                let mut state = self.state();
                match state.waiting.pop_front() {
                    Some(waiting) => waiting,
                    None if state.closed => break,
                    // There are fewer slots than there were.
                    None if state.surplus(self.target.load(Ordering::Acquire)) > 0 => break,
                    None => {
                        keep(&mut state.warm, member);
                        return;
                    }
                }
            };
            match waiting.send(Ok(member)) {
                Err(Ok(refused)) => member = refused,
                _ => return,
            }
        }
    }

    /// Starts what is missing.
    fn replenish(self: &Arc<Self>) {
        let (missing, pause) = {
            let mut state = self.state();
            if state.closed {
                return;
            }
            let target = self.target.load(Ordering::Acquire);
            let missing = target.saturating_sub(state.live + state.starting);
            state.starting += missing;
            (missing, pause(state.idle_deaths.checked_sub(IDLE_DEATHS)))
        };
        for _ in 0..missing {
            let crew = Arc::clone(self);
            self.runtime.spawn(async move {
                tokio::time::sleep(pause).await;
                crew.start().await;
            });
        }
    }

    /// One start, from first attempt to warm worker or failure.
    async fn start(self: &Arc<Self>) {
        let mut attempt = 1;
        let child = loop {
            match self.try_start().await {
                Err(error) if attempt < START_ATTEMPTS && !self.state().closed => {
                    debug!(
                        error = &error as &dyn std::error::Error,
                        attempt, "no worker"
                    );
                    tokio::time::sleep(pause(attempt.checked_sub(1))).await;
                    attempt += 1;
                }
                last => break last,
            }
        };
        match child {
            Ok(child) => {
                {
                    let mut state = self.state();
                    state.starting -= 1;
                    state.live += 1;
                }
                let member = Member {
                    child: Some(child),
                    born: Instant::now(),
                    crew: Arc::downgrade(self),
                };
                self.offer(member, VecDeque::push_front);
            }
            Err(error) => self.fail(error),
        }
    }

    async fn try_start(self: &Arc<Self>) -> Result<Child, WorkerError> {
        let started = self.keeper.start().await;
        let started = started.map_err(|error| WorkerError::Spawn(Arc::new(error)))?;
        let crew = Arc::downgrade(self);
        let on_end = move |pid| {
            if let Some(crew) = crew.upgrade() {
                crew.ended_idle(pid);
            }
        };
        let greeting = Child::greet(started, self.keeper.clone(), on_end);
        let after = self.ready_timeout;
        tokio::time::timeout(after, greeting)
            .await
            .unwrap_or(Err(WorkerError::ReadyTimeout { after }))
    }

    /// A start has failed for good: whoever waited for it is told. The next job tries anew.
    fn fail(&self, error: WorkerError) {
        let orphans: Vec<_> = {
            let mut state = self.state();
            state.starting -= 1;
            state.forget_the_gone();
            let count = state.waiting.len().saturating_sub(state.starting);
            state.waiting.drain(..count).collect()
        };
        if !self.state().closed {
            let error = &error as &dyn std::error::Error;
            let waiting = orphans.len();
            warn!(error, waiting, "a worker could not be started");
        }
        for waiting in orphans {
            let _ = waiting.send(Err(error.clone()));
        }
    }

    /// A worker's standard error has ended. If it was warm, it must be replaced before a job
    /// gets it; a busy one's job notices by itself.
    fn ended_idle(&self, pid: u32) {
        let member = {
            let mut state = self.state();
            let place = state
                .warm
                .iter()
                .position(|member| member.pid() == Some(pid));
            let member = place.and_then(|place| state.warm.remove(place));
            if let Some(member) = &member {
                state.count_death(member.born);
            }
            member
        };
        drop(member);
    }

    /// A member is gone.
    fn lost(self: &Arc<Self>) {
        self.state().live -= 1;
        self.replenish();
    }

    /// Whether it ends or has ended.
    pub(super) fn is_closed(&self) -> bool {
        self.state().closed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Counters and moves only: a poisoned state is as good as new.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Member {
    /// The worker, unless it has been buried.
    pub(super) fn child(&mut self) -> Option<&mut Child> {
        self.child.as_mut()
    }

    /// Ends the worker and waits until it is reaped; its replacement starts at once.
    pub(super) async fn bury(mut self) -> (Option<ExitStatus>, String) {
        let child = self.child.take();
        drop(self);
        match child {
            Some(child) => child.bury().await,
            None => (None, String::new()),
        }
    }

    fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::pid)
    }

    async fn is_quiet(&mut self) -> bool {
        match &mut self.child {
            Some(child) => child.is_quiet().await,
            None => false,
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        // The process first, so that its replacement cannot meet it.
        drop(self.child.take());
        if let Some(crew) = self.crew.upgrade() {
            crew.lost();
        }
    }
}

/// The pause after so many doublings; none without a number.
fn pause(doublings: Option<u32>) -> Duration {
    let factor = |doublings| 2_u32.saturating_pow(doublings);
    doublings.map_or(Duration::ZERO, |doublings| {
        LAST_PAUSE.min(FIRST_PAUSE.saturating_mul(factor(doublings)))
    })
}

/// The error of a job that comes when everything is over.
fn closed() -> WorkerError {
    WorkerError::Spawn(Arc::new(io::Error::other("the executor is closed")))
}
