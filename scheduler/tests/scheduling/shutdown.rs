//! The end of a scheduler: close, drain, the jobs that are left, and the end of its runtime.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;
use vasca_scheduler::{JobContext, JobError, JobHandle, RejectReason, Scheduler, Shutdown, Slots};

const SECOND: Duration = Duration::from_secs(1);

type Handle = JobHandle<u64, Infallible>;

fn pool(slots: usize) -> Scheduler {
    Scheduler::builder("test")
        .slots(Slots::Exactly(slots))
        .build()
        .unwrap()
}

/// So many jobs that take a second each.
async fn submit(pool: &Scheduler, count: usize) -> Vec<Handle> {
    let mut handles = Vec::new();
    for _ in 0..count {
        let job = |cx: JobContext| async move {
            tokio::time::sleep(SECOND).await;
            Ok::<_, Infallible>(cx.id().get())
        };
        handles.push(pool.submit(job).await.unwrap());
    }
    handles
}

async fn forever(_: JobContext) -> Result<(), Infallible> {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn a_drain_with_several_busy_slots_loses_no_running_and_no_queued_job() {
    let pool = pool(3);
    let handles = submit(&pool, 10).await;
    let begin = Instant::now();
    let report = pool.shutdown(Shutdown::drain(60 * SECOND)).await;
    assert!(report.is_drained() && report.stuck.is_empty(), "{report:?}");
    assert!(
        begin.elapsed().abs_diff(4 * SECOND) <= SECOND / 10,
        "{:?}",
        begin.elapsed()
    );
    for (number, handle) in handles.into_iter().enumerate() {
        assert_eq!(handle.await.unwrap(), number as u64);
    }
    assert_eq!(pool.stats().ended.succeeded, 10);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_after_the_drain_is_ended_and_named() {
    let pool = pool(1);
    let mut handles = submit(&pool, 4).await;
    let report = pool.shutdown(Shutdown::drain(SECOND * 3 / 2)).await;
    let names: Vec<_> = handles.iter().skip(1).map(JobHandle::id).collect();
    assert_eq!(report.left, names);
    assert!(report.stuck.is_empty());
    assert!(handles.remove(0).await.is_ok());
    for handle in handles {
        assert!(matches!(handle.await, Err(JobError::Shutdown)));
    }
    assert_eq!(pool.stats().ended.shutdown, 3);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_now_gives_running_jobs_their_grace() {
    let pool = pool(1);
    let polite = |cx: JobContext| async move {
        cx.cancelled().await;
        tokio::time::sleep(SECOND).await;
        Ok::<_, Infallible>(())
    };
    let handle = pool.submit(polite).grace(10 * SECOND).await.unwrap();
    let begin = Instant::now();
    let report = pool.shutdown(Shutdown::now()).await;
    assert_eq!(report.left, [handle.id()]);
    assert!(
        begin.elapsed().abs_diff(SECOND) <= SECOND / 10,
        "{:?}",
        begin.elapsed()
    );
    assert!(matches!(handle.await, Err(JobError::Shutdown)));
}

#[tokio::test(start_paused = true)]
async fn two_shutdowns_at_once_agree_and_the_one_with_less_patience_decides() {
    let pool = pool(1);
    let handle = pool.submit(forever).await.unwrap();
    let begin = Instant::now();
    let (patient, hasty) = tokio::join!(
        pool.shutdown(Shutdown::drain(3600 * SECOND)),
        pool.shutdown(Shutdown::drain(SECOND)),
    );
    assert_eq!(patient, hasty);
    assert_eq!(hasty.left, [handle.id()]);
    assert!(begin.elapsed() < 2 * SECOND);
    assert_eq!(
        pool.shutdown(Shutdown::now()).await,
        hasty,
        "and so does a later one"
    );
}

#[tokio::test(start_paused = true)]
async fn a_closed_scheduler_hands_jobs_back_and_stays_closed() {
    let pool = pool(1);
    assert!(!pool.is_closed());
    let handles = submit(&pool, 2).await;
    pool.close();
    for _ in 0..3 {
        assert!(pool.is_closed());
        let mine = String::from("mine");
        let job = move |_: JobContext| async move { Ok::<_, Infallible>(mine) };
        let rejected = pool.submit(job).await.unwrap_err();
        assert_eq!(rejected.reason(), RejectReason::Closed);
        let _the_job_itself = rejected.into_job();
        assert!(matches!(
            pool.run(forever).await,
            Err(JobError::Rejected(RejectReason::Closed))
        ));
        pool.close();
    }
    for handle in handles {
        handle.await.unwrap();
    }
    pool.shutdown(Shutdown::now()).await;
    assert!(pool.is_closed());
    assert_eq!(pool.stats().rejected, 6);
}

#[tokio::test(start_paused = true)]
async fn jobs_taken_by_a_scheduler_that_is_dropped_still_run() {
    let pool = pool(1);
    let handles = submit(&pool, 3).await;
    drop(pool);
    for handle in handles {
        handle.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_never_yields_is_named_as_stuck_and_holds_up_no_shutdown_for_long() {
    let builder = Scheduler::builder("test").slots(Slots::Exactly(1));
    let pool = builder
        .stuck_after(Duration::from_millis(300))
        .build()
        .unwrap();
    let (release, blocked) = std::sync::mpsc::channel::<()>();
    let (started, running) = tokio::sync::oneshot::channel();
    let job = move |_: JobContext| async move {
        started.send(()).unwrap();
        let _ = blocked.recv();
        Ok::<_, Infallible>(())
    };
    let handle = pool.submit(job).await.unwrap();
    running.await.unwrap();
    let begin = Instant::now();
    let report = pool.shutdown(Shutdown::now()).await;
    assert_eq!(
        (&report.left[..], &report.stuck[..]),
        (&[handle.id()][..], &[handle.id()][..])
    );
    assert!(begin.elapsed() < 8 * SECOND);
    drop(release);
    assert!(matches!(handle.await, Err(JobError::Stuck { .. })));
}

async fn yields_once(_: JobContext) -> Result<(), Infallible> {
    tokio::task::yield_now().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_jobs_submitted_during_a_shutdown_each_is_rejected_or_resolves() {
    for _ in 0..50 {
        let pool = pool(2);
        let gate = Arc::new(Semaphore::new(0));
        let submitters: Vec<_> = (0..4)
            .map(|_| {
                let (pool, gate) = (pool.clone(), Arc::clone(&gate));
                tokio::spawn(async move {
                    let mut taken = 0;
                    loop {
                        gate.add_permits(1);
                        match pool.submit(yields_once).await {
                            Ok(handle) => {
                                taken += 1;
                                assert!(matches!(handle.await, Ok(()) | Err(JobError::Shutdown)));
                            }
                            Err(rejected) => {
                                assert_eq!(rejected.reason(), RejectReason::Closed);
                                return taken;
                            }
                        }
                    }
                })
            })
            .collect();
        gate.acquire_many(40).await.unwrap().forget();
        let report = pool.shutdown(Shutdown::now()).await;
        assert!(report.stuck.is_empty());
        let mut taken = 0;
        for submitter in submitters {
            taken += submitter.await.unwrap();
        }
        let stats = pool.stats();
        assert_eq!((stats.submitted, stats.ended()), (taken, taken));
    }
}

#[test]
fn handles_resolve_when_the_runtime_ends_under_running_and_queued_jobs() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let pool = {
        let _entered = runtime.enter();
        pool(2)
    };
    let handles: Vec<_> = runtime.block_on(async {
        let mut handles = Vec::new();
        for _ in 0..1000 {
            handles.push(pool.submit(forever).await.unwrap());
        }
        handles
    });
    drop(runtime);
    let other = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    other.block_on(async {
        for handle in handles {
            assert!(matches!(handle.await, Err(JobError::Shutdown)));
        }
        assert!(pool.submit(forever).await.is_err());
    });
    let stats = pool.stats();
    assert_eq!(
        (stats.ended.shutdown, stats.submitted, stats.busy_slots),
        (1000, 1000, 0)
    );
}

#[test]
fn a_job_submitted_after_the_end_of_the_runtime_resolves() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let pool = {
        let _entered = runtime.enter();
        pool(1)
    };
    drop(runtime);
    let other = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    other.block_on(async {
        assert!(matches!(pool.run(forever).await, Err(JobError::Shutdown)));
    });
}
