//! The model: what must be true of a dispatcher, whatever happens to it.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::sample::Index;

use crate::dispatcher::{Bounds, Dispatcher};
use crate::error::{Phase, RejectReason, TimeoutKind};
use crate::event::{Effect, End, Event, Moment, Times, Verdict};
use crate::job::JobId;
use crate::priority::LaneOrder;
use crate::spec::Terms;

/// One thing that happens to a dispatcher. An index chooses among the jobs it may concern.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Submit(Terms),
    Finish(Index, End),
    Cancel(Index),
    Advance(Duration),
    Close,
    Shutdown,
}

#[derive(Clone, Debug)]
struct Known {
    terms: Terms,
    submitted: Moment,
    run: Option<KnownRun>,
}

#[derive(Clone, Debug)]
struct KnownRun {
    slot: usize,
    since: Moment,
    asked: Option<(Verdict, Moment)>,
    stopped: bool,
    finished: Option<End>,
}

/// The dispatcher, and what must be true of it.
pub(super) struct World {
    dispatcher: Dispatcher,
    bounds: Bounds,
    now: Moment,
    alarm: Option<Moment>,
    next: u64,
    jobs: BTreeMap<JobId, Known>,
    resolved: u64,
    closed: bool,
    lost: bool,
    idle: bool,
}

impl World {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            dispatcher: Dispatcher::new(bounds),
            bounds,
            now: Moment::ZERO,
            alarm: None,
            next: 0,
            jobs: BTreeMap::new(),
            resolved: 0,
            closed: false,
            lost: false,
            idle: false,
        }
    }

    fn choose(&self, index: Index, wanted: impl Fn(&Known) -> bool) -> Option<JobId> {
        let ids: Vec<JobId> = self
            .jobs
            .iter()
            .filter(|(_, job)| wanted(job))
            .map(|(id, _)| *id)
            .collect();
        (!ids.is_empty()).then(|| *index.get(&ids))
    }

    pub(super) fn apply(&mut self, op: Op) {
        match op {
            Op::Submit(terms) => {
                let id = JobId::from_sequence(self.next);
                self.next += 1;
                let known = Known {
                    terms,
                    submitted: self.now,
                    run: None,
                };
                self.jobs.insert(id, known);
                self.handle(Event::Submit { id, terms });
            }
            Op::Finish(index, end) => {
                let Some(id) = self.choose(index, |job| job.run.is_some()) else {
                    return;
                };
                self.jobs
                    .get_mut(&id)
                    .unwrap()
                    .run
                    .as_mut()
                    .unwrap()
                    .finished = Some(end);
                self.lost |= end == End::Lost;
                self.closed |= self.lost;
                self.handle(Event::Finished { id, end });
            }
            Op::Cancel(index) => {
                let Some(id) = self.choose(index, |_| true) else {
                    return;
                };
                let reason = format!("at {:?}", self.now).into();
                self.handle(Event::Cancel { id, reason });
            }
            Op::Advance(by) => self.advance(by),
            Op::Close => {
                self.closed = true;
                self.handle(Event::Close);
            }
            Op::Shutdown => {
                self.closed = true;
                self.handle(Event::Shutdown);
            }
        }
    }

    /// Lets time pass, with a tick at each moment asked for.
    pub(super) fn advance(&mut self, by: Duration) {
        let until = self.now + by;
        while let Some(at) = self.alarm.filter(|&at| at <= until) {
            self.now = self.now.max(at);
            self.alarm = None;
            self.handle(Event::Tick);
        }
        self.now = until;
        for (id, job) in &self.jobs {
            let overdue = |from: Moment, after: Option<Duration>| {
                after.is_some_and(|after| from + after <= until)
            };
            match &job.run {
                None => assert!(
                    !overdue(job.submitted, job.terms.queue_timeout),
                    "{id} waits"
                ),
                Some(KnownRun {
                    asked: None, since, ..
                }) => {
                    assert!(!overdue(*since, job.terms.run_timeout), "{id} runs");
                }
                Some(KnownRun {
                    asked: Some((_, at)),
                    stopped,
                    ..
                }) => {
                    assert!(
                        *stopped || !overdue(*at, Some(job.terms.grace)),
                        "{id} lingers"
                    );
                }
            }
        }
    }

    fn handle(&mut self, event: Event) {
        let effects = self.dispatcher.handle(self.now, event.clone());
        for effect in &effects {
            self.check(&event, effect, &effects);
        }
        self.check_counts();
    }

    fn check(&mut self, event: &Event, effect: &Effect, all: &[Effect]) {
        match effect {
            Effect::Reject { id, reason } => {
                let job = self.jobs.remove(id).unwrap();
                assert_eq!(job.submitted, self.now);
                let expected = if self.closed {
                    RejectReason::Closed
                } else {
                    RejectReason::Full
                };
                assert_eq!(*reason, expected);
            }
            Effect::Start { id, slot } => self.check_start(*id, *slot),
            Effect::CancelAccepted { id } => {
                assert!(matches!(event, Event::Cancel { id: asked, .. } if asked == id));
            }
            Effect::Ask { id } => {
                self.note_asked(event, *id, all);
                assert!(!self.jobs[id].terms.grace.is_zero());
            }
            Effect::Stop { id } => self.check_stop(event, *id, all),
            Effect::Resolve { id, verdict, times } => {
                self.check_resolve(event, *id, verdict, *times);
            }
            Effect::Wake { at } => {
                assert!(
                    self.alarm.is_none_or(|alarm| *at < alarm),
                    "a needless wake-up"
                );
                self.alarm = Some(*at);
            }
            Effect::Idle => {
                assert!(!self.idle && self.closed && self.jobs.is_empty());
                self.idle = true;
            }
        }
    }

    fn check_start(&mut self, id: JobId, slot: usize) {
        assert!(!self.lost, "nothing starts on a runtime that is gone");
        let taken: Vec<usize> = self
            .jobs
            .values()
            .filter_map(|job| job.run.as_ref())
            .filter(|run| run.finished.is_none())
            .map(|run| run.slot)
            .collect();
        let smallest = (0..self.bounds.slots).find(|slot| !taken.contains(slot));
        assert_eq!(Some(slot), smallest, "the smallest free slot");
        let waiting = |job: &Known| job.run.is_none();
        let job = self.jobs[&id].clone();
        assert!(waiting(&job), "{id} starts once");
        let due = job.terms.queue_timeout.map(|after| job.submitted + after);
        assert!(
            due.is_none_or(|due| self.now < due || job.submitted == self.now),
            "too late"
        );
        for (other, before) in self.jobs.iter().filter(|(_, job)| waiting(job)) {
            assert!(
                *other >= id || before.terms.lane != job.terms.lane,
                "{id} before {other}"
            );
            if self.bounds.order == LaneOrder::Strict {
                assert!(before.terms.lane >= job.terms.lane, "{id} before {other}");
            }
        }
        let since = self.now;
        let run = KnownRun {
            slot,
            since,
            asked: None,
            stopped: false,
            finished: None,
        };
        self.jobs.get_mut(&id).unwrap().run = Some(run);
    }

    /// Finds out why a running job is asked to end; it must be for one of the reasons there are.
    fn note_asked(&mut self, event: &Event, id: JobId, all: &[Effect]) {
        let job = self.jobs.get_mut(&id).unwrap();
        let run = job.run.as_mut().unwrap();
        assert!(run.asked.is_none(), "{id} is asked once");
        let is_due = |after: &Duration| run.since + *after <= self.now;
        let verdict = match (event, job.terms.run_timeout.filter(is_due)) {
            (_, Some(after)) => Verdict::TimedOut {
                kind: TimeoutKind::Run,
                after,
            },
            (
                Event::Cancel {
                    id: cancelled,
                    reason,
                },
                None,
            ) if *cancelled == id => {
                assert!(all.contains(&Effect::CancelAccepted { id }));
                Verdict::Cancelled {
                    reason: reason.clone(),
                    phase: Phase::Running,
                }
            }
            (Event::Shutdown, None) => Verdict::Shutdown,
            other => panic!("{id} is asked to end after {other:?}"),
        };
        run.asked = Some((verdict, self.now));
    }

    fn check_stop(&mut self, event: &Event, id: JobId, all: &[Effect]) {
        let run = self.jobs[&id].run.clone().unwrap();
        let grace = self.jobs[&id].terms.grace;
        match run.asked {
            Some((_, at)) => assert!(!grace.is_zero() && at + grace <= self.now, "{id} has time"),
            None => {
                assert!(grace.is_zero(), "{id} is asked first");
                self.note_asked(event, id, all);
            }
        }
        let run = self.jobs.get_mut(&id).unwrap().run.as_mut().unwrap();
        assert!(!run.stopped, "{id} is stopped once");
        run.stopped = true;
    }

    fn check_resolve(&mut self, event: &Event, id: JobId, verdict: &Verdict, times: Times) {
        let job = self.jobs.remove(&id).expect("each job resolves once");
        self.resolved += 1;
        let Some(run) = job.run else {
            assert_eq!((times.slot, times.ran), (None, Duration::ZERO));
            assert_eq!(times.waited, self.now - job.submitted);
            match verdict {
                Verdict::Own => panic!("{id} has not run"),
                Verdict::Cancelled { phase, .. } => assert_eq!(*phase, Phase::Queued),
                Verdict::TimedOut { kind, after } => {
                    assert_eq!(
                        (*kind, Some(*after)),
                        (TimeoutKind::Queue, job.terms.queue_timeout)
                    );
                    assert!(job.submitted + *after <= self.now);
                }
                Verdict::Shutdown => {
                    let lost = matches!(event, Event::Finished { end: End::Lost, .. });
                    assert!(lost || matches!(event, Event::Shutdown));
                }
            }
            return;
        };
        assert_eq!(times.slot, Some(run.slot));
        assert_eq!(
            (times.waited, times.ran),
            (run.since - job.submitted, self.now - run.since)
        );
        let expected = match (
            run.asked,
            run.finished.expect("a run ends before it resolves"),
        ) {
            (Some((asked, _)), _) => asked,
            (None, End::Stopped | End::Lost) => Verdict::Shutdown,
            (None, _) => Verdict::Own,
        };
        assert_eq!(*verdict, expected);
    }

    fn check_counts(&self) {
        let stats = self.dispatcher.snapshot();
        let count =
            |wanted: fn(&Known) -> bool| self.jobs.values().filter(|job| wanted(job)).count();
        let queued = count(|job| job.run.is_none());
        let asked = |job: &Known| job.run.as_ref().is_some_and(|run| run.asked.is_some());
        assert_eq!(stats.queued, queued);
        assert_eq!(
            stats.queued_interactive + stats.queued_normal + stats.queued_batch,
            stats.queued
        );
        assert_eq!(stats.cancelling, count(asked));
        assert_eq!(stats.busy_slots(), self.jobs.len() - queued);
        assert_eq!(stats.ended(), self.resolved);
        let open = (stats.queued + stats.running + stats.cancelling) as u64;
        assert_eq!(stats.submitted, open + stats.ended());
        assert_eq!(stats.submitted + stats.rejected, self.next);
        assert!(stats.busy_slots() <= self.bounds.slots);
        assert!(stats.queued <= self.bounds.waiting);
        assert!(
            stats.queued == 0 || stats.busy_slots() == self.bounds.slots,
            "a free slot idles"
        );
    }

    /// Ends the world: a shutdown, the longest grace, and every run stopped by force.
    pub(super) fn end(&mut self) {
        self.apply(Op::Shutdown);
        self.advance(Duration::from_millis(20));
        while let Some((&id, _)) = self.jobs.iter().next() {
            let run = self.jobs.get_mut(&id).unwrap().run.as_mut().unwrap();
            assert!(
                run.stopped,
                "after the longest grace everything has been stopped"
            );
            run.finished = Some(End::Stopped);
            self.handle(Event::Finished {
                id,
                end: End::Stopped,
            });
        }
        assert!(self.idle);
    }
}
