//! Jobs that are run again: after failures, and when they ask for it.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use vasca_scheduler::{
    CannotSnooze, Job, JobContext, JobError, Phase, Retry, Scheduler, Shutdown, TimeoutKind,
};

use crate::fixtures::{SECOND, builder, nothing, pool, soon};

/// Fails the first so many times, and notes when it ran as which attempt.
#[derive(Clone, Default)]
struct Failing {
    times: u32,
    runs: Arc<Mutex<Vec<(Duration, u32)>>>,
    start: Option<Instant>,
}

impl Failing {
    fn new(times: u32) -> Self {
        Self {
            times,
            start: Some(Instant::now()),
            ..Self::default()
        }
    }

    fn runs(&self) -> Vec<(Duration, u32)> {
        self.runs.lock().unwrap().clone()
    }

    /// At which full seconds it ran.
    fn seconds(&self) -> Vec<u64> {
        let rounded = |at: Duration| (at + SECOND / 10).as_secs();
        self.runs().into_iter().map(|(at, _)| rounded(at)).collect()
    }
}

impl Job for Failing {
    type Output = u32;
    type Error = u32;

    async fn run(self, cx: JobContext) -> Result<u32, u32> {
        let at = self.start.map_or(Duration::ZERO, |start| start.elapsed());
        let run = {
            let mut runs = self.runs.lock().unwrap();
            runs.push((at, cx.attempt()));
            runs.len() as u32
        };
        if run > self.times { Ok(run) } else { Err(run) }
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_twice_succeeds_at_the_third_attempt_after_its_backoffs() {
    let pool = pool(1);
    let job = Failing::new(2);
    let submission = pool.submit(job.clone()).retry(Retry::fixed(SECOND));
    let report = soon(submission.await.unwrap().report()).await;
    assert_eq!(report.result.unwrap(), 3);
    assert_eq!((report.attempts, report.slot), (3, Some(0)));
    assert_eq!(job.seconds(), [0, 1, 2]);
    let attempts: Vec<u32> = job.runs().into_iter().map(|(_, attempt)| attempt).collect();
    assert_eq!(attempts, [1, 2, 3]);
    let stats = pool.stats();
    assert_eq!((stats.retried, stats.submitted, stats.ended()), (2, 1, 1));
    assert_eq!(stats.runs.unwrap().count(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_exponential_backoff_doubles_up_to_its_cap_and_the_last_error_comes_out() {
    let pool = pool(1);
    let job = Failing::new(100);
    let policy = Retry::exponential(SECOND..=3 * SECOND).attempts(5);
    let handle = pool.submit(job.clone()).retry(policy).await.unwrap();
    assert!(matches!(soon(handle).await, Err(JobError::Failed(5))));
    assert_eq!(job.seconds(), [0, 1, 3, 6, 9]);
}

/// When each of three jobs ran under full jitter.
fn jittered() -> Vec<Vec<Duration>> {
    let (pool, manual) = builder(4).manual().unwrap();
    let mut all = Vec::new();
    for _ in 0..3 {
        let moments = Arc::new(Mutex::new(vec![Duration::ZERO]));
        let job = {
            let moments = Arc::clone(&moments);
            move |_: JobContext| async move {
                moments.lock().unwrap().push(Duration::ZERO);
                Err::<(), _>(())
            }
        };
        let policy = Retry::fixed(10 * SECOND).full_jitter().attempts(4);
        drop(pool.submit(job).retry(policy).submit_now().unwrap());
        all.push(moments);
    }
    for tenth in 0..400 {
        for moments in &all {
            // What ran in this step is given its moment.
            for moment in moments.lock().unwrap().iter_mut() {
                if moment.is_zero() {
                    *moment = SECOND / 10 * tenth + SECOND / 100;
                }
            }
        }
        manual.advance(SECOND / 10);
    }
    all.iter().map(|one| one.lock().unwrap().clone()).collect()
}

#[test]
fn full_jitter_spreads_the_retries_within_the_backoff_and_a_seed_makes_them_the_same() {
    let all = jittered();
    assert_eq!(all, jittered(), "the manual scheduler has one seed");
    for moments in &all {
        assert_eq!(moments.len(), 5, "{moments:?}");
        for pair in moments.windows(2).skip(1) {
            assert!(pair[1] - pair[0] <= 11 * SECOND, "{moments:?}");
        }
    }
    assert_ne!(all[0], all[1], "they do not come back together");
    assert_ne!(all[1], all[2]);
}

#[tokio::test(start_paused = true)]
async fn a_job_in_its_backoff_holds_no_slot() {
    let pool = pool(1);
    let job = Failing::new(1);
    let submission = pool.submit(job.clone()).retry(Retry::fixed(10 * SECOND));
    let mut handle = submission.await.unwrap();
    tokio::time::sleep(SECOND).await;
    let stats = pool.stats();
    assert_eq!((stats.delayed, stats.running, stats.busy_slots), (1, 0, 0));
    soon(pool.run(nothing)).await.unwrap();
    assert_eq!(job.runs().len(), 1, "it still rests");
    assert_eq!(soon(&mut handle).await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn only_failures_that_are_worth_it_are_retried() {
    let pool = pool(1);
    let job = Failing::new(100);
    let policy = Retry::fixed(SECOND).attempts(10);
    let worth = |error: &JobError<u32>| matches!(error, JobError::Failed(run) if *run < 3);
    let submission = pool.submit(job.clone()).retry_if(policy, worth);
    assert!(matches!(
        soon(submission.await.unwrap()).await,
        Err(JobError::Failed(3))
    ));
    let job = Failing::new(100);
    let worth = |_: &JobError<u32>| panic!("on purpose");
    let submission = pool.submit(job.clone()).retry_if(policy, worth);
    assert!(matches!(
        soon(submission.await.unwrap()).await,
        Err(JobError::Failed(1))
    ));
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_retried_and_a_timeout_is_not() {
    let pool = pool(1);
    let policy = Retry::fixed(SECOND);
    let job = |cx: JobContext| async move {
        assert!(cx.attempt() > 1, "on purpose");
        Ok::<_, Infallible>(cx.attempt())
    };
    let handle = pool.submit(job).retry(policy).await.unwrap();
    assert_eq!(soon(handle).await.unwrap(), 2);
    let runs = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&runs);
    let job = move |cx: JobContext| async move {
        count.fetch_add(1, Ordering::SeqCst);
        cx.sleep(10 * SECOND).await;
        Ok::<_, Infallible>(())
    };
    let handle = pool.submit(job).retry(policy).run_timeout(SECOND);
    let kind = match soon(handle.await.unwrap()).await {
        Err(JobError::TimedOut { kind, .. }) => kind,
        other => panic!("{other:?}"),
    };
    assert_eq!((kind, runs.load(Ordering::SeqCst)), (TimeoutKind::Run, 1));
}

#[tokio::test(start_paused = true)]
async fn a_job_whose_clone_panics_has_panicked_and_the_slot_goes_on() {
    struct Single;
    impl Clone for Single {
        fn clone(&self) -> Self {
            panic!("there is only one, on purpose")
        }
    }
    impl Job for Single {
        type Output = ();
        type Error = Infallible;
        async fn run(self, _: JobContext) -> Result<(), Infallible> {
            Ok(())
        }
    }
    let pool = pool(1);
    let handle = pool.submit(Single).retry(Retry::fixed(SECOND));
    match soon(handle.await.unwrap()).await {
        Err(JobError::Panicked { message }) => assert!(message.contains("only one")),
        other => panic!("{other:?}"),
    }
    soon(pool.run(nothing)).await.unwrap();
}

/// A job that fails, in its backoff of an hour.
async fn resting(pool: &Scheduler) -> vasca_scheduler::JobHandle<u32, u32> {
    let policy = Retry::fixed(3600 * SECOND);
    let handle = pool.submit(Failing::new(1)).retry(policy).await.unwrap();
    while pool.stats().delayed == 0 {
        tokio::task::yield_now().await;
    }
    handle
}

#[tokio::test(start_paused = true)]
async fn a_job_in_its_backoff_is_cancelled_at_once_and_ended_by_a_shutdown() {
    let pool = pool(1);
    let handle = resting(&pool).await;
    assert!(handle.cancel("not wanted"));
    let report = soon(handle.report()).await;
    assert_eq!((report.attempts, pool.stats().delayed), (1, 0));
    match report.result {
        Err(JobError::Cancelled { reason, .. }) => assert_eq!(reason, "not wanted"),
        other => panic!("{other:?}"),
    }
    let handle = resting(&pool).await;
    let report = soon(pool.shutdown(Shutdown::drain(SECOND))).await;
    assert_eq!(report.left, [handle.id()]);
    assert!(matches!(soon(handle).await, Err(JobError::Shutdown)));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_cancelled_in_its_backoff_was_waiting_and_its_report_tells_of_its_run() {
    let pool = pool(1);
    let handle = resting(&pool).await;
    assert!(handle.cancel("not wanted"));
    let report = soon(handle.report()).await;
    assert_eq!(report.attempts, 1);
    match report.result {
        Err(JobError::Cancelled { phase, .. }) => assert_eq!(phase, Phase::Queued),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn there_is_no_attempt_after_the_total_timeout_and_the_failure_comes_out_at_once() {
    let pool = pool(1);
    let job = Failing::new(100);
    let policy = Retry::fixed(2 * SECOND).attempts(10);
    let submission = pool.submit(job.clone()).retry(policy);
    let begin = Instant::now();
    let handle = submission.total_timeout(5 * SECOND).await.unwrap();
    assert!(matches!(soon(handle).await, Err(JobError::Failed(3))));
    assert!(begin.elapsed() < 5 * SECOND, "it waits for nothing");
    assert_eq!(job.seconds(), [0, 2, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_snooze_runs_the_job_again_and_is_no_attempt() {
    let pool = pool(1);
    let runs = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&runs);
    let begin = Instant::now();
    let job = move |cx: JobContext| async move {
        seen.lock().unwrap().push(begin.elapsed().as_secs());
        if seen.lock().unwrap().len() < 4 {
            cx.snooze(2 * SECOND).unwrap();
            tokio::time::sleep(SECOND).await;
        }
        Ok::<_, Infallible>(cx.attempt())
    };
    let handle = pool.submit(job).retry(Retry::fixed(SECOND)).await.unwrap();
    let report = soon(handle.report()).await;
    assert_eq!((report.result.unwrap(), report.attempts), (1, 1));
    assert_eq!(*runs.lock().unwrap(), [0, 3, 6, 9], "after the run is over");
    let stats = pool.stats();
    assert_eq!((stats.snoozed, stats.retried, stats.ended()), (3, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn snoozes_are_bounded_and_need_a_second_copy_of_the_job() {
    let pool = pool(1);
    let runs = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&runs);
    let job = move |cx: JobContext| async move {
        count.fetch_add(1, Ordering::SeqCst);
        Ok::<_, Infallible>(cx.snooze(SECOND))
    };
    let policy = Retry::fixed(SECOND).snoozes(2);
    let last = soon(pool.submit(job).retry(policy).await.unwrap()).await;
    assert_eq!(last.unwrap(), Err(CannotSnooze), "it is told, and not done");
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    let alone = |cx: JobContext| async move { Ok::<_, Infallible>(cx.snooze(SECOND)) };
    assert_eq!(soon(pool.run(alone)).await.unwrap(), Err(CannotSnooze));
}

#[tokio::test(start_paused = true)]
async fn jobs_that_wait_for_a_moment_still_run_when_the_last_scheduler_is_dropped() {
    let pool = pool(1);
    let retried = pool.submit(Failing::new(1)).retry(Retry::fixed(SECOND));
    let retried = retried.await.unwrap();
    while pool.stats().delayed == 0 {
        tokio::task::yield_now().await;
    }
    let delayed = pool.submit(nothing).delay(SECOND).await.unwrap();
    drop(pool);
    assert_eq!(soon(retried).await.unwrap(), 2);
    soon(delayed).await.unwrap();
}
