//! How a scheduler is put together.

use std::hash::{BuildHasher, RandomState};
use std::panic::catch_unwind;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::bounds::Bounds;
use crate::config::{ConfigError, ConfigProblem, Settings};
use crate::dispatcher::Dispatcher;
use crate::executor::sealed::{Backend, Surroundings};
use crate::executor::tasks::Tasks;
use crate::manual::Manual;
use crate::observe::observer::{Happening, Observer};
use crate::observers::Observers;
use crate::order::Order;
use crate::room::{Overflow, QueueLimit};
use crate::runner::{Parts, Runner};
use crate::scheduler::Scheduler;
use crate::slots::Slots;
use crate::spec::Spec;
use crate::stage::Stage;
use crate::timing::Timing;

/// How long a job may take to vanish once it is stopped by force. Dropping a future and reaping a
/// killed process take milliseconds; five seconds pass only if it never reaches an await point.
const STUCK_AFTER: Duration = Duration::from_secs(5);

/// The settings of a scheduler to be built. What is not set has the default named at its method.
#[must_use = "a builder does nothing until `build`"]
pub struct SchedulerBuilder<X = Tasks> {
    terms: Terms,
    executor: X,
}

/// Those who want to be told.
type AllObservers = Vec<Arc<dyn Observer>>;

/// All settings but the executor.
struct Terms {
    name: String,
    slots: Slots,
    queue: QueueLimit,
    overflow: Overflow,
    order: Order,
    key_limit: Option<u32>,
    defaults: Spec,
    stuck_after: Duration,
    has_histograms: bool,
    observers: AllObservers,
    runtime: Option<Handle>,
}

impl Scheduler {
    /// Begins a scheduler called `name`, with [`Tasks`] as its executor. The name stands in logs,
    /// in metrics and in the names of threads.
    pub fn builder(name: impl Into<String>) -> SchedulerBuilder {
        SchedulerBuilder {
            terms: Terms {
                name: name.into(),
                slots: Slots::default(),
                queue: QueueLimit::default(),
                overflow: Overflow::default(),
                order: Order::default(),
                key_limit: None,
                defaults: Spec::new(),
                stuck_after: STUCK_AFTER,
                has_histograms: true,
                observers: Vec::new(),
                runtime: None,
            },
            executor: Tasks::new(),
        }
    }
}

impl<X> SchedulerBuilder<X> {
    /// How many jobs run at once. Default: the processors less one, and at least one.
    pub fn slots(mut self, slots: Slots) -> Self {
        self.terms.slots = slots;
        self
    }

    /// How much may wait. Default: 1,024 jobs.
    pub fn queue(mut self, queue: QueueLimit) -> Self {
        self.terms.queue = queue;
        self
    }

    /// What happens to a job that finds no room. Default: [`Overflow::Reject`].
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.terms.overflow = overflow;
        self
    }

    /// Who of those who wait is next. Default: see [`Order`].
    pub fn order(mut self, order: Order) -> Self {
        self.terms.order = order;
        self
    }

    /// What the running jobs of one key may cost together, so that a tenant cannot take all
    /// slots. A job that costs more runs when no other of its key does. Jobs without a key are free
    /// of it. Default: no limit.
    pub fn key_limit(mut self, cost: u32) -> Self {
        self.terms.key_limit = Some(cost);
        self
    }

    /// The terms of jobs that do not set their own. Default: see [`Spec`].
    pub fn defaults(mut self, defaults: Spec) -> Self {
        self.terms.defaults = defaults;
        self
    }

    /// How long a job may take to go once it is stopped by force, before it counts as stuck: its
    /// submitter is then told ([`JobError::Stuck`](crate::error::JobError::Stuck)), and so are the
    /// observers. It keeps its slot until it goes. Default: 5 s.
    pub fn stuck_after(mut self, after: Duration) -> Self {
        self.terms.stuck_after = after;
        self
    }

    /// Whether waits and runs are counted into histograms. Default: yes; they take 10 KiB and some
    /// nanoseconds per job.
    pub fn histograms(mut self, are_on: bool) -> Self {
        self.terms.has_histograms = are_on;
        self
    }

    /// Has what happens told to an observer; may be called for several.
    pub fn observe(mut self, observer: impl Observer) -> Self {
        self.terms.observers.push(Arc::new(observer));
        self
    }

    /// Where the jobs run. Default: [`Tasks`].
    pub fn executor<Y>(self, executor: Y) -> SchedulerBuilder<Y> {
        SchedulerBuilder {
            terms: self.terms,
            executor,
        }
    }

    /// The runtime to work on. Default: the one `build` is called in.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.terms.runtime = Some(runtime);
        self
    }
}

impl<X: Backend> SchedulerBuilder<X> {
    /// Builds the scheduler, ready to take jobs.
    ///
    /// The runtime must have its time driver enabled, and its IO driver for child processes. The first
    /// is checked, but not in a host that is compiled with `panic = "abort"`.
    ///
    /// # Errors
    /// When a setting does not hold, or there is no runtime; the error names the setting.
    pub fn build(self) -> Result<Scheduler<X>, ConfigError> {
        let runtime = self.terms.runtime.clone();
        let runtime = match runtime.map_or_else(Handle::try_current, Ok) {
            Ok(runtime) => runtime,
            Err(_) => return Err(ConfigError::new("runtime", ConfigProblem::NoRuntime)),
        };
        check_timer(&runtime)?;
        // Another one for each scheduler, so that two of them do not retry in step.
        let seed = RandomState::new().hash_one(&self.terms.name);
        let (settings, runner) = self.assemble(Timing::tokio(runtime), seed)?;
        Ok(Scheduler::new(settings, runner))
    }

    fn assemble(
        self,
        timing: Timing,
        seed: u64,
    ) -> Result<(Settings, Arc<Runner<X>>), ConfigError> {
        let has_histograms = self.terms.has_histograms;
        let (settings, observers) = self.terms.check()?;
        let observers = Arc::new(Observers::new(
            settings.name.clone(),
            timing.clone(),
            observers,
        ));
        let live = self.executor.open(&Surroundings {
            slots: settings.slots,
            timing: timing.clone(),
            observers: Arc::clone(&observers),
        })?;
        let bounds = Bounds {
            slots: settings.slots,
            queue: settings.queue,
            overflow: settings.overflow,
            order: settings.order.clone(),
            key_limit: settings.key_limit,
            stuck_after: settings.stuck_after,
            has_histograms,
            is_observed: !observers.is_empty(),
        };
        let parts = Parts {
            observers,
            defaults: settings.defaults.clone().grace_or(X::GRACE),
            overflow: settings.overflow,
            seed,
            timing,
            live,
        };
        let runner = Runner::new(Dispatcher::new(bounds), parts);
        // So that whoever watches knows them from the first moment on.
        let slots = settings.slots;
        runner.parts.observers.tell(Happening::Resized { slots });
        Ok((settings, runner))
    }
}

impl<S: Send + Sync + 'static> SchedulerBuilder<Tasks<S>> {
    /// Builds the scheduler for a test that drives it by hand, in virtual time; see [`Manual`]. The
    /// jitter of retries is the same each time.
    ///
    /// # Errors
    /// As [`build`](Self::build), but that no runtime is needed.
    pub fn manual(self) -> Result<(Scheduler<Tasks<S>>, Manual<S>), ConfigError> {
        let stage = Arc::new(Stage::default());
        let (settings, runner) = self.assemble(Timing::Manual(Arc::clone(&stage)), 0)?;
        let manual = Manual::new(stage, Arc::clone(&runner));
        Ok((Scheduler::new(settings, runner), manual))
    }
}

impl Terms {
    fn check(self) -> Result<(Settings, AllObservers), ConfigError> {
        ConfigError::first([
            (self.name.is_empty(), "name", ConfigProblem::Empty),
            (self.key_limit == Some(0), "key_limit", ConfigProblem::Zero),
            (
                self.stuck_after.is_zero(),
                "stuck_after",
                ConfigProblem::Zero,
            ),
        ])?;
        let settings = Settings {
            slots: self.slots.checked()?,
            name: self.name,
            queue: self.queue,
            overflow: self.overflow,
            order: self.order,
            key_limit: self.key_limit,
            defaults: self.defaults,
            stuck_after: self.stuck_after,
        };
        Ok((settings, self.observers))
    }
}

/// Makes sure that there are timers: without, timeouts would never come, and nobody would know.
fn check_timer(runtime: &Handle) -> Result<(), ConfigError> {
    if cfg!(panic = "abort") {
        return Ok(());
    }
    let runtime = runtime.clone();
    // tokio has no question for it; its answer is a panic, which is printed like any.
    catch_unwind(move || {
        let _entered = runtime.enter();
        drop(tokio::time::sleep(Duration::ZERO));
    })
    .map_err(|_| ConfigError::new("runtime", ConfigProblem::NoTimer))
}
