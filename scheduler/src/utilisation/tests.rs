//! Utilisation against sums done by hand, and against adding up every step.

use std::time::Duration;

use proptest::prelude::{Strategy, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::Utilisation;

/// A time `millis` ms after the one the tests begin at.
fn at(millis: u64) -> Duration {
    Duration::from_secs(1000) + Duration::from_millis(millis)
}

#[test]
fn nothing_is_busy_when_no_time_has_passed_or_there_is_no_slot() {
    let mut slots = Utilisation::new(at(0), 4);
    slots.set(at(0), 4, 4);
    assert_eq!(slots.windowed(at(0)), 0.0);
    assert_eq!(Utilisation::new(at(0), 0).windowed(at(5000)), 0.0);
}

#[test]
fn before_a_minute_has_passed_the_window_is_all_the_time_there_was() {
    let mut slots = Utilisation::new(at(0), 2);
    slots.set(at(10_500), 1, 2);
    assert_eq!(slots.windowed(at(21_000)), 0.25);
    let busy = Duration::from_millis(10_500);
    assert_eq!(slots.totals(at(21_000)), (busy, busy * 4));
}

#[test]
fn what_is_more_than_a_minute_ago_is_forgotten() {
    let mut slots = Utilisation::new(at(0), 1);
    slots.set(at(0), 1, 1);
    slots.set(at(30_000), 0, 1);
    assert_eq!(slots.windowed(at(60_000)), 0.5, "exactly a minute");
    assert_eq!(slots.windowed(at(60_001)), 29_000.0 / 59_001.0);
    assert_eq!(slots.windowed(at(90_000)), 0.0);
}

#[test]
fn slots_still_busy_after_a_shrink_count_as_available() {
    let mut slots = Utilisation::new(at(0), 4);
    slots.set(at(0), 4, 2);
    slots.set(at(10_000), 0, 2);
    let second = Duration::from_secs(1);
    assert_eq!(slots.totals(at(20_000)), (second * 40, second * 60));
    assert_eq!(slots.windowed(at(10_000)), 1.0);
}

#[test]
fn time_that_runs_backwards_is_no_time() {
    let mut slots = Utilisation::new(at(0), 1);
    slots.set(at(5000), 1, 1);
    slots.set(at(2000), 1, 3);
    assert_eq!(slots.totals(at(1000)).1, Duration::from_secs(5));
    assert_eq!(slots.totals(at(6000)).0, Duration::from_secs(1));
    assert_eq!(Utilisation::new(at(5000), 1).windowed(at(0)), 0.0);
}

#[test]
fn no_gap_needs_more_than_sixty_marks() {
    let slots = Utilisation::new(at(0), 1);
    for (gap, marks) in [(0, 0), (1000, 0), (1001, 1), (61_000, 60), (u64::MAX, 60)] {
        let seconds = slots.unmarked(Duration::from_millis(gap));
        assert_eq!(seconds.count(), marks, "{gap}");
    }
}

#[test]
fn the_longest_time_and_the_most_slots_saturate() {
    let mut slots = Utilisation::new(Duration::ZERO, usize::MAX);
    slots.set(Duration::ZERO, usize::MAX, usize::MAX);
    slots.set(Duration::MAX, 1, 1);
    assert_eq!(slots.totals(Duration::MAX), (Duration::MAX, Duration::MAX));
    assert!((0.0..=1.0).contains(&slots.windowed(Duration::MAX)));
}

#[test]
fn integrals_that_overflow_do_not_start_again() {
    let (half, end) = [1_u128 << 64, 1 << 65]
        .map(Duration::from_nanos_u128)
        .into();
    let saturated = (Duration::MAX, Duration::MAX);
    let mut slots = Utilisation::new(Duration::ZERO, 0);
    slots.set(Duration::ZERO, 1 << 63, 1 << 63);
    assert_eq!(slots.totals(end), saturated, "at once");
    slots.set(half, 1 << 63, 1 << 63);
    assert_eq!(slots.totals(end), saturated, "in two halves");
}

#[test]
fn the_share_is_no_more_than_one_when_only_the_available_time_has_saturated() {
    let mut slots = Utilisation::new(Duration::ZERO, usize::MAX);
    slots.set(Duration::from_secs(1), usize::MAX, usize::MAX);
    // So many slots have used up 128 bits 0.3 s before the end of this window.
    let end = Duration::from_secs(18_446_744_074);
    assert_eq!(slots.windowed(end), 1.0);
}

/// One call of `set`: its time in ms, the busy slots, the slots.
type Step = (u64, usize, usize);

/// Steps in order, with gaps of none to minutes, often whole seconds.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let gap = prop_oneof![
        4 => 0..3000_u64,
        2 => (0..4_u64).prop_map(|secs| secs * 1000),
        1 => 0..200_000_u64,
    ];
    prop::collection::vec((gap, 0..6_usize, 0..5_usize), 1..60).prop_map(|mut steps| {
        let mut now = 0;
        for step in &mut steps {
            now += step.0;
            step.0 = now;
        }
        steps
    })
}

/// Busy and available slot-milliseconds from `from` to `to`, added up step by step.
fn naive(steps: &[Step], from: u64, to: u64) -> (u64, u64) {
    let ends = steps.iter().skip(1).map(|step| step.0).chain([u64::MAX]);
    let (mut all_busy, mut all_slots) = (0, 0);
    for (&(start, busy, slots), end) in steps.iter().zip(ends) {
        let passed = end.min(to).saturating_sub(start.max(from));
        all_busy += passed * busy as u64;
        all_slots += passed * slots.max(busy) as u64;
    }
    (all_busy, all_slots)
}

proptest! {
    #[test]
    fn the_integrals_are_those_of_adding_up_every_step(steps in steps(), rest in 0..100_000_u64) {
        let steps = [vec![(0, 0, 3)], steps].concat();
        let mut slots = Utilisation::new(at(0), 3);
        for (nth, &(now, busy, all)) in steps.iter().enumerate() {
            slots.set(at(now), busy, all);
            let until = steps.get(nth + 1).map_or(now + rest, |next| next.0);
            let known = &steps[..=nth];
            let (busy, all) = naive(known, 0, until);
            let expected = (Duration::from_millis(busy), Duration::from_millis(all));
            prop_assert_eq!(slots.totals(at(until)), expected);
            let from = until.saturating_sub(60_000).div_ceil(1000) * 1000;
            let (busy, all) = naive(known, from, until);
            let share = if all == 0 { 0.0 } else { busy as f64 / all as f64 };
            prop_assert!((slots.windowed(at(until)) - share).abs() < 1e-12);
        }
    }
}
