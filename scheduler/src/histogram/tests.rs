//! The histogram against what it promises: the error, the space, and what a difference keeps.

use std::mem::size_of_val;
use std::time::Duration;

use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};

use super::{Histogram, LAST, bucket_of, upper_edge};

const NANO: Duration = Duration::from_nanos(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A histogram of `durations`.
fn histogram_of(durations: &[Duration]) -> Histogram {
    let mut histogram = Histogram::new();
    for &duration in durations {
        histogram.record(duration);
    }
    histogram
}

/// Durations of a microsecond to a day, each magnitude as likely as another.
fn durations() -> impl Strategy<Value = Duration> {
    (any::<u64>(), 17..64_u32).prop_map(|(n, bits)| {
        let day = 24 * 60 * 60 * 1_000_000_000;
        Duration::from_nanos((n >> bits).clamp(1000, day))
    })
}

#[test]
fn an_empty_histogram_has_no_mean_no_max_and_no_quantile() {
    let empty = Histogram::new();
    assert_eq!((empty.count(), empty.sum()), (0, Duration::ZERO));
    assert_eq!((empty.mean(), empty.max()), (None, None));
    assert_eq!(empty.quantile(0.5), None);
}

#[test]
fn the_counters_take_no_more_than_five_kibibytes() {
    assert!(size_of_val(&*Histogram::new().counts) <= 5 * 1024);
}

#[test]
fn the_buckets_join_without_gap_or_overlap_from_zero_to_more_than_a_day() {
    assert_eq!(bucket_of(Duration::ZERO), 0);
    for bucket in 0..LAST {
        assert_eq!(bucket_of(upper_edge(bucket)), bucket);
        assert_eq!(bucket_of(upper_edge(bucket) + NANO), bucket + 1);
    }
    assert!(upper_edge(LAST - 1) > DAY);
}

#[test]
fn a_bucket_is_no_wider_than_a_sixteenth_of_what_is_in_it_and_32_ns_at_the_bottom() {
    for bucket in 1..LAST {
        let (shortest, longest) = (upper_edge(bucket - 1) + NANO, upper_edge(bucket));
        let limit = (shortest / 16).max(Duration::from_nanos(32));
        assert!(longest - shortest < limit, "{shortest:?} {longest:?}");
    }
}

#[test]
fn what_is_over_the_range_counts_as_the_longest_of_all() {
    let histogram = histogram_of(&[DAY, DAY * 40, DAY * 30]);
    assert_eq!(histogram.max(), Some(DAY * 40));
    assert_eq!(histogram.quantile(0.6), Some(DAY * 40));
    assert!(histogram.quantile(0.3) < Some(DAY * 2));
    assert_eq!(histogram.counts[LAST], 2);
    let over_64_bits_of_nanoseconds = Duration::from_secs(18_446_744_074);
    assert_eq!(bucket_of(over_64_bits_of_nanoseconds), LAST);
}

#[test]
fn the_longest_durations_saturate_the_sum() {
    let histogram = histogram_of(&[Duration::MAX, Duration::MAX]);
    assert_eq!(histogram.sum(), Duration::MAX);
    assert_eq!(histogram.mean(), Some(Duration::MAX / 2));
    assert_eq!(histogram.quantile(1.0), Some(Duration::MAX));
}

#[test]
fn a_share_of_k_in_n_asks_for_the_kth_whatever_the_rounding() {
    let edges: Vec<_> = (0..600).map(upper_edge).collect();
    for n in 1..=edges.len() {
        let histogram = histogram_of(&edges[..n]);
        for k in (1..=n).step_by(7) {
            assert_eq!(histogram.quantile(k as f64 / n as f64), Some(edges[k - 1]));
        }
    }
}

#[test]
fn a_share_out_of_range_is_clamped_and_not_a_number_is_zero() {
    let histogram = histogram_of(&[upper_edge(3), upper_edge(9)]);
    for q in [0.0, -1.0, f64::NEG_INFINITY, f64::NAN] {
        assert_eq!(histogram.quantile(q), Some(upper_edge(3)));
    }
    for q in [1.0, 7.0, f64::INFINITY] {
        assert_eq!(histogram.quantile(q), Some(upper_edge(9)));
    }
}

#[test]
fn the_max_of_a_difference_is_exact_only_if_the_longest_came_within() {
    let (long, short) = (Duration::from_millis(1000), Duration::from_millis(10));
    let earlier = histogram_of(&[long]);
    let mut later = earlier.clone();
    later.record(short);
    let edge = upper_edge(bucket_of(short));
    assert!(edge > short);
    assert_eq!(later.diff(&earlier).max(), Some(edge));
    later.record(long + NANO);
    assert_eq!(later.diff(&earlier).max(), Some(long + NANO));
}

#[test]
fn a_difference_to_itself_is_empty_and_one_to_a_stranger_is_not_below_zero() {
    let histogram = histogram_of(&[DAY, NANO, DAY * 9]);
    assert_eq!(histogram.diff(&histogram), Histogram::new());
    let stranger = histogram_of(&[DAY * 2, DAY * 2, DAY * 9, DAY * 9]);
    let since = histogram.diff(&stranger);
    assert_eq!((since.count(), since.sum()), (2, Duration::ZERO));
    assert_eq!(since.max(), Some(upper_edge(bucket_of(DAY))));
}

proptest! {
    #[test]
    fn a_quantile_is_at_most_a_sixteenth_over_that_of_the_sorted_durations(
        mut sorted in prop::collection::vec(durations(), 1..300),
        q in 0.0..=1.0_f64,
    ) {
        let histogram = histogram_of(&sorted);
        sorted.sort_unstable();
        let n = sorted.len();
        let rank = (1..=n).find(|&rank| rank as f64 / n as f64 >= q).unwrap();
        let (exact, read) = (sorted[rank - 1], histogram.quantile(q).unwrap());
        prop_assert!(exact <= read && read <= exact + exact / 16, "{:?} {:?}", exact, read);
        prop_assert_eq!(histogram.max(), sorted.last().copied());
        let sum: Duration = sorted.iter().sum();
        prop_assert_eq!((histogram.count(), histogram.sum()), (n as u64, sum));
        prop_assert_eq!(histogram.mean(), Some(sum / n as u32));
    }

    #[test]
    fn a_difference_is_a_histogram_of_what_came_since(
        before in prop::collection::vec(durations(), 0..50),
        after in prop::collection::vec(durations(), 1..50),
        q in 0.0..=1.0_f64,
    ) {
        let earlier = histogram_of(&before);
        let since = histogram_of(&[before, after.clone()].concat()).diff(&earlier);
        let fresh = histogram_of(&after);
        prop_assert_eq!(&since.counts, &fresh.counts);
        prop_assert_eq!((since.count(), since.sum()), (fresh.count(), fresh.sum()));
        prop_assert!(fresh.max() <= since.max());
        prop_assert!(since.max() <= fresh.max().map(|max| max + max / 16));
        prop_assert!(fresh.quantile(q) <= since.quantile(q));
    }
}
