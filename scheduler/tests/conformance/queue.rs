//! What waits: how many, the limit, and that taking any of them out leaves the others in order.

use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use vasca_scheduler::{
    CancelToken, JobContext, JobError, Manual, Order, QueueLimit, RejectReason, Scheduler,
    Shutdown, Threads,
};

use crate::discipline::InTurn;
use crate::jobs::{Gate, Record, SECOND, builder, forever, nothing, within};

/// As many as a block of Piscina's queue held, which its removal once went wrong at.
const THIRD: usize = 2_047;

/// Orders in which jobs without priorities run first come, first served.
fn fair_orders() -> [Order; 3] {
    let custom = Order::custom(InTurn::default);
    [Order::default(), Order::fifo(), custom]
}

fn paused(order: Order, limit: usize) -> (Scheduler, Manual) {
    let builder = builder(1).queue(QueueLimit::count(limit)).order(order);
    let (pool, manual) = builder.manual().unwrap();
    pool.pause();
    (pool, manual)
}

/// Submits three thirds, cancels one of them, and looks who is left, and in which order.
fn the_rest_is_in_order_without(removed: Range<usize>) {
    for order in fair_orders() {
        let (pool, manual) = paused(order.clone(), 3 * THIRD);
        let ran = Record::new();
        let mut handles = Vec::new();
        for number in 0..3 * THIRD {
            let ran = ran.clone();
            let job = move |_: JobContext| async move {
                ran.add(number);
                Ok::<_, Infallible>(())
            };
            handles.push(pool.submit(job).submit_now().unwrap());
        }
        for (gone, handle) in handles[removed.clone()].iter().enumerate() {
            assert!(handle.cancel("not wanted"));
            assert_eq!(pool.stats().queued, 3 * THIRD - gone - 1);
        }
        pool.resume();
        manual.run();
        let rest = (0..3 * THIRD).filter(|number| !removed.contains(number));
        assert!(ran.take().into_iter().eq(rest), "{order:?}");
        assert_eq!(pool.stats().queued, 0);
    }
}

#[test]
fn taking_the_first_third_of_six_thousand_out_keeps_the_others_in_order() {
    the_rest_is_in_order_without(0..THIRD);
}

#[test]
fn taking_the_middle_third_of_six_thousand_out_keeps_the_others_in_order() {
    the_rest_is_in_order_without(THIRD..2 * THIRD);
}

#[test]
fn taking_the_last_third_of_six_thousand_out_keeps_the_others_in_order() {
    the_rest_is_in_order_without(2 * THIRD..3 * THIRD);
}

#[test]
fn the_size_follows_each_that_comes_goes_or_is_taken_out() {
    for order in fair_orders() {
        let (pool, manual) = paused(order, 10);
        assert_eq!(pool.stats().queued, 0);
        let first = pool.submit(nothing).submit_now().unwrap();
        assert_eq!(pool.stats().queued, 1);
        let second = pool.submit(nothing).submit_now().unwrap();
        assert_eq!(pool.stats().queued, 2);
        assert!(second.cancel("out"));
        assert!(!second.cancel("out again"), "it is not inside");
        assert_eq!(pool.stats().queued, 1);
        pool.resume();
        manual.run();
        assert_eq!(pool.stats().queued, 0);
        assert!(!first.cancel("it has run"));
        // Nothing waits, and is asked for all the same.
        pool.pause();
        pool.resume();
        manual.run();
        assert_eq!((pool.stats().queued, pool.stats().waiting), (0, 0));
        let ended = pool.stats().ended;
        assert_eq!((ended.succeeded, ended.cancelled), (1, 1));
    }
}

#[tokio::test]
async fn the_last_one_taken_out_leaves_nothing_and_the_next_runs() {
    let pool = builder(1).build().unwrap();
    let running = pool.submit(forever).await.unwrap();
    let only = pool.submit(nothing).await.unwrap();
    assert!(only.cancel("out"));
    assert_eq!(pool.stats().queued, 0);
    assert!(running.cancel("enough"));
    within(pool.run(nothing)).await.unwrap();
}

#[tokio::test]
async fn twenty_jobs_on_one_thread_run_in_the_order_of_their_submission() {
    let pool = builder(1).executor(Threads::new()).build().unwrap();
    let ran = Record::new();
    let mut handles = Vec::new();
    for number in 0..20 {
        let ran = ran.clone();
        let job = move |_: JobContext| {
            ran.add(number);
            Ok::<_, Infallible>(number)
        };
        handles.push(pool.submit(job).await.unwrap());
    }
    for (number, handle) in handles.into_iter().enumerate() {
        assert_eq!(within(handle).await.unwrap(), number);
    }
    assert!(ran.take().into_iter().eq(0..20));
}

#[tokio::test]
async fn with_room_for_two_the_fourth_comes_back_and_a_shutdown_ends_the_other_three() {
    let pool = builder(1).queue(QueueLimit::count(2)).build().unwrap();
    let mut handles = Vec::new();
    for _ in 0..3 {
        handles.push(pool.submit(forever).await.unwrap());
    }
    let rejected = pool.submit(forever).await.unwrap_err();
    assert_eq!(rejected.reason(), RejectReason::Full);
    assert_eq!((pool.stats().running, pool.stats().queued), (1, 2));
    assert_eq!((pool.stats().submitted, pool.stats().rejected), (3, 1));
    within(pool.shutdown(Shutdown::now())).await;
    for handle in handles {
        assert!(matches!(within(handle).await, Err(JobError::Shutdown)));
    }
}

#[tokio::test]
async fn a_job_with_a_token_or_a_timeout_is_counted_like_any_other() {
    let pool = builder(1).queue(QueueLimit::count(2)).build().unwrap();
    let token = CancelToken::new();
    let gate = Gate::new();
    let running = pool.submit(gate.held()).cancel_with(&token).await.unwrap();
    let queued = pool.submit(gate.held()).cancel_with(&token).await.unwrap();
    let timed = pool.submit(gate.held()).queue_timeout(3600 * SECOND);
    let timed = timed.await.unwrap();
    assert_eq!(pool.stats().queued, 2);
    let rejected = pool.submit(gate.held()).cancel_with(&token).await;
    assert_eq!(rejected.unwrap_err().reason(), RejectReason::Full);
    gate.open(3);
    for handle in [running, queued, timed] {
        within(handle).await.unwrap();
    }
    assert_eq!(pool.stats().queued, 0);
}

#[tokio::test]
async fn with_a_limit_of_zero_a_rejected_job_never_runs_on_a_cold_or_warm_thread() {
    for min in [0, 1] {
        let threads = Threads::new().min(min);
        let pool = builder(1)
            .queue(QueueLimit::count(0))
            .executor(threads)
            .build()
            .unwrap();
        let ran = Arc::new(AtomicBool::new(false));
        let (release, blocked) = std::sync::mpsc::channel::<()>();
        let running = move |_: JobContext| {
            let _ = blocked.recv();
            Ok::<_, Infallible>(())
        };
        let running = pool.submit(running).await.unwrap();
        let flag = Arc::clone(&ran);
        let refused = move |_: JobContext| {
            flag.store(true, Ordering::SeqCst);
            Ok::<_, Infallible>(())
        };
        match within(pool.run(refused)).await {
            Err(JobError::Rejected(RejectReason::Full)) => {}
            other => panic!("{other:?}"),
        }
        drop(release);
        within(running).await.unwrap();
        within(pool.shutdown(Shutdown::drain(SECOND * 20))).await;
        assert!(!ran.load(Ordering::SeqCst));
        assert_eq!(pool.stats().ended.succeeded, 1);
    }
}
