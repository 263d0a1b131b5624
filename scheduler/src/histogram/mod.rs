//! How long things took: counters in a fixed space, from which any quantile can be read.
//!
//! Log-linear, after the idea of HdrHistogram (Gil Tene): each doubling of the duration is cut
//! into equally wide buckets, so the error is a fixed share of the value at every magnitude.

use std::time::Duration;

/// Each doubling has 2^4 = 16 buckets, the fewest with which a bucket is no wider than 1/16 of
/// what is in it.
const SUB_BITS: u32 = 4;

/// Buckets of one doubling.
const SUBS: usize = 1 << SUB_BITS;

/// The unit of the narrowest buckets is 2^5 = 32 ns. The first 16 buckets are one unit wide at
/// any value, so the promised error begins at 16 units, which must be at most 1 us: 512 ns. (A
/// power of two makes the division a shift; 64 ns would begin at 1,024 ns. 1 ns would hold to the
/// same error five doublings further down, where the clock is no better, for 640 bytes more.)
const UNIT_BITS: u32 = 5;

/// The doublings above the first 16 units: to 16 * 2^38 units = 2^47 ns = 39 hours, as a day is
/// more than 2^46 ns.
const DOUBLINGS: usize = 38;

/// All buckets: 624, which are 4,992 bytes.
const BUCKETS: usize = SUBS * (1 + DOUBLINGS);

/// The bucket that takes what is too long for the others as well.
const LAST: usize = BUCKETS - 1;

/// Nanoseconds in a second.
const NANOS_PER_SEC: u64 = 1_000_000_000;

/// How many durations there were of which length.
///
/// A quantile is at most 1/16 over the true value, for values from 512 ns to a day; a shorter one
/// at most 32 ns over it. What is over 38 hours counts as the longest of all. Takes 5 KB, however
/// much is recorded. Counts and sums saturate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    /// The durations by bucket.
    counts: Box<[u64; BUCKETS]>,
    /// The sum of `counts`.
    count: u64,
    /// Of the exact durations.
    sum: Duration,
    /// No duration is longer; zero when there is none.
    max: Duration,
}

impl Histogram {
    /// One without any duration. The only allocation.
    pub(crate) fn new() -> Self {
        Self {
            counts: Box::new([0; BUCKETS]),
            count: 0,
            sum: Duration::ZERO,
            max: Duration::ZERO,
        }
    }

    /// Counts `duration`. O(1), a few nanoseconds, allocates nothing.
    pub(crate) fn record(&mut self, duration: Duration) {
        // Always there; `get_mut` as nothing here may panic.
        if let Some(count) = self.counts.get_mut(bucket_of(duration)) {
            *count = count.saturating_add(1);
        }
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(duration);
        self.max = self.max.max(duration);
    }

    /// How many durations there were.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// All durations together, exact.
    #[must_use]
    pub const fn sum(&self) -> Duration {
        self.sum
    }

    /// The arithmetic mean, exact to the nanosecond below, or nothing when there is no duration.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        let nanos = self.sum.as_nanos().checked_div(u128::from(self.count))?;
        // Fits a `Duration`, as the sum is one.
        Some(Duration::from_nanos_u128(nanos))
    }

    /// The longest duration, or nothing when there is none.
    ///
    /// Exact, also after a [`diff`](Self::diff) within which the longest of all came. After
    /// another it is the upper edge of the bucket of its longest, so at most 1/16 over it; for one
    /// over 38 hours, the longest of all.
    #[must_use]
    pub fn max(&self) -> Option<Duration> {
        (self.count > 0).then_some(self.max)
    }

    /// The smallest duration such that a share of `q` of the durations is at most that, or nothing
    /// when there is none. It is the upper edge of the bucket that holds it, but never over
    /// [`max`](Self::max).
    ///
    /// `q` is clamped to `0.0..=1.0`, not-a-number counts as 0; 0 asks for the shortest. O(1): a
    /// pass over 624 counters.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        let q = if q.is_nan() { 0.0 } else { q.clamp(0.0, 1.0) };
        // `q` is the nearest float to what was meant, maybe over it: 0.07 of 100 must be the 7th
        // and not, as 0.07 * 100.0 > 7.0, the 8th.
        let rank = (q.next_down() * self.count as f64).ceil().max(1.0) as u64;
        let mut seen = 0_u64;
        let bucket = self.counts.iter().position(|&count| {
            seen = seen.saturating_add(count);
            seen >= rank
        });
        let edge = bucket.map_or(Duration::MAX, upper_edge);
        self.max().map(|max| max.min(edge))
    }

    /// What came since `earlier`, a former copy of this histogram. If it is not one, each counter
    /// that would fall below zero is zero. Allocates.
    #[must_use]
    pub fn diff(&self, earlier: &Self) -> Self {
        let mut since = self.clone();
        since.count = 0;
        for (count, before) in since.counts.iter_mut().zip(earlier.counts.iter()) {
            *count = count.saturating_sub(*before);
            since.count = since.count.saturating_add(*count);
        }
        since.sum = self.sum.saturating_sub(earlier.sum);
        let longest = since.counts.iter().rposition(|&count| count > 0);
        since.max = longest.map_or(Duration::ZERO, |bucket| self.max.min(upper_edge(bucket)));
        since
    }
}

/// The bucket of `duration`, less than [`BUCKETS`].
fn bucket_of(duration: Duration) -> usize {
    let whole = duration.as_secs().saturating_mul(NANOS_PER_SEC);
    let nanos = whole.saturating_add(u64::from(duration.subsec_nanos()));
    let units = nanos >> UNIT_BITS;
    // The bits beyond the first five, which tell the buckets of a doubling apart: how often the
    // width of a bucket has doubled. The first doubling's are as wide as those below it.
    let bits = u64::BITS.saturating_sub(units.leading_zeros());
    let widened = bits.saturating_sub(SUB_BITS + 1);
    // Both are small: at most 54 doublings, and less than 32 buckets.
    let bucket = widened as usize * SUBS + (units >> widened) as usize;
    bucket.min(LAST)
}

/// The longest duration that belongs to `bucket`; for the last there is none.
const fn upper_edge(bucket: usize) -> Duration {
    if bucket >= LAST {
        return Duration::MAX;
    }
    let widened = (bucket / SUBS).saturating_sub(1);
    // Counted within the doubling, from 16 on, and from 0 on in the first 16 units.
    let place = bucket.saturating_sub(widened * SUBS) as u64;
    let next = place.saturating_add(1) << widened;
    Duration::from_nanos((next << UNIT_BITS).saturating_sub(1))
}

#[cfg(test)]
mod tests;
