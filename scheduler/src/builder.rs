//! How a scheduler is put together.

use tokio::runtime::Handle;

use crate::config::{ConfigError, ConfigProblem};
use crate::dispatcher::{Bounds, Dispatcher};
use crate::executor::sealed::Backend;
use crate::executor::tasks::Tasks;
use crate::priority::LaneOrder;
use crate::queue::QueueLimit;
use crate::runner::Runner;
use crate::scheduler::Scheduler;
use crate::slots::Slots;
use crate::spec::Spec;

/// The most slots a scheduler may have. No machine has more processors; a larger figure is a
/// mistake, and each slot may stand for a process.
const MAX_SLOTS: usize = 4096;

/// The settings of a scheduler to be built. What is not set has the default named at its method.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct SchedulerBuilder<X = Tasks> {
    name: String,
    slots: Slots,
    queue: QueueLimit,
    lanes: LaneOrder,
    defaults: Spec,
    runtime: Option<Handle>,
    executor: X,
}

impl Scheduler<Tasks> {
    /// Starts to build a scheduler. Its name appears in logs and as the name of its threads.
    pub fn builder(name: impl Into<String>) -> SchedulerBuilder {
        SchedulerBuilder {
            name: name.into(),
            slots: Slots::default(),
            queue: QueueLimit::default(),
            lanes: LaneOrder::default(),
            defaults: Spec::new(),
            runtime: None,
            executor: Tasks::new(),
        }
    }
}

impl<X> SchedulerBuilder<X> {
    /// How many jobs run at once. Default: the processors less one, and at least one.
    pub fn slots(mut self, slots: Slots) -> Self {
        self.slots = slots;
        self
    }

    /// How many jobs may wait. Default: 1,024.
    pub fn queue(mut self, queue: QueueLimit) -> Self {
        self.queue = queue;
        self
    }

    /// How the lanes share the slots. Default: [`LaneOrder::Weighted`].
    pub fn lanes(mut self, order: LaneOrder) -> Self {
        self.lanes = order;
        self
    }

    /// The terms of jobs that do not set their own. Default: see [`Spec`].
    pub fn defaults(mut self, defaults: Spec) -> Self {
        self.defaults = defaults;
        self
    }

    /// Where the jobs run. Default: [`Tasks`].
    pub fn executor<Y>(self, executor: Y) -> SchedulerBuilder<Y> {
        let Self {
            name,
            slots,
            queue,
            lanes,
            defaults,
            runtime,
            executor: _,
        } = self;
        SchedulerBuilder {
            name,
            slots,
            queue,
            lanes,
            defaults,
            runtime,
            executor,
        }
    }

    /// The runtime to work on. Default: the one `build` is called in.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }
}

impl<X: Backend> SchedulerBuilder<X> {
    /// Builds the scheduler, ready to take jobs.
    ///
    /// The runtime must have its time driver enabled, and its IO driver for child processes.
    ///
    /// # Errors
    /// When a setting does not hold, or there is no runtime; the error names the setting.
    pub fn build(self) -> Result<Scheduler<X>, ConfigError> {
        if self.name.is_empty() {
            return Err(ConfigError::new("name", ConfigProblem::Empty));
        }
        let slots = match self.slots.count() {
            None => return Err(ConfigError::new("slots", ConfigProblem::Zero)),
            Some(slots) if slots.get() > MAX_SLOTS => {
                let problem = ConfigProblem::TooLarge {
                    limit: MAX_SLOTS as u64,
                };
                return Err(ConfigError::new("slots", problem));
            }
            Some(slots) => slots.get(),
        };
        let runtime = match self.runtime.map_or_else(Handle::try_current, Ok) {
            Ok(runtime) => runtime,
            Err(_) => return Err(ConfigError::new("runtime", ConfigProblem::NoRuntime)),
        };
        let live = self.executor.open(&self.name, slots, &runtime)?;
        let bounds = Bounds {
            slots,
            waiting: self.queue.jobs(),
            order: self.lanes,
        };
        let runner = Runner::new(Dispatcher::new(bounds), self.defaults, runtime, live);
        Ok(Scheduler::new(self.name, runner))
    }
}
