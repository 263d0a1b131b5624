//! The slots: how many jobs run at once, and who sits where.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

/// How many jobs run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Slots {
    /// The processors this process may use, less so many, and at least one. Respects the quota
    /// of a cgroup (v1 and v2) and the affinity mask.
    CpusMinus(usize),
    /// So many; 0 is refused when the scheduler is built.
    Exactly(usize),
}

impl Default for Slots {
    /// One processor is left to the runtime and the host.
    fn default() -> Self {
        Self::CpusMinus(1)
    }
}

impl Slots {
    /// The same, and no more than so many: for work whose amount is known beforehand. At least one,
    /// unless it was [`Exactly`](Self::Exactly) zero before.
    #[must_use]
    pub fn at_most(self, limit: usize) -> Self {
        self.count()
            .map_or(self, |count| Self::Exactly(count.get().min(limit.max(1))))
    }

    /// The number of slots on this machine, or nothing for zero.
    pub(crate) fn count(self) -> Option<NonZeroUsize> {
        match self {
            Self::CpusMinus(spare) => {
                let left = num_cpus::get().saturating_sub(spare);
                Some(NonZeroUsize::new(left).unwrap_or(NonZeroUsize::MIN))
            }
            Self::Exactly(count) => NonZeroUsize::new(count),
        }
    }
}

/// The slots nobody sits on. Pure.
///
/// The smallest free one goes first, so that a lightly used scheduler shows few busy slots.
#[derive(Debug)]
pub(crate) struct FreeSlots {
    free: BTreeSet<usize>,
}

impl FreeSlots {
    /// Slots `0..count`, all free.
    pub(crate) fn new(count: usize) -> Self {
        Self {
            free: (0..count).collect(),
        }
    }

    /// Whether a job could start now.
    pub(crate) fn any(&self) -> bool {
        !self.free.is_empty()
    }

    /// Takes the smallest free slot. O(log n).
    pub(crate) fn take(&mut self) -> Option<usize> {
        self.free.pop_first()
    }

    /// Gives a slot back. O(log n).
    pub(crate) fn give_back(&mut self, slot: usize) {
        let was_taken = self.free.insert(slot);
        debug_assert!(was_taken, "slot {slot} was given back twice");
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::{FreeSlots, Slots};

    #[test]
    fn slots_for_little_work_are_no_more_than_the_work() {
        assert_eq!(Slots::Exactly(8).at_most(3), Slots::Exactly(3));
        assert_eq!(Slots::Exactly(2).at_most(3), Slots::Exactly(2));
        assert_eq!(Slots::CpusMinus(1).at_most(0), Slots::Exactly(1));
        assert_eq!(Slots::Exactly(0).at_most(3), Slots::Exactly(0));
    }

    #[test]
    fn the_smallest_free_slot_goes_first() {
        let mut slots = FreeSlots::new(3);
        assert_eq!(
            [slots.take(), slots.take(), slots.take()],
            [Some(0), Some(1), Some(2)]
        );
        assert_eq!(slots.take(), None);
        slots.give_back(2);
        slots.give_back(0);
        assert_eq!([slots.take(), slots.take()], [Some(0), Some(2)]);
        assert!(!slots.any());
    }

    #[test]
    fn leaving_more_processors_free_than_there_are_still_gives_one_slot() {
        assert_eq!(
            Slots::CpusMinus(usize::MAX).count(),
            Some(NonZeroUsize::MIN)
        );
        assert_eq!(Slots::Exactly(0).count(), None);
        assert_eq!(Slots::Exactly(7).count(), NonZeroUsize::new(7));
    }
}
