//! Who waits how long beside whom, measured in virtual time.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use vasca_scheduler::{Happening, Manual, Order, QueueLimit, Scheduler, SchedulerEvent, Spec};

use crate::fixtures::{SECOND, builder, nap};

/// One slot, jobs of a second each, and a note of how long each key waited.
struct Tenants {
    pool: Scheduler,
    manual: Manual,
    waits: Arc<Mutex<Vec<(u64, Duration)>>>,
}

impl Tenants {
    fn new(order: Order) -> Self {
        let waits: Arc<Mutex<Vec<(u64, Duration)>>> = Arc::default();
        let notes = Arc::clone(&waits);
        let observer = move |event: &SchedulerEvent<'_>| {
            if let Happening::Started { id, waited, .. } = event.what {
                notes.lock().unwrap().push((id.get(), *waited));
            }
        };
        let limit = QueueLimit::count(20_000);
        let builder = builder(1).order(order).queue(limit).observe(observer);
        let (pool, manual) = builder.manual().unwrap();
        Self {
            pool,
            manual,
            waits,
        }
    }

    fn submit(&self, spec: Spec) -> u64 {
        let handle = self.pool.submit(nap(SECOND)).spec(spec).submit_now();
        handle.unwrap().id().get()
    }

    /// How long the job waited, if it has started.
    fn waited(&self, id: u64) -> Option<Duration> {
        let waits = self.waits.lock().unwrap();
        waits
            .iter()
            .find(|(of, _)| *of == id)
            .map(|(_, wait)| *wait)
    }

    /// The p95 of the waits of these jobs, once all have started.
    fn p95(&self, ids: &[u64], patience: Duration) -> Duration {
        self.manual.advance(patience);
        let waits = ids.iter().map(|id| self.waited(*id));
        // One that has not started has waited for all that time at least.
        let mut waits: Vec<Duration> = waits.map(|wait| wait.unwrap_or(patience)).collect();
        waits.sort_unstable();
        waits[(waits.len() * 95).div_ceil(100) - 1]
    }
}

/// The p95 of ten jobs of a small tenant, one every 2.5 s, beside so many of a large one.
fn small_beside(large: usize, order: Order) -> Duration {
    let tenants = Tenants::new(order);
    for _ in 0..large {
        tenants.submit(Spec::new().key("large"));
    }
    let mut ids = Vec::new();
    for _ in 0..10 {
        tenants.manual.advance(SECOND * 5 / 2);
        ids.push(tenants.submit(Spec::new().key("small")));
    }
    tenants.p95(&ids, 100 * SECOND)
}

#[test]
fn a_small_tenant_waits_two_jobs_longer_at_most_beside_one_with_ten_thousand() {
    let alone = small_beside(0, Order::default());
    let beside = small_beside(10_000, Order::default());
    assert_eq!(alone, Duration::ZERO);
    assert!(beside <= alone + 2 * SECOND, "{beside:?}");
    let unfair = small_beside(10_000, Order::fifo());
    assert!(unfair >= 100 * SECOND, "the test can fail: {unfair:?}");
}

#[test]
fn ten_jobs_at_once_get_every_other_slot_beside_ten_thousand() {
    let wait = |large: usize| {
        let tenants = Tenants::new(Order::default());
        for _ in 0..large {
            tenants.submit(Spec::new().key("large"));
        }
        tenants.manual.advance(SECOND / 2);
        let submit = |_| tenants.submit(Spec::new().key("small"));
        let ids: Vec<u64> = (0..10).map(submit).collect();
        tenants.p95(&ids, 100 * SECOND)
    };
    let (alone, beside) = (wait(0), wait(10_000));
    assert_eq!(alone, 9 * SECOND);
    assert!(beside <= 2 * alone + 2 * SECOND, "{beside:?}");
}

#[test]
fn a_heavy_tenant_is_served_by_the_cost_of_its_jobs() {
    let tenants = Tenants::new(Order::default());
    tenants
        .pool
        .resize(vasca_scheduler::Slots::Exactly(4))
        .unwrap();
    let submit = |key: &str, cost| {
        let one = |_| tenants.submit(Spec::new().key(key).cost(cost));
        (0..400).map(one).collect::<Vec<u64>>()
    };
    let (heavy, light) = (submit("heavy", 4), submit("light", 1));
    tenants.manual.advance(100 * SECOND);
    let started = |ids: &[u64]| {
        ids.iter()
            .filter(|id| tenants.waited(**id).is_some())
            .count()
    };
    let (heavy, light) = (started(&heavy) * 4, started(&light));
    assert!(heavy.abs_diff(light) <= 8, "{heavy} and {light}");
    assert!(light >= 150, "{light}");
}

/// How long a job of the lowest priority waits in an endless flood of the highest, which brings
/// one each second and ten at first.
fn lowest_in_flood(order: Order, patience: u32) -> Option<Duration> {
    let tenants = Tenants::new(order);
    for _ in 0..10 {
        tenants.submit(Spec::new().priority(100));
    }
    let lowest = tenants.submit(Spec::new().priority(-100));
    for _ in 0..patience {
        tenants.submit(Spec::new().priority(100));
        tenants.manual.advance(SECOND);
    }
    tenants.waited(lowest)
}

#[test]
fn aging_brings_the_lowest_priority_through_a_flood_of_the_highest_within_its_bound() {
    for step in [SECOND / 10, SECOND, 2 * SECOND] {
        let order = Order::priority().aging(step);
        let waited = lowest_in_flood(order, 600).expect("it starts");
        assert!(waited <= 200 * step + 11 * SECOND, "{waited:?}");
        assert!(waited >= 200 * step, "the flood goes first: {waited:?}");
    }
}

#[test]
fn without_aging_the_lowest_priority_starves_in_a_flood() {
    assert_eq!(lowest_in_flood(Order::priority(), 2000), None);
}
