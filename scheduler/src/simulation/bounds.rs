//! The promises that concern the whole order: no starvation, and by how much.

use proptest::prelude::{ProptestConfig, any, prop, prop_assert, proptest};

use super::{ms, plain_bounds, submit};
use crate::bounds::Bounds;
use crate::dispatcher::Dispatcher;
use crate::event::{Claim, Effect, End, Event};
use crate::id::JobId;
use crate::moment::Moment;
use crate::order::Order;
use crate::room::QueueLimit;
use crate::spec::Terms;

/// A dispatcher whose jobs each take a millisecond.
struct Line {
    dispatcher: Dispatcher,
    running: Vec<JobId>,
    started: Vec<JobId>,
    now: Moment,
    next: u64,
}

impl Line {
    fn new(bounds: Bounds) -> Self {
        Self {
            dispatcher: Dispatcher::new(bounds),
            running: Vec::new(),
            started: Vec::new(),
            now: Moment::ZERO,
            next: 0,
        }
    }

    fn handle(&mut self, event: Event) {
        for effect in self.dispatcher.handle(self.now, event) {
            match effect {
                Effect::Start { id, .. } => {
                    self.running.push(id);
                    self.started.push(id);
                }
                Effect::Reject { id, .. } => panic!("{id} is rejected"),
                _ => {}
            }
        }
    }

    fn submit(&mut self, terms: Terms) -> JobId {
        let id = JobId::from_u64(self.next);
        self.next += 1;
        self.handle(submit(id, terms));
        id
    }

    /// The job that has run for longest ends.
    fn end_one(&mut self) {
        self.now += ms(1);
        if !self.running.is_empty() {
            let id = self.running.remove(0);
            let (end, again) = (End::Succeeded, None);
            self.handle(Event::Finished { id, end, again });
        }
    }

    fn has_started(&self, id: JobId) -> bool {
        self.started.contains(&id)
    }
}

fn costing(cost: u32, key: Option<&str>) -> Terms {
    Terms {
        cost,
        key: key.map(Into::into),
        ..Terms::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// However many light jobs come, a heavy one is passed by those that were there before it, and
    /// by one turn of each other key; then the slots empty for it.
    #[test]
    fn a_heavy_job_starts_under_endless_light_ones(
        slots in 2..6_usize,
        before in 0..10_usize,
        keys in 1..4_usize,
        lights in prop::collection::vec(0..4_usize, 60),
    ) {
        let bounds = Bounds { slots, queue: QueueLimit::count(1000), ..plain_bounds() };
        let mut line = Line::new(bounds);
        let names = ["a", "b", "c"];
        for number in 0..before + slots {
            line.submit(costing(1, Some(names[number % keys])));
        }
        let heavy = line.submit(costing(slots as u32, Some("heavy")));
        for arrivals in lights {
            for number in 0..arrivals.max(1) {
                line.submit(costing(1, Some(names[number % keys])));
            }
            line.end_one();
        }
        prop_assert!(line.has_started(heavy));
    }

    /// The bound of aging, on the dispatcher: those that overtake a job of priority `low` were
    /// submitted no later than `(high - low) * step` after it.
    #[test]
    fn the_lowest_priority_waits_no_longer_than_the_bound_says(
        step_ms in 1..6_u64,
        levels in 1..20_i8,
        slots in 1..3_usize,
        seed in any::<bool>(),
    ) {
        let order = Order::priority().aging(ms(step_ms));
        let bounds = Bounds { slots, order, queue: QueueLimit::count(10_000), ..plain_bounds() };
        let mut line = Line::new(bounds);
        let of = |priority| Terms { priority, ..costing(1, None) };
        for _ in 0..slots {
            line.submit(of(levels));
        }
        let low = line.submit(of(0));
        // Two come for each that ends: a flood that grows for ever.
        let bound = u64::try_from(levels).unwrap() * step_ms;
        let mut waited = 0;
        while !line.has_started(low) {
            line.submit(of(levels));
            if seed || waited % 2 == 0 {
                line.submit(of(levels));
            }
            line.end_one();
            waited += 1;
            // Overtaken by at most two for each millisecond of the bound, one of them each ends.
            prop_assert!(waited <= 2 * bound + 4, "{waited} ms of {bound}");
        }
    }
}

#[test]
fn without_aging_a_flood_of_high_priorities_starves_a_low_one() {
    let order = Order::priority();
    let mut line = Line::new(Bounds {
        order,
        queue: QueueLimit::count(10_000),
        ..plain_bounds()
    });
    let of = |priority| Terms {
        priority,
        ..costing(1, None)
    };
    line.submit(of(1));
    let low = line.submit(of(0));
    for _ in 0..1000 {
        line.submit(of(1));
        line.end_one();
    }
    assert!(!line.has_started(low));
}

#[test]
fn a_nested_job_on_one_slot_completes_and_its_parent_goes_on_before_all_others() {
    let mut line = Line::new(plain_bounds());
    let parent = line.submit(costing(1, None));
    let child = line.submit(costing(1, None));
    let other = line.submit(costing(1, None));
    line.handle(Event::Lend { id: parent });
    assert!(line.has_started(child));
    line.running.retain(|id| *id == child);
    line.end_one();
    assert!(
        line.has_started(other),
        "the slot is not kept for the parent"
    );
    line.submit(costing(1, None));
    line.handle(Event::Return {
        id: parent,
        claim: Claim::Wait,
    });
    let (id, end, again) = (other, End::Succeeded, None);
    let effects = line
        .dispatcher
        .handle(ms(9), Event::Finished { id, end, again });
    assert!(effects.contains(&Effect::Returned {
        id: parent,
        slot: 0
    }));
}
