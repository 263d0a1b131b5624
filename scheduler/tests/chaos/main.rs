//! Ten thousand random events from a seed, after which everything must balance.
//!
//! `CHAOS_SEED` gives another seed; the one in use is printed. Threads make the order of events
//! another one each time all the same.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "what goes wrong in a test is to be seen"
)]

use std::time::Duration;
use std::{env, fs};

use vasca_scheduler::{
    Executor, JobError, QueueLimit, Scheduler, SchedulerBuilder, Shutdown, Slots, Tasks, Threads,
};

use storm::Storm;
use tally::{Tally, is_disjoint};
use wild::{Fault, Wild};

mod chance;
mod storm;
mod tally;
mod wild;

/// Random events of one run.
const EVENTS: usize = 10_000;

const SECOND: Duration = Duration::from_secs(1);

async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(30 * SECOND, future).await;
    waited.unwrap_or_else(|_| panic!("hangs: {what}"))
}

/// Lets chance rage, and looks at what is left.
async fn survive<X>(pool: Scheduler<X>, tally: Tally, seed: u64)
where
    X: Executor<Wild, Output = u32, Error = Fault>,
{
    let mut storm = Storm::new(&pool, seed);
    within("the events", storm.rage()).await;
    within("idle", pool.idle()).await;
    for handle in std::mem::take(&mut storm.handles) {
        let result = within("a handle", handle).await;
        let is_own = !matches!(result, Err(JobError::Shutdown | JobError::Rejected(_)));
        assert!(is_own, "{result:?}");
    }
    let stats = pool.stats();
    let left = (stats.queued, stats.delayed, stats.running, stats.lent);
    assert_eq!(left, (0, 0, 0, 0));
    let left = (
        stats.cancelling,
        stats.stuck,
        stats.reserved,
        stats.applying,
    );
    assert_eq!(left, (0, 0, 0, 0));
    let left = (stats.busy_slots, stats.busy_cost, stats.waiting);
    assert_eq!((left, stats.waiting_bytes), ((0, 0, 0), 0));
    assert!(is_disjoint(&stats) && stats.submitted > EVENTS as u64 / 10);
    assert_eq!(storm.token.jobs(), 0);
    let told = async {
        while !tally.agrees(&pool.stats()) {
            tokio::time::sleep(SECOND / 1000).await;
        }
    };
    within("the last of what is told", told).await;
    let report = within("shutdown", pool.shutdown(Shutdown::drain(SECOND))).await;
    assert!(report.is_drained() && report.stuck.is_empty(), "{report:?}");
}

/// Those of this process's threads whose names begin like that.
fn threads_called(name: &str) -> usize {
    let threads = fs::read_dir("/proc/self/task").unwrap();
    let names = threads.map(|thread| fs::read_to_string(thread.unwrap().path().join("comm")));
    // One that has just left has no name any more.
    names.flatten().filter(|of| of.starts_with(name)).count()
}

fn builder(name: &str, tally: &Tally) -> SchedulerBuilder {
    Scheduler::builder(name)
        .slots(Slots::Exactly(3))
        .queue(QueueLimit::count(40).per_key(15).bytes(3000))
        .key_limit(2)
        .observe(tally.observer())
}

/// The seed, which the output of a test that fails so names.
fn seed() -> u64 {
    let given = env::var("CHAOS_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or(42);
    println!("CHAOS_SEED={seed}");
    seed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_ten_thousand_random_events_all_futures_and_counters_balance() {
    let tally = Tally::default();
    let pool: Scheduler<Tasks> = builder("chaos", &tally).build().unwrap();
    survive(pool, tally, seed()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_ten_thousand_random_events_all_threads_and_counters_balance() {
    let tally = Tally::default();
    let builder = builder("tempest", &tally).executor(Threads::new().abandon(50));
    survive(builder.build().unwrap(), tally.clone(), seed()).await;
    assert_eq!(tally.of("thread up"), tally.of("thread down"));
    let gone = async {
        while threads_called("tempest") > 0 {
            tokio::time::sleep(SECOND / 1000).await;
        }
    };
    within("a thread is left behind", gone).await;
}
