//! Waits and runs in histograms: counted by default, since a snapshot, or not at all.

use std::time::Duration;

use vasca_scheduler::{Histogram, JobContext, Scheduler};

use crate::jobs::{SECOND, Unit, builder, nothing, within};

/// Under tokio's paused clock a second is one to the millisecond.
const SLACK: Duration = Duration::from_millis(20);

async fn a_second(_: JobContext) -> Unit {
    tokio::time::sleep(SECOND).await;
    Ok(())
}

/// So many at once.
async fn run(pool: &Scheduler, jobs: usize) {
    let mut handles = Vec::new();
    for _ in 0..jobs {
        handles.push(pool.submit(a_second).await.unwrap());
    }
    for handle in handles {
        within(handle).await.unwrap();
    }
}

fn assert_near(measured: Option<Duration>, expected: Duration) {
    let measured = measured.unwrap();
    assert!(measured.abs_diff(expected) <= SLACK, "{measured:?}");
}

/// A quantile is up to 1/16 over the true value.
fn assert_quantile(histogram: &Histogram, q: f64, expected: Duration) {
    let read = histogram.quantile(q).unwrap();
    assert!(
        read >= expected && read <= expected * 17 / 16 + SLACK,
        "{read:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn five_jobs_on_one_slot_are_counted_with_their_waits_and_runs() {
    for builder in [builder(1), builder(1).histograms(true)] {
        let pool = builder.build().unwrap();
        run(&pool, 5).await;
        let stats = pool.stats();
        let (waits, runs) = (stats.waits.unwrap(), stats.runs.unwrap());
        assert_eq!((waits.count(), runs.count()), (5, 5));
        // They waited for none to four others.
        assert_near(waits.mean(), 2 * SECOND);
        assert_near(waits.max(), 4 * SECOND);
        assert_quantile(&waits, 0.6, 2 * SECOND);
        assert!(waits.quantile(0.0).unwrap() < SLACK);
        assert_near(runs.mean(), SECOND);
        assert_near(Some(runs.sum()), 5 * SECOND);
        assert_quantile(&runs, 0.5, SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn the_difference_of_two_snapshots_holds_what_came_between() {
    let pool = builder(1).build().unwrap();
    run(&pool, 3).await;
    let before = pool.stats();
    let nothing_yet = pool.stats().diff(&before);
    let (waits, runs) = (nothing_yet.waits.unwrap(), nothing_yet.runs.unwrap());
    assert_eq!((waits.count(), runs.count()), (0, 0));
    assert_eq!((waits.mean(), runs.max()), (None, None));
    run(&pool, 2).await;
    let since = pool.stats().diff(&before);
    let (waits, runs) = (since.waits.unwrap(), since.runs.unwrap());
    assert_eq!((waits.count(), runs.count()), (2, 2));
    assert_near(waits.mean(), SECOND / 2);
    assert_near(runs.mean(), SECOND);
    assert_eq!((since.submitted, since.ended.succeeded), (2, 2));
}

#[tokio::test]
async fn before_any_job_there_is_no_mean_and_no_longest() {
    let stats = builder(1).build().unwrap().stats();
    for histogram in [stats.waits.unwrap(), stats.runs.unwrap()] {
        assert_eq!(histogram.count(), 0);
        assert_eq!((histogram.mean(), histogram.max()), (None, None));
        assert_eq!(histogram.quantile(0.5), None);
    }
}

#[tokio::test]
async fn histograms_that_are_off_are_not_there_and_the_counters_are() {
    let pool = builder(1).histograms(false).build().unwrap();
    within(pool.run(nothing)).await.unwrap();
    within(pool.idle()).await;
    let stats = pool.stats();
    assert_eq!((&stats.waits, &stats.runs), (&None, &None));
    assert_eq!(stats.ended.succeeded, 1);
    let since = pool.stats().diff(&stats);
    assert_eq!((since.waits, since.runs), (None, None));
}
