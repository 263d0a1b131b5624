//! A job's identity.

use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

/// The identity of a job within its scheduler: a sequence, so a larger id was submitted later.
///
/// Ids are unique for the life of one scheduler and mean nothing to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(u64);

impl JobId {
    /// The id with this number, as [`get`](Self::get) gave it: for one that came from outside.
    #[must_use]
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// The place of the job in the order of submission, from 0.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Hashes ids. They are a sequence that nobody outside chooses, so one multiplication spreads them
/// (Knuth's multiplicative hashing, by the golden ratio), at a tenth of the price of std's hash.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdHasher(u64);

/// For maps whose keys are ids.
pub(crate) type JobHash = BuildHasherDefault<IdHasher>;

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
        let spread = (self.0 ^ number).wrapping_mul(GOLDEN);
        // The tables look at the low bits and at the highest seven.
        self.0 = spread ^ (spread >> 32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
