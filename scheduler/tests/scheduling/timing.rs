//! The times of a job: delay, deadline, and its timeouts.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::Instant;
use vasca_scheduler::{JobContext, JobError, JobHandle, RejectReason, Spec, TimeoutKind};

use crate::fixtures::{SECOND, builder, forever, nap, nothing, pool, soon};

/// Which timeout has ended the job, and how long it said to be.
async fn timeout(handle: JobHandle<(), Infallible>) -> (TimeoutKind, Duration) {
    match soon(handle).await {
        Err(JobError::TimedOut { kind, after }) => (kind, after),
        other => panic!("{other:?}"),
    }
}

/// How many tenths of a second since then.
fn tenths(begin: Instant) -> u64 {
    ((begin.elapsed() + SECOND / 20).as_millis() / 100) as u64
}

#[tokio::test(start_paused = true)]
async fn a_delayed_job_starts_at_its_moment_and_not_before() {
    let pool = pool(1);
    let begin = Instant::now();
    let started = move |_: JobContext| async move { Ok::<_, Infallible>(tenths(begin)) };
    let delayed = pool.submit(started).delay(2 * SECOND).await.unwrap();
    let later = pool.submit(started).not_before(begin + 3 * SECOND);
    let past = pool.submit(started).not_before(begin - SECOND);
    let [later, past] = [later.await.unwrap(), past.await.unwrap()];
    assert_eq!(pool.stats().delayed, 2);
    assert_eq!(soon(past).await.unwrap(), 0);
    assert_eq!(soon(delayed).await.unwrap(), 20);
    assert_eq!(soon(later).await.unwrap(), 30);
}

#[test]
fn a_job_delayed_for_ever_never_starts_whenever_it_was_submitted() {
    let (pool, manual) = builder(1).manual().unwrap();
    for _ in 0..2 {
        let submission = pool.submit(nothing).delay(Duration::MAX);
        let handle = submission.submit_now().unwrap();
        manual.advance(3600 * SECOND);
        let stats = pool.stats();
        assert_eq!((stats.ended.succeeded, stats.delayed), (0, 1));
        assert!(handle.cancel("next"));
    }
}

#[tokio::test]
async fn a_scheduler_that_is_dropped_leaves_no_timer_behind() {
    let alive = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let before = alive();
    for _ in 0..10 {
        let pool = pool(1);
        soon(pool.run(nothing)).await.unwrap();
    }
    soon(async {
        while alive() > before {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_clock_of_the_run_timeout_starts_with_the_run() {
    let pool = pool(1);
    let first = pool.submit(nap(5 * SECOND)).await.unwrap();
    let submit = |job| pool.submit(job).run_timeout(2 * SECOND);
    let waits = submit(nap(SECOND)).await.unwrap();
    let begin = Instant::now();
    let too_long = pool.submit(forever).run_timeout(2 * SECOND);
    let too_long = too_long.await.unwrap();
    soon(first).await.unwrap();
    soon(waits).await.unwrap();
    assert_eq!(timeout(too_long).await, (TimeoutKind::Run, 2 * SECOND));
    assert_eq!(tenths(begin), 80);
}

#[tokio::test(start_paused = true)]
async fn the_queue_timeout_ends_a_job_that_waits_and_none_that_runs() {
    let pool = pool(1);
    let begin = Instant::now();
    let running = pool.submit(nap(5 * SECOND)).queue_timeout(SECOND);
    let running = running.await.unwrap();
    let waiting = pool.submit(nothing).queue_timeout(SECOND).await.unwrap();
    let delayed = pool.submit(nothing).queue_timeout(SECOND);
    let delayed = delayed.delay(2 * SECOND).await.unwrap();
    assert_eq!(timeout(waiting).await, (TimeoutKind::Queue, SECOND));
    assert_eq!(tenths(begin), 10);
    assert_eq!(timeout(delayed).await, (TimeoutKind::Queue, SECOND));
    assert_eq!(tenths(begin), 30, "from the moment it could start");
    soon(running).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_total_timeout_and_a_deadline_count_wait_and_run_together() {
    let pool = pool(1);
    let begin = Instant::now();
    let first = pool.submit(nap(2 * SECOND)).await.unwrap();
    let runs = pool.submit(forever).deadline(begin + 3 * SECOND);
    let runs = runs.await.unwrap();
    let waits = pool.submit(nothing).total_timeout(SECOND).await.unwrap();
    assert_eq!(timeout(waits).await, (TimeoutKind::Total, SECOND));
    assert_eq!(tenths(begin), 10);
    assert_eq!(timeout(runs).await, (TimeoutKind::Total, 3 * SECOND));
    assert_eq!(tenths(begin), 30);
    soon(first).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_grace_lets_a_job_clean_up_and_is_not_endless() {
    let pool = pool(1);
    let begin = Instant::now();
    let polite = |cx: JobContext| async move {
        cx.cancelled().await;
        tokio::time::sleep(SECOND).await;
        Ok::<_, Infallible>(())
    };
    let submission = pool.submit(polite).run_timeout(SECOND);
    let handle = submission.grace(5 * SECOND).await.unwrap();
    assert_eq!(timeout(handle).await, (TimeoutKind::Run, SECOND));
    assert_eq!(tenths(begin), 20);
    let submission = pool.submit(forever).run_timeout(SECOND);
    let handle = submission.grace(5 * SECOND).await.unwrap();
    assert_eq!(timeout(handle).await, (TimeoutKind::Run, SECOND));
    assert_eq!(tenths(begin), 80);
}

#[tokio::test(start_paused = true)]
async fn the_defaults_of_the_scheduler_hold_unless_a_job_sets_or_lifts_them() {
    let defaults = Spec::new().run_timeout(SECOND);
    let pool = builder(3).defaults(defaults).build().unwrap();
    let by_default = pool.submit(forever).await.unwrap();
    let own = pool.submit(forever).run_timeout(2 * SECOND).await.unwrap();
    let lifted = pool.submit(nap(9 * SECOND)).run_timeout(Duration::MAX);
    let lifted = lifted.await.unwrap();
    assert_eq!(timeout(by_default).await.1, SECOND);
    assert_eq!(timeout(own).await.1, 2 * SECOND);
    soon(lifted).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_cannot_be_kept_is_refused_at_once_with_an_estimate() {
    let pool = pool(1);
    let never = pool.submit(nothing).delay(SECOND).total_timeout(SECOND);
    let expected = RejectReason::DeadlineUnreachable {
        estimated_wait: SECOND,
    };
    assert_eq!(never.await.unwrap_err().reason(), expected);
    assert_eq!(pool.estimated_wait(vasca_scheduler::Lane::Normal), None);
    for _ in 0..40 {
        soon(pool.run(nap(SECOND))).await.unwrap();
    }
    let mut handles = Vec::new();
    for _ in 0..10 {
        handles.push(pool.submit(nap(SECOND)).await.unwrap());
    }
    let hasty = pool.submit(nothing).deadline(Instant::now() + 2 * SECOND);
    match hasty.await.unwrap_err().reason() {
        RejectReason::DeadlineUnreachable { estimated_wait } => {
            let error = estimated_wait.abs_diff(10 * SECOND);
            assert!(error <= 2 * SECOND, "{estimated_wait:?}");
        }
        other => panic!("{other}"),
    }
    let patient = pool.submit(nothing).total_timeout(60 * SECOND);
    soon(patient.await.unwrap()).await.unwrap();
    assert_eq!(pool.stats().rejected, 2);
    drop(handles);
}
