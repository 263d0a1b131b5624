//! One job with its types: what waits in the scheduler from submission to resolution.

use std::any::Any;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::answer::Left;
use crate::cancel::Level;
use crate::contain::{Contained, message, quietly};
use crate::context::JobContext;
use crate::error::{JobError, Phase, RejectReason};
use crate::event::{Again, End, Times, Verdict};
use crate::executor::Executor;
use crate::executor::sealed::Outcome;
use crate::handle::JobReport;
use crate::link::Link;
use crate::members::{Member, Members};
use crate::rerun::Rerun;
use crate::runner::{Entry, Runner};
use crate::seat::Seat;
use crate::token::Registration;

/// The job, its submitters, and in between its result.
pub(crate) struct Ticket<J, T, E> {
    link: Arc<Link>,
    state: Mutex<State<J, T, E>>,
}

/// Told the slot when a job starts.
pub(crate) type OnStart = Box<dyn FnOnce(usize) + Send>;

/// Whether an application that had to wait was let in.
pub(crate) type Admission = oneshot::Sender<Result<(), RejectReason>>;

/// What a ticket begins with.
pub(crate) struct State<J, T, E> {
    pub(crate) job: Option<J>,
    pub(crate) on_start: Option<OnStart>,
    pub(crate) rerun: Option<Rerun<J, E>>,
    pub(crate) admission: Option<Admission>,
    pub(crate) members: Members<T, E>,
    pub(crate) result: Option<Result<T, JobError<E>>>,
    /// The job whose run is shared in place of an own one.
    pub(crate) shared: Option<(Arc<Link>, u32)>,
}

impl<J, T, E> State<J, T, E> {
    /// Nothing.
    pub(crate) const fn empty() -> Self {
        Self {
            job: None,
            on_start: None,
            rerun: None,
            admission: None,
            members: Members::new(),
            result: None,
            shared: None,
        }
    }
}

impl<J, T, E> Ticket<J, T, E> {
    /// A ticket for the job behind `link`.
    pub(crate) const fn new(link: Arc<Link>, state: State<J, T, E>) -> Self {
        Self {
            link,
            state: Mutex::new(state),
        }
    }

    /// Takes the job out, which can be done once.
    pub(crate) fn take_job(&self) -> Option<J> {
        self.state().job.take()
    }

    /// The link to listen at, and the number of the one who waits: those of the shared job, if it
    /// is one.
    pub(crate) fn membership(&self) -> (Arc<Link>, u32) {
        let shared = self.state().shared.clone();
        shared.unwrap_or_else(|| (Arc::clone(&self.link), Member::FIRST))
    }

    fn state(&self) -> MutexGuard<'_, State<J, T, E>> {
        // Only moves happen under this lock, so a poisoned one is as good as new.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run is over: notes what it gave, and whether it is the last one.
    fn note(&self, result: Result<T, JobError<E>>, spare: Option<J>, seed: u64) -> Option<Again> {
        let rerun = self.state().rerun.take();
        // Without the lock: it asks the users' code.
        let (rerun, again) = match rerun {
            Some(rerun) if spare.is_some() => {
                let again = rerun.after(&result, &self.link, seed);
                (Some(rerun), again)
            }
            rerun => (rerun, None),
        };
        let (job, unused) = match again {
            Some(_) => (spare, None),
            None => (None, spare),
        };
        {
            let mut state = self.state();
            state.rerun = rerun;
            state.result = Some(result);
            state.job = job;
        }
        // The users' value: without the lock.
        quietly(|| drop(unused));
        again
    }
}

impl<X, J> Entry<X> for Ticket<J, X::Output, X::Error>
where
    X: Executor<J>,
    J: Send + 'static,
{
    fn start(self: Arc<Self>, runner: &Arc<Runner<X>>, slot: usize, attempt: u32) {
        let (job, on_start, copier, stale) = {
            let mut state = self.state();
            let copier = state.rerun.as_ref().map(Rerun::copier);
            let stale = state.result.take();
            (state.job.take(), state.on_start.take(), copier, stale)
        };
        let id = self.link.id;
        // From here on the slot is given back whatever happens.
        let seat = Seat::new(Arc::clone(runner), id);
        let Some(job) = job else {
            // Resolved before its start could be carried out.
            seat.vacate();
            return;
        };
        quietly(|| self.link.start(slot, attempt));
        // The users' code, on the thread of anybody who made room for the job.
        quietly(|| drop(stale));
        if let Some(on_start) = on_start {
            quietly(|| on_start(slot));
        }
        let cx = JobContext::new(Arc::clone(&self.link), runner.as_control());
        let span = self.link.span.started(slot, attempt);
        // A future that is never polled drops its captures in the order of this tuple: the job
        // first, then the seat, which says that the slot is free.
        let captured = (job, self, seat);
        let run = async move {
            let (job, ticket, seat) = captured;
            // Locals drop in reverse, so the same holds when the future is dropped half-way.
            let mut seat = seat;
            let copied = catch_unwind(AssertUnwindSafe(|| copier.map(|copy| copy(&job))));
            let (spare, outcome) = match copied {
                Ok(spare) => {
                    let run = async { X::run(&seat.runner().parts.live, job, cx).await };
                    let outcome = match Contained::new(run).await {
                        Ok(outcome) => outcome,
                        Err(message) => Outcome::Done(Err(JobError::Panicked { message })),
                    };
                    (spare, outcome)
                }
                Err(panic) => {
                    let message = message(panic);
                    quietly(|| drop(job));
                    (None, Outcome::Done(Err(JobError::Panicked { message })))
                }
            };
            let end = end_of(&outcome);
            let again = match outcome {
                Outcome::Done(result) => ticket.note(result, spare, seat.runner().parts.seed),
                Outcome::Stopped => None,
            };
            seat.leave(end, again);
        };
        runner.parts.timing.spawn(id, span.around(run));
    }

    fn raise(&self, level: Level) {
        // It wakes whoever waits in the job, through wakers that may be the users'.
        quietly(|| self.link.signals.raise(level));
    }

    fn go_on(&self, slot: usize) {
        quietly(|| self.link.go_on(slot));
    }

    fn go_on_without(&self) {
        quietly(|| self.link.go_on_without());
    }

    fn rest(&self, after: Duration) {
        quietly(|| self.link.rest(after));
    }

    fn answer(&self, admitted: Result<(), RejectReason>) {
        let admission = self.state().admission.take();
        if let Some(admission) = admission {
            quietly(|| admission.send(admitted));
        }
    }

    fn adopt(&self, other: &dyn Entry<X>) {
        let Some(other) = other.as_any().downcast_ref::<Self>() else {
            // The name is one of this type of job alone.
            return;
        };
        let members = std::mem::take(&mut other.state().members);
        let number = self.state().members.adopt(members);
        other.state().shared = Some((Arc::clone(&self.link), number));
    }

    fn register(&self, member: u32, registration: Registration) -> Option<Registration> {
        self.state().members.register(member, registration)
    }

    fn leave(&self, member: u32, reason: Cow<'static, str>) -> Left {
        let leaver = {
            let mut state = self.state();
            if !state.members.has(member) {
                return Left::Gone;
            }
            if state.members.len() == 1 {
                return Left::Last;
            }
            state.members.remove(member)
        };
        let phase = if self.link.is_running() {
            Phase::Running
        } else {
            Phase::Queued
        };
        let id = self.link.id;
        Left::Others(Box::new(move || {
            let result = Err(JobError::Cancelled { reason, phase });
            if let Some(leaver) = leaver {
                leaver.tell(JobReport::bare(id, result));
            }
        }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn resolve(&self, verdict: Verdict, times: Times) {
        let State {
            job,
            on_start,
            rerun,
            admission,
            members,
            result,
            ..
        } = std::mem::replace(&mut *self.state(), State::empty());
        let id = self.link.id;
        if let Some(admission) = admission {
            // Let in, and over before it could be said.
            quietly(|| admission.send(Ok(())));
        }
        // What is dropped here is the users', and so are the wakers; this may be the thread of
        // anybody who made room for the job, or the scheduler's only timer.
        quietly(|| self.link.end());
        let mut own = result;
        let result = match verdict {
            Verdict::Own => own.take().unwrap_or(Err(JobError::Shutdown)),
            Verdict::Shutdown => Err(JobError::Shutdown),
            Verdict::Cancelled { reason, phase } => Err(JobError::Cancelled { reason, phase }),
            Verdict::TimedOut { kind, after } => Err(JobError::TimedOut { kind, after }),
            Verdict::Shed => Err(JobError::Shed),
            Verdict::Stuck { after } => Err(JobError::Stuck { after }),
        };
        members.tell_all(id, result, times);
        // After the report, and each apart: what panics here must not take it along.
        quietly(move || drop(own));
        quietly(move || drop(on_start));
        quietly(move || drop(rerun));
        quietly(move || drop(job));
    }
}

/// The end that the dispatcher is told of.
fn end_of<T, E>(outcome: &Outcome<T, E>) -> End {
    let error = match outcome {
        Outcome::Stopped => return End::Stopped,
        Outcome::Done(Ok(_)) => return End::Succeeded,
        Outcome::Done(Err(error)) => error,
    };
    match error {
        JobError::Failed(_) => End::Failed,
        JobError::Panicked { .. } => End::Panicked,
        JobError::Exited { .. } => End::Exited,
        JobError::OutOfMemory { .. } => End::OutOfMemory,
        JobError::Worker(_) => End::WorkerFailed,
        JobError::SlotState(_) => End::SlotFailed,
        // No executor decides these; the dispatcher does.
        JobError::Cancelled { .. }
        | JobError::TimedOut { .. }
        | JobError::Shed
        | JobError::Stuck { .. }
        | JobError::Shutdown
        | JobError::Rejected(_) => End::Lost,
    }
}
