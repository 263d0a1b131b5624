//! The dispatcher under random events in virtual time, against a model that knows the rules.

use std::time::Duration;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use proptest::sample::{Index, select};

use crate::bounds::Bounds;
use crate::dispatcher::Dispatcher;
use crate::error::{Phase, TimeoutKind};
use crate::event::{Again, Application, Claim, Effect, End, Event, Times, Verdict};
use crate::id::JobId;
use crate::key::Key;
use crate::moment::Moment;
use crate::order::Order;
use crate::priority::{Lane, LaneOrder};
use crate::queue::entry::Scope;
use crate::room::{Overflow, QueueLimit};
use crate::spec::Terms;
use crate::unique::{Unique, UniqueAmong};

use world::{Op, World};

mod bounds;
mod checks;
mod known;
mod state;
mod world;

/// Seeds of the great test: some seconds; `PROPTEST_CASES` gives another number.
fn cases() -> u32 {
    let number = std::env::var("PROPTEST_CASES").ok();
    number.and_then(|text| text.parse().ok()).unwrap_or(2000)
}

fn key() -> impl Strategy<Value = Option<Key>> {
    prop::option::weighted(0.7, select(vec!["a", "b"]).prop_map(Key::from))
}

fn lane() -> impl Strategy<Value = Lane> {
    select(Lane::ALL.to_vec())
}

fn terms() -> impl Strategy<Value = Terms> {
    let some_time = |weight| {
        let times = (0..30_u64).prop_map(Duration::from_millis);
        prop::option::weighted(weight, times)
    };
    let grace = (0..10_u64).prop_map(|ms| Duration::from_millis(ms.saturating_sub(4)));
    let delay = (0..12_u64).prop_map(|ms| Duration::from_millis(ms.saturating_sub(8)));
    let place = (lane(), key(), -2..=2_i8, 1..4_u32, 0..5_u64);
    let times = (some_time(0.3), some_time(0.3), some_time(0.2), grace, delay);
    (place, times).prop_map(|((lane, key, priority, cost, bytes), times)| {
        let (run_timeout, queue_timeout, total_timeout, grace, delay) = times;
        Terms {
            lane,
            key,
            priority,
            cost: if cost == 3 { 3 } else { 1 },
            bytes,
            run_timeout,
            queue_timeout,
            total_timeout,
            delay,
            grace,
        }
    })
}

fn unique() -> impl Strategy<Value = Option<UniqueAmong>> {
    let kinds: Vec<fn(&'static str) -> Unique> = vec![
        |name| Unique::share(name.into()),
        |name| Unique::reject(name),
        |name| Unique::replace(name),
        |name| Unique::latest(name),
    ];
    let unique = (select(kinds), select(vec!["x", "y"]));
    let unique = unique.prop_map(|(kind, name)| kind(name).among::<()>());
    prop::option::weighted(0.25, unique)
}

fn application() -> impl Strategy<Value = Application> {
    let overflow = select(vec![
        Overflow::Reject,
        Overflow::Wait,
        Overflow::ShedLowest,
        Overflow::ShedOldest,
    ]);
    (terms(), unique(), overflow, 0..8_u8).prop_map(|(terms, unique, overflow, kind)| Application {
        terms,
        came: Moment::ZERO,
        due: None,
        is_reservation: kind == 0,
        unique: unique.filter(|_| kind > 0),
        overflow,
    })
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        Just(Scope::All),
        lane().prop_map(Scope::Lane),
        select(vec!["a", "b"]).prop_map(|key| Scope::Key(key.into())),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let ends = [
        End::Succeeded,
        End::Failed,
        End::Panicked,
        End::Exited,
        End::OutOfMemory,
        End::SlotFailed,
        End::Stopped,
    ];
    let end = select(ends.to_vec());
    let again = (0..8_u64, any::<bool>()).prop_map(|(ms, is_snooze)| Again {
        after: Duration::from_millis(ms.saturating_sub(2)),
        is_snooze,
    });
    let again = prop::option::weighted(0.3, again);
    prop_oneof![
        40 => application().prop_map(Op::Submit),
        5 => (any::<Index>(), application()).prop_map(|(index, one)| Op::Fill(index, one)),
        2 => any::<Index>().prop_map(Op::Release),
        2 => any::<Index>().prop_map(Op::Withdraw),
        30 => (any::<Index>(), end, again)
            .prop_map(|(index, end, again)| Op::Finish(index, end, again)),
        10 => any::<Index>().prop_map(Op::Lend),
        10 => (any::<Index>(), select(vec![Claim::Wait, Claim::Wait, Claim::Wait, Claim::Now, Claim::Reclaim]))
            .prop_map(|(index, claim)| Op::Return(index, claim)),
        10 => any::<Index>().prop_map(Op::Cancel),
        4 => (scope(), prop::bool::weighted(0.4))
            .prop_map(|(scope, is_paused)| Op::Pause(scope, is_paused)),
        2 => (1..5_usize).prop_map(Op::Resize),
        15 => (0..12_u64).prop_map(|ms| Op::Advance(Duration::from_millis(ms))),
        1 => Just(Op::Close),
        1 => any::<Index>().prop_map(|index| Op::Finish(index, End::Lost, None)),
        1 => Just(Op::Shutdown),
    ]
}

fn any_bounds() -> impl Strategy<Value = Bounds> {
    let queue = (
        0..10_usize,
        prop::option::of(3..12_u64),
        prop::option::of(1..4_usize),
    );
    let queue = queue.prop_map(|(count, bytes, per_key)| {
        let limit = QueueLimit::count(count);
        let limit = bytes.map_or(limit, |bytes| limit.bytes(bytes));
        per_key.map_or(limit, |count| limit.per_key(count))
    });
    let overflow = select(vec![
        Overflow::Reject,
        Overflow::Wait,
        Overflow::ShedLowest,
        Overflow::ShedOldest,
    ]);
    let order = (any::<bool>(), any::<bool>(), prop::option::of(0..20_u64));
    let order = order.prop_map(|(is_strict, is_fair, step)| {
        let order = Order::priority().lanes(if is_strict {
            LaneOrder::Strict
        } else {
            LaneOrder::Weighted
        });
        let order = if is_fair { order.fair_by_key() } else { order };
        step.map_or(order.clone(), |ms| order.aging(Duration::from_millis(ms)))
    });
    let key_limit = prop::option::of(1..4_u32);
    let all = (1..5_usize, queue, overflow, order, key_limit);
    all.prop_map(|(slots, queue, overflow, order, key_limit)| Bounds {
        slots,
        queue,
        overflow,
        order,
        key_limit,
        stuck_after: Duration::from_millis(7),
        has_histograms: true,
        is_observed: true,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn whatever_happens_the_rules_hold_and_every_job_resolves_once(
        bounds in any_bounds(),
        ops in prop::collection::vec(op(), 0..160),
    ) {
        let mut world = World::new(bounds);
        for op in ops {
            world.apply(op);
        }
        world.end();
    }
}

fn plain_bounds() -> Bounds {
    Bounds {
        slots: 1,
        queue: QueueLimit::count(8),
        overflow: Overflow::Reject,
        order: Order::default(),
        key_limit: None,
        stuck_after: ms(5000),
        has_histograms: false,
        is_observed: false,
    }
}

fn submit(id: JobId, terms: Terms) -> Event {
    let application = Application {
        terms,
        unique: None,
        overflow: Overflow::Reject,
        came: Moment::ZERO,
        due: None,
        is_reservation: false,
    };
    Event::Submit { id, application }
}

const ONE: JobId = JobId::from_u64(0);

/// A dispatcher with one slot and one job on it since the beginning, which has `terms`.
fn running(terms: Terms) -> Dispatcher {
    let mut dispatcher = Dispatcher::new(plain_bounds());
    let effects = dispatcher.handle(Moment::ZERO, submit(ONE, terms));
    assert!(effects.contains(&Effect::Start {
        id: ONE,
        slot: 0,
        attempt: 1
    }));
    dispatcher
}

/// What the one job's submitter is told by an event.
fn verdict(effects: &[Effect]) -> Option<Verdict> {
    effects.iter().find_map(|effect| match effect {
        Effect::Resolve {
            id: ONE, verdict, ..
        } => Some(verdict.clone()),
        _ => None,
    })
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn cancel(reason: &'static str) -> Event {
    Event::Cancel {
        id: ONE,
        reason: reason.into(),
    }
}

const DONE: Event = Event::Finished {
    id: ONE,
    end: End::Succeeded,
    again: None,
};

#[test]
fn a_run_that_ends_at_its_deadline_has_timed_out_and_one_just_before_has_not() {
    let terms = Terms {
        run_timeout: Some(ms(10)),
        ..Terms::default()
    };
    assert_eq!(
        verdict(&running(terms.clone()).handle(ms(9), DONE)),
        Some(Verdict::Own)
    );
    let late = verdict(&running(terms).handle(ms(10), DONE));
    assert_eq!(
        late,
        Some(Verdict::TimedOut {
            kind: TimeoutKind::Run,
            after: ms(10)
        })
    );
}

#[test]
fn a_cancellation_that_comes_before_the_end_wins_and_one_after_it_is_not_accepted() {
    let mut dispatcher = running(Terms {
        grace: ms(5),
        ..Terms::default()
    });
    assert!(
        dispatcher
            .handle(ms(1), cancel("a"))
            .contains(&Effect::Ask { id: ONE })
    );
    assert!(dispatcher.handle(ms(1), cancel("b")).is_empty());
    let expected = Verdict::Cancelled {
        reason: "a".into(),
        phase: Phase::Running,
    };
    assert_eq!(verdict(&dispatcher.handle(ms(1), DONE)), Some(expected));

    let mut dispatcher = running(Terms::default());
    assert_eq!(verdict(&dispatcher.handle(ms(1), DONE)), Some(Verdict::Own));
    assert!(dispatcher.handle(ms(1), cancel("late")).is_empty());
}

#[test]
fn a_cancellation_at_the_deadline_is_too_late() {
    let mut dispatcher = running(Terms {
        run_timeout: Some(ms(10)),
        ..Terms::default()
    });
    let effects = dispatcher.handle(ms(10), cancel("late"));
    assert!(!effects.contains(&Effect::CancelAccepted { id: ONE }));
    assert!(effects.contains(&Effect::Stop { id: ONE }));
}

#[test]
fn a_second_notice_of_the_same_end_frees_no_second_slot() {
    let mut dispatcher = running(Terms::default());
    dispatcher.handle(ms(1), DONE);
    assert!(dispatcher.handle(ms(1), DONE).is_empty());
    for number in 1..3 {
        let id = JobId::from_u64(number);
        dispatcher.handle(ms(1), submit(id, Terms::default()));
    }
    assert_eq!(
        (
            dispatcher.snapshot(ms(1)).running,
            dispatcher.snapshot(ms(1)).queued
        ),
        (1, 1)
    );
}

#[test]
fn the_next_job_starts_before_the_submitter_of_the_last_one_is_told() {
    let mut dispatcher = running(Terms::default());
    let next = JobId::from_u64(1);
    dispatcher.handle(ms(1), submit(next, Terms::default()));
    let times = Times {
        waited: ms(0),
        ran: ms(2),
        slot: Some(0),
        attempts: 1,
    };
    let resolve = Effect::Resolve {
        id: ONE,
        verdict: Verdict::Own,
        times,
    };
    let expected = [
        Effect::Start {
            id: next,
            slot: 0,
            attempt: 1,
        },
        resolve,
    ];
    assert_eq!(dispatcher.handle(ms(2), DONE), expected);
}
