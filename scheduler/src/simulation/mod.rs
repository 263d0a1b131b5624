//! The dispatcher under random events in virtual time, against a model that knows the rules.

use std::time::Duration;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use proptest::sample::Index;

use crate::dispatcher::{Bounds, Dispatcher};
use crate::error::{Phase, TimeoutKind};
use crate::event::{Effect, End, Event, Moment, Times, Verdict};
use crate::job::JobId;
use crate::priority::{Lane, LaneOrder};
use crate::spec::Terms;

use world::{Op, World};

mod world;

fn terms() -> impl Strategy<Value = Terms> {
    let some_time = || prop::option::weighted(0.4, (0..30_u64).prop_map(Duration::from_millis));
    let lane = prop::sample::select(Lane::ALL.to_vec());
    let grace = (0..10_u64).prop_map(|ms| Duration::from_millis(ms.saturating_sub(4)));
    (lane, some_time(), some_time(), grace).prop_map(|(lane, run_timeout, queue_timeout, grace)| {
        Terms {
            lane,
            run_timeout,
            queue_timeout,
            grace,
        }
    })
}

fn op() -> impl Strategy<Value = Op> {
    let ends = [
        End::Succeeded,
        End::Failed,
        End::Panicked,
        End::Exited,
        End::OutOfMemory,
        End::Stopped,
    ];
    let end = prop::sample::select(ends.to_vec());
    prop_oneof![
        40 => terms().prop_map(Op::Submit),
        30 => (any::<Index>(), end).prop_map(|(index, end)| Op::Finish(index, end)),
        12 => any::<Index>().prop_map(Op::Cancel),
        15 => (0..12_u64).prop_map(|ms| Op::Advance(Duration::from_millis(ms))),
        1 => Just(Op::Close),
        1 => any::<Index>().prop_map(|index| Op::Finish(index, End::Lost)),
        1 => Just(Op::Shutdown),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn whatever_happens_the_rules_hold_and_every_job_resolves_once(
        slots in 1..4_usize,
        waiting in 0..12_usize,
        order in prop::sample::select(vec![LaneOrder::Weighted, LaneOrder::Strict]),
        ops in prop::collection::vec(op(), 0..120),
    ) {
        let mut world = World::new(Bounds { slots, waiting, order });
        for op in ops {
            world.apply(op);
        }
        world.end();
    }
}

const ONE: JobId = JobId::from_sequence(0);

/// A dispatcher with one slot and one job on it since the beginning, which has `terms`.
fn running(terms: Terms) -> Dispatcher {
    let bounds = Bounds {
        slots: 1,
        waiting: 8,
        order: LaneOrder::Weighted,
    };
    let mut dispatcher = Dispatcher::new(bounds);
    let effects = dispatcher.handle(Moment::ZERO, Event::Submit { id: ONE, terms });
    assert!(effects.contains(&Effect::Start { id: ONE, slot: 0 }));
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
};

#[test]
fn a_run_that_ends_at_its_deadline_has_timed_out_and_one_just_before_has_not() {
    let terms = Terms {
        run_timeout: Some(ms(10)),
        ..Terms::default()
    };
    assert_eq!(
        verdict(&running(terms).handle(ms(9), DONE)),
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
        let id = JobId::from_sequence(number);
        dispatcher.handle(
            ms(1),
            Event::Submit {
                id,
                terms: Terms::default(),
            },
        );
    }
    assert_eq!(
        (dispatcher.snapshot().running, dispatcher.snapshot().queued),
        (1, 1)
    );
}

#[test]
fn the_next_job_starts_before_the_submitter_of_the_last_one_is_told() {
    let mut dispatcher = running(Terms::default());
    let next = JobId::from_sequence(1);
    dispatcher.handle(
        ms(1),
        Event::Submit {
            id: next,
            terms: Terms::default(),
        },
    );
    let times = Times {
        waited: ms(0),
        ran: ms(2),
        slot: Some(0),
    };
    let resolve = Effect::Resolve {
        id: ONE,
        verdict: Verdict::Own,
        times,
    };
    let expected = [Effect::Start { id: next, slot: 0 }, resolve];
    assert_eq!(dispatcher.handle(ms(2), DONE), expected);
}
