//! What a running job knows of itself and can ask for.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use thiserror::Error;

use crate::blocking::block_on;
use crate::cancel::Level;
use crate::error::JobError;
use crate::handle::JobHandle;
use crate::id::JobId;
use crate::lease::Lease;
use crate::link::{Control, Link};
use crate::progress::{JobEvent, Progress};
use crate::span::JobSpan;

/// What a running job knows of itself. Cheap to clone, so that parts of a job may share it.
///
/// `S` is the state of the job's slot, if its executor keeps one.
pub struct JobContext<S = ()> {
    link: Arc<Link>,
    control: Weak<dyn Control>,
    state: Arc<S>,
}

/// A job cannot be run later: it was submitted without a [`Retry`](crate::retry::Retry), or has
/// asked for it as often as that allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the job cannot be run later: submit it with `retry`, and with enough `snoozes`")]
pub struct CannotSnooze;

impl JobContext {
    /// The context of the job behind `link`.
    pub(crate) fn new(link: Arc<Link>, control: Weak<dyn Control>) -> Self {
        Self {
            link,
            control,
            state: Arc::new(()),
        }
    }

    /// The same with the state of the job's slot.
    pub(crate) fn with_state<S>(self, state: Arc<S>) -> JobContext<S> {
        let Self { link, control, .. } = self;
        JobContext {
            link,
            control,
            state,
        }
    }
}

impl<S> JobContext<S> {
    /// The job's own id.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.link.id
    }

    /// The slot the job sits on, from 0; no other running job has the same. After
    /// [`join`](Self::join) it may be another one.
    #[must_use]
    pub fn slot(&self) -> usize {
        self.link.slot()
    }

    /// Which of the job's runs this is, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.link.attempt()
    }

    /// The state of the job's slot, opened before its first job and kept for the next.
    #[must_use]
    pub fn state(&self) -> &S {
        &self.state
    }

    /// Says that the slot's state is not fit for another job, such as a connection that broke: it is
    /// closed after this run, and the next job on the slot opens another one.
    pub fn discard_state(&self) {
        self.link.spoil_state();
    }

    /// Whether the job has been asked to end: cancelled, out of time, or in a shutdown.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.link.signals.has_reached(Level::Asked)
    }

    /// Waits until the job is asked to end; from then on its grace runs. With a grace of zero, which
    /// is the default, a job is stopped without being asked.
    ///
    /// Cancel safe: dropping the future and asking again loses nothing.
    pub async fn cancelled(&self) {
        self.link.signals.reached(Level::Asked).await;
    }

    /// What is shared of the job.
    pub(crate) const fn link(&self) -> &Arc<Link> {
        &self.link
    }

    /// What the job is traced in.
    pub(crate) fn span(&self) -> &JobSpan {
        &self.link.span
    }

    /// Waits until the grace is over and the job must be stopped by force.
    pub(crate) async fn stopped(&self) {
        self.link.signals.reached(Level::Stopped).await;
    }

    /// Tells those who listen to the job's [events](crate::handle::JobHandle::events) how far it
    /// is; `total` is 0 if that is not known. Costs next to nothing while nobody listens.
    pub fn progress(&self, done: u64, total: u64) {
        self.link.emit(JobEvent::Progress(Progress { done, total }));
    }

    /// Asks that the job be run again, `after` this run is over, whatever it returns: for work
    /// that cannot be done yet. Meanwhile it holds no slot, and it is not counted as an attempt.
    ///
    /// # Errors
    /// When the job was submitted without [`retry`](crate::submission::Submission::retry), so that
    /// there is no second copy of it, or has no [snoozes](crate::retry::Retry::snoozes) left.
    pub fn snooze(&self, after: Duration) -> Result<(), CannotSnooze> {
        if self.link.snooze(after) {
            Ok(())
        } else {
            Err(CannotSnooze)
        }
    }

    /// Waits for another job of any scheduler, and gives this job's slot back meanwhile: so that
    /// jobs may submit jobs without a deadlock, even on one slot.
    ///
    /// When the other job has ended this one waits for a slot again, ahead of all lanes. Of several
    /// joins at the same time the last takes the slot back. The run timeout goes on all the while.
    /// Dropping the future takes the slot back at once, for that moment beyond the slots there are.
    ///
    /// # Errors
    /// Those of the other job.
    pub async fn join<T, E>(&self, handle: JobHandle<T, E>) -> Result<T, JobError<E>> {
        let lease = Lease::begin(&self.link, &self.control);
        let result = handle.await;
        lease.end().await;
        result
    }

    /// [`join`](Self::join) for a job that blocks its thread: waits here.
    ///
    /// # Errors
    /// Those of the other job.
    pub fn join_blocking<T, E>(&self, handle: JobHandle<T, E>) -> Result<T, JobError<E>> {
        block_on(self.join(handle))
    }

    /// Sleeps on the scheduler's clock, which is virtual under a
    /// [`Manual`](crate::manual::Manual) scheduler.
    pub async fn sleep(&self, length: Duration) {
        if let Some(control) = self.control.upgrade() {
            let sleep = control.sleep(length);
            // The scheduler is not kept alive by a job that sleeps.
            drop(control);
            sleep.await;
        }
    }
}

impl<S> Clone for JobContext<S> {
    fn clone(&self) -> Self {
        Self {
            link: Arc::clone(&self.link),
            control: Weak::clone(&self.control),
            state: Arc::clone(&self.state),
        }
    }
}

impl<S> fmt::Debug for JobContext<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobContext")
            .field("id", &self.id())
            .field("slot", &self.slot())
            .field("attempt", &self.attempt())
            .finish_non_exhaustive()
    }
}
