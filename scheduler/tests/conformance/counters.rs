//! How busy it is and what has been done.

use std::convert::Infallible;

use vasca_scheduler::{CancelToken, JobContext, JobEvent, Progress};

use crate::jobs::{Gate, SECOND, Unit, builder, forever, nothing, pool, within};

#[tokio::test(start_paused = true)]
async fn the_utilisation_is_zero_before_any_job_and_then_between_zero_and_one() {
    let pool = pool(2);
    assert!(pool.stats().utilisation.abs() < f64::EPSILON);
    tokio::time::sleep(SECOND).await;
    assert!(pool.stats().utilisation.abs() < f64::EPSILON, "nothing ran");
    async fn a_second(_: JobContext) -> Unit {
        tokio::time::sleep(SECOND).await;
        Ok(())
    }
    let before = pool.stats();
    for _ in 0..3 {
        within(pool.run(a_second)).await.unwrap();
    }
    let stats = pool.stats();
    // Three of four seconds, on one of two slots.
    let expected = 3.0 / 8.0;
    assert!((stats.utilisation - expected).abs() < 0.02, "{stats:?}");
    assert!(stats.busy.abs_diff(3 * SECOND) < SECOND / 10);
    assert!(stats.available.abs_diff(8 * SECOND) < SECOND / 10);
    let since = stats.diff(&before);
    assert!((since.utilisation - 0.5).abs() < 0.02, "{since:?}");
}

#[tokio::test(start_paused = true)]
async fn the_utilisation_of_busy_slots_is_one_and_forgotten_a_minute_later() {
    let pool = pool(1);
    let busy = pool.submit(forever).await.unwrap();
    tokio::time::sleep(SECOND).await;
    assert!(pool.stats().utilisation > 0.99);
    assert!(busy.cancel("enough"));
    assert!(within(busy).await.is_err());
    within(pool.idle()).await;
    tokio::time::sleep(90 * SECOND).await;
    assert!(pool.stats().utilisation.abs() < f64::EPSILON);
}

#[tokio::test]
async fn each_job_is_counted_once_and_the_counters_sum() {
    let pool = builder(1).build().unwrap();
    within(pool.run(nothing)).await.unwrap();
    within(pool.idle()).await;
    assert_eq!(pool.stats().ended.succeeded, 1);
    let token = CancelToken::new();
    let gate = Gate::new();
    let running = pool.submit(gate.held()).await.unwrap();
    let queued = pool.submit(nothing).await.unwrap();
    let cancelled = pool.submit(nothing).cancel_with(&token).await.unwrap();
    let delayed = pool.submit(nothing).delay(3600 * SECOND).await.unwrap();
    token.cancel("out");
    let stats = pool.stats();
    assert_eq!((stats.running, stats.queued, stats.delayed), (1, 1, 1));
    assert_eq!((stats.submitted, stats.ended()), (5, 2));
    gate.open(1);
    assert!(delayed.cancel("out"));
    within(running).await.unwrap();
    within(queued).await.unwrap();
    assert!(within(cancelled).await.is_err());
    assert!(within(delayed).await.is_err());
    within(pool.idle()).await;
    let ended = pool.stats().ended;
    assert_eq!((ended.succeeded, ended.cancelled, ended.sum()), (3, 2, 5));
}

#[tokio::test]
async fn what_a_job_tells_while_it_runs_reaches_its_own_listener_before_its_result() {
    let pool = pool(2);
    let gate = Gate::new();
    let job = |steps: u64| {
        let gate = gate.clone();
        let pool = pool.clone();
        move |cx: JobContext| async move {
            cx.join(pool.submit(gate.held()).await.unwrap())
                .await
                .unwrap();
            for done in 1..=steps {
                cx.progress(done, steps);
            }
            Ok::<_, Infallible>(steps)
        }
    };
    let mut handles = Vec::new();
    for steps in [2, 3] {
        let handle = pool.submit(job(steps)).await.unwrap();
        handles.push((steps, handle.events(), handle));
    }
    gate.open(2);
    for (steps, mut events, handle) in handles {
        let mut told = Vec::new();
        while let Some(event) = within(events.next()).await {
            if let JobEvent::Progress(progress) = event {
                told.push(progress);
            }
        }
        let expected = (1..=steps).map(|done| Progress { done, total: steps });
        assert!(told.iter().copied().eq(expected), "{told:?}");
        assert_eq!(within(handle).await.unwrap(), steps);
    }
}
