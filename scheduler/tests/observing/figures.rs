//! The figures that are kept through the facade `metrics`.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once};

use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit as Measure,
};
use vasca_scheduler::{
    Job, JobContext, Lane, Manual, Metrics, Overflow, QueueLimit, Retry, Scheduler, Shutdown,
    Slots, Threads, Unique,
};

use crate::fixtures::{SECOND, Unit, blocked, forever, nap, nothing, soon};

/// A figure's family and labels, in order.
type Series = (String, BTreeMap<String, String>);
type Values = Mutex<BTreeMap<Series, Arc<AtomicU64>>>;

/// Keeps counters, and gauges as the bits of their values.
#[derive(Default)]
struct Book {
    counters: Values,
    gauges: Values,
}

static BOOK: Book = Book {
    counters: Mutex::new(BTreeMap::new()),
    gauges: Mutex::new(BTreeMap::new()),
};

fn value(values: &Values, key: &Key) -> Arc<AtomicU64> {
    let labels = key.labels();
    let labels = labels.map(|label| (label.key().to_owned(), label.value().to_owned()));
    let series = (key.name().to_owned(), labels.collect());
    Arc::clone(values.lock().unwrap().entry(series).or_default())
}

impl Recorder for &'static Book {
    fn describe_counter(&self, _: KeyName, _: Option<Measure>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Measure>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Measure>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(value(&self.counters, key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(value(&self.gauges, key))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// The observer; the book is opened before the first.
fn figures() -> Metrics {
    static OPENED: Once = Once::new();
    OPENED.call_once(|| metrics::set_global_recorder(&BOOK).unwrap());
    Metrics::new()
}

/// The figures of one scheduler, which the name tells apart.
struct Page(&'static str);

impl Page {
    fn series(&self, values: &'static Values) -> Vec<(Series, u64)> {
        let values = values.lock().unwrap();
        let mine = values
            .iter()
            .filter(|((_, labels), _)| labels["scheduler"] == self.0);
        mine.map(|(series, value)| (series.clone(), value.load(Ordering::SeqCst)))
            .collect()
    }

    /// The sum of a counter over all labels but this one.
    fn count(&self, family: &str, label: Option<(&str, &str)>) -> u64 {
        let has_label = |labels: &BTreeMap<String, String>| {
            label.is_none_or(|(name, value)| labels[name] == value)
        };
        let series = self.series(&BOOK.counters).into_iter();
        series
            .filter(|((name, labels), _)| name == family && has_label(labels))
            .map(|(_, value)| value)
            .sum()
    }

    /// The gauges that are not zero.
    fn leftovers(&self) -> Vec<(Series, f64)> {
        let gauges = self.series(&BOOK.gauges).into_iter();
        gauges
            .map(|(series, bits)| (series, f64::from_bits(bits)))
            .filter(|((name, _), value)| name != "scheduler_slots" && *value != 0.0)
            .collect()
    }
}

fn manual(name: &'static str) -> (Scheduler, Manual, Page) {
    let builder = Scheduler::builder(name)
        .slots(Slots::Exactly(2))
        .queue(QueueLimit::count(6).per_key(4))
        .overflow(Overflow::ShedOldest)
        .observe(figures());
    let (pool, manual) = builder.manual().unwrap();
    (pool, manual, Page(name))
}

/// The next of some numbers that look random.
fn draw(seed: &mut u64, below: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    (*seed >> 33) % below
}

/// A job that ends in one of several ways.
fn random(pool: &Scheduler, kind: u64) -> impl Job<Output = u64, Error = u64> + Clone + use<> {
    let pool = pool.clone();
    move |cx: JobContext| async move {
        match kind {
            0 => return Err(kind),
            1 => panic!("on purpose"),
            2 => cx.cancelled().await,
            3 => {
                let _ = cx.snooze(SECOND / 10);
            }
            4 => {
                if let Ok(child) = pool.submit(nap(SECOND)).submit_now() {
                    let _ = cx.join(child).await;
                }
            }
            _ => cx.sleep(SECOND).await,
        }
        Ok(kind)
    }
}

/// Some work of every kind, all over when this returns.
fn work(pool: &Scheduler, manual: &Manual, seed: &mut u64, keys: u64) {
    let mut handles = Vec::new();
    for _ in 0..300 {
        let kind = draw(seed, 8);
        let job = random(pool, kind);
        let lane = Lane::ALL[draw(seed, 3) as usize];
        let key = format!("key {}", draw(seed, keys));
        let submission = pool.submit(job).lane(lane).key(key);
        let policy = Retry::fixed(SECOND).attempts(2).snoozes(2);
        let submission = submission.retry(policy).run_timeout(5 * SECOND);
        let submission = submission.queue_timeout(9 * SECOND);
        let submission = match draw(seed, 5) {
            0 => submission.unique(Unique::replace("replaced")),
            1 => submission.unique(Unique::reject("rejected")),
            2 => submission.delay(SECOND),
            _ => submission,
        };
        handles.extend(submission.submit_now());
        if draw(seed, 4) == 0 {
            let place = draw(seed, handles.len() as u64) as usize;
            let _ = handles[place].cancel("now and then");
        }
        manual.advance(SECOND / 10 * draw(seed, 12) as u32);
    }
    manual.advance(600 * SECOND);
}

#[test]
fn after_work_of_all_kinds_the_gauges_are_zero_and_the_counters_are_the_snapshots() {
    let (pool, manual, page) = manual("work");
    work(&pool, &manual, &mut 1, 3);
    let stats = pool.stats();
    assert_eq!(stats.submitted, stats.ended());
    assert_eq!(page.leftovers(), []);
    let count = |family: &str| page.count(family, None);
    assert_eq!(count("scheduler_jobs_submitted_total"), stats.submitted);
    assert_eq!(count("scheduler_jobs_rejected_total"), stats.rejected);
    assert_eq!(count("scheduler_jobs_joined_total"), stats.joined);
    let repeated = stats.retried + stats.snoozed;
    assert_eq!(count("scheduler_runs_repeated_total"), repeated);
    let ended = |outcome| page.count("scheduler_jobs_ended_total", Some(("outcome", outcome)));
    let figures = [
        "succeeded",
        "failed",
        "panicked",
        "cancelled",
        "timed_out",
        "shed",
    ];
    let by_outcome = figures.map(ended);
    let of = stats.ended;
    let snapshot = [
        of.succeeded,
        of.failed,
        of.panicked,
        of.cancelled,
        of.timed_out,
        of.shed,
    ];
    assert_eq!(by_outcome, snapshot);
    assert!(snapshot.iter().all(|count| *count > 0), "{snapshot:?}");
}

#[test]
fn retries_and_snoozes_are_counted_apart_and_leave_the_gauges_at_zero() {
    let (pool, manual, page) = manual("repeats");
    let fails = |_: JobContext| async move { Err::<(), _>(()) };
    let sleepy = |cx: JobContext| async move {
        let _ = cx.snooze(SECOND);
        Ok::<_, Infallible>(())
    };
    let policy = Retry::fixed(SECOND).attempts(3).snoozes(4);
    let failing = pool.submit(fails).retry(policy).submit_now().unwrap();
    let sleeping = pool.submit(sleepy).retry(policy).submit_now().unwrap();
    manual.advance(60 * SECOND);
    let cause = |cause| page.count("scheduler_runs_repeated_total", Some(("cause", cause)));
    assert_eq!((cause("retry"), cause("snooze")), (2, 4));
    assert_eq!(page.leftovers(), []);
    drop((failing, sleeping));
}

#[test]
fn a_shared_job_that_changes_its_lane_leaves_the_gauges_of_both_at_zero() {
    let (pool, manual, page) = manual("shared");
    let blockers = [0, 1].map(|_| pool.submit(nap(SECOND)).submit_now().unwrap());
    let submit = |lane| {
        let submission = pool.submit(nap(SECOND)).share("name").lane(lane);
        submission.submit_now().unwrap()
    };
    let waits = [submit(Lane::Batch), submit(Lane::Interactive)];
    manual.advance(60 * SECOND);
    assert_eq!(page.leftovers(), [], "joined while it waited");
    let first = submit(Lane::Batch);
    manual.run();
    let second = submit(Lane::Interactive);
    manual.advance(60 * SECOND);
    assert_eq!(page.leftovers(), [], "joined while it ran");
    assert_eq!(pool.stats().joined, 2);
    drop((blockers, waits, first, second));
}

#[test]
fn no_label_grows_with_jobs_or_keys() {
    let (pool, manual, page) = manual("bounded");
    let seed = &mut 7;
    work(&pool, &manual, seed, 1000);
    let names: BTreeSet<String> = [&BOOK.counters, &BOOK.gauges]
        .into_iter()
        .flat_map(|values| page.series(values))
        .flat_map(|((_, labels), _)| labels.into_keys())
        .collect();
    let allowed = ["cause", "lane", "outcome", "reason", "scheduler", "state"];
    assert!(
        names.iter().all(|name| allowed.contains(&&**name)),
        "{names:?}"
    );
    let series = || page.series(&BOOK.counters).len() + page.series(&BOOK.gauges).len();
    assert!(series() <= 3 * (1 + 7 + 1 + 12 + 2 + 3) + 6, "{}", series());
}

#[tokio::test]
async fn threads_and_stuck_jobs_are_counted_up_and_down() {
    let page = Page("threads");
    let pool = Scheduler::builder("threads")
        .slots(Slots::Exactly(2))
        .stuck_after(SECOND / 50)
        .observe(figures())
        .executor(Threads::new().abandon(0))
        .build()
        .unwrap();
    let quick = |_: JobContext| -> Unit { Ok(()) };
    let (release, ended, job) = blocked();
    let stuck = pool.submit(job).run_timeout(SECOND / 50);
    let stuck = stuck.grace(SECOND / 50).await.unwrap();
    assert!(soon(stuck).await.is_err());
    let leftovers = page.leftovers();
    let of = |family| leftovers.iter().find(|((name, _), _)| name == family);
    assert_eq!(of("scheduler_jobs_stuck").unwrap().1, 1.0);
    assert_eq!(of("scheduler_threads").unwrap().1, 1.0);
    drop(release);
    ended.recv_timeout(10 * SECOND).unwrap();
    soon(pool.run(quick)).await.unwrap();
    soon(pool.shutdown(Shutdown::drain(SECOND))).await;
    soon(async {
        while !page.leftovers().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[test]
fn pressure_is_shown_while_the_queue_is_full() {
    let (pool, manual, page) = manual("pressure");
    let submit = || pool.submit(forever).submit_now().unwrap();
    let handles: Vec<_> = (0..8).map(|_| submit()).collect();
    manual.run();
    let is_high = || {
        let leftovers = page.leftovers();
        let of = leftovers.iter();
        of.filter(|((name, _), _)| name == "scheduler_pressure")
            .count()
            == 1
    };
    assert!(is_high());
    for handle in &handles {
        handle.cancel("make room");
    }
    manual.run();
    assert!(!is_high());
    drop(pool.submit(nothing).submit_now());
    manual.run();
    assert_eq!(page.leftovers(), []);
}
