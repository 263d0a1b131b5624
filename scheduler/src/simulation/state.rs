//! The rules for the whole: what must be true after each event.

use std::time::Duration;

use super::known::{Hold, Known, KnownRun, Stage, is_paused};
use super::world::World;
use crate::moment::Moment;
use crate::priority::Lane;

impl World {
    pub(super) fn check_nothing_is_overdue(&self) {
        for (id, job) in &self.jobs {
            let overdue = |from: Moment, after: Option<Duration>| {
                after.is_some_and(|after| from + after <= self.now)
            };
            match &job.stage {
                Stage::Coming | Stage::Reserved => continue,
                Stage::Lobby => {}
                Stage::Delayed(until) => assert!(*until > self.now, "{id} is late"),
                Stage::Queued(since) => {
                    assert!(!overdue(*since, job.terms.queue_timeout), "{id} waits");
                }
                Stage::Running(run) => match &run.asked {
                    None => assert!(!overdue(run.since, job.terms.run_timeout), "{id} runs"),
                    Some((_, at)) => {
                        let is_stopped = run.stopped.is_some();
                        assert!(
                            is_stopped || !overdue(*at, Some(job.terms.grace)),
                            "{id} lingers"
                        );
                        let stuck_after = Some(self.bounds.stuck_after);
                        let is_stuck = run.stopped.is_some_and(|at| overdue(at, stuck_after));
                        assert!(!is_stuck || run.is_told, "{id} is stuck");
                        continue;
                    }
                },
            }
            assert!(
                !overdue(job.submitted, job.terms.total_timeout),
                "{id} takes too long"
            );
        }
    }

    /// What must be true after each event.
    pub(super) fn check_state(&mut self) {
        self.check_counters();
        self.check_names();
        let is_idle_beside_work = |job: &Known| {
            matches!(job.stage, Stage::Queued(_))
                && !is_paused(&self.paused, job.terms.lane, job.key())
                && self.has_key_room(job)
        };
        let ready: Vec<&Known> = self
            .jobs
            .values()
            .filter(|job| is_idle_beside_work(job))
            .collect();
        let fits = |job: &&Known| {
            let charged = (job.terms.cost as usize).min(self.slots);
            self.used() == 0 || self.used() + charged <= self.slots
        };
        // A costly one may be waited for; but not if everything that is ready would fit. A key's
        // room may be claimed by one that is not the first of it.
        let firsts = self
            .jobs
            .iter()
            .filter(|(id, job)| is_idle_beside_work(job) && self.is_first(**id));
        let mut firsts = firsts.map(|(_, job)| job).peekable();
        if firsts.peek().is_some() && ready.iter().all(fits) {
            assert!(
                self.has_costly_return(),
                "a free slot beside a job that may start"
            );
        }
    }

    /// Whether a job that has lent its slot waits for more room than there is.
    fn has_costly_return(&self) -> bool {
        self.jobs.values().any(|job| {
            job.run()
                .is_some_and(|run| run.hold == Hold::Returning && run.slot != usize::MAX)
        })
    }

    fn check_counters(&self) {
        let stats = self.dispatcher.snapshot(self.now);
        let count =
            |wanted: &dyn Fn(&Known) -> bool| self.jobs.values().filter(|job| wanted(job)).count();
        let in_lane = |lane: Lane| {
            count(&|job| matches!(job.stage, Stage::Queued(_)) && job.terms.lane == lane)
        };
        let lanes = [
            stats.queued_interactive,
            stats.queued_normal,
            stats.queued_batch,
        ];
        assert_eq!(lanes, Lane::ALL.map(in_lane));
        assert_eq!(stats.queued, lanes.iter().sum::<usize>());
        assert_eq!(
            stats.delayed,
            count(&|job| matches!(job.stage, Stage::Delayed(_)))
        );
        assert_eq!(
            stats.reserved,
            count(&|job| matches!(job.stage, Stage::Reserved))
        );
        assert_eq!(
            stats.applying,
            count(&|job| matches!(job.stage, Stage::Lobby))
        );
        assert_eq!(stats.waiting, count(&Known::is_waiting));
        assert_eq!(stats.waiting_bytes, self.waiting_bytes());
        let runs = |wanted: &dyn Fn(&KnownRun) -> bool| count(&|job| job.run().is_some_and(wanted));
        assert_eq!(stats.stuck, runs(&|run| run.is_told));
        assert_eq!(
            stats.cancelling,
            runs(&|run| run.asked.is_some() && !run.is_told)
        );
        assert_eq!(
            stats.lent,
            runs(&|run| run.asked.is_none() && run.hold != Hold::Held)
        );
        assert_eq!(
            stats.running,
            runs(&|run| run.asked.is_none() && run.hold == Hold::Held)
        );
        assert_eq!(stats.busy_slots, runs(&|run| run.hold == Hold::Held));
        assert_eq!(stats.busy_cost, self.used());
        assert_eq!(stats.slots, self.slots);
        assert_eq!(stats.ended(), self.tally.resolved);
        assert_eq!(stats.rejected, self.tally.rejected);
        assert_eq!(stats.joined, self.tally.joined);
        assert_eq!(stats.retried + stats.snoozed, self.tally.rested);
        let open = stats.queued + stats.delayed + stats.running + stats.lent + stats.cancelling;
        assert_eq!(stats.submitted, open as u64 + stats.ended());
        assert_eq!(self.tally.open, open as i64);
        assert!((0.0..=1.0).contains(&stats.utilisation));
    }

    /// Of each name there is one job, or one that waits beside some that run.
    fn check_names(&self) {
        let named = |job: &&Known| job.unique.is_some() && job.is_undecided();
        let waiting: Vec<&Known> = self
            .jobs
            .values()
            .filter(named)
            .filter(|job| !job.is_running())
            .collect();
        for (place, job) in waiting.iter().enumerate() {
            let has_twin = waiting
                .iter()
                .skip(place + 1)
                .any(|twin| twin.has_name_of(job));
            assert!(!has_twin, "two wait under one name");
        }
    }

    pub(super) fn live(&self) -> usize {
        let is_live = |job: &&Known| match &job.stage {
            Stage::Lobby | Stage::Reserved => false,
            Stage::Running(run) => !run.is_told,
            _ => true,
        };
        self.jobs.values().filter(is_live).count()
    }

    pub(super) fn used(&self) -> usize {
        let runs = self.jobs.values().filter_map(Known::run);
        runs.map(|run| run.charged).sum()
    }

    pub(super) fn waiting_bytes(&self) -> u64 {
        let waiting = self.jobs.values().filter(|job| job.is_waiting());
        waiting.map(|job| job.terms.bytes).sum()
    }

    pub(super) fn smallest_free(&self) -> usize {
        let taken: Vec<usize> = self
            .jobs
            .values()
            .filter_map(Known::run)
            .filter(|run| run.hold == Hold::Held)
            .map(|run| run.slot)
            .collect();
        (0..).find(|slot| !taken.contains(slot)).unwrap()
    }

    pub(super) fn has_key_room(&self, job: &Known) -> bool {
        let (Some(limit), Some(key)) = (self.bounds.key_limit, job.key()) else {
            return true;
        };
        let of_key = self.jobs.values().filter(|other| other.key() == Some(key));
        let running = of_key.filter(|other| other.run().is_some_and(|run| run.hold == Hold::Held));
        let used: u32 = running.map(|other| other.terms.cost).sum();
        used == 0 || used + job.terms.cost <= limit
    }
}
