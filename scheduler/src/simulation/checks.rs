//! The rules: what must be true of each decision, and of the whole after each event.

use std::time::Duration;

use super::known::{Hold, Known, KnownRun, Stage, is_paused, is_plain, opened};
use super::world::World;
use crate::error::{Phase, RejectReason, TimeoutKind};
use crate::event::{Claim, Effect, End, Event, Times, Verdict};
use crate::id::JobId;
use crate::moment::Moment;
use crate::observe::observer::Happening;
use crate::priority::LaneOrder;
use crate::room::Overflow;

impl World {
    /// Checks one effect, and notes what it has changed.
    pub(super) fn check(&mut self, event: &Event, effect: &Effect) {
        match effect {
            Effect::Reject { id, reason } => self.check_reject(*id, *reason),
            Effect::Wait { id } => {
                assert!(!self.is_closed);
                self.jobs.get_mut(id).unwrap().stage = Stage::Lobby;
            }
            Effect::Admit { id } => {
                let job = self.jobs.get_mut(id).unwrap();
                if matches!(job.stage, Stage::Lobby) {
                    job.stage = Stage::Coming;
                    self.admit(*id);
                }
            }
            Effect::Join { id, to } => self.check_join(*id, *to),
            Effect::Start { id, slot, attempt } => self.check_start(*id, *slot, *attempt),
            Effect::Returned { id, slot } => self.check_return(event, *id, *slot),
            Effect::Rest { id, after } => self.check_rest(event, *id, *after),
            Effect::Ask { id } => {
                self.note_asked(event, *id);
                assert!(!self.jobs[id].terms.grace.is_zero());
            }
            Effect::Stop { id } => self.check_stop(event, *id),
            Effect::Resolve { id, verdict, times } => {
                self.check_resolve(event, *id, verdict, *times);
            }
            Effect::Wake { at } => self.set_alarm(*at),
            Effect::Pressure { number, is_high } => {
                assert!(*number == self.tally.crossings + 1, "each crossing once");
                assert_ne!(*is_high, self.tally.is_high, "up, then down");
                (self.tally.crossings, self.tally.is_high) = (*number, *is_high);
            }
            Effect::Drained => {
                assert!(!self.tally.is_drained && self.is_closed && self.live() == 0);
                self.tally.is_drained = true;
            }
            Effect::Notice(Happening::Freed { id, .. }) => {
                let job = self.jobs.remove(id).unwrap();
                assert!(job.run().unwrap().is_told);
            }
            Effect::Notice(what) => self.tally.open += opened(what),
            other => assert!(is_plain(other)),
        }
    }

    fn admit(&mut self, id: JobId) {
        let is_reservation = self.tally_reservation(id);
        if is_reservation {
            self.jobs.get_mut(&id).unwrap().stage = Stage::Reserved;
        } else {
            self.let_in(id);
        }
    }

    /// Reservations wait in the lobby like jobs do; they are told apart by the dispatcher alone.
    fn tally_reservation(&self, id: JobId) -> bool {
        self.dispatcher.is_reserved(id)
    }

    fn check_reject(&mut self, id: JobId, reason: RejectReason) {
        if let RejectReason::Duplicate { of } = reason {
            // It may have come with the same event.
            self.let_in(of);
        }
        let job = self.jobs.remove(&id).unwrap();
        assert!(matches!(job.stage, Stage::Coming | Stage::Lobby));
        self.tally.rejected += 1;
        let waiting = self.jobs.values().filter(|job| job.is_waiting()).count();
        match reason {
            RejectReason::Closed => assert!(self.is_closed),
            RejectReason::Full => {
                let bytes = self.waiting_bytes() + job.terms.bytes;
                let limit = self.bounds.queue;
                let is_full = waiting >= limit.jobs() || bytes > limit.bytes_max();
                assert!(is_full, "{waiting} of {limit:?}");
            }
            RejectReason::KeyFull => {
                let of_key = self.jobs.values().filter(|other| other.is_waiting());
                let of_key = of_key.filter(|other| other.key() == job.key()).count();
                assert!(of_key >= self.bounds.queue.per_key_max());
            }
            RejectReason::TooLarge => assert!(job.terms.bytes > self.bounds.queue.bytes_max()),
            RejectReason::DeadlineUnreachable { estimated_wait } => {
                assert!(job.terms.total_timeout.unwrap() <= estimated_wait);
            }
            RejectReason::Duplicate { of } => {
                assert!(self.jobs[&of].has_name_of(&job));
                assert!(self.jobs[&of].is_undecided());
            }
            RejectReason::Cancelled => assert!(matches!(job.stage, Stage::Lobby)),
        }
    }

    fn check_join(&mut self, id: JobId, to: JobId) {
        // It may have come with the same event.
        self.let_in(to);
        let joiner = self.jobs.remove(&id).unwrap();
        self.tally.joined += 1;
        let rank = self.rank(&joiner).min(self.rank(&self.jobs[&to]));
        let now = self.now;
        let job = self.jobs.get_mut(&to).unwrap();
        assert!(
            job.is_undecided() && job.has_name_of(&joiner),
            "{id} joins {to}: {job:?}"
        );
        let mut terms = joiner.terms.clone();
        let waited = match job.stage {
            Stage::Queued(since) => now - since,
            _ => Duration::ZERO,
        };
        let age = now - job.submitted;
        terms.total_timeout = terms.total_timeout.map(|total| total + age);
        terms.queue_timeout = terms.queue_timeout.map(|wait| wait + waited);
        job.terms.join(&terms);
        job.best = Some(rank);
    }

    /// What the dispatcher's rank should say, by its own formula.
    pub(super) fn rank(&self, job: &Known) -> i128 {
        let own = self.bounds.order.step().map_or_else(
            || -i128::from(job.terms.priority),
            |step| {
                let step = i128::try_from(step.as_nanos()).unwrap();
                i128::try_from(job.came.as_nanos()).unwrap() - i128::from(job.terms.priority) * step
            },
        );
        // The priority of those who have joined says nothing of the others' age.
        job.best.unwrap_or(own)
    }

    fn check_start(&mut self, id: JobId, slot: usize, attempt: u32) {
        assert!(!self.is_lost, "nothing starts on a runtime that is gone");
        let now = self.now;
        let job = self.jobs[&id].clone();
        let is_ready = matches!(job.stage, Stage::Coming | Stage::Queued(_) | Stage::Lobby);
        assert!(is_ready, "{id} starts from {:?}", job.stage);
        assert!(!is_paused(&self.paused, job.terms.lane, job.key()));
        assert_eq!(slot, self.smallest_free());
        assert!(self.has_key_room(&job), "{id} is beyond its key's limit");
        let charged = (job.terms.cost as usize).min(self.slots);
        assert!(self.used() == 0 || self.used() + charged <= self.slots);
        self.check_order(id, &job);
        let runs = job.runs + 1;
        assert_eq!(attempt, runs);
        let run = KnownRun {
            slot,
            since: now,
            charged,
            hold: Hold::Held,
            asked: None,
            stopped: None,
            is_told: false,
            joins: 0,
        };
        let job = self.jobs.get_mut(&id).unwrap();
        (job.stage, job.runs) = (Stage::Running(run), runs);
    }

    /// Within lane and key by rank, ties by age; lanes strictly, if that is the order.
    pub(super) fn check_order(&self, id: JobId, job: &Known) {
        for (other_id, other) in &self.jobs {
            let waits = *other_id != id && matches!(other.stage, Stage::Queued(_));
            if !waits || is_paused(&self.paused, other.terms.lane, other.key()) {
                continue;
            }
            if other.terms.lane == job.terms.lane && other.key() == job.key() {
                let before = (self.rank(other), *other_id) < (self.rank(job), id);
                assert!(!before, "{id} starts before {other_id}");
            }
            let is_strict = self.bounds.order.lane_order() == LaneOrder::Strict;
            let overtakes = other.terms.lane < job.terms.lane && self.has_key_room(other);
            // Only the first of its key can claim the room that its key has.
            assert!(
                !(is_strict && overtakes && self.is_first(*other_id)),
                "{id} {other_id}"
            );
        }
    }

    pub(super) fn is_first(&self, id: JobId) -> bool {
        let job = &self.jobs[&id];
        self.jobs.iter().all(|(other_id, other)| {
            let is_rival = matches!(other.stage, Stage::Queued(_))
                && other.terms.lane == job.terms.lane
                && other.key() == job.key();
            !is_rival || (self.rank(job), id) <= (self.rank(other), *other_id)
        })
    }

    fn check_return(&mut self, event: &Event, id: JobId, slot: usize) {
        assert_eq!(slot, self.smallest_free());
        let charged = (self.jobs[&id].terms.cost as usize).min(self.slots);
        let must = matches!(event, Event::Return { id: asked, claim } if *asked == id && *claim != Claim::Wait);
        if !must {
            assert!(self.used() == 0 || self.used() + charged <= self.slots);
            assert!(self.has_key_room(&self.jobs[&id]));
            assert_eq!(self.jobs[&id].run().unwrap().hold, Hold::Returning);
        }
        assert!(
            !self.jobs[&id].run().unwrap().is_told,
            "{id} has been told its end"
        );
        let run = self.jobs.get_mut(&id).unwrap().run_mut().unwrap();
        (run.slot, run.charged, run.hold) = (slot, charged, Hold::Held);
    }

    fn check_rest(&mut self, event: &Event, id: JobId, after: Duration) {
        let now = self.now;
        let Event::Finished {
            again: Some(again), ..
        } = event
        else {
            panic!("{id} rests without having been asked to");
        };
        assert_eq!(again.after, after);
        self.tally.rested += 1;
        let job = self.jobs.get_mut(&id).unwrap();
        assert!(job.run().unwrap().asked.is_none());
        if again.is_snooze {
            job.runs -= 1;
        }
        job.stage = if after.is_zero() {
            Stage::Queued(now)
        } else {
            Stage::Delayed(now + after)
        };
    }

    /// Finds out why a running job is asked to end; it must be for one of the reasons there are.
    fn note_asked(&mut self, event: &Event, id: JobId) {
        let now = self.now;
        let job = self.jobs.get_mut(&id).unwrap();
        let (submitted, terms) = (job.submitted, job.terms.clone());
        let run = job.run_mut().unwrap();
        assert!(run.asked.is_none(), "{id} is asked once");
        let run_due = terms.run_timeout.filter(|after| run.since + *after <= now);
        let total_due = terms
            .total_timeout
            .filter(|after| submitted + *after <= now);
        let verdict = if let Some(after) = run_due {
            let kind = TimeoutKind::Run;
            Verdict::TimedOut { kind, after }
        } else if let Some(after) = total_due {
            let kind = TimeoutKind::Total;
            Verdict::TimedOut { kind, after }
        } else {
            match event {
                Event::Cancel { id: asked, reason } if *asked == id => Verdict::Cancelled {
                    reason: reason.clone(),
                    phase: Phase::Running,
                },
                Event::Shutdown => Verdict::Shutdown,
                // One that gives way to another of its name; the name is checked in the end.
                _ => Verdict::Cancelled {
                    reason: "replaced".into(),
                    phase: Phase::Running,
                },
            }
        };
        run.asked = Some((verdict, now));
    }

    fn check_stop(&mut self, event: &Event, id: JobId) {
        let grace = self.jobs[&id].terms.grace;
        match self.jobs[&id].run().unwrap().asked {
            Some((_, at)) => assert!(!grace.is_zero() && at + grace <= self.now, "{id} has time"),
            None => {
                assert!(grace.is_zero(), "{id} is asked first");
                self.note_asked(event, id);
            }
        }
        let now = self.now;
        let run = self.jobs.get_mut(&id).unwrap().run_mut().unwrap();
        assert!(run.stopped.is_none(), "{id} is stopped once");
        run.stopped = Some(now);
    }

    fn check_resolve(&mut self, event: &Event, id: JobId, verdict: &Verdict, times: Times) {
        self.tally.resolved += 1;
        if let Verdict::Stuck { after } = verdict {
            let now = self.now;
            let run = self.jobs.get_mut(&id).unwrap().run_mut().unwrap();
            assert!(run.stopped.unwrap() + *after <= now && !run.is_told);
            run.is_told = true;
            if run.hold == Hold::Returning {
                run.hold = Hold::Lent;
            }
            return;
        }
        let job = self.jobs.remove(&id).expect("each job resolves once");
        assert_eq!(times.attempts, job.runs);
        assert_eq!(times.waited + times.ran, self.now - job.submitted);
        let Some(run) = job.run() else {
            self.check_end_of_waiting(event, id, &job, verdict);
            return;
        };
        let Event::Finished {
            id: finished,
            end,
            again,
        } = event
        else {
            panic!("{id} resolves before its run is over");
        };
        assert_eq!(*finished, id);
        match (&run.asked, end) {
            (Some((Verdict::Cancelled { reason, .. }, _)), _) if reason == "replaced" => {
                assert!(job.unique.is_some(), "{id} gives way to nobody");
                assert!(matches!(verdict, Verdict::Cancelled { .. }));
            }
            (Some((asked, _)), _) => assert_eq!(verdict, asked),
            (None, End::Stopped | End::Lost) => assert_eq!(*verdict, Verdict::Shutdown),
            (None, _) if again.is_some_and(|again| again.is_snooze) => {
                let is_cancelled = matches!(verdict, Verdict::Cancelled { .. });
                assert!(is_cancelled || self.is_lost, "{id} has put its work off");
            }
            (None, _) => assert_eq!(*verdict, Verdict::Own),
        }
    }

    fn check_end_of_waiting(&self, event: &Event, id: JobId, job: &Known, verdict: &Verdict) {
        let is_due = |from: Moment, after: Duration| from + after <= self.now;
        match verdict {
            Verdict::Own | Verdict::Stuck { .. } => panic!("{id} does not run"),
            Verdict::Cancelled { phase, .. } => {
                let is_cancelled = matches!(event, Event::Cancel { id: asked, .. } if *asked == id);
                assert!(is_cancelled || job.unique.is_some());
                assert_eq!(*phase, Phase::Queued);
            }
            Verdict::TimedOut {
                kind: TimeoutKind::Queue,
                after,
            } => {
                let Stage::Queued(since) = job.stage else {
                    panic!("{id} could not start yet");
                };
                assert_eq!(Some(*after), job.terms.queue_timeout);
                assert!(is_due(since, *after));
            }
            Verdict::TimedOut { kind, after } => {
                assert_eq!(
                    (*kind, Some(*after)),
                    (TimeoutKind::Total, job.terms.total_timeout)
                );
                assert!(is_due(job.submitted, *after));
            }
            Verdict::Shed => self.check_shed(id, job),
            Verdict::Shutdown => {
                let lost = matches!(event, Event::Finished { end: End::Lost, .. });
                assert!(lost || matches!(event, Event::Shutdown));
            }
        }
    }

    /// The one that is shed is the last of all, or of its key, or the oldest.
    fn check_shed(&self, id: JobId, job: &Known) {
        let waits = |other: &&Known| matches!(other.stage, Stage::Queued(_));
        let all: Vec<&Known> = self.jobs.values().filter(waits).collect();
        let of_key = |other: &&&Known| other.key() == job.key();
        match self.rule {
            Overflow::ShedLowest => {
                let place = |other: &Known| (other.terms.lane, self.rank(other));
                let beyond = |other: &&&Known| place(other) > place(job);
                let is_last = all.iter().filter(beyond).count() == 0;
                let is_last_of_key = all.iter().filter(of_key).filter(beyond).count() == 0;
                assert!(is_last || is_last_of_key);
            }
            Overflow::ShedOldest => {
                let waiting = |(_, other): &(&JobId, &Known)| waits(&&**other);
                let older = self
                    .jobs
                    .iter()
                    .filter(waiting)
                    .filter(|(other, _)| **other < id);
                assert!(older.filter(|(_, other)| other.key() == job.key()).count() == 0);
            }
            Overflow::Reject | Overflow::Wait => panic!("{id} is shed against the rules"),
        }
    }
}
