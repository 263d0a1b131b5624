//! The lanes and the order in which they are served. Pure.

/// The latency class of a job. The host sets it, so that those who submit cannot jump the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Lane {
    /// Somebody waits for it at a screen.
    Interactive,
    /// Everything else.
    #[default]
    Normal,
    /// Nobody waits for it.
    Batch,
}

impl Lane {
    /// All lanes, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Interactive, Self::Normal, Self::Batch];

    /// The lane's stable name, for labels and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Normal => "normal",
            Self::Batch => "batch",
        }
    }

    /// What one job of the lane costs in virtual time: the weights 16:4:1, inverted.
    ///
    /// A factor of four between neighbours is felt, and the last lane still has one start in 21.
    const fn stride(self) -> u64 {
        match self {
            Self::Interactive => 1,
            Self::Normal => 4,
            Self::Batch => 16,
        }
    }
}

/// How the lanes share the slots while more than one of them has waiting jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LaneOrder {
    /// Of 21 starts 16 are interactive, 4 normal and 1 batch: no lane starves.
    #[default]
    Weighted,
    /// A more urgent lane always goes first; a busy one starves those below it.
    Strict,
}

/// One value per lane, reached without an index that could be wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PerLane<T> {
    interactive: T,
    normal: T,
    batch: T,
}

impl<T> PerLane<T> {
    /// What `make` gives for each lane.
    pub(crate) fn from_fn(make: impl Fn(Lane) -> T) -> Self {
        Self {
            interactive: make(Lane::Interactive),
            normal: make(Lane::Normal),
            batch: make(Lane::Batch),
        }
    }

    /// The value of `lane`.
    pub(crate) const fn get(&self, lane: Lane) -> &T {
        match lane {
            Lane::Interactive => &self.interactive,
            Lane::Normal => &self.normal,
            Lane::Batch => &self.batch,
        }
    }

    /// The value of `lane`, to change.
    pub(crate) const fn get_mut(&mut self, lane: Lane) -> &mut T {
        match lane {
            Lane::Interactive => &mut self.interactive,
            Lane::Normal => &mut self.normal,
            Lane::Batch => &mut self.batch,
        }
    }
}

/// Chooses the next lane by self-clocked fair queueing (Golestani, 1994).
///
/// Each lane's head would start at a virtual time and be done one stride later; the one that would
/// be done first is served, and its lane moves on. A lane that was empty starts from the present, so
/// that idling earns no credit with which it could shut the others out later; and since the end
/// decides, a lone batch job does not overtake the interactive ones that already wait.
#[derive(Debug)]
pub(crate) struct LanePicker {
    order: LaneOrder,
    /// When the head of each lane would start.
    due: PerLane<u64>,
    present: u64,
}

impl LanePicker {
    /// A picker for lanes that are all empty.
    pub(crate) fn new(order: LaneOrder) -> Self {
        Self {
            order,
            due: PerLane::default(),
            present: 0,
        }
    }

    /// Tells that `lane`, empty until now, has got a job.
    pub(crate) fn filled(&mut self, lane: Lane) {
        let due = self.due.get_mut(lane);
        *due = self.present.max(*due);
    }

    /// Tells that `lane`, whose jobs were held back until now, may be served again. It was not idle, so
    /// it keeps its claim to one job: without, a lane that is held back again and again would never
    /// have its turn.
    pub(crate) fn released(&mut self, lane: Lane) {
        let claim = self.present.saturating_sub(lane.stride());
        let due = self.due.get_mut(lane);
        *due = claim.max(*due);
    }

    /// The lane to serve next among those with waiting jobs.
    pub(crate) fn next(&self, has_jobs: impl Fn(Lane) -> bool) -> Option<Lane> {
        let waiting = Lane::ALL.into_iter().filter(|&lane| has_jobs(lane));
        match self.order {
            LaneOrder::Strict => waiting.min(),
            // Ties go to the more urgent lane, which `ALL` names first.
            LaneOrder::Weighted => {
                waiting.min_by_key(|&lane| self.due.get(lane).saturating_add(lane.stride()))
            }
        }
    }

    /// Charges `lane` for a job of `cost` that starts.
    pub(crate) fn charge(&mut self, lane: Lane, cost: u32) {
        let due = self.due.get_mut(lane);
        *due = due.saturating_add(lane.stride().saturating_mul(u64::from(cost)));
        self.present = self.present.max(*due);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};

    use super::{Lane, LaneOrder, LanePicker, PerLane};

    /// Serves one job of the lane whose turn it is.
    fn pick(picker: &mut LanePicker, has_jobs: impl Fn(Lane) -> bool) -> Option<Lane> {
        let lane = picker.next(has_jobs)?;
        picker.charge(lane, 1);
        Some(lane)
    }

    #[test]
    fn busy_lanes_share_sixteen_to_four_to_one_in_every_window_of_twenty_one() {
        let mut picker = LanePicker::new(LaneOrder::Weighted);
        let picks: Vec<Lane> = std::iter::from_fn(|| pick(&mut picker, |_| true))
            .take(21 * 50)
            .collect();
        for window in picks.chunks(21) {
            let count = |lane| window.iter().filter(|&&picked| picked == lane).count();
            assert_eq!(Lane::ALL.map(count), [16, 4, 1]);
        }
        assert_eq!(picks[0], Lane::Interactive);
    }

    #[test]
    fn a_lane_that_idled_has_no_credit_to_shut_the_others_out() {
        let mut picker = LanePicker::new(LaneOrder::Weighted);
        picker.filled(Lane::Normal);
        for _ in 0..1000 {
            assert_eq!(
                pick(&mut picker, |lane| lane == Lane::Normal),
                Some(Lane::Normal)
            );
        }
        picker.filled(Lane::Batch);
        let both = |lane| lane != Lane::Interactive;
        let batch = (0..500)
            .filter(|_| pick(&mut picker, both) == Some(Lane::Batch))
            .count();
        assert_eq!(
            batch, 100,
            "four normal jobs to one batch job from the start"
        );
    }

    #[test]
    fn a_lone_batch_job_does_not_overtake_the_interactive_ones_that_wait() {
        for served in [0, 1, 500] {
            let mut picker = LanePicker::new(LaneOrder::Weighted);
            picker.filled(Lane::Interactive);
            for _ in 0..served {
                let _ = pick(&mut picker, |lane| lane == Lane::Interactive);
            }
            picker.filled(Lane::Batch);
            let both = |lane| lane != Lane::Normal;
            let before = std::iter::from_fn(|| pick(&mut picker, both))
                .take_while(|&lane| lane == Lane::Interactive)
                .count();
            assert!((15..=16).contains(&before), "{before} after {served}");
        }
    }

    #[test]
    fn the_strict_order_serves_the_most_urgent_lane_with_jobs() {
        let mut picker = LanePicker::new(LaneOrder::Strict);
        assert_eq!(pick(&mut picker, |_| true), Some(Lane::Interactive));
        assert_eq!(
            pick(&mut picker, |lane| lane == Lane::Batch),
            Some(Lane::Batch)
        );
        assert_eq!(pick(&mut picker, |_| false), None);
    }

    proptest! {
        /// While two lanes both have jobs, what each has been served differs, in virtual time,
        /// by no more than one job of each.
        #[test]
        fn two_busy_lanes_are_served_within_one_job_of_their_weights(
            ops in prop::collection::vec((0..3_usize, 0..4_usize, 0..6_usize), 1..300),
        ) {
            let mut picker = LanePicker::new(LaneOrder::Weighted);
            let mut waiting = PerLane::<usize>::default();
            let mut served = [[0_u64; 3]; 3];
            for (lane, arrivals, starts) in ops {
                let lane = Lane::ALL[lane];
                if *waiting.get(lane) == 0 && arrivals > 0 {
                    picker.filled(lane);
                }
                *waiting.get_mut(lane) += arrivals;
                for _ in 0..starts {
                    let Some(lane) = pick(&mut picker, |lane| *waiting.get(lane) > 0) else { break };
                    *waiting.get_mut(lane) -= 1;
                    account(&mut served, lane, &waiting);
                }
            }
        }
    }

    /// Counts, for each pair of lanes, what both got since both were last busy together.
    fn account(served: &mut [[u64; 3]; 3], picked: Lane, waiting: &PerLane<usize>) {
        let place = |lane: Lane| Lane::ALL.iter().position(|&other| other == lane).unwrap();
        for one in Lane::ALL {
            served[place(picked)][place(one)] += picked.stride();
        }
        for one in Lane::ALL {
            for other in Lane::ALL {
                let (a, b) = (place(one), place(other));
                if *waiting.get(one) == 0 || *waiting.get(other) == 0 {
                    (served[a][b], served[b][a]) = (0, 0);
                }
                let apart = served[a][b].abs_diff(served[b][a]);
                assert!(
                    apart <= one.stride() + other.stride(),
                    "{one:?} {other:?} {apart}"
                );
            }
        }
    }
}
