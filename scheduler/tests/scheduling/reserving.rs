//! Places in the queue that are kept before the job exists.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::Mutex;

use vasca_scheduler::{
    JobContext, JobError, Lane, Overflow, QueueLimit, RejectReason, Shutdown, Spec, TimeoutKind,
    Unique,
};

use crate::fixtures::{Gate, SECOND, builder, forever, nap, nothing, pool, soon};

#[tokio::test(start_paused = true)]
async fn a_reserved_place_counts_against_the_limit_and_its_job_is_always_taken() {
    let pool = builder(1).queue(QueueLimit::count(1)).build().unwrap();
    let running = pool.submit(nap(SECOND)).await.unwrap();
    let place = pool.reserve(Spec::new()).await.unwrap();
    let stats = pool.stats();
    assert_eq!((stats.reserved, stats.waiting, stats.submitted), (1, 1, 1));
    let refused = pool.submit(nothing).await.unwrap_err();
    assert_eq!(refused.reason(), RejectReason::Full);
    assert!(pool.reserve(Spec::new()).await.is_err());
    let id = place.id();
    let handle = place.submit(nothing).await.unwrap();
    assert_eq!(handle.id(), id);
    soon(handle).await.unwrap();
    soon(running).await.unwrap();
    let stats = pool.stats();
    assert_eq!((stats.reserved, stats.waiting, stats.submitted), (0, 0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_place_that_is_dropped_is_free_again() {
    let limit = QueueLimit::count(1);
    let builder = builder(1).queue(limit).overflow(Overflow::Wait);
    let pool = builder.build().unwrap();
    let running = pool.submit(forever).await.unwrap();
    let place = pool.reserve(Spec::new()).await.unwrap();
    let waiting = tokio::spawn({
        let pool = pool.clone();
        async move { pool.submit(nothing).await.unwrap().await }
    });
    tokio::task::yield_now().await;
    assert_eq!(pool.stats().applying, 1);
    drop(place);
    assert_eq!(pool.stats().applying, 0);
    assert!(running.cancel("make room"));
    soon(waiting).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_job_waits_where_it_would_if_it_had_come_when_its_place_was_reserved() {
    let pool = pool(1);
    let (gate, order) = (Gate::new(), Arc::new(Mutex::new(Vec::new())));
    let _hold = pool.submit(gate.job()).await.unwrap();
    let job = |name: &'static str| {
        let order = Arc::clone(&order);
        move |_: JobContext| async move {
            order.lock().unwrap().push(name);
            Ok::<_, Infallible>(())
        }
    };
    let place = pool.reserve(Spec::new().lane(Lane::Batch)).await.unwrap();
    let _later = pool.submit(job("later")).lane(Lane::Batch).await.unwrap();
    tokio::time::sleep(SECOND).await;
    let _first = place.submit(job("first")).await.unwrap();
    gate.open(1);
    soon(pool.idle()).await;
    assert_eq!(*order.lock().unwrap(), ["first", "later"]);
}

#[tokio::test(start_paused = true)]
async fn the_times_of_a_job_begin_when_it_comes_and_not_with_its_place() {
    let pool = pool(1);
    let running = pool.submit(nap(11 * SECOND)).await.unwrap();
    let place = pool.reserve(Spec::new()).await.unwrap();
    tokio::time::sleep(10 * SECOND).await;
    let handle = place.submit(nap(SECOND)).total_timeout(5 * SECOND);
    let report = soon(handle.await.unwrap().report()).await;
    assert!(report.result.is_ok());
    assert!(report.waited <= 2 * SECOND, "{:?}", report.waited);
    soon(running).await.unwrap();
    let place = pool.reserve(Spec::new()).await.unwrap();
    let handle = place.submit(forever).run_timeout(SECOND).await.unwrap();
    let result = soon(handle).await;
    assert!(matches!(result, Err(JobError::TimedOut { kind, .. }) if kind == TimeoutKind::Run));
}

#[tokio::test(start_paused = true)]
async fn a_place_in_a_closed_scheduler_takes_no_job_and_holds_up_no_shutdown() {
    let pool = pool(1);
    let place = pool.reserve(Spec::new()).await.unwrap();
    let forgotten = pool.reserve(Spec::new()).await.unwrap();
    let report = soon(pool.shutdown(Shutdown::drain(SECOND))).await;
    assert!(report.is_drained(), "{report:?}");
    let rejected = place.submit(nothing).await.unwrap_err();
    assert_eq!(rejected.reason(), RejectReason::Closed);
    drop(forgotten);
    let stats = pool.stats();
    assert_eq!((stats.reserved, stats.waiting), (0, 0));
    assert!(pool.reserve(Spec::new()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_for_a_reserved_place_gives_the_place_up() {
    let pool = builder(1).queue(QueueLimit::count(2)).build().unwrap();
    let running = pool.submit(forever).await.unwrap();
    let unique = || Unique::reject("name");
    let first = pool.submit(nothing).unique(unique()).await.unwrap();
    let place = pool.reserve(Spec::new()).await.unwrap();
    let rejected = place.submit(nothing).unique(unique()).await.unwrap_err();
    let of = first.id();
    assert_eq!(rejected.reason(), RejectReason::Duplicate { of });
    let stats = pool.stats();
    assert_eq!((stats.reserved, stats.waiting), (0, 1));
    assert!(running.cancel("make room"));
    soon(first).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_submission_to_a_place_that_is_dropped_gives_the_place_up() {
    let pool = pool(1);
    let place = pool.reserve(Spec::new()).await.unwrap();
    drop(place.submit(nothing));
    assert_eq!(pool.stats().reserved, 0);
    let token = vasca_scheduler::CancelToken::new();
    token.cancel("not wanted");
    let place = pool.reserve(Spec::new()).await.unwrap();
    let rejected = place.submit(nothing).cancel_with(&token).await;
    assert_eq!(rejected.unwrap_err().reason(), RejectReason::Cancelled);
    assert_eq!(pool.stats().reserved, 0);
}
