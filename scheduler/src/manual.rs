//! A scheduler that a test drives by hand, in virtual time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::event::Event;
use crate::executor::tasks::Tasks;
use crate::id::JobId;
use crate::runner::Runner;
use crate::stage::Stage;

/// The most steps that one call of [`Manual::run`] makes: a job that wakes itself for ever must
/// not hang a test.
const STEPS_MAX: usize = 1_000_000;

/// Drives the scheduler that [`SchedulerBuilder::manual`](crate::builder::SchedulerBuilder::manual)
/// has built: nothing runs but in [`step`](Self::step), and no time passes but in
/// [`advance`](Self::advance). The same test so gives the same order of events, always.
///
/// It needs no tokio runtime, but for [`shutdown`](crate::scheduler::Scheduler::shutdown), which goes
/// by real time: close and [`run`](Self::run) instead. Jobs should sleep with
/// [`JobContext::sleep`](crate::context::JobContext::sleep), which knows this clock. Dropping it
/// drops the jobs that run, and ends the scheduler.
///
/// ```
/// use std::convert::Infallible;
/// use std::time::Duration;
/// use vasca_scheduler::{JobContext, Scheduler, Slots};
///
/// # fn main() -> Result<(), vasca_scheduler::ConfigError> {
/// let (pool, manual) = Scheduler::builder("test").slots(Slots::Exactly(1)).manual()?;
/// let nap = async |cx: JobContext| {
///     cx.sleep(Duration::from_secs(3600)).await;
///     Ok::<_, Infallible>(())
/// };
/// let handle = pool.submit(nap).submit_now().unwrap();
/// manual.advance(Duration::from_secs(3599));
/// assert_eq!(pool.stats().running, 1);
/// manual.advance(Duration::from_secs(1));
/// assert_eq!(pool.stats().ended.succeeded, 1);
/// # drop(handle);
/// # Ok(())
/// # }
/// ```
pub struct Manual<S: Send + Sync + 'static = ()> {
    stage: Arc<Stage>,
    runner: Arc<Runner<Tasks<S>>>,
}

impl<S: Send + Sync + 'static> Manual<S> {
    /// The driver of `runner`, whose jobs are on `stage`.
    pub(crate) const fn new(stage: Arc<Stage>, runner: Arc<Runner<Tasks<S>>>) -> Self {
        Self { stage, runner }
    }

    /// The present, as the time since the scheduler was built.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.stage.now()
    }

    /// Runs the job that has been ready for longest up to its next await, and tells which it was;
    /// `None` if none is ready.
    pub fn step(&self) -> Option<JobId> {
        self.stage.step()
    }

    /// Steps until no job is ready, and tells how many steps that were; at most a million.
    pub fn run(&self) -> usize {
        (0..STEPS_MAX).take_while(|_| self.step().is_some()).count()
    }

    /// Lets time pass, from one moment at which something is due to the next, and runs what is
    /// ready before and after each.
    pub fn advance(&self, length: Duration) {
        let until = self.now().saturating_add(length);
        self.run();
        while let Some(at) = self.next_moment().filter(|at| *at <= until) {
            self.stage.set_now(at);
            if self.runner.alarm_at().is_some_and(|alarm| alarm <= at) {
                self.runner.clear_alarm();
                self.runner.tell(Event::Tick);
            }
            self.run();
        }
        self.stage.set_now(until);
        self.run();
    }

    /// When something is due next: a timeout, a delay, or the end of a sleep.
    fn next_moment(&self) -> Option<Duration> {
        let moments = [self.runner.alarm_at(), self.stage.first_wake()];
        moments.into_iter().flatten().min()
    }
}

impl<S: Send + Sync + 'static> Drop for Manual<S> {
    fn drop(&mut self) {
        self.stage.clear();
        // Nothing can start any more, and nobody should wait for it.
        self.runner.tell(Event::Lose);
    }
}

impl<S: Send + Sync + 'static> fmt::Debug for Manual<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manual")
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}
