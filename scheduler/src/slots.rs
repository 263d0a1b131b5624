//! The slots: how many jobs run at once, and who sits where.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use crate::config::{ConfigError, ConfigProblem};

/// How many jobs run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Slots {
    /// The processors this process may use, less so many, and at least one. Respects the quota
    /// of a cgroup (v1 and v2) and the affinity mask.
    CpusMinus(usize),
    /// So many, from 1 to 4,096; others are refused.
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

impl Slots {
    /// The number of slots on this machine.
    ///
    /// # Errors
    /// For none and for too many.
    pub(crate) fn checked(self) -> Result<usize, ConfigError> {
        let problem = match self.count().map(NonZeroUsize::get) {
            None => ConfigProblem::Zero,
            Some(count) if count > MAX_SLOTS => ConfigProblem::TooLarge {
                limit: MAX_SLOTS as u64,
            },
            Some(count) => return Ok(count),
        };
        Err(ConfigError::new("slots", problem))
    }
}

/// The most slots a scheduler may have. No machine has more processors; a larger figure is a
/// mistake, and each slot may stand for a process.
const MAX_SLOTS: usize = 4096;

/// The seats and what the jobs on them cost. Pure.
///
/// The smallest free seat goes first, so that a lightly used scheduler shows few busy slots. A job
/// has one seat, and takes as much of the slots as it costs.
#[derive(Debug)]
pub(crate) struct Seats {
    slots: usize,
    free: BTreeSet<usize>,
    /// The first seat that has never been given out.
    fresh: usize,
    taken: usize,
    used: usize,
}

impl Seats {
    /// Seats `0..slots`, all free.
    pub(crate) const fn new(slots: usize) -> Self {
        Self {
            slots,
            free: BTreeSet::new(),
            fresh: 0,
            taken: 0,
            used: 0,
        }
    }

    /// How many slots there are.
    pub(crate) const fn slots(&self) -> usize {
        self.slots
    }

    /// Seats with a job on them; more than there are slots only after a shrink.
    pub(crate) const fn taken(&self) -> usize {
        self.taken
    }

    /// What the jobs on the seats cost together.
    pub(crate) const fn used(&self) -> usize {
        self.used
    }

    /// What a job of this cost is charged: no more than all slots.
    pub(crate) fn charge(&self, cost: u32) -> usize {
        usize::try_from(cost).unwrap_or(usize::MAX).min(self.slots)
    }

    /// Whether a job of this cost could start now.
    pub(crate) fn fits(&self, cost: u32) -> bool {
        self.used == 0 || self.used + self.charge(cost) <= self.slots
    }

    /// Takes the smallest free seat, and what the job is `charged`; asks no questions, for a job
    /// that comes back whatever the room. O(log n).
    pub(crate) fn take(&mut self, charged: usize) -> usize {
        self.taken += 1;
        self.used += charged;
        self.free.pop_first().unwrap_or_else(|| {
            self.fresh += 1;
            self.fresh - 1
        })
    }

    /// Gives a seat and its charge back. O(log n).
    pub(crate) fn give_back(&mut self, seat: usize, charged: usize) {
        let was_taken = self.free.insert(seat);
        debug_assert!(was_taken, "seat {seat} was given back twice");
        self.taken -= 1;
        self.used -= charged;
    }

    /// From now on there are so many slots. Jobs on seats beyond keep them until they end.
    pub(crate) const fn resize(&mut self, slots: usize) {
        self.slots = slots;
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::{Seats, Slots};

    #[test]
    fn slots_for_little_work_are_no_more_than_the_work() {
        assert_eq!(Slots::Exactly(8).at_most(3), Slots::Exactly(3));
        assert_eq!(Slots::Exactly(2).at_most(3), Slots::Exactly(2));
        assert_eq!(Slots::CpusMinus(1).at_most(0), Slots::Exactly(1));
        assert_eq!(Slots::Exactly(0).at_most(3), Slots::Exactly(0));
    }

    #[test]
    fn the_smallest_free_seat_goes_first() {
        let mut seats = Seats::new(3);
        assert_eq!([seats.take(1), seats.take(1), seats.take(1)], [0, 1, 2]);
        assert!(!seats.fits(1));
        seats.give_back(2, 1);
        seats.give_back(0, 1);
        assert_eq!([seats.take(1), seats.take(1)], [0, 2]);
    }

    #[test]
    fn a_job_that_costs_more_than_all_slots_runs_alone() {
        let mut seats = Seats::new(3);
        assert!(seats.fits(7));
        let seat = seats.take(seats.charge(7));
        assert!(!seats.fits(1));
        seats.give_back(seat, 3);
        let seat = seats.take(1);
        assert!(seats.fits(2) && !seats.fits(3) && !seats.fits(7));
        seats.give_back(seat, 1);
        assert_eq!((seats.used(), seats.taken()), (0, 0));
    }

    #[test]
    fn after_a_shrink_new_jobs_sit_on_the_seats_that_are_left() {
        let mut seats = Seats::new(4);
        let all: Vec<usize> = (0..4).map(|_| seats.take(1)).collect();
        seats.resize(2);
        for &seat in &all[..2] {
            seats.give_back(seat, 1);
        }
        assert!(!seats.fits(1), "two still run beyond the shrink");
        seats.give_back(3, 1);
        assert!(seats.fits(1));
        assert_eq!(seats.take(1), 0);
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
