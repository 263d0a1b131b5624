//! The end: of an empty scheduler, of a busy one, by force, with a timeout, and what comes after.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::Instant;
use vasca_scheduler::{
    CancelToken, Happening, Job, JobContext, JobError, JobHandle, Overflow, QueueLimit,
    RejectReason, Scheduler, Shutdown, Spec, Threads,
};

use crate::jobs::{Gate, SECOND, Told, Unit, builder, forever, nothing, pool, within};

const fn is_closed(what: &Happening) -> bool {
    matches!(what, Happening::Closed)
}

/// Takes a second, and gives its id.
fn a_second() -> impl Job<Output = u64, Error = Infallible> {
    |cx: JobContext| async move {
        tokio::time::sleep(SECOND).await;
        Ok(cx.id().get())
    }
}

async fn seconds(pool: &Scheduler, jobs: usize) -> Vec<JobHandle<u64, Infallible>> {
    let mut handles = Vec::new();
    for _ in 0..jobs {
        handles.push(pool.submit(a_second()).await.unwrap());
    }
    handles
}

#[tokio::test]
async fn an_empty_scheduler_closes_at_once() {
    let (builder, mut told) = Told::by(builder(2));
    let pool = builder.build().unwrap();
    pool.close();
    within(pool.drained()).await;
    assert_eq!(told.count(is_closed), 1);
    let report = within(pool.shutdown(Shutdown::drain(3600 * SECOND))).await;
    assert!(report.is_drained() && report.stuck.is_empty());
    // Likewise with threads, of which none or some have been started.
    for min in [0, 2] {
        let threads = Threads::new().min(min);
        let pool = self::builder(2).executor(threads).build().unwrap();
        let report = within(pool.shutdown(Shutdown::drain(3600 * SECOND))).await;
        assert!(report.is_drained());
    }
}

#[tokio::test(start_paused = true)]
async fn closing_waits_for_the_running_and_the_queued_job_and_is_told_once() {
    let (builder, mut told) = Told::by(builder(1));
    let pool = builder.build().unwrap();
    let handles = seconds(&pool, 2).await;
    let begin = Instant::now();
    pool.close();
    pool.close();
    within(pool.drained()).await;
    assert!(begin.elapsed().abs_diff(2 * SECOND) < SECOND / 10);
    for (number, handle) in (0..).zip(handles) {
        assert_eq!(within(handle).await.unwrap(), number);
    }
    assert_eq!(told.count(is_closed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_job_submitted_during_a_close_comes_back_intact() {
    let pool = pool(2);
    let handles = seconds(&pool, 5).await;
    let ending = pool.shutdown(Shutdown::drain(3600 * SECOND));
    tokio::pin!(ending);
    // Its first poll closes.
    assert!(tokio::time::timeout(SECOND / 2, &mut ending).await.is_err());
    let mine = String::from("mine");
    let job = move |_: JobContext| async move { Ok::<_, Infallible>(mine) };
    let rejected = pool.submit(job).await.unwrap_err();
    assert_eq!(rejected.reason(), RejectReason::Closed);
    let error = within(pool.run(rejected.into_job())).await.unwrap_err();
    assert!(matches!(error, JobError::Rejected(RejectReason::Closed)));
    assert!(ending.await.is_drained());
    for handle in handles {
        within(handle).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn by_force_the_queued_end_at_once_and_the_running_within_their_grace() {
    let pool = pool(2);
    async fn polite(cx: JobContext) -> Unit {
        cx.cancelled().await;
        tokio::time::sleep(SECOND).await;
        Ok(())
    }
    let mut handles = Vec::new();
    for _ in 0..5 {
        handles.push(pool.submit(polite).grace(10 * SECOND).await.unwrap());
    }
    let ids: Vec<_> = handles.iter().map(JobHandle::id).collect();
    tokio::time::sleep(SECOND).await;
    let begin = Instant::now();
    let ending = tokio::spawn({
        let pool = pool.clone();
        async move { pool.shutdown(Shutdown::now()).await }
    });
    for handle in handles.split_off(2) {
        assert!(matches!(within(handle).await, Err(JobError::Shutdown)));
    }
    assert!(begin.elapsed() < SECOND / 10, "the queued");
    for handle in handles {
        assert!(matches!(within(handle).await, Err(JobError::Shutdown)));
    }
    assert!(begin.elapsed().abs_diff(SECOND) < SECOND / 10);
    let report = within(ending).await.unwrap();
    assert_eq!(report.left, ids);
    assert!(report.stuck.is_empty());
}

#[tokio::test(start_paused = true)]
async fn by_force_jobs_with_and_without_a_token_end_alike() {
    let pool = pool(1);
    let token = CancelToken::new();
    let plain = pool.submit(forever).await.unwrap();
    let waiting = pool.submit(forever).cancel_with(&token).await.unwrap();
    assert_eq!(within(pool.shutdown(Shutdown::now())).await.left.len(), 2);
    for handle in [plain, waiting] {
        assert!(matches!(within(handle).await, Err(JobError::Shutdown)));
    }
    assert_eq!(token.jobs(), 0);
}

#[tokio::test(start_paused = true)]
async fn after_the_timeout_of_a_close_what_is_left_is_ended_and_named() {
    let pool = pool(2);
    let timeout = Duration::from_millis(5);
    let handles = seconds(&pool, 4).await;
    let ids: Vec<_> = handles.iter().map(JobHandle::id).collect();
    let begin = Instant::now();
    let report = within(pool.shutdown(Shutdown::drain(timeout))).await;
    assert!(begin.elapsed() >= timeout && begin.elapsed() < SECOND / 2);
    assert!(!report.is_drained());
    assert_eq!((report.left, report.stuck), (ids, Vec::new()));
    for handle in handles {
        assert!(matches!(within(handle).await, Err(JobError::Shutdown)));
    }
    assert_eq!(pool.stats().ended.shutdown, 4);
}

#[tokio::test]
async fn a_shutdown_gives_an_endless_loop_on_a_thread_up() {
    let pool = builder(1).executor(Threads::new()).build().unwrap();
    let (release, blocked) = std::sync::mpsc::channel::<()>();
    let (started, running) = tokio::sync::oneshot::channel();
    let job = move |_: JobContext| {
        started.send(()).unwrap();
        let _ = blocked.recv();
        Ok::<_, Infallible>(())
    };
    let endless = pool.submit(job).grace(SECOND / 50).await.unwrap();
    within(running).await.unwrap();
    let shutdown = tokio::spawn({
        let pool = pool.clone();
        async move { pool.shutdown(Shutdown::now()).await }
    });
    assert!(matches!(within(endless).await, Err(JobError::Shutdown)));
    // The executor waits some seconds for its threads, of which this one is to come back.
    drop(release);
    let report = within(shutdown).await.unwrap();
    assert_eq!((report.left.len(), report.stuck.len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_last_clone_that_is_dropped_closes_and_loses_no_job() {
    let (builder, mut told) = Told::by(builder(2));
    let pool = builder.build().unwrap();
    let other = pool.clone();
    let handles = seconds(&pool, 5).await;
    drop(pool);
    assert_eq!(told.count(is_closed), 0);
    within(other.run(nothing)).await.unwrap();
    drop(other);
    assert_eq!(told.count(is_closed), 1);
    for handle in handles {
        within(handle).await.unwrap();
    }
}

#[tokio::test]
async fn jobs_that_wait_for_room_or_for_a_moment_end_with_the_rest() {
    let pool = builder(1).queue(QueueLimit::count(1)).build().unwrap();
    let gate = Gate::new();
    let running = pool.submit(gate.held()).await.unwrap();
    let delayed = pool.submit(nothing).delay(3600 * SECOND).await.unwrap();
    let outside = pool.submit(nothing).overflow(Overflow::Wait).into_future();
    tokio::pin!(outside);
    assert!(
        tokio::time::timeout(Duration::ZERO, &mut outside)
            .await
            .is_err()
    );
    let report = within(pool.shutdown(Shutdown::now())).await;
    assert_eq!(report.left, [running.id(), delayed.id()]);
    for handle in [running, delayed] {
        assert!(matches!(within(handle).await, Err(JobError::Shutdown)));
    }
    let rejected = within(outside).await.unwrap_err();
    assert_eq!(rejected.reason(), RejectReason::Closed);
}

#[tokio::test]
async fn a_place_kept_before_the_close_takes_no_job_after_it() {
    let pool = pool(1);
    let place = pool.reserve(Spec::new()).await.unwrap();
    pool.close();
    let rejected = place.submit(nothing).await.unwrap_err();
    assert_eq!(rejected.reason(), RejectReason::Closed);
    within(pool.drained()).await;
    assert_eq!((pool.stats().submitted, pool.stats().reserved), (0, 0));
}
