//! The delays against the promised ones, and the draws against the published generator.

use std::collections::HashSet;
use std::time::Duration;

use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::{Retry, splitmix64};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn without_jitter_the_delay_doubles_up_to_the_end_of_the_range() {
    let retry = Retry::exponential(SECOND..=SECOND * 10).attempts(7);
    let delays = (2..=8).map(|attempt| retry.backoff(attempt, 0).map(|d| d.as_secs()));
    let expected = [Some(1), Some(2), Some(4), Some(8), Some(10), Some(10), None];
    assert!(delays.eq(expected));
}

#[test]
fn a_range_that_ends_before_it_starts_waits_its_end() {
    let retry = Retry::exponential(SECOND * 10..=SECOND);
    assert_eq!(retry.backoff(2, 0), Some(SECOND));
}

#[test]
fn a_fixed_delay_never_grows() {
    let retry = Retry::fixed(SECOND).attempts(u32::MAX);
    for attempt in [2, 3, 100, u32::MAX] {
        assert_eq!(retry.backoff(attempt, 0), Some(SECOND));
    }
}

#[test]
fn by_default_a_job_runs_three_times_and_snoozes_a_thousand_times() {
    for retry in [Retry::fixed(SECOND), Retry::exponential(SECOND..=SECOND)] {
        assert_eq!((retry.attempts_max(), retry.snoozes_max()), (3, 1000));
        assert_eq!(retry.backoff(3, 0), Some(SECOND));
        assert_eq!(retry.backoff(4, 0), None);
    }
    assert_eq!(Retry::fixed(SECOND).snoozes(0).snoozes_max(), 0);
}

#[test]
fn zero_attempts_count_as_one_which_waits_for_nothing() {
    let retry = Retry::fixed(SECOND).attempts(0);
    assert_eq!(retry, Retry::fixed(SECOND).attempts(1));
    assert_eq!(retry.backoff(1, 0), Some(Duration::ZERO));
    assert_eq!(retry.backoff(2, 0), None);
}

#[test]
fn the_longest_delays_after_the_most_attempts_are_capped() {
    let retry = Retry::exponential(Duration::MAX..=Duration::MAX).attempts(u32::MAX);
    assert_eq!(retry.backoff(u32::MAX, 0), Some(Duration::MAX));
    assert!(retry.full_jitter().backoff(u32::MAX, 0) < Some(Duration::MAX));
    let slow = Retry::exponential(Duration::from_nanos(1)..=Duration::MAX).attempts(u32::MAX);
    assert_eq!(slow.backoff(65, 0), Some(Duration::from_nanos(1 << 63)));
    assert_eq!(slow.backoff(u32::MAX, 0), Some(Duration::MAX));
}

#[test]
fn the_draws_are_those_of_the_published_generator() {
    let draws = [1, 2, 3].map(|nth| splitmix64(1_234_567, nth));
    let published = [
        6_457_827_717_110_365_317,
        3_203_168_211_198_807_973,
        9_817_491_932_198_370_423,
    ];
    assert_eq!(draws, published);
}

#[test]
fn jitter_is_uniform_from_zero_to_the_delay() {
    let retry = Retry::fixed(SECOND).full_jitter();
    let drawn = (0..10_000).map(|seed| retry.backoff(2, seed).unwrap().as_secs_f64());
    let mut tenths = [0_u32; 10];
    let mut sum = 0.0;
    for delay in drawn {
        tenths[(delay * 10.0) as usize] += 1;
        sum += delay;
    }
    assert!((sum / 10_000.0 - 0.5).abs() < 0.01, "{sum}");
    assert!(tenths.iter().all(|n| (900..1100).contains(n)), "{tenths:?}");
}

#[test]
fn both_ends_of_the_jitter_are_drawn() {
    let retry = Retry::fixed(Duration::from_nanos(1)).full_jitter();
    let drawn: HashSet<_> = (0..100).map(|seed| retry.backoff(2, seed)).collect();
    assert_eq!(drawn.len(), 2);
}

#[test]
fn another_seed_or_attempt_draws_another_delay() {
    let retry = Retry::fixed(SECOND).full_jitter().attempts(1001);
    let by_seed: HashSet<_> = (0..1000).map(|seed| retry.backoff(2, seed)).collect();
    let by_attempt: HashSet<_> = (2..1002).map(|nth| retry.backoff(nth, 7)).collect();
    assert!(by_seed.len() > 990 && by_attempt.len() > 990);
}

/// Durations of every magnitude, from nanoseconds to ages.
fn durations() -> impl Strategy<Value = Duration> {
    (any::<u64>(), 0..64_u32, any::<bool>()).prop_map(|(n, bits, ages)| match ages {
        true => Duration::from_secs(n >> bits),
        false => Duration::from_nanos(n >> bits),
    })
}

proptest! {
    #[test]
    fn delays_are_bounded_rise_without_jitter_and_repeat(
        (start, end) in (durations(), durations()),
        (attempt, most) in (0..200_u32, prop_oneof![0..300_u32, any::<u32>()]),
        seed: u64,
    ) {
        let retry = Retry::exponential(start..=end).attempts(most);
        let plain = retry.backoff(attempt, seed);
        let jittered = retry.full_jitter().backoff(attempt, seed);
        prop_assert_eq!(plain.is_some(), attempt <= most.max(1));
        prop_assert_eq!(plain.is_some(), jittered.is_some());
        prop_assert!(jittered <= plain && plain <= Some(end));
        let next = retry.backoff(attempt + 1, !seed);
        prop_assert!(next.is_none() || plain <= next);
        prop_assert_eq!(jittered, retry.full_jitter().backoff(attempt, seed));
    }
}
