//! Moments by chance, the same again from the same seed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Numbers that look random (SplitMix64).
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// Begins with the seed that the environment names, or with one from the clock, and prints it,
    /// so that a failed test says how it came about.
    pub(crate) fn new() -> Self {
        let named = std::env::var("FAULTS_SEED").ok();
        let seed = named.and_then(|text| text.parse().ok());
        let seed = seed.unwrap_or_else(|| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            now.map_or(0, |now| u64::from(now.subsec_nanos()))
        });
        eprintln!("FAULTS_SEED={seed}");
        Self(seed)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// A length of time from the first to the last number of milliseconds.
    pub(crate) fn milliseconds(&mut self, first: u64, last: u64) -> Duration {
        Duration::from_micros(first * 1000 + self.below((last - first) * 1000))
    }
}
