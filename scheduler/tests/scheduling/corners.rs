//! Corners at which two rules meet: what is promised of each must hold of both.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use vasca_scheduler::{
    JobContext, JobError, JobId, Overflow, Pressure, QueueLimit, RejectReason, Retry, Shutdown,
    Spec, Tasks, Threads, TimeoutKind,
};

use crate::fixtures::{SECOND, builder, forever, nap, nothing, pool, soon};

#[tokio::test(start_paused = true)]
async fn a_paused_scheduler_with_a_full_queue_is_under_pressure() {
    let pool = builder(1).queue(QueueLimit::count(2)).build().unwrap();
    let pressure = pool.pressure();
    pool.pause();
    let _first = pool.submit(nothing).await.unwrap();
    assert_eq!(*pressure.borrow(), Pressure::Low);
    let _second = pool.submit(nothing).await.unwrap();
    assert_eq!(*pressure.borrow(), Pressure::High);
    let reason = pool.submit(nothing).await.unwrap_err().reason();
    assert_eq!(reason, RejectReason::Full);
    pool.resume();
    assert_eq!(*pressure.borrow(), Pressure::Low);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_puts_its_work_off_beyond_its_time_has_timed_out_and_not_succeeded() {
    let pool = pool(1);
    let job = |cx: JobContext| async move { Ok::<_, Infallible>(cx.snooze(9 * SECOND)) };
    let submission = pool.submit(job).retry(Retry::fixed(SECOND));
    let result = soon(submission.total_timeout(5 * SECOND).await.unwrap()).await;
    let kind = TimeoutKind::Total;
    assert!(
        matches!(result, Err(JobError::TimedOut { kind: found, .. }) if found == kind),
        "{result:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_report_of_a_job_that_ends_in_its_backoff_names_the_slot_it_ran_on() {
    let pool = pool(1);
    let failing = |_: JobContext| async move { Err::<(), _>("not yet") };
    let submission = pool.submit(failing).retry(Retry::fixed(9 * SECOND));
    let handle = submission.await.unwrap();
    tokio::time::sleep(SECOND).await;
    let by_number = JobId::from_u64(handle.id().get());
    assert!(pool.cancel(by_number, "by an id from outside"));
    let report = soon(handle.report()).await;
    assert_eq!((report.attempts, report.slot), (1, Some(0)));
}

#[tokio::test(start_paused = true)]
async fn the_times_of_a_reservation_hold_for_its_job() {
    let pool = pool(1);
    let terms = Spec::new().run_timeout(SECOND);
    let place = pool.reserve(terms).await.unwrap();
    let result = soon(place.submit(forever).await.unwrap()).await;
    assert!(
        matches!(result, Err(JobError::TimedOut { .. })),
        "{result:?}"
    );
}

#[tokio::test]
async fn a_state_that_a_job_discards_is_closed_and_the_next_job_gets_another() {
    let (opened, closed) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let (counting, telling) = (Arc::clone(&opened), Arc::clone(&closed));
    let states = Tasks::new().slot_state(
        move |_| std::future::ready(Ok::<_, Infallible>(counting.fetch_add(1, Ordering::SeqCst))),
        move |_| {
            telling.notify_one();
            std::future::ready(())
        },
    );
    let pool = builder(1).executor(states).build().unwrap();
    let spoil = |cx: JobContext<usize>| async move {
        cx.discard_state();
        Ok::<_, Infallible>(*cx.state())
    };
    assert_eq!(pool.run(spoil).await.unwrap(), 0);
    soon(closed.notified()).await;
    let look = |cx: JobContext<usize>| async move { Ok::<_, Infallible>(*cx.state()) };
    assert_eq!(pool.run(look).await.unwrap(), 1);
    assert_eq!(pool.run(look).await.unwrap(), 1);
}

// In paused time the wait for the thread is over at once.
#[tokio::test(start_paused = true)]
async fn a_shutdown_says_how_many_threads_were_given_up() {
    let pool = builder(1).executor(Threads::new()).build().unwrap();
    let (release, blocked) = std::sync::mpsc::channel::<()>();
    let (started, running) = tokio::sync::oneshot::channel();
    let endless = move |_: JobContext| {
        started.send(()).unwrap();
        let _ = blocked.recv();
        Ok::<_, Infallible>(())
    };
    let handle = pool.submit(endless).grace(Duration::ZERO).await.unwrap();
    running.await.unwrap();
    assert!(handle.cancel("enough"));
    assert!(soon(handle).await.is_err());
    assert_eq!(pool.stats().abandoned, 1);
    let report = pool.shutdown(Shutdown::now()).await;
    assert_eq!((report.is_drained(), report.abandoned), (true, 1));
    drop(release);
}

#[tokio::test]
async fn a_job_that_is_cancelled_before_a_thread_comes_to_it_is_not_begun() {
    let pool = builder(1).executor(Threads::new()).build().unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    for _ in 0..50 {
        let runs = Arc::clone(&runs);
        let job = move |_: JobContext| {
            runs.fetch_add(1, Ordering::SeqCst);
            Ok::<_, Infallible>(())
        };
        // On this runtime's one thread nothing goes on before the next await.
        let handle = pool.submit(job).submit_now().unwrap();
        assert!(handle.cancel("changed our mind"));
        assert!(handle.await.is_err());
    }
    assert_eq!(runs.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_waits_for_room_longer_than_it_has_time_is_rejected() {
    let builder = builder(1).queue(QueueLimit::count(0));
    let pool = builder.overflow(Overflow::Wait).build().unwrap();
    let _running = pool.submit(nap(100 * SECOND)).await.unwrap();
    let begin = tokio::time::Instant::now();
    let rejected = pool
        .submit(nothing)
        .total_timeout(SECOND)
        .await
        .unwrap_err();
    assert_eq!(begin.elapsed().as_secs(), 1);
    let reason = rejected.reason();
    assert!(
        matches!(reason, RejectReason::DeadlineUnreachable { .. }),
        "{reason}"
    );
}
