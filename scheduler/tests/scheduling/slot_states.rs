//! What slots keep warm: opened once, kept, closed once.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use vasca_scheduler::{
    BlockingJob, Executor, Happening, Job, JobContext, JobError, Scheduler, SchedulerEvent,
    Shutdown, Slots, Tasks, Threads,
};

use crate::fixtures::{SECOND, builder, soon};

/// The state of a slot: which one, and the how many-th that was opened.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
struct Warm {
    slot: usize,
    number: usize,
}

/// Opens and closes states, and counts.
#[derive(Clone, Default)]
struct Stove {
    opened: Arc<AtomicUsize>,
    closed: Arc<Mutex<Vec<usize>>>,
    failures: Arc<AtomicUsize>,
}

impl Stove {
    /// Fails the first so many times.
    fn failing(times: usize) -> Self {
        let stove = Self::default();
        stove.failures.store(times, Ordering::SeqCst);
        stove
    }

    fn open(&self, slot: usize) -> io::Result<Warm> {
        let less = |left: usize| left.checked_sub(1);
        let order = Ordering::SeqCst;
        if self.failures.fetch_update(order, order, less).is_ok() {
            return Err(io::Error::other("no fuel"));
        }
        let number = self.opened.fetch_add(1, order);
        Ok(Warm { slot, number })
    }

    fn close(&self, state: &Warm) {
        self.closed.lock().unwrap().push(state.number);
    }

    fn closed(&self) -> Vec<usize> {
        let mut closed = self.closed.lock().unwrap().clone();
        closed.sort_unstable();
        closed
    }

    fn for_futures(&self) -> Tasks<Warm> {
        let (open, close) = (self.clone(), self.clone());
        Tasks::new().slot_state(
            move |slot| ready(open.open(slot)),
            move |state: Arc<Warm>| {
                close.close(&state);
                ready(())
            },
        )
    }

    fn for_threads(&self) -> Threads<Warm> {
        let (open, close) = (self.clone(), self.clone());
        let close = move |state: Arc<Warm>| close.close(&state);
        Threads::new().slot_state(move |slot| open.open(slot), close)
    }
}

/// Gives the state it has found, on both executors.
#[derive(Clone)]
struct Look;

impl Job<Warm> for Look {
    type Output = Warm;
    type Error = Infallible;
    async fn run(self, cx: JobContext<Warm>) -> Result<Warm, Infallible> {
        Ok(*cx.state())
    }
}

impl BlockingJob<Warm> for Look {
    type Output = Warm;
    type Error = Infallible;
    fn run(self, cx: JobContext<Warm>) -> Result<Warm, Infallible> {
        Ok(*cx.state())
    }
}

/// Waits until all of its kind are there, so that each has a slot of its own.
async fn fill(pool: &Scheduler<Tasks<Warm>>, slots: usize) -> Vec<usize> {
    let barrier = Arc::new(tokio::sync::Barrier::new(slots));
    let mut handles = Vec::new();
    for _ in 0..slots {
        let barrier = Arc::clone(&barrier);
        let job = move |cx: JobContext<Warm>| async move {
            assert_eq!(cx.state().slot, cx.slot());
            barrier.wait().await;
            Ok::<_, Infallible>(cx.state().number)
        };
        handles.push(pool.submit(job).await.unwrap());
    }
    let mut numbers = Vec::new();
    for handle in handles {
        numbers.push(soon(handle).await.unwrap());
    }
    numbers
}

async fn check_life<X>(stove: Stove, executor: X)
where
    X: Executor<Look, Output = Warm, Error = Infallible>,
{
    let balance = Arc::new(Mutex::new((0, 0)));
    let count = Arc::clone(&balance);
    let observer = move |event: &SchedulerEvent<'_>| match event.what {
        Happening::SlotOpened { .. } => count.lock().unwrap().0 += 1,
        Happening::SlotClosed { .. } => count.lock().unwrap().1 += 1,
        _ => {}
    };
    let pool = builder(1).observe(observer).executor(executor);
    let pool = pool.build().unwrap();
    for _ in 0..3 {
        let warm = soon(pool.run(Look)).await.unwrap();
        assert_eq!((warm.slot, warm.number), (0, 0), "opened once and kept");
    }
    assert_eq!(stove.closed(), Vec::<usize>::new());
    soon(pool.shutdown(Shutdown::drain(SECOND))).await;
    assert_eq!(stove.closed(), [0]);
    assert_eq!(*balance.lock().unwrap(), (1, 1));
}

#[tokio::test]
async fn a_state_is_opened_once_kept_and_closed_in_a_shutdown() {
    let stove = Stove::default();
    check_life(stove.clone(), stove.for_futures()).await;
    let stove = Stove::default();
    check_life(stove.clone(), stove.for_threads()).await;
}

async fn check_failure<X>(executor: X)
where
    X: Executor<Look, Output = Warm, Error = Infallible>,
{
    let failures = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&failures);
    let observer = move |event: &SchedulerEvent<'_>| {
        if let Happening::SlotFailed { slot, error } = event.what {
            seen.lock().unwrap().push((*slot, error.clone()));
        }
    };
    let pool = builder(1).observe(observer).executor(executor);
    let pool = pool.build().unwrap();
    match soon(pool.run(Look)).await {
        Err(JobError::SlotState(error)) => assert_eq!(error.to_string(), "no fuel"),
        other => panic!("{other:?}"),
    }
    assert_eq!(soon(pool.run(Look)).await.unwrap().number, 0);
    assert_eq!(*failures.lock().unwrap(), [(0, "no fuel".to_owned())]);
    assert_eq!(pool.stats().ended.slot_failed, 1);
}

#[tokio::test]
async fn a_state_that_does_not_open_fails_the_job_and_the_next_tries_again() {
    check_failure(Stove::failing(1).for_futures()).await;
    check_failure(Stove::failing(1).for_threads()).await;
}

#[tokio::test]
async fn of_many_waiting_jobs_none_hangs_when_no_state_opens() {
    let pool = builder(2).executor(Stove::failing(1000).for_threads());
    let pool = pool.build().unwrap();
    let mut handles = Vec::new();
    for _ in 0..50 {
        handles.push(pool.submit(Look).await.unwrap());
    }
    for handle in handles {
        let result = soon(handle).await;
        assert!(matches!(result, Err(JobError::SlotState(_))));
    }
}

#[tokio::test]
async fn an_open_that_panics_is_a_failure_like_any() {
    let panics = |_: usize| -> io::Result<Warm> { panic!("on purpose") };
    let executor = Threads::new().slot_state(panics, |_| {});
    let pool = builder(1).executor(executor).build().unwrap();
    let result = soon(pool.run(Look)).await;
    assert!(matches!(result, Err(JobError::SlotState(error)) if error.to_string() == "on purpose"));
}

#[tokio::test]
async fn a_shrink_closes_the_states_of_the_slots_that_go() {
    let stove = Stove::default();
    let pool = builder(3).executor(stove.for_futures()).build().unwrap();
    let numbers = fill(&pool, 3).await;
    soon(pool.idle()).await;
    pool.resize(Slots::Exactly(1)).unwrap();
    soon(async {
        while stove.closed().len() < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let kept = soon(pool.run(Look)).await.unwrap();
    assert_eq!(kept.slot, 0);
    assert!(
        numbers.contains(&kept.number),
        "the first slot keeps its own"
    );
    soon(pool.shutdown(Shutdown::now())).await;
    assert_eq!(stove.closed(), [0, 1, 2], "each once");
}

#[tokio::test]
async fn a_panic_leaves_the_state_as_it_is() {
    let stove = Stove::default();
    let pool = builder(1).executor(stove.for_threads()).build().unwrap();
    soon(pool.run(Look)).await.unwrap();
    let panics = |_: JobContext<Warm>| -> Result<(), Infallible> { panic!("on purpose") };
    assert!(soon(pool.run(panics)).await.is_err());
    assert_eq!(soon(pool.run(Look)).await.unwrap().number, 0);
}

#[tokio::test]
async fn the_state_of_a_thread_given_up_is_not_shared_with_the_next_job() {
    let stove = Stove::default();
    let pool = builder(1).executor(stove.for_threads()).build().unwrap();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let job = move |_: JobContext<Warm>| {
        let _ = held.recv();
        Ok::<_, Infallible>(())
    };
    let submission = pool.submit(job).run_timeout(SECOND / 50);
    let handle = submission.grace(SECOND / 50).await.unwrap();
    assert!(soon(handle).await.is_err());
    assert_eq!(soon(pool.run(Look)).await.unwrap().number, 1);
    drop(release);
    soon(pool.shutdown(Shutdown::drain(SECOND))).await;
    // That of the thread given up is closed when it comes back, which nobody waits for.
    soon(async {
        while stove.closed().len() < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(stove.closed(), [0, 1], "each once");
}
