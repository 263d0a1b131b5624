//! Choices by chance, the same again from the same seed, today and in ten years.

/// Numbers that look random (SplitMix64): an algorithm of our own hands, so that no other version
/// of a crate turns a seed in a report into another program.
#[derive(Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// Begins with a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`, which is not 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let below = (mixed ^ (mixed >> 31)) % end as u64;
        below as usize
    }

    /// Whether something happens that does so `times` of a hundred times.
    pub(super) fn percent(&mut self, times: usize) -> bool {
        self.below(100) < times
    }

    /// One of several things.
    ///
    /// # Panics
    /// When there is none.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        assert!(!of.is_empty(), "there is nothing to choose from");
        let at = self.below(of.len());
        of.get(at)
            .unwrap_or_else(|| unreachable!("the choice is below the length"))
    }
}
