//! The executor *threads*: jobs run on owned, warm, named threads.
//!
//! Files: `desk` is what happens on the threads, `pool` keeps them, `roster` decides who of them works, waits and leaves,
//! `settings` says how they are, `nice` how patient, `work` what they run.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

use super::Executor;
use super::sealed::{Backend, Outcome, Surroundings};
use super::states::States;
use crate::config::{ConfigError, ConfigProblem};
use crate::contain::quietly;
use crate::context::JobContext;
use crate::error::JobError;
use crate::job::BlockingJob;
use crate::observe::observer::Happening;
use crate::worker_error::WorkerError;

use desk::{ABANDONED, AT_WORK, Close, DONE, Desk, Kind, Open, on_thread};
use pool::ThreadPool;
use settings::{ThreadChange, ThreadSettings};
use work::Report;

mod desk;
mod nice;
mod pool;
mod roster;
mod settings;
#[cfg(test)]
mod tests;
mod work;

/// Runs every [`BlockingJob`] on a thread of its own: for work that computes or blocks.
///
/// The threads belong to this scheduler, carry its name, stay warm between jobs and leave when they
/// idle. There are at most as many as slots, and those that wait in
/// [`join_blocking`](JobContext::join_blocking) or were given up.
///
/// A thread cannot be stopped, so the default grace is 1 s here: a job has that long to look at
/// [`is_cancelled`](JobContext::is_cancelled). One that does not end within it is *abandoned*: its
/// submitter is told, its slot gets another thread, and the thread goes when the job does; until then
/// both run at once. At most
/// [`abandon`](Self::abandon) threads are given up at a time; beyond that a job keeps its slot.
pub struct Threads<S: Send + Sync + 'static = ()> {
    min: usize,
    idle: Duration,
    nice: Option<i32>,
    stack_bytes: Option<usize>,
    abandon: Option<usize>,
    source: Source<S>,
}

enum Source<S> {
    Fixed(Arc<S>),
    Opened { open: Open<S>, close: Close<S> },
}

impl Threads {
    /// Threads that are started when needed and leave after 10 s without work.
    #[must_use]
    pub fn new() -> Self {
        Self {
            min: 0,
            // Long enough to bridge the gaps of a busy hour, short enough to be gone at night.
            idle: Duration::from_secs(10),
            nice: None,
            stack_bytes: None,
            abandon: None,
            source: Source::Fixed(Arc::new(())),
        }
    }

    /// Keeps something warm in each slot, opened and closed on the threads; otherwise as
    /// [`Tasks::slot_state`](super::tasks::Tasks::slot_state). With an abandoned job goes its
    /// state: the slot opens another one.
    #[must_use]
    pub fn slot_state<S, E>(
        self,
        open: impl Fn(usize) -> Result<S, E> + Send + Sync + 'static,
        close: impl Fn(Arc<S>) + Send + Sync + 'static,
    ) -> Threads<S>
    where
        S: Send + Sync + 'static,
        E: Error + Send + Sync + 'static,
    {
        let Self {
            min,
            idle,
            nice,
            stack_bytes,
            abandon,
            source: _,
        } = self;
        let open: Open<S> = Arc::new(move |slot| open(slot).map_err(|error| Arc::new(error) as _));
        let close = Arc::new(close);
        Threads {
            min,
            idle,
            nice,
            stack_bytes,
            abandon,
            source: Source::Opened { open, close },
        }
    }
}

impl<S: Send + Sync + 'static> Threads<S> {
    /// Threads that are started at once and never leave. Default: 0; at most as many as slots when
    /// it is built.
    #[must_use]
    pub const fn min(mut self, threads: usize) -> Self {
        self.min = threads;
        self
    }

    /// How long one of the others waits for work before it leaves. Default: 10 s.
    #[must_use]
    pub const fn idle(mut self, after: Duration) -> Self {
        self.idle = after;
        self
    }

    /// How patient the threads are towards the rest of the machine: -20 to 19, the larger the
    /// more patient (Linux, feature `nice`). Less than the process has needs a privilege.
    #[must_use]
    pub const fn nice(mut self, nice: i32) -> Self {
        self.nice = Some(nice);
        self
    }

    /// The size of each stack, in bytes. Default: 2 MiB, as in std.
    #[must_use]
    pub const fn stack_bytes(mut self, bytes: usize) -> Self {
        self.stack_bytes = Some(bytes);
        self
    }

    /// Threads that may be given up at a time. Default: as many as slots when it is built; a resize does
    /// not change it.
    #[must_use]
    pub const fn abandon(mut self, threads: usize) -> Self {
        self.abandon = Some(threads);
        self
    }
}

impl Default for Threads {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Send + Sync + 'static> fmt::Debug for Threads<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads")
            .field("min", &self.min)
            .field("idle", &self.idle)
            .field("nice", &self.nice)
            .finish_non_exhaustive()
    }
}

/// The executor at work; its drop lets the threads go.
pub struct Live<S: Send + Sync + 'static> {
    pool: ThreadPool,
    desk: Arc<Desk<S>>,
}

impl<S: Send + Sync + 'static> Backend for Threads<S> {
    // A thread cannot be stopped: time to look at `is_cancelled`, or every timeout would give one up.
    const GRACE: Duration = Duration::from_secs(1);

    type Live = Live<S>;

    fn abandoned(live: &Live<S>) -> usize {
        live.desk.abandoned.load(Ordering::Acquire)
    }

    fn open(self, around: &Surroundings) -> Result<Live<S>, ConfigError> {
        if self.min > around.slots {
            let problem = ConfigProblem::TooLarge {
                limit: around.slots as u64,
            };
            return Err(ConfigError::new("min", problem));
        }
        let observers = Arc::clone(&around.observers);
        let settings = ThreadSettings {
            name: around.observers.name().to_owned(),
            min: self.min,
            idle: self.idle,
            nice: self.nice,
            stack_bytes: self.stack_bytes,
            on_change: Some(Arc::new(move |change| {
                observers.tell(match change {
                    ThreadChange::Up => Happening::ThreadUp,
                    ThreadChange::Down => Happening::ThreadDown,
                });
            })),
        };
        let field = match settings.unsound() {
            Some(field) => field,
            None if self.nice.is_some() => "nice",
            None => "executor",
        };
        let pool = ThreadPool::open(settings)
            .map_err(|error| ConfigError::new(field, ConfigProblem::System(error)))?;
        let kind = match self.source {
            Source::Fixed(state) => Kind::Fixed(state),
            Source::Opened { open, close } => {
                let pool = pool.clone();
                let close = Arc::new(move |state| on_thread(&pool, &close, state));
                let states = States::new(around, close);
                Kind::Opened { open, states }
            }
        };
        let desk = Arc::new(Desk {
            kind,
            abandon_max: self.abandon.unwrap_or(around.slots),
            abandoned: AtomicUsize::new(0),
            around: around.clone(),
        });
        Ok(Live { pool, desk })
    }

    fn resize(live: &Live<S>, slots: usize) {
        if let Kind::Opened { states, .. } = &live.desk.kind {
            states.resize(slots);
        }
    }

    async fn close(live: &Live<S>) {
        if let Kind::Opened { states, .. } = &live.desk.kind {
            states.close().await;
        }
        live.pool.close();
        live.pool.closed().await;
    }
}

impl<J: BlockingJob<S>, S: Send + Sync + 'static> Executor<J> for Threads<S> {
    type Output = J::Output;
    type Error = J::Error;

    async fn run(live: &Live<S>, job: J, cx: JobContext) -> Outcome<J::Output, J::Error> {
        let desk = Arc::clone(&live.desk);
        let fate = Arc::new(AtomicU8::new(AT_WORK));
        let (sender, mut receiver) = oneshot::channel();
        let (own, own_fate, span) = (cx.clone(), Arc::clone(&fate), cx.span().clone());
        let work = move || -> Option<Report> {
            // Asked to go before the thread came to it: it is not begun.
            let result = if own.is_cancelled() {
                quietly(|| drop(job));
                None
            } else {
                Some(span.within(|| desk.run(job, own)))
            };
            if own_fate.swap(DONE, Ordering::AcqRel) == ABANDONED {
                desk.abandoned.fetch_sub(1, Ordering::AcqRel);
                // Nobody waits for it; and its drop is the users' code.
                quietly(|| drop(result));
                return None;
            }
            let sent = move || result.map_or_else(|| (), |result| drop(sender.send(result)));
            Some(Box::new(sent))
        };
        if let Err((error, work)) = live.pool.execute(Box::new(work)) {
            quietly(|| drop(work));
            let error = WorkerError::Spawn(Arc::new(error));
            return Outcome::Done(Err(JobError::Worker(error)));
        }
        tokio::select! {
            biased;
            result = &mut receiver => return done(result),
            () = cx.stopped() => {}
        }
        if live.desk.abandon(&fate) {
            let id = cx.id();
            live.desk
                .around
                .observers
                .tell(Happening::ThreadAbandoned { id });
            return Outcome::Stopped;
        }
        done(receiver.await)
    }
}

fn done<T, E>(result: Result<Result<T, JobError<E>>, oneshot::error::RecvError>) -> Outcome<T, E> {
    // Without an answer the thread has broken off with it: a panic where none should be.
    result.map_or(Outcome::Stopped, Outcome::Done)
}
