//! What happens when there is no room: who is shed, who is turned down, and how long it would take.

use std::time::Duration;

use crate::error::RejectReason;
use crate::event::{Application, Verdict};
use crate::id::JobId;
use crate::ledger::Ledger;
use crate::moment::Moment;
use crate::priority::Lane;
use crate::room::Overflow;
use crate::spec::Terms;

/// Runs that must have been seen before their mean is believed.
const RUNS_BEFORE_ESTIMATES: u64 = 20;

impl Ledger {
    /// How long a job of this lane would wait about now: what is in front of it by what a run takes
    /// on the average. Nothing is known before some jobs have run. Of those that wait, `own` are not
    /// in front of it: itself, if it stands in line already.
    pub(crate) fn estimated_wait(&self, lane: Lane, own: usize) -> Option<Duration> {
        let mean = self.counters.mean_run(RUNS_BEFORE_ESTIMATES)?;
        let ahead = Lane::ALL
            .into_iter()
            .filter(|other| *other <= lane)
            .map(|lane| self.queue.len_of(lane))
            .sum::<usize>()
            .saturating_sub(own);
        if ahead == 0 && self.seats.fits(1) && !self.queue.is_paused() {
            return Some(Duration::ZERO);
        }
        let rounds = (ahead + 1) as f64 / self.seats.slots() as f64;
        Duration::try_from_secs_f64(mean.as_secs_f64() * rounds).ok()
    }

    /// Makes sure that a job that waits may do so, by shedding others if that is the rule.
    pub(crate) fn find_room(
        &mut self,
        now: Moment,
        id: JobId,
        application: &Application,
        old: Option<JobId>,
    ) -> Result<(), RejectReason> {
        let terms = &application.terms;
        // First, so that nobody is shed for a job that is turned down.
        self.check_deadline(terms)?;
        let leaving = old.and_then(|old| self.jobs.get(&old));
        let leaving = leaving
            .filter(|old| old.is_waiting())
            .map(|old| old.terms.clone());
        if let Some(leaving) = &leaving {
            self.room.remove(leaving);
        }
        let victims = self.room_for(id, application);
        if let Some(leaving) = &leaving {
            self.room.add(leaving);
        }
        match victims {
            Ok(victims) => {
                for victim in victims {
                    self.end(now, victim, Verdict::Shed);
                }
                Ok(())
            }
            // A free slot is as good as a place to wait, as long as nobody else wants it.
            Err(RejectReason::Full)
                if application.is_reservation
                    && self.seats.fits(terms.cost)
                    && self.queue.len() == 0 =>
            {
                Ok(())
            }
            Err(reason) => Err(reason),
        }
    }

    /// Whether one job would start after another, by lane and rank.
    fn stands_behind(&self, one: JobId, other: JobId) -> bool {
        let place = |id: JobId| self.jobs.get(&id).map(|job| (job.terms.lane, job.rank, id));
        place(one) > place(other)
    }

    /// Whether a job would wait longer than all it has time for.
    fn check_deadline(&self, terms: &Terms) -> Result<(), RejectReason> {
        let Some(total) = terms.total_timeout else {
            return Ok(());
        };
        // It stands in line already, unless it has a delay.
        let own = usize::from(terms.delay.is_zero());
        match self.estimated_wait(terms.lane, own) {
            Some(estimated_wait) if estimated_wait > total => {
                Err(RejectReason::DeadlineUnreachable { estimated_wait })
            }
            _ => Ok(()),
        }
    }

    /// The jobs to shed so that the job `id` has room: none if it has. All of them are found before
    /// one is shed, so that nobody goes for a job that is turned down.
    fn room_for(&self, id: JobId, application: &Application) -> Result<Vec<JobId>, RejectReason> {
        let exceeded = self.room.exceeded(&application.terms);
        let Some(reason) = exceeded else {
            return Ok(Vec::new());
        };
        let (Some(shedding), Some(takes_lowest)) =
            (&self.shedding, sheds_lowest(application.overflow))
        else {
            return Err(reason);
        };
        let is_worse = |victim: &JobId| !takes_lowest || self.stands_behind(*victim, id);
        let mut excess = self.room.excess();
        let mut victims = Vec::new();
        if let Some(key) = self.room.exceeded_key(&application.terms) {
            let victim = if takes_lowest {
                self.queue.last_of(key)
            } else {
                self.queue.oldest_of(key)
            };
            let victim = victim.filter(|victim| *victim != id && is_worse(victim));
            victims.push(victim.ok_or(RejectReason::KeyFull)?);
        }
        let bytes_of = |id: &JobId| self.jobs.get(id).map_or(0, |job| job.terms.bytes);
        victims
            .iter()
            .for_each(|victim| excess.free(bytes_of(victim)));
        let mut candidates: Box<dyn Iterator<Item = JobId>> = if takes_lowest {
            Box::new(shedding.lowest_first())
        } else {
            Box::new(shedding.oldest_first())
        };
        while !excess.is_enough() {
            let victim = candidates.next();
            let victim = victim.filter(|victim| *victim != id && is_worse(victim));
            let victim = victim.ok_or(RejectReason::Full)?;
            if !victims.contains(&victim) {
                excess.free(bytes_of(&victim));
                victims.push(victim);
            }
        }
        Ok(victims)
    }
}

/// Whether a rule sheds, and then whether the lowest or the oldest.
const fn sheds_lowest(rule: Overflow) -> Option<bool> {
    match rule {
        Overflow::Reject | Overflow::Wait => None,
        Overflow::ShedLowest => Some(true),
        Overflow::ShedOldest => Some(false),
    }
}
