//! The nine faults of Piscina 5.3.2, none of which this scheduler may ever have.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use vasca_scheduler::{
    CancelToken, Happening, JobContext, JobError, QueueLimit, RejectReason, Scheduler,
    SchedulerBuilder, SchedulerEvent, Shutdown, Slots, Spec, Tasks, Threads,
};

use crate::fixtures::{SECOND, Unit, forever, nothing};

fn builder(slots: usize, waiting: usize) -> SchedulerBuilder {
    Scheduler::builder("test")
        .slots(Slots::Exactly(slots))
        .queue(QueueLimit::count(waiting))
}

/// Waits, but not for ever: 20 s are far beyond what anything here takes.
async fn within<F: Future>(wait: F) -> F::Output {
    tokio::time::timeout(20 * SECOND, wait).await.unwrap()
}

// Fault 1: a graceful close with several busy slots lost running and queued jobs.
#[tokio::test(start_paused = true)]
async fn a_graceful_close_with_several_busy_slots_loses_no_running_and_no_queued_job() {
    for slots in 2..=4_u32 {
        for by_shutdown in [false, true] {
            let pool = builder(slots as usize, 100).build().unwrap();
            let token = CancelToken::new();
            let mut handles = Vec::new();
            for number in 0..5 * slots {
                // Of different lengths, so that the slots do not fall idle together.
                let length = SECOND * (1 + number % 3);
                let job = move |_: JobContext| async move {
                    tokio::time::sleep(length).await;
                    Ok::<_, Infallible>(number)
                };
                let submission = match number % 2 {
                    0 => pool.submit(job),
                    _ => pool.submit(job).cancel_with(&token),
                };
                handles.push(submission.await.unwrap());
            }
            tokio::time::sleep(SECOND / 2).await;
            assert_eq!(pool.stats().running, slots as usize);
            if by_shutdown {
                pool.shutdown(Shutdown::drain(3600 * SECOND)).await;
            } else {
                pool.close();
                pool.drained().await;
            }
            for (number, handle) in (0..).zip(handles) {
                assert_eq!(within(handle).await.unwrap(), number);
            }
            assert_eq!(pool.stats().ended.succeeded, u64::from(5 * slots));
        }
    }
}

// Fault 2: with a limit of 0 a job was rejected, and ran all the same.
#[tokio::test]
async fn with_a_limit_of_zero_a_job_beyond_the_slots_is_rejected_and_never_runs() {
    let pool = builder(1, 0).build().unwrap();
    let ran = Arc::new(AtomicBool::new(false));
    for _ in 0..2 {
        let running = pool.submit(forever).await.unwrap();
        let flag = Arc::clone(&ran);
        let refused = move |_: JobContext| async move {
            flag.store(true, Ordering::SeqCst);
            Ok::<_, Infallible>(())
        };
        let rejected = pool.submit(refused).await.unwrap_err();
        assert_eq!(rejected.reason(), RejectReason::Full);
        assert!(running.cancel("make room"));
        assert!(within(running).await.is_err());
        within(pool.run(nothing)).await.unwrap();
        within(pool.idle()).await;
        assert!(!ran.load(Ordering::SeqCst));
    }
    assert_eq!(pool.stats().ended.succeeded, 2);
}

// Fault 3: jobs that can be cancelled were not counted against the limits.
#[tokio::test]
async fn jobs_that_can_be_cancelled_count_against_every_limit() {
    let by_count = QueueLimit::count(2);
    let by_bytes = QueueLimit::count(100).bytes(20);
    let by_key = QueueLimit::count(100).per_key(2);
    for (limit, reason) in [
        (by_count, RejectReason::Full),
        (by_bytes, RejectReason::Full),
        (by_key, RejectReason::KeyFull),
    ] {
        let pool = builder(1, 0).queue(limit).build().unwrap();
        let token = CancelToken::new();
        let submit = || {
            let job = pool.submit(forever).cancel_with(&token).cancel_on_drop();
            job.bytes(10).key("tenant").submit_now()
        };
        let _running = submit().unwrap();
        let queued = [submit().unwrap(), submit().unwrap()];
        for _ in 0..3 {
            assert_eq!(submit().unwrap_err().reason(), reason);
        }
        assert_eq!((pool.stats().queued, pool.stats().rejected), (2, 3));
        let [one, _other] = queued;
        assert!(one.cancel("make room"));
        let _next = submit().unwrap();
        assert_eq!(submit().unwrap_err().reason(), reason);
    }
}

/// What observers are told, as far as `pick` wants it.
fn told<X, T: Send + 'static>(
    builder: SchedulerBuilder<X>,
    pick: impl Fn(&Happening) -> Option<T> + Send + Sync + 'static,
) -> (SchedulerBuilder<X>, Arc<Mutex<Vec<T>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let builder = builder.observe(move |event: &SchedulerEvent<'_>| {
        kept.lock().unwrap().extend(pick(event.what));
    });
    (builder, told)
}

// Fault 4: pressure was told with every job, or never, depending on the slots and on tokens.
#[tokio::test]
async fn pressure_is_told_once_per_crossing_for_every_number_of_slots_with_and_without_a_token() {
    for slots in 1..=4 {
        for limit in [0, 1, 2, 5] {
            assert_pressure(slots, limit, None).await;
            assert_pressure(slots, limit, Some(CancelToken::new())).await;
        }
    }
}

async fn assert_pressure(slots: usize, limit: usize, token: Option<CancelToken>) {
    let (builder, crossings) = told(builder(slots, limit), |what| match what {
        Happening::Pressure { is_high } => Some(*is_high),
        _ => None,
    });
    let pool = builder.build().unwrap();
    let submit = || match &token {
        Some(token) => pool.submit(forever).cancel_with(token).submit_now(),
        None => pool.submit(forever).submit_now(),
    };
    let case = format!("{slots} slots, room for {limit}, {token:?}");
    let assert_told = |expected: &[bool]| {
        assert_eq!(*crossings.lock().unwrap(), expected, "{case}");
    };
    for round in 0..3 {
        let before = [true, false].repeat(round);
        let mut handles = Vec::new();
        for _ in 0..slots + limit {
            assert_told(&before);
            handles.push(submit().unwrap());
        }
        let high = [&before[..], &[true]].concat();
        assert_told(&high);
        for _ in 0..3 {
            assert!(submit().is_err());
        }
        assert_told(&high);
        for handle in handles {
            assert!(handle.cancel("the next round"));
            assert!(within(handle).await.is_err());
        }
        within(pool.idle()).await;
        assert_told(&[high, vec![false]].concat());
    }
}

async fn two_milliseconds(_: JobContext) -> Unit {
    tokio::time::sleep(Duration::from_millis(2)).await;
    Ok(())
}

/// The longest that one of twenty clients waits for a job of 2 ms, each submitting the next when
/// it has its result; and the mean run.
async fn worst_latency(clients: usize) -> (Duration, Duration) {
    let pool = builder(1, 1024).build().unwrap();
    let client = async |pool: Scheduler| {
        let mut worst = Duration::ZERO;
        for _ in 0..15 {
            let begin = Instant::now();
            pool.run(two_milliseconds).await.unwrap();
            worst = worst.max(begin.elapsed());
        }
        worst
    };
    let clients: Vec<_> = (0..clients)
        .map(|_| tokio::spawn(client(pool.clone())))
        .collect();
    let mut worst = Duration::ZERO;
    for client in clients {
        worst = worst.max(within(client).await.unwrap());
    }
    (worst, pool.stats().runs.unwrap().mean().unwrap())
}

// Fault 5: clients starved each other; the worst waited many times as long as its fair share.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_clients_of_one_slot_wait_no_longer_than_three_times_their_share() {
    const CLIENTS: usize = 20;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let (worst, run) = worst_latency(CLIENTS).await;
        // By what a job takes here: timers come up to a millisecond late, on a busy machine more.
        let ideal = run * CLIENTS as u32;
        if worst <= 3 * ideal {
            return;
        }
        seen.push((worst, ideal));
    }
    panic!("worst and ideal: {seen:?}");
}

#[derive(Debug, thiserror::Error)]
#[error("no licence for slot {slot}")]
struct NoLicence {
    slot: usize,
    source: io::Error,
}

fn no_licence(slot: usize) -> NoLicence {
    let source = io::Error::from(io::ErrorKind::NotFound);
    NoLicence { slot, source }
}

// Fault 6: when the initialiser failed, jobs hung and workers were started for ever.
#[tokio::test]
async fn a_slot_that_cannot_be_opened_fails_the_jobs_that_wait_for_it_and_is_reported() {
    let states = Tasks::new().slot_state(
        async |slot| Err::<(), _>(no_licence(slot)),
        async |_: Arc<()>| {},
    );
    let builder = builder(1, 10).executor(states);
    let (builder, failures) = told(builder, |what| match what {
        Happening::SlotFailed { slot, error } => Some(format!("{slot}: {error}")),
        _ => None,
    });
    let pool = builder.build().unwrap();
    let mut handles = Vec::new();
    for _ in 0..5 {
        handles.push(pool.submit(nothing).await.unwrap());
    }
    for handle in handles {
        match within(handle).await {
            Err(JobError::SlotState(error)) => {
                let error = error.downcast_ref::<NoLicence>().unwrap();
                assert_eq!(error.slot, 0);
                assert!(error.source().unwrap().is::<io::Error>());
            }
            other => panic!("{other:?}"),
        }
    }
    within(pool.idle()).await;
    assert_eq!(*failures.lock().unwrap(), ["0: no licence for slot 0"; 5]);
    assert_eq!(
        (pool.stats().ended.slot_failed, pool.stats().busy_slots),
        (5, 0)
    );
    assert!(within(pool.shutdown(Shutdown::now())).await.is_drained());
}

// Fault 7: a closed pool took jobs again.
#[tokio::test]
async fn a_closed_scheduler_stays_closed_whatever_is_asked_of_it_later() {
    let pool = builder(2, 10).build().unwrap();
    let clone = pool.clone();
    let last = pool.submit(nothing).await.unwrap();
    pool.close();
    let assert_closed = async || {
        for pool in [&pool, &clone] {
            assert!(pool.is_closed());
            let rejected = pool.submit(nothing).await.unwrap_err();
            assert_eq!(rejected.reason(), RejectReason::Closed);
            assert!(pool.reserve(Spec::new()).await.is_err());
        }
    };
    assert_closed().await;
    within(last).await.unwrap();
    within(pool.drained()).await;
    assert_closed().await;
    pool.close();
    pool.pause();
    pool.resume();
    pool.resize(Slots::Exactly(3)).unwrap();
    assert_closed().await;
    within(pool.shutdown(Shutdown::now())).await;
    within(pool.shutdown(Shutdown::drain(SECOND))).await;
    assert_closed().await;
    assert_eq!(pool.stats().submitted, 1);
}

/// How long it takes to cancel so many queued jobs, the first or the last first; best of three.
async fn cancelling(jobs: usize, last_first: bool) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let pool = builder(1, jobs).build().unwrap();
        let running = pool.submit(forever).await.unwrap();
        let mut handles = Vec::new();
        for _ in 0..jobs {
            handles.push(pool.submit(nothing).await.unwrap());
        }
        if last_first {
            handles.reverse();
        }
        let begin = Instant::now();
        for handle in &handles {
            assert!(handle.cancel("all of them"));
        }
        best = best.min(begin.elapsed());
        let stats = pool.stats();
        assert_eq!((stats.queued, stats.ended.cancelled), (0, jobs as u64));
        assert!(running.cancel("enough"));
    }
    best
}

// Fault 8: cancelling many queued jobs blocked everybody, for a time that grew with the square.
#[tokio::test]
async fn cancelling_ten_thousand_queued_jobs_is_quick_and_each_costs_the_same() {
    // Without optimisations the same work takes thirty times as long, and a busy machine adds to it.
    let most = Duration::from_millis(if cfg!(debug_assertions) { 1_000 } else { 10 });
    for last_first in [false, true] {
        let few = cancelling(1_000, last_first).await;
        let many = cancelling(10_000, last_first).await;
        assert!(many <= most, "{many:?}");
        // Ten times for ten times as many, hundred if it were quadratic.
        assert!(many <= 30 * few, "1,000 in {few:?}, 10,000 in {many:?}");
    }
}

/// Neither `Clone` nor `Serialize`, with fields of its own and a source.
#[derive(Debug, thiserror::Error)]
#[error("row {row} is broken")]
struct BrokenRow {
    row: u64,
    identity: Arc<()>,
    source: io::Error,
}

fn broken_row(identity: Arc<()>) -> BrokenRow {
    let cause = "x".parse::<u8>().unwrap_err();
    BrokenRow {
        row: 7,
        identity,
        source: io::Error::new(io::ErrorKind::InvalidData, cause),
    }
}

fn assert_unchanged(error: JobError<BrokenRow>, identity: &Arc<()>) {
    let source = error.source().unwrap();
    assert!(source.is::<BrokenRow>());
    let chain = [source.to_string(), source.source().unwrap().to_string()];
    assert_eq!(chain[0], "row 7 is broken");
    assert_eq!(chain[1], "invalid digit found in string");
    let JobError::Failed(error) = error else {
        panic!("{error:?}")
    };
    assert!(Arc::ptr_eq(&error.identity, identity), "the very one");
    assert_eq!(error.row, 7);
    let io = error.source;
    assert_eq!(io.kind(), io::ErrorKind::InvalidData);
    assert!(io.get_ref().unwrap().is::<std::num::ParseIntError>());
}

// Fault 9: an error came out without its class and fields.
#[tokio::test]
async fn the_error_that_comes_out_is_the_very_error_that_went_in() {
    let identity = Arc::new(());
    let tasks = builder(1, 10).build().unwrap();
    let error = broken_row(Arc::clone(&identity));
    let job = move |_: JobContext| async move { Err::<(), _>(error) };
    assert_unchanged(within(tasks.run(job)).await.unwrap_err(), &identity);
    let threads = builder(1, 10).executor(Threads::new()).build().unwrap();
    let error = broken_row(Arc::clone(&identity));
    let job = move |_: JobContext| Err::<(), _>(error);
    assert_unchanged(within(threads.run(job)).await.unwrap_err(), &identity);
}
