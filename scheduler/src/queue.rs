//! The bounded queue of waiting jobs: lane, then first come, first served. Pure.

use std::collections::BTreeSet;

use crate::job::JobId;
use crate::priority::{Lane, LaneOrder, LanePicker, PerLane};

/// How many jobs may wait. Running ones do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueLimit {
    count: usize,
}

impl QueueLimit {
    /// So many waiting jobs; with 0 none waits: a job starts at once or is rejected.
    #[must_use]
    pub const fn count(count: usize) -> Self {
        Self { count }
    }

    /// The largest number of waiting jobs.
    pub(crate) const fn jobs(self) -> usize {
        self.count
    }
}

impl Default for QueueLimit {
    /// 1,024 jobs: about three quarters of a MiB of waiting jobs, and a wait nobody would sit out anyway.
    fn default() -> Self {
        Self::count(1024)
    }
}

/// The waiting jobs. Every operation is O(log n); the ids, being a sequence, are the order.
#[derive(Debug)]
pub(crate) struct Queue {
    lanes: PerLane<BTreeSet<JobId>>,
    picker: LanePicker,
    len: usize,
}

impl Queue {
    /// An empty queue.
    pub(crate) fn new(order: LaneOrder) -> Self {
        Self {
            lanes: PerLane::default(),
            picker: LanePicker::new(order),
            len: 0,
        }
    }

    /// How many jobs wait.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// How many jobs wait in `lane`.
    pub(crate) fn len_of(&self, lane: Lane) -> usize {
        self.lanes.get(lane).len()
    }

    /// Puts a job at the end of its lane.
    pub(crate) fn push(&mut self, lane: Lane, id: JobId) {
        let jobs = self.lanes.get_mut(lane);
        if jobs.is_empty() {
            self.picker.filled(lane);
        }
        if jobs.insert(id) {
            self.len += 1;
        }
    }

    /// Takes the next job out.
    pub(crate) fn pop(&mut self) -> Option<JobId> {
        let lane = self.picker.pick(|lane| !self.lanes.get(lane).is_empty())?;
        let id = self.lanes.get_mut(lane).pop_first()?;
        self.len -= 1;
        Some(id)
    }

    /// Takes one job out, wherever it stands; the order of the others stays.
    pub(crate) fn remove(&mut self, lane: Lane, id: JobId) {
        if self.lanes.get_mut(lane).remove(&id) {
            self.len -= 1;
        }
    }

    /// Takes all jobs out, lane by lane.
    pub(crate) fn drain(&mut self) -> Vec<JobId> {
        self.len = 0;
        let take = |lane| std::mem::take(self.lanes.get_mut(lane));
        Lane::ALL.map(take).into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;
    use crate::job::JobId;
    use crate::priority::{Lane, LaneOrder};

    fn numbers(queue: &mut Queue) -> Vec<u64> {
        std::iter::from_fn(|| queue.pop()).map(JobId::get).collect()
    }

    #[test]
    fn removing_from_any_place_keeps_the_order_of_the_others() {
        let mut queue = Queue::new(LaneOrder::Weighted);
        for number in 0..6000 {
            queue.push(Lane::Normal, JobId::from_sequence(number));
        }
        let gone = |number: &u64| number.is_multiple_of(3) || (2000..2500).contains(number);
        for number in (0..6000).filter(gone) {
            queue.remove(Lane::Normal, JobId::from_sequence(number));
            queue.remove(Lane::Normal, JobId::from_sequence(number));
        }
        let kept: Vec<u64> = (0..6000).filter(|number| !gone(number)).collect();
        assert_eq!(queue.len(), kept.len());
        assert_eq!(numbers(&mut queue), kept);
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn the_strict_order_is_lane_then_first_come_first_served() {
        let mut queue = Queue::new(LaneOrder::Strict);
        let lanes = [Lane::Batch, Lane::Normal, Lane::Interactive];
        for (number, lane) in lanes.into_iter().cycle().take(9).enumerate() {
            queue.push(lane, JobId::from_sequence(number as u64));
        }
        assert_eq!(queue.len_of(Lane::Batch), 3);
        assert_eq!(numbers(&mut queue), [2, 5, 8, 1, 4, 7, 0, 3, 6]);
    }
}
