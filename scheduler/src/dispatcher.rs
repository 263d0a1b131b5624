//! Decides: a moment and an event in, effects out. No IO, no clock, no await.
//!
//! Three rules settle every race. *Time first*: what is due at the moment of an event is decided
//! before the event, so a run that ends at its deadline has timed out. *First come*: what was
//! decided about a job stays; a job that returns after it was asked to end has been cancelled (or
//! timed out) all the same. *Slot last*: a job holds its slot, and its submitter waits, until
//! nothing of it is left.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use crate::error::{Phase, RejectReason, TimeoutKind};
use crate::event::{Effect, End, Event, Moment, Times, Verdict};
use crate::job::JobId;
use crate::priority::{Lane, LaneOrder};
use crate::queue::Queue;
use crate::slots::FreeSlots;
use crate::spec::Terms;
use crate::stats::{Ended, Snapshot};

/// What bounds a dispatcher.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Jobs that may run at once.
    pub(crate) slots: usize,
    /// Jobs that may wait.
    pub(crate) waiting: usize,
    /// How the lanes share the slots.
    pub(crate) order: LaneOrder,
}

/// The state of a scheduler; see the head of the file.
#[derive(Debug)]
pub(crate) struct Dispatcher {
    bounds: Bounds,
    jobs: HashMap<JobId, Record>,
    queue: Queue,
    free: FreeSlots,
    /// One entry per job whose record has a deadline.
    deadlines: BTreeSet<(Moment, JobId)>,
    /// The earliest wake-up asked for and not yet come; never later than the first deadline.
    armed: Option<Moment>,
    closed: bool,
    idle_told: bool,
    submitted: u64,
    rejected: u64,
    cancelling: usize,
    ended: Ended,
    left: Vec<JobId>,
    /// What the event at hand has led to so far.
    effects: Vec<Effect>,
}

/// A job that has been taken and has not ended.
#[derive(Debug)]
struct Record {
    terms: Terms,
    submitted: Moment,
    /// When the next thing happens to it by time alone.
    deadline: Option<Moment>,
    run: Option<Run>,
}

/// A job on its slot.
#[derive(Debug)]
struct Run {
    slot: usize,
    since: Moment,
    /// What the submitter will be told whatever the run returns.
    asked: Option<Verdict>,
}

impl Dispatcher {
    /// A dispatcher without jobs.
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            jobs: HashMap::new(),
            queue: Queue::new(bounds.order),
            free: FreeSlots::new(bounds.slots),
            deadlines: BTreeSet::new(),
            armed: None,
            closed: false,
            idle_told: false,
            submitted: 0,
            rejected: 0,
            cancelling: 0,
            ended: Ended::default(),
            left: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// Takes an event in and says what follows. O(log n), but for a shutdown, which is O(n).
    pub(crate) fn handle(&mut self, now: Moment, event: Event) -> Vec<Effect> {
        self.expire(now);
        match event {
            Event::Submit { id, terms } => self.submit(now, id, terms),
            Event::Finished { id, end } => self.finish(now, id, end),
            Event::Cancel { id, reason } => self.cancel(now, id, reason),
            Event::Tick => self.armed = None,
            Event::Close => self.closed = true,
            Event::Shutdown => self.end_all(now),
        }
        self.dispatch(now);
        self.arm();
        if self.closed && self.jobs.is_empty() && !self.idle_told {
            self.idle_told = true;
            self.effects.push(Effect::Idle);
        }
        std::mem::take(&mut self.effects)
    }

    /// The counters.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            slots: self.bounds.slots,
            submitted: self.submitted,
            rejected: self.rejected,
            queued: self.queue.len(),
            queued_interactive: self.queue.len_of(Lane::Interactive),
            queued_normal: self.queue.len_of(Lane::Normal),
            queued_batch: self.queue.len_of(Lane::Batch),
            running: self.jobs.len() - self.queue.len() - self.cancelling,
            cancelling: self.cancelling,
            ended: self.ended,
        }
    }

    /// Whether no more jobs are taken.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// The jobs that a shutdown had to end, in the order of submission.
    pub(crate) fn left(&self) -> &[JobId] {
        &self.left
    }

    /// The jobs that have not ended, in the order of submission.
    pub(crate) fn unfinished(&self) -> Vec<JobId> {
        let mut ids: Vec<JobId> = self.jobs.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// The longest grace among the jobs that have not ended.
    pub(crate) fn longest_grace(&self) -> Duration {
        self.jobs
            .values()
            .map(|job| job.terms.grace)
            .max()
            .unwrap_or_default()
    }

    fn submit(&mut self, now: Moment, id: JobId, terms: Terms) {
        let reason = if self.closed {
            Some(RejectReason::Closed)
        } else if !self.free.any() && self.queue.len() >= self.bounds.waiting {
            Some(RejectReason::Full)
        } else {
            None
        };
        if let Some(reason) = reason {
            self.rejected += 1;
            self.effects.push(Effect::Reject { id, reason });
            return;
        }
        self.submitted += 1;
        self.queue.push(terms.lane, id);
        let record = Record {
            terms,
            submitted: now,
            deadline: None,
            run: None,
        };
        self.jobs.insert(id, record);
        self.set_deadline(id, later(now, terms.queue_timeout));
    }

    /// Starts as many waiting jobs as there are free slots.
    fn dispatch(&mut self, now: Moment) {
        while self.free.any() {
            let Some(id) = self.queue.pop() else { return };
            let (Some(record), Some(slot)) = (self.jobs.get_mut(&id), self.free.take()) else {
                debug_assert!(false, "a queued job has a record, a free slot a number");
                return;
            };
            record.run = Some(Run {
                slot,
                since: now,
                asked: None,
            });
            let run_timeout = record.terms.run_timeout;
            self.set_deadline(id, later(now, run_timeout));
            self.effects.push(Effect::Start { id, slot });
        }
    }

    fn finish(&mut self, now: Moment, id: JobId, end: End) {
        if end == End::Lost {
            // A run that vanishes shows that the runtime is gone: nothing queued can ever start.
            self.closed = true;
            self.resolve_queued(now);
        }
        // A second notice for the same job, or one for a job that waits, would be a fault of the
        // shell; it must not free a slot that is not held.
        let Some(run) = self.jobs.get_mut(&id).and_then(|job| job.run.take()) else {
            return;
        };
        self.free.give_back(run.slot);
        // The next job starts before the submitter of this one is woken: no waker of a user
        // stands between a free slot and the job that needs it.
        self.dispatch(now);
        let verdict = match (run.asked, end) {
            (Some(asked), _) => {
                self.cancelling -= 1;
                self.ended.count_verdict(&asked);
                asked
            }
            (None, End::Stopped | End::Lost) => {
                self.ended.count_end(end);
                Verdict::Shutdown
            }
            (None, end) => {
                self.ended.count_end(end);
                Verdict::Own
            }
        };
        let ran = now.saturating_sub(run.since);
        self.resolve(
            id,
            run.since,
            Times {
                ran,
                slot: Some(run.slot),
                ..Times::default()
            },
            verdict,
        );
    }

    fn cancel(&mut self, now: Moment, id: JobId, reason: Cow<'static, str>) {
        let phase = match self.jobs.get(&id).map(|job| &job.run) {
            Some(None) => Phase::Queued,
            Some(Some(run)) if run.asked.is_none() => Phase::Running,
            _ => return,
        };
        self.effects.push(Effect::CancelAccepted { id });
        self.end(now, id, Verdict::Cancelled { reason, phase });
    }

    /// Decides everything that is due.
    fn expire(&mut self, now: Moment) {
        while let Some(&(due, id)) = self.deadlines.first() {
            if due > now {
                return;
            }
            self.set_deadline(id, None);
            let Some(job) = self.jobs.get(&id) else {
                continue;
            };
            let timed_out = |kind, after: Option<Duration>| Verdict::TimedOut {
                kind,
                after: after.unwrap_or_default(),
            };
            let terms = job.terms;
            match &job.run {
                None => {
                    let verdict = timed_out(TimeoutKind::Queue, terms.queue_timeout);
                    self.end(now, id, verdict);
                }
                Some(run) if run.asked.is_none() => {
                    let verdict = timed_out(TimeoutKind::Run, terms.run_timeout);
                    self.end(now, id, verdict);
                }
                Some(_) => self.effects.push(Effect::Stop { id }),
            }
        }
    }

    /// Ends a job that has not been decided on: a queued one at once, a running one by asking it.
    fn end(&mut self, now: Moment, id: JobId, verdict: Verdict) {
        let Some(job) = self.jobs.get_mut(&id) else {
            return;
        };
        let grace = job.terms.grace;
        let Some(run) = &mut job.run else {
            self.queue.remove(job.terms.lane, id);
            self.ended.count_verdict(&verdict);
            self.resolve(id, now, Times::default(), verdict);
            return;
        };
        run.asked = Some(verdict);
        self.cancelling += 1;
        if grace.is_zero() {
            self.set_deadline(id, None);
            self.effects.push(Effect::Stop { id });
        } else {
            self.set_deadline(id, later(now, Some(grace)));
            self.effects.push(Effect::Ask { id });
        }
    }

    /// A shutdown: whoever is left must go.
    fn end_all(&mut self, now: Moment) {
        self.closed = true;
        let ids = self.unfinished();
        self.left.extend(&ids);
        self.left.sort_unstable();
        self.left.dedup();
        self.resolve_queued(now);
        for id in ids {
            let undecided = |job: &Record| job.run.as_ref().is_some_and(|run| run.asked.is_none());
            if self.jobs.get(&id).is_some_and(undecided) {
                self.end(now, id, Verdict::Shutdown);
            }
        }
    }

    fn resolve_queued(&mut self, now: Moment) {
        for id in self.queue.drain() {
            self.ended.count_verdict(&Verdict::Shutdown);
            self.resolve(id, now, Times::default(), Verdict::Shutdown);
        }
    }

    /// Forgets a job and tells its submitter; it waited from its submission until `until`.
    fn resolve(&mut self, id: JobId, until: Moment, times: Times, verdict: Verdict) {
        self.set_deadline(id, None);
        let Some(job) = self.jobs.remove(&id) else {
            return;
        };
        let waited = until.saturating_sub(job.submitted);
        self.effects.push(Effect::Resolve {
            id,
            verdict,
            times: Times { waited, ..times },
        });
    }

    /// Gives a job its one deadline, in place of the one it had.
    fn set_deadline(&mut self, id: JobId, deadline: Option<Moment>) {
        let Some(job) = self.jobs.get_mut(&id) else {
            return;
        };
        if let Some(old) = std::mem::replace(&mut job.deadline, deadline) {
            self.deadlines.remove(&(old, id));
        }
        if let Some(at) = deadline {
            self.deadlines.insert((at, id));
        }
    }

    /// Asks for a wake-up if the first deadline comes before the one asked for.
    fn arm(&mut self) {
        let Some(&(at, _)) = self.deadlines.first() else {
            return;
        };
        if self.armed.is_none_or(|armed| at < armed) {
            self.armed = Some(at);
            self.effects.push(Effect::Wake { at });
        }
    }
}

/// The moment `after` from `now`; none if there is no such timeout or it lies beyond all time.
fn later(now: Moment, after: Option<Duration>) -> Option<Moment> {
    now.checked_add(after?)
}
