//! What these tests are made of: schedulers, jobs that wait for a sign, and what was told.

use std::convert::Infallible;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use vasca_scheduler::{
    Happening, Job, JobContext, JobError, JobHandle, Phase, Scheduler, SchedulerBuilder,
    SchedulerEvent, Slots,
};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Far beyond what anything here takes, so that a hang is a failure and a busy machine is none.
const PATIENCE: Duration = Duration::from_secs(20);

/// What most jobs here give.
pub(crate) type Unit = Result<(), Infallible>;

/// A scheduler of so many slots, to be built.
pub(crate) fn builder(slots: usize) -> SchedulerBuilder {
    Scheduler::builder("test").slots(Slots::Exactly(slots))
}

/// A scheduler of so many slots.
pub(crate) fn pool(slots: usize) -> Scheduler {
    builder(slots).build().unwrap()
}

/// Waits, but not for ever.
pub(crate) async fn within<F: Future>(wait: F) -> F::Output {
    tokio::time::timeout(PATIENCE, wait).await.unwrap()
}

pub(crate) async fn nothing(_: JobContext) -> Unit {
    Ok(())
}

pub(crate) async fn forever(_: JobContext) -> Unit {
    std::future::pending().await
}

/// Holds jobs until it is opened.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Semaphore>);

impl Gate {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    /// Lets so many jobs through, now or later.
    pub(crate) fn open(&self, jobs: usize) {
        self.0.add_permits(jobs);
    }

    /// A job that waits here.
    pub(crate) fn held(&self) -> impl Job<Output = (), Error = Infallible> + use<> {
        self.giving(())
    }

    /// A job that waits here, then gives `output`.
    pub(crate) fn giving<T: Send + 'static>(
        &self,
        output: T,
    ) -> impl Job<Output = T, Error = Infallible> + use<T> {
        let gate = self.clone();
        move |_: JobContext| async move {
            gate.0.acquire().await.unwrap().forget();
            Ok(output)
        }
    }
}

/// What has happened, in its order.
pub(crate) struct Record<T>(Arc<Mutex<Vec<T>>>);

impl<T> Record<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    pub(crate) fn add(&self, what: T) {
        self.0.lock().unwrap().push(what);
    }

    /// All there is, which is then forgotten.
    pub(crate) fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl<T> Clone for Record<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// What a scheduler has told its observer.
pub(crate) struct Told(mpsc::UnboundedReceiver<Happening>);

impl Told {
    /// Listens to a scheduler that is to be built.
    pub(crate) fn by<X>(builder: SchedulerBuilder<X>) -> (SchedulerBuilder<X>, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let builder = builder.observe(move |event: &SchedulerEvent<'_>| {
            let _ = sender.send(event.what.clone());
        });
        (builder, Self(receiver))
    }

    /// Waits until so many of these have been told, and gives all that was told until then.
    pub(crate) async fn wait(
        &mut self,
        count: usize,
        is_one: impl Fn(&Happening) -> bool,
    ) -> Vec<Happening> {
        let (mut told, mut seen) = (Vec::new(), 0);
        while seen < count {
            let what = within(self.0.recv()).await.unwrap();
            seen += usize::from(is_one(&what));
            told.push(what);
        }
        told
    }

    /// How many of these have been told since then; all others are forgotten.
    pub(crate) fn count(&mut self, is_one: impl Fn(&Happening) -> bool) -> usize {
        self.rest().iter().filter(|what| is_one(what)).count()
    }

    /// All that has been told since then.
    pub(crate) fn rest(&mut self) -> Vec<Happening> {
        std::iter::from_fn(|| self.0.try_recv().ok()).collect()
    }
}

/// That the job was cancelled with this reason, at that point.
pub(crate) async fn assert_cancelled<T, E>(handle: JobHandle<T, E>, why: &str, when: Phase) {
    match within(handle).await {
        Err(JobError::Cancelled { reason, phase }) => assert_eq!((&*reason, phase), (why, when)),
        Err(other) => panic!("{}", other.kind()),
        Ok(_) => panic!("it was not cancelled"),
    }
}
