//! Quantiles and medians, and a check of them on samples whose answers are known.

use std::time::Duration;

/// The latencies of one turn that are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Latencies {
    /// Half of the builds took no longer.
    pub(crate) p50: Duration,
    /// 95 of 100 took no longer.
    pub(crate) p95: Duration,
    /// 99 of 100 took no longer.
    pub(crate) p99: Duration,
    /// None took longer.
    pub(crate) max: Duration,
}

impl Latencies {
    /// Of all builds of a turn, in any order.
    pub(crate) fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        let at = |percent| quantile(&all, percent);
        Self {
            p50: at(50),
            p95: at(95),
            p99: at(99),
            max: at(100),
        }
    }
}

/// The smallest of sorted values that `percent` of all do not exceed; zero when there is none.
fn quantile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// The middle value, or the mean of the two in the middle; zero when there is none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<_> = values.into_iter().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
    if sorted.len() % 2 == 1 {
        at(half)
    } else {
        f64::midpoint(at(half.saturating_sub(1)), at(half))
    }
}

/// Wrong arithmetic would go unnoticed in figures that nobody knows beforehand. A benchmark has no
/// tests of its own, so every run begins with this.
pub(crate) fn check() -> Result<(), String> {
    let hundred: Vec<_> = (1..=100).rev().map(Duration::from_millis).collect();
    let latencies = Latencies::of(hundred);
    let expected = Latencies {
        p50: Duration::from_millis(50),
        p95: Duration::from_millis(95),
        p99: Duration::from_millis(99),
        max: Duration::from_millis(100),
    };
    let medians = [
        median([3.0, 1.0, 2.0]),
        median([4.0, 1.0, 2.0, 3.0]),
        median([]),
    ];
    let one = Latencies::of(vec![Duration::from_millis(7)]);
    let right = latencies == expected
        && medians == [2.0, 2.5, 0.0]
        && one.p50 == one.max
        && Latencies::of(Vec::new()).max == Duration::ZERO;
    right
        .then_some(())
        .ok_or_else(|| format!("the arithmetic is wrong: {latencies:?}, {medians:?}, {one:?}"))
}
