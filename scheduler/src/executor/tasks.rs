//! The executor *tasks*: jobs run as futures on the host's own tokio runtime.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::Executor;
use super::sealed::{Backend, Outcome, Surroundings};
use super::states::{Close, Lease, OpenError, States};
use crate::config::ConfigError;
use crate::contain::Contained;
use crate::context::JobContext;
use crate::error::JobError;
use crate::job::Job;
use crate::link::Link;

/// Runs every [`Job`] as a future on the runtime the scheduler was built in. The default.
///
/// A job that is stopped is dropped at its next await point. One that never reaches an await
/// point cannot be stopped and keeps its slot: such work belongs onto a
/// [thread](super::threads::Threads) or into a child process.
///
/// `S` is what each slot keeps warm, if anything: see [`slot_state`](Self::slot_state).
pub struct Tasks<S: Send + Sync + 'static = ()> {
    source: Source<S>,
}

/// Makes a state.
type Open<S> =
    Arc<dyn Fn(usize) -> Pin<Box<dyn Future<Output = Result<S, OpenError>> + Send>> + Send + Sync>;

enum Source<S> {
    Fixed(Arc<S>),
    Opened { open: Open<S>, close: Close<S> },
}

impl Tasks {
    /// The executor; it keeps nothing in its slots.
    #[must_use]
    pub fn new() -> Self {
        Self {
            source: Source::Fixed(Arc::new(())),
        }
    }

    /// Keeps something warm in each slot: a connection, a decoder. `open` is called with the slot
    /// before its first job; `close` when the slot goes: with the scheduler, or in a
    /// [`resize`](crate::scheduler::Scheduler::resize). Jobs find it in
    /// [`JobContext::state`](crate::context::JobContext::state).
    ///
    /// When `open` fails, so does the job that needed it, with [`JobError::SlotState`]; the next job
    /// on the slot tries again. A job that panics leaves the state as it is; one that finds it broken
    /// can [discard](crate::context::JobContext::discard_state) it.
    ///
    /// ```
    /// use std::io;
    /// use std::sync::Arc;
    /// use vasca_scheduler::{JobContext, Scheduler, Tasks};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let connections = Tasks::new().slot_state(
    ///     async |slot| Ok::<_, io::Error>(format!("connection {slot}")),
    ///     async |_state: Arc<String>| {},
    /// );
    /// let pool = Scheduler::builder("queries").executor(connections).build()?;
    /// let used = pool.run(async |cx: JobContext<String>| Ok::<_, io::Error>(cx.state().clone()));
    /// assert_eq!(used.await?, "connection 0");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn slot_state<S, E, Opened, Closed>(
        self,
        open: impl Fn(usize) -> Opened + Send + Sync + 'static,
        close: impl Fn(Arc<S>) -> Closed + Send + Sync + 'static,
    ) -> Tasks<S>
    where
        S: Send + Sync + 'static,
        E: Error + Send + Sync + 'static,
        Opened: Future<Output = Result<S, E>> + Send + 'static,
        Closed: Future<Output = ()> + Send + 'static,
    {
        Tasks {
            source: Source::Opened {
                open: Arc::new(move |slot| {
                    let opened = open(slot);
                    Box::pin(async move { opened.await.map_err(|error| Arc::new(error) as _) })
                }),
                close: Arc::new(move |state| Box::pin(close(state))),
            },
        }
    }
}

impl Default for Tasks {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Send + Sync + 'static> fmt::Debug for Tasks<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks").finish_non_exhaustive()
    }
}

/// The executor at work.
pub enum Live<S: Send + Sync + 'static> {
    /// With the same state for all.
    Fixed(Arc<S>),
    /// With a state for each slot.
    Opened(Opened<S>),
}

/// The slots' states and how to open them.
pub struct Opened<S: Send + Sync + 'static> {
    open: Open<S>,
    states: Arc<States<S>>,
}

impl<S: Send + Sync + 'static> Opened<S> {
    /// The state of a slot, opened if need be.
    async fn lease(&self, link: &Arc<Link>) -> Result<Lease<S>, OpenError> {
        if let Some(lease) = self.states.take(link) {
            return Ok(lease);
        }
        let opening = Contained::new(async { (self.open)(link.slot()).await });
        self.states.settle(link, opening.await)
    }
}

impl<S: Send + Sync + 'static> Backend for Tasks<S> {
    type Live = Live<S>;

    fn open(self, around: &Surroundings) -> Result<Live<S>, ConfigError> {
        Ok(match self.source {
            Source::Fixed(state) => Live::Fixed(state),
            Source::Opened { open, close } => Live::Opened(Opened {
                open,
                states: States::new(around, close),
            }),
        })
    }

    fn resize(live: &Live<S>, slots: usize) {
        if let Live::Opened(opened) = live {
            opened.states.resize(slots);
        }
    }

    async fn close(live: &Live<S>) {
        if let Live::Opened(opened) = live {
            opened.states.close().await;
        }
    }
}

impl<J: Job<S>, S: Send + Sync + 'static> Executor<J> for Tasks<S> {
    type Output = J::Output;
    type Error = J::Error;

    async fn run(live: &Live<S>, job: J, cx: JobContext) -> Outcome<J::Output, J::Error> {
        let stopped = cx.clone();
        tokio::select! {
            // Once a job is to be stopped its outcome is decided: not one more poll for it.
            biased;
            () = stopped.stopped() => Outcome::Stopped,
            // Within a block, so that not even what a job does before its first await is run.
            result = async {
                let (state, _lease) = match live {
                    Live::Fixed(state) => (Arc::clone(state), None),
                    Live::Opened(opened) => {
                        let lease = opened.lease(cx.link()).await.map_err(JobError::SlotState)?;
                        (Arc::clone(lease.state()), Some(lease))
                    }
                };
                job.run(cx.with_state(state)).await.map_err(JobError::Failed)
            } => Outcome::Done(result),
        }
    }
}
