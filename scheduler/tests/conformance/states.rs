//! What a slot keeps warm: opened once, told of, closed; and what happens when it cannot be opened.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Barrier, Semaphore, mpsc};
use vasca_scheduler::{
    Happening, Job, JobContext, JobError, Scheduler, Shutdown, Slots, Tasks, Threads,
};

use crate::jobs::{SECOND, Told, builder, nothing, within};

const fn is_opened(what: &Happening) -> bool {
    matches!(what, Happening::SlotOpened { .. })
}

const fn is_closed(what: &Happening) -> bool {
    matches!(what, Happening::SlotClosed { .. })
}

/// Waits for others of its kind, so that each has a slot of its own.
struct Meet(Arc<Barrier>);

impl Job<usize> for Meet {
    type Output = ();
    type Error = Infallible;

    async fn run(self, _: JobContext<usize>) -> Result<(), Infallible> {
        self.0.wait().await;
        Ok(())
    }
}

/// The same, and gives its slot and how many were there before it.
struct Count(Arc<Barrier>);

impl Job<AtomicUsize> for Count {
    type Output = (usize, usize);
    type Error = Infallible;

    async fn run(self, cx: JobContext<AtomicUsize>) -> Result<(usize, usize), Infallible> {
        self.0.wait().await;
        Ok((cx.slot(), cx.state().fetch_add(1, Ordering::SeqCst)))
    }
}

#[tokio::test]
async fn each_slot_has_a_state_of_its_own_which_the_next_job_finds_as_it_was_left() {
    let counters = Tasks::new().slot_state(
        async |_slot| Ok::<_, Infallible>(AtomicUsize::new(0)),
        async |_state: Arc<AtomicUsize>| {},
    );
    let pool = builder(2).executor(counters).build().unwrap();
    let meeting = Arc::new(Barrier::new(2));
    for round in 0..3 {
        let first = pool.submit(Count(Arc::clone(&meeting))).await.unwrap();
        let second = pool.submit(Count(Arc::clone(&meeting))).await.unwrap();
        let seen = [within(first).await.unwrap(), within(second).await.unwrap()];
        assert_eq!(seen, [(0, round), (1, round)]);
    }
}

#[tokio::test]
async fn the_openings_and_closings_of_slots_balance() {
    let states = Tasks::new().slot_state(
        async |slot| Ok::<_, Infallible>(slot),
        async |_state: Arc<usize>| {},
    );
    let (builder, mut told) = Told::by(builder(3).executor(states));
    let pool = builder.build().unwrap();
    let meeting = Arc::new(Barrier::new(3));
    for _ in 0..2 {
        let mut handles = Vec::new();
        for _ in 0..3 {
            let job = Meet(Arc::clone(&meeting));
            handles.push(pool.submit(job).await.unwrap());
        }
        for handle in handles {
            within(handle).await.unwrap();
        }
    }
    let soon = told.rest();
    assert_eq!(soon.iter().filter(|what| is_opened(what)).count(), 3);
    assert_eq!(soon.iter().filter(|what| is_closed(what)).count(), 0);
    within(pool.shutdown(Shutdown::now())).await;
    let late = told.rest();
    assert_eq!(late.iter().filter(|what| is_opened(what)).count(), 0);
    assert_eq!(late.iter().filter(|what| is_closed(what)).count(), 3);
}

/// Four threads and four states for three slots: one of each goes with the job that was given up.
#[tokio::test]
async fn threads_and_states_balance_though_one_is_given_up_with_an_endless_job() {
    let states = Threads::new().slot_state(Ok::<_, Infallible>, |_| {});
    let (builder, mut told) = Told::by(builder(3).executor(states));
    let pool = builder.build().unwrap();
    let (release, blocked) = std::sync::mpsc::channel::<()>();
    let endless = move |_: JobContext<usize>| {
        let _ = blocked.recv();
        Ok::<_, Infallible>(())
    };
    let endless = pool.submit(endless).grace(SECOND / 50).await.unwrap();
    let three = Arc::new(std::sync::Barrier::new(3));
    told.wait(1, |what| matches!(what, Happening::Started { .. }))
        .await;
    told.wait(1, is_opened).await;
    assert!(endless.cancel("enough"));
    assert!(within(endless).await.is_err());
    let mut handles = Vec::new();
    for _ in 0..6 {
        let three = Arc::clone(&three);
        let job = move |_: JobContext<usize>| {
            three.wait();
            Ok::<_, Infallible>(())
        };
        handles.push(pool.submit(job).await.unwrap());
    }
    for handle in handles {
        within(handle).await.unwrap();
    }
    drop(release);
    assert!(within(pool.shutdown(Shutdown::now())).await.is_drained());
    // What was given up may come back after the report, which does not wait for its state.
    let mut rest = told.wait(4, is_closed).await;
    rest.extend(told.rest());
    let count = |is_one: fn(&Happening) -> bool| rest.iter().filter(|what| is_one(what)).count();
    assert_eq!((count(is_opened), count(is_closed)), (3, 4));
    // One thread had come before; states may be closed at the same time, on one thread more.
    let ups = count(|what| matches!(what, Happening::ThreadUp));
    assert!((3..=4).contains(&ups), "{ups}");
    assert_eq!(count(|what| matches!(what, Happening::ThreadDown)), ups + 1);
}

#[tokio::test]
async fn a_slot_that_opens_slowly_holds_up_its_own_job_only() {
    let gate = Arc::new(Semaphore::new(0));
    let opening = Arc::clone(&gate);
    let states = Tasks::new().slot_state(
        move |slot| {
            let gate = Arc::clone(&opening);
            async move {
                if slot == 0 {
                    gate.acquire().await.unwrap().forget();
                }
                Ok::<_, Infallible>(slot)
            }
        },
        async |_state: Arc<usize>| {},
    );
    let pool = builder(2).executor(states).build().unwrap();
    let job = |cx: JobContext<usize>| async move { Ok::<_, Infallible>(*cx.state()) };
    let slow = pool.submit(job).await.unwrap();
    for _ in 0..3 {
        assert_eq!(within(pool.run(job)).await.unwrap(), 1);
    }
    gate.add_permits(1);
    assert_eq!(within(slow).await.unwrap(), 0);
}

/// A scheduler whose slots go to `closed` when they are closed.
fn recorded(slots: usize) -> (Scheduler<Tasks<usize>>, mpsc::UnboundedReceiver<usize>) {
    let (sender, closed) = mpsc::unbounded_channel();
    let states = Tasks::new().slot_state(
        async |slot| Ok::<_, Infallible>(slot),
        move |state: Arc<usize>| {
            let _ = sender.send(*state);
            std::future::ready(())
        },
    );
    (builder(slots).executor(states).build().unwrap(), closed)
}

#[tokio::test]
async fn a_state_is_closed_when_its_slot_goes_and_when_the_scheduler_does() {
    let (pool, mut closed) = recorded(2);
    let meeting = Arc::new(Barrier::new(2));
    let first = pool.submit(Meet(Arc::clone(&meeting))).await.unwrap();
    let second = pool.submit(Meet(meeting)).await.unwrap();
    within(first).await.unwrap();
    within(second).await.unwrap();
    pool.resize(Slots::Exactly(1)).unwrap();
    assert_eq!(within(closed.recv()).await, Some(1));
    drop(pool);
    assert_eq!(within(closed.recv()).await, Some(0));
    assert_eq!(within(closed.recv()).await, None, "once each");
}

#[tokio::test]
async fn an_opener_that_fails_once_costs_one_job() {
    let calls = AtomicUsize::new(0);
    let states = Tasks::new().slot_state(
        move |slot| {
            let is_first = calls.fetch_add(1, Ordering::SeqCst) == 0;
            std::future::ready(if is_first {
                Err(io::Error::other("no connection"))
            } else {
                Ok(slot)
            })
        },
        async |_state: Arc<usize>| {},
    );
    let pool = builder(1).executor(states).build().unwrap();
    let job = |cx: JobContext<usize>| async move { Ok::<_, Infallible>(*cx.state()) };
    let failed = pool.submit(job).await.unwrap();
    let served = pool.submit(job).await.unwrap();
    assert_eq!(within(failed).await.unwrap_err().kind(), "slot_state");
    assert_eq!(within(served).await.unwrap(), 0);
}

#[tokio::test]
async fn an_opener_that_panics_or_hangs_costs_its_job_and_no_slot() {
    let calls = AtomicUsize::new(0);
    let states = Tasks::new().slot_state(
        move |_slot| {
            let call = calls.fetch_add(1, Ordering::SeqCst);
            async move {
                match call {
                    0 => panic!("meant to, in the opener"),
                    1 => std::future::pending().await,
                    _ => Ok::<_, Infallible>(()),
                }
            }
        },
        async |_: Arc<()>| {},
    );
    let pool = builder(1).executor(states).build().unwrap();
    let panicked = pool.submit(nothing).await.unwrap();
    let hangs = pool.submit(nothing).run_timeout(Duration::from_millis(5));
    let hangs = hangs.await.unwrap();
    let served = pool.submit(nothing).await.unwrap();
    match within(panicked).await {
        Err(JobError::SlotState(error)) => assert_eq!(error.to_string(), "meant to, in the opener"),
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        within(hangs).await,
        Err(JobError::TimedOut { .. })
    ));
    within(served).await.unwrap();
}

#[tokio::test]
async fn an_opener_that_fails_on_its_thread_fails_each_job_that_waits_and_tells_of_each() {
    let no_licence = || io::Error::other("no licence");
    let states = Threads::new().slot_state(move |_| Err::<(), _>(no_licence()), |_| {});
    let (builder, mut told) = Told::by(builder(1).executor(states));
    let pool = builder.build().unwrap();
    let job = |_: JobContext| Ok::<_, Infallible>(());
    let mut handles = Vec::new();
    for _ in 0..5 {
        handles.push(pool.submit(job).await.unwrap());
    }
    for handle in handles {
        match within(handle).await {
            Err(JobError::SlotState(error)) => assert!(error.is::<io::Error>()),
            other => panic!("{other:?}"),
        }
    }
    let is_failed = |what: &_| matches!(what, Happening::SlotFailed { slot: 0, error } if error == "no licence");
    assert_eq!(told.count(is_failed), 5);
}
