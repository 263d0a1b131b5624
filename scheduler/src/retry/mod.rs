//! When a job that has failed is run again, and how often. Pure: chance comes in as a seed.

use std::ops::RangeInclusive;
use std::time::Duration;

/// Runs of a job, the first included, unless set otherwise: two retries outlast a short outage,
/// and a job that fails for good costs no more than three times its work.
const DEFAULT_ATTEMPTS: u32 = 3;

/// Snoozes of a job unless set otherwise. Waiting for something is no failure and may take many
/// looks; the limit is there so that a job that waits for what never comes has an end.
const DEFAULT_SNOOZES: u32 = 1000;

/// When and how often a job that has failed is run again.
///
/// Three runs at most and a thousand snoozes, unless set otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Retry {
    /// Before the first retry.
    first: Duration,
    /// No delay is longer.
    cap: Duration,
    /// Whether a delay is drawn from zero to the computed one.
    jitter: bool,
    /// Runs at most, at least 1.
    attempts: u32,
    /// Snoozes at most.
    snoozes: u32,
}

impl Retry {
    /// No backoff grows: always the same delay.
    pub const fn fixed(delay: Duration) -> Self {
        Self {
            first: delay,
            cap: delay,
            jitter: false,
            attempts: DEFAULT_ATTEMPTS,
            snoozes: DEFAULT_SNOOZES,
        }
    }

    /// Doubles from the start of the range to its end: the first retry waits `start`, the next
    /// `2 * start`, and so on, capped at `end`. An `end` before `start` caps the first one too; a
    /// `start` of zero stays zero.
    pub const fn exponential(range: RangeInclusive<Duration>) -> Self {
        let mut retry = Self::fixed(*range.end());
        retry.first = *range.start();
        retry
    }

    /// Draws each delay uniformly from zero to the computed one, both included, so that jobs that
    /// failed together do not come back together.
    ///
    /// Source: "full jitter" in Exponential Backoff And Jitter, AWS Architecture Blog, 2015.
    pub const fn full_jitter(mut self) -> Self {
        self.jitter = true;
        self
    }

    /// Runs at most, the first included. Default: 3. 0 counts as 1, as a job that was taken runs.
    pub const fn attempts(mut self, most: u32) -> Self {
        self.attempts = if most == 0 { 1 } else { most };
        self
    }

    /// How often the job may ask to be run later (snooze). Default: 1,000; 0 forbids it.
    pub const fn snoozes(mut self, most: u32) -> Self {
        self.snoozes = most;
        self
    }

    /// Runs at most, the first included; at least 1.
    #[cfg(test)]
    pub(crate) const fn attempts_max(&self) -> u32 {
        self.attempts
    }

    /// How often the job may ask to be run later.
    pub(crate) const fn snoozes_max(&self) -> u32 {
        self.snoozes
    }

    /// The delay before attempt `attempt`, where 2 is the first retry, or nothing when no attempt
    /// is left. The first attempt (1, and 0 likewise) waits for nothing.
    ///
    /// The same for the same `attempt` and `seed`; without jitter the seed is ignored. O(1).
    pub(crate) fn backoff(&self, attempt: u32, seed: u64) -> Option<Duration> {
        if attempt > self.attempts {
            return None;
        }
        let Some(doublings) = attempt.checked_sub(2) else {
            return Some(Duration::ZERO);
        };
        let delay = self.delay(doublings);
        if self.jitter {
            return Some(share(delay, splitmix64(seed, attempt)));
        }
        Some(delay)
    }

    /// `first * 2^doublings`, capped.
    fn delay(&self, doublings: u32) -> Duration {
        let factor = 1_u128.checked_shl(doublings).unwrap_or(u128::MAX);
        let nanos = self.first.as_nanos().saturating_mul(factor);
        // Fits a `Duration`, as the cap is one.
        Duration::from_nanos_u128(nanos.min(self.cap.as_nanos()))
    }
}

/// A duration from zero to `delay`, both included, as far along as `draw` is in its own range.
fn share(delay: Duration, draw: u64) -> Duration {
    // 32 bits of the draw (the upper ones), as the longest `Duration` has 94 and the product must
    // fit 128. A delay of a day is thus drawn in steps of 20 us, one under 4 s in steps of 1 ns.
    let draw = u128::from(draw >> 32);
    let choices = delay.as_nanos().saturating_add(1);
    // Fits a `Duration`: it is less than `choices`, as `draw` is less than 2^32.
    Duration::from_nanos_u128(choices.saturating_mul(draw) >> 32)
}

/// Output number `nth` (the first is 1) of the generator started with `seed`; jumps there in O(1).
/// Wraps by definition.
///
/// Source: Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014, with
/// the constants of Vigna's splitmix64.c.
const fn splitmix64(seed: u64, nth: u32) -> u64 {
    let state = seed.wrapping_add((nth as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests;
