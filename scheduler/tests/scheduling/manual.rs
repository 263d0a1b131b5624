//! The scheduler that a test drives by hand.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use vasca_scheduler::{JobContext, JobError, JobHandle, Lane, Retry, SchedulerEvent, TimeoutKind};

use crate::fixtures::{SECOND, builder, forever, nap, nothing};

/// What has come of a job, if it has ended.
fn outcome<T, E>(handle: &mut JobHandle<T, E>) -> Option<Result<T, JobError<E>>> {
    let mut cx = Context::from_waker(Waker::noop());
    match Pin::new(handle).poll(&mut cx) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
}

/// All that observers are told in some busy minutes.
fn story() -> Vec<String> {
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = Arc::clone(&told);
    let observer = move |event: &SchedulerEvent<'_>| {
        let note = format!("{} {:?} {:?}", event.sequence, event.at, event.what);
        notes.lock().unwrap().push(note);
    };
    let (pool, manual) = builder(2).observe(observer).manual().unwrap();
    let mut handles = Vec::new();
    for number in 0..60_u32 {
        let job = move |cx: JobContext| async move {
            cx.sleep(Duration::from_millis(u64::from(number * 37 % 101)))
                .await;
            if number.is_multiple_of(4) {
                Err(number)
            } else {
                Ok(())
            }
        };
        let policy = Retry::exponential(SECOND..=10 * SECOND).full_jitter();
        let lane = Lane::ALL[number as usize % 3];
        let key = format!("key {}", number % 5);
        let submission = pool.submit(job).lane(lane).key(key).retry(policy);
        handles.push(submission.submit_now().unwrap());
        if number.is_multiple_of(7) {
            manual.advance(SECOND / 50);
            let _ = handles[number as usize / 2].cancel("now and then");
        }
    }
    manual.advance(600 * SECOND);
    assert_eq!(pool.stats().ended(), 60);
    told.lock().unwrap().clone()
}

#[test]
fn the_same_test_gives_the_same_events_at_the_same_moments() {
    let first = story();
    assert!(first.len() > 180, "{}", first.len());
    let second = story();
    let differs = first.iter().zip(&second).find(|(one, other)| one != other);
    assert_eq!(differs, None);
    assert_eq!(first.len(), second.len());
}

#[test]
fn no_job_runs_but_in_a_step_and_no_time_passes_but_in_an_advance() {
    let (pool, manual) = builder(2).manual().unwrap();
    let mut handle = pool.submit(nap(SECOND)).submit_now().unwrap();
    assert!(outcome(&mut handle).is_none());
    assert_eq!(manual.step(), Some(handle.id()));
    assert_eq!((manual.step(), manual.run()), (None, 0));
    manual.advance(SECOND - Duration::from_nanos(1));
    assert!(outcome(&mut handle).is_none());
    manual.advance(Duration::from_nanos(1));
    assert!(outcome(&mut handle).unwrap().is_ok());
    assert_eq!(manual.now(), SECOND);
}

#[test]
fn time_goes_from_one_moment_at_which_something_is_due_to_the_next() {
    let (pool, manual) = builder(1).manual().unwrap();
    let moments = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&moments);
    let job = move |cx: JobContext| async move {
        for _ in 0..3 {
            cx.sleep(SECOND).await;
            seen.lock().unwrap().push(cx.id().get());
        }
        Ok::<_, Infallible>(())
    };
    let mut slow = pool.submit(job).submit_now().unwrap();
    let mut late = pool.submit(forever).run_timeout(SECOND);
    late = late.delay(2 * SECOND);
    let mut late = late.submit_now().unwrap();
    manual.advance(60 * SECOND);
    assert!(outcome(&mut slow).unwrap().is_ok());
    match outcome(&mut late) {
        Some(Err(JobError::TimedOut { kind, .. })) => assert_eq!(kind, TimeoutKind::Run),
        other => panic!("{other:?}"),
    }
    assert_eq!(*moments.lock().unwrap(), [0, 0, 0]);
    let stats = pool.stats();
    assert_eq!(
        stats.busy,
        4 * SECOND,
        "three seconds, and a timeout of one"
    );
    assert_eq!(stats.available, 60 * SECOND);
}

#[test]
fn a_sleep_that_is_dropped_wakes_nobody() {
    let (pool, manual) = builder(1).manual().unwrap();
    let job = move |cx: JobContext| async move {
        tokio::select! {
            biased;
            () = cx.sleep(SECOND) => {}
            () = cx.sleep(3600 * SECOND) => panic!("the longer one"),
        }
        cx.sleep(SECOND).await;
        Ok::<_, Infallible>(())
    };
    let mut handle = pool.submit(job).submit_now().unwrap();
    manual.advance(2 * SECOND);
    assert!(outcome(&mut handle).unwrap().is_ok());
    manual.advance(3600 * SECOND);
    assert_eq!(manual.step(), None);
}

#[test]
fn a_panic_in_a_step_is_the_jobs_own() {
    let (pool, manual) = builder(1).manual().unwrap();
    async fn panics(_: JobContext) -> Result<(), Infallible> {
        panic!("on purpose")
    }
    let mut first = pool.submit(panics).submit_now().unwrap();
    let mut second = pool.submit(nothing).submit_now().unwrap();
    manual.run();
    assert!(matches!(
        outcome(&mut first),
        Some(Err(JobError::Panicked { .. }))
    ));
    assert!(outcome(&mut second).unwrap().is_ok());
}

#[test]
fn every_handle_resolves_when_the_driver_is_dropped() {
    let (pool, manual) = builder(1).manual().unwrap();
    let submit = |delay| pool.submit(forever).delay(delay).submit_now().unwrap();
    let mut handles = [
        submit(Duration::ZERO),
        submit(Duration::ZERO),
        submit(SECOND),
    ];
    manual.run();
    drop(manual);
    for handle in &mut handles {
        assert!(matches!(outcome(handle), Some(Err(JobError::Shutdown))));
    }
    assert!(pool.submit(nothing).submit_now().is_err());
}

#[test]
fn a_handle_of_an_idle_scheduler_resolves_when_the_driver_is_dropped() {
    let (pool, manual) = builder(1).manual().unwrap();
    let mut delayed = pool.submit(nothing).delay(SECOND).submit_now().unwrap();
    drop(manual);
    assert!(
        outcome(&mut delayed).is_some(),
        "nobody can run it any more"
    );
    if let Ok(mut late) = pool.submit(nothing).submit_now() {
        assert!(outcome(&mut late).is_some(), "nor this one");
    }
}
