//! In which order jobs start: lane, then key, then rank. Pure.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::contain::quietly;
use crate::discipline::{Discipline, Unmade};
use crate::moment::Moment;
use crate::priority::LaneOrder;

/// The highest priority; its negative is the lowest. Wide enough for any scheme of levels.
const PRIORITY_MAX: i8 = 100;

/// Most time a step of aging may take: a thousand days times 100 levels still fit 64 bits of
/// nanoseconds, and a slower aging is none.
const STEP_MAX: Duration = Duration::from_secs(1000 * 24 * 60 * 60);

/// How the waiting jobs are ordered: first by [lane](crate::priority::Lane), then by
/// [key](crate::key::Key), then by rank.
///
/// The default is [`Order::priority`] with an [aging](Self::aging) of 30 s, fair by key. Jobs that
/// have neither priority nor key are then served first come, first served. Ties go to the job that
/// was submitted first, always.
#[derive(Clone)]
#[must_use]
pub struct Order {
    lanes: LaneOrder,
    is_fair: bool,
    ranking: Ranking,
}

#[derive(Clone)]
enum Ranking {
    Fifo,
    Priority { step: Option<Duration> },
    Custom(MakeDiscipline),
}

/// Makes a line for one key in one lane.
type MakeDiscipline = Arc<dyn Fn() -> Box<dyn Discipline> + Send + Sync>;

impl Order {
    /// First come, first served, whatever the priorities.
    pub const fn fifo() -> Self {
        Self::of(Ranking::Fifo)
    }

    /// The larger priority first, strictly: without [`aging`](Self::aging) an endless flood of
    /// high priorities starves the low ones.
    pub const fn priority() -> Self {
        Self::of(Ranking::Priority { step: None })
    }

    /// An order of your own within a lane and key; see [`Discipline`]. `make` is called for each
    /// key of each lane that gets waiting jobs.
    pub fn custom<D: Discipline>(make: impl Fn() -> D + Send + Sync + 'static) -> Self {
        Self::of(Ranking::Custom(Arc::new(move || Box::new(make()))))
    }

    const fn of(ranking: Ranking) -> Self {
        Self {
            lanes: LaneOrder::Weighted,
            is_fair: false,
            ranking,
        }
    }

    /// A job gains one level of priority for each `step` that it has waited.
    ///
    /// As all jobs age alike, two that wait never change places, so that the order is a static one:
    /// `rank = submitted - priority * step`, the smallest first. From this follows the bound:
    /// within a lane and key, a job of priority `p` is never overtaken by one of priority `q > p` that was
    /// submitted more than `(q - p) * step` after it. Steps longer than 1,000 days count as that;
    /// zero makes it first come, first served. No effect on [`fifo`](Self::fifo) and
    /// [`custom`](Self::custom).
    pub fn aging(mut self, step: Duration) -> Self {
        if let Ranking::Priority { step: aging } = &mut self.ranking {
            *aging = Some(step.min(STEP_MAX));
        }
        self
    }

    /// Keys take turns within a lane, however many jobs each has waiting: start-time fair queueing
    /// (Goyal, Vin, Cheng, 1996) by the jobs' costs. Two keys that both have jobs waiting in it, and
    /// are neither paused nor at their limit, are served within the cost of one job of each.
    pub const fn fair_by_key(mut self) -> Self {
        self.is_fair = true;
        self
    }

    /// How the lanes share the slots. Default: [`LaneOrder::Weighted`].
    pub const fn lanes(mut self, lanes: LaneOrder) -> Self {
        self.lanes = lanes;
        self
    }

    /// How the lanes share the slots.
    pub(crate) const fn lane_order(&self) -> LaneOrder {
        self.lanes
    }

    /// Whether keys take turns.
    pub(crate) const fn is_fair(&self) -> bool {
        self.is_fair
    }

    /// The step of aging, if priorities age.
    #[cfg(test)]
    pub(crate) const fn step(&self) -> Option<Duration> {
        match self.ranking {
            Ranking::Priority { step } => step,
            Ranking::Fifo | Ranking::Custom(_) => None,
        }
    }

    /// A line of the users' own kind, if they want one.
    pub(crate) fn discipline(&self) -> Option<Box<dyn Discipline>> {
        match &self.ranking {
            Ranking::Custom(make) => Some(quietly(|| make()).unwrap_or_else(|| Box::new(Unmade))),
            Ranking::Fifo | Ranking::Priority { .. } => None,
        }
    }

    /// The rank of a job.
    pub(crate) fn rank(&self, submitted: Moment, priority: i8) -> Rank {
        let priority = i64::from(clamped(priority));
        match self.ranking {
            Ranking::Fifo | Ranking::Custom(_) => Rank::default(),
            Ranking::Priority { step: None } => Rank(-priority),
            Ranking::Priority { step: Some(step) } => {
                Rank(nanos(submitted).saturating_sub(priority.saturating_mul(nanos(step))))
            }
        }
    }
}

impl Default for Order {
    /// Half a minute per level: one that hurries wins at once, and nobody waits for ever.
    fn default() -> Self {
        Self::priority()
            .aging(Duration::from_secs(30))
            .fair_by_key()
    }
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranking = match &self.ranking {
            Ranking::Fifo => "fifo".to_owned(),
            Ranking::Priority { step: None } => "priority".to_owned(),
            Ranking::Priority { step: Some(step) } => format!("priority, aging {step:?}"),
            Ranking::Custom(_) => "custom".to_owned(),
        };
        f.debug_struct("Order")
            .field("lanes", &self.lanes)
            .field("fair_by_key", &self.is_fair)
            .field("ranking", &ranking)
            .finish()
    }
}

/// A job's place within its key: the smallest goes first, ties by the id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank(i64);

/// A priority within its range.
pub(crate) const fn clamped(priority: i8) -> i8 {
    if priority > PRIORITY_MAX {
        PRIORITY_MAX
    } else if priority < -PRIORITY_MAX {
        -PRIORITY_MAX
    } else {
        priority
    }
}

fn nanos(length: Duration) -> i64 {
    i64::try_from(length.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::{prop_assert, proptest};

    use super::Order;

    proptest! {
        /// The bound that `Order::aging` promises, and that it is reached.
        #[test]
        fn a_job_is_overtaken_only_by_those_submitted_within_the_bound_after_it(
            low in -100..=100_i8,
            high in -100..=100_i8,
            step_ms in 0..100_000_u64,
            first_ms in 0..1_000_000_u64,
            later_ms in 0..50_000_000_u64,
        ) {
            let step = Duration::from_millis(step_ms);
            let order = Order::priority().aging(step);
            let first = order.rank(Duration::from_millis(first_ms), low);
            let second = order.rank(Duration::from_millis(first_ms + later_ms), high);
            let levels = (i64::from(high) - i64::from(low)).max(0) as u64;
            let bound_ms = levels * step_ms;
            prop_assert!(later_ms <= bound_ms || first < second);
            prop_assert!(later_ms >= bound_ms || high <= low || second < first);
        }
    }

    #[test]
    fn priorities_beyond_the_range_count_as_its_ends() {
        let order = Order::priority();
        let rank = |priority| order.rank(Duration::ZERO, priority);
        assert_eq!(rank(i8::MAX), rank(100));
        assert_eq!(rank(i8::MIN), rank(-100));
        assert!(rank(100) < rank(99));
    }

    #[test]
    fn the_longest_step_and_the_latest_moment_keep_their_order() {
        let order = Order::priority().aging(Duration::MAX);
        assert!(order.rank(Duration::MAX, 100) < order.rank(Duration::MAX, -100));
        assert!(order.rank(Duration::ZERO, 100) < order.rank(Duration::ZERO, 0));
    }
}
