//! What happens on the threads: a state is opened, a job runs, a state is closed.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use tokio::sync::oneshot;

use super::pool::ThreadPool;
use super::work::Report;
use crate::contain::{message, quietly};
use crate::context::JobContext;
use crate::error::JobError;
use crate::executor::sealed::Surroundings;
use crate::executor::states::{Lease, OpenError, States};
use crate::job::BlockingJob;
use crate::link::Link;

/// Makes a state.
pub(super) type Open<S> = Arc<dyn Fn(usize) -> Result<S, OpenError> + Send + Sync>;
/// Lets go of a state.
pub(super) type Close<S> = Arc<dyn Fn(Arc<S>) + Send + Sync>;

/// What the jobs on the threads share.
pub(super) struct Desk<S: Send + Sync + 'static> {
    /// Where the slots' states come from.
    pub(super) kind: Kind<S>,
    pub(super) abandon_max: usize,
    pub(super) abandoned: AtomicUsize,
    pub(super) around: Surroundings,
}

/// Where the states of the slots come from.
pub(super) enum Kind<S: Send + Sync + 'static> {
    /// One for all.
    Fixed(Arc<S>),
    /// One for each.
    Opened {
        /// Makes one.
        open: Open<S>,
        /// Those that are warm.
        states: Arc<States<S>>,
    },
}

impl<S: Send + Sync + 'static> Desk<S> {
    /// The state of a slot, opened if need be. On a thread of the pool.
    fn state(&self, link: &Arc<Link>) -> Result<(Arc<S>, Option<Lease<S>>), OpenError> {
        let (open, states) = match &self.kind {
            Kind::Fixed(state) => return Ok((Arc::clone(state), None)),
            Kind::Opened { open, states } => (open, states),
        };
        if let Some(lease) = states.take(link) {
            return Ok((Arc::clone(lease.state()), Some(lease)));
        }
        let opened = catch_unwind(AssertUnwindSafe(|| open(link.slot()))).map_err(message);
        let lease = states.settle(link, opened)?;
        Ok((Arc::clone(lease.state()), Some(lease)))
    }

    /// Runs a job. On a thread of the pool.
    pub(super) fn run<J: BlockingJob<S>>(
        &self,
        job: J,
        cx: JobContext,
    ) -> Result<J::Output, JobError<J::Error>> {
        let (state, _lease) = self.state(cx.link()).map_err(JobError::SlotState)?;
        let run = AssertUnwindSafe(|| job.run(cx.with_state(state)));
        match catch_unwind(run) {
            Ok(result) => result.map_err(JobError::Failed),
            Err(panic) => Err(JobError::Panicked {
                message: message(panic),
            }),
        }
    }

    /// Gives a job up, if there may be one more; its slot is then free.
    pub(super) fn abandon(&self, fate: &AtomicU8) -> bool {
        let more = |count| (count < self.abandon_max).then_some(count + 1);
        let order = Ordering::AcqRel;
        let has_place = self
            .abandoned
            .fetch_update(order, Ordering::Acquire, more)
            .is_ok();
        if !has_place {
            return false;
        }
        let is_abandoned = fate
            .compare_exchange(AT_WORK, ABANDONED, order, Ordering::Acquire)
            .is_ok();
        if !is_abandoned {
            self.abandoned.fetch_sub(1, order);
        }
        is_abandoned
    }
}

/// The fates of a job on a thread: who comes first decides between the last two.
pub(super) const AT_WORK: u8 = 0;
pub(super) const DONE: u8 = 1;
pub(super) const ABANDONED: u8 = 2;

/// Closes a state on a thread of the pool; here, if it has none to give.
pub(super) fn on_thread<S: Send + Sync + 'static>(
    pool: &ThreadPool,
    close: &Close<S>,
    state: Arc<S>,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let close = Arc::clone(close);
    let (sender, receiver) = oneshot::channel();
    let work = move || -> Option<Report> {
        quietly(|| close(state));
        Some(Box::new(move || {
            let _ = sender.send(());
        }))
    };
    let refused = pool.execute(Box::new(work)).err();
    Box::pin(async move {
        if let Some((_, work)) = refused {
            work().into_iter().for_each(|report| report());
        }
        let _ = receiver.await;
    })
}
