//! One job with its types: what waits in the scheduler from submission to resolution.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::cancel::{Level, Signals};
use crate::contain::Contained;
use crate::error::JobError;
use crate::event::{End, Event, Times, Verdict};
use crate::executor::Executor;
use crate::executor::sealed::{Backend, Outcome};
use crate::handle::JobReport;
use crate::job::{JobContext, JobId};
use crate::runner::{Entry, Runner};

/// The job, its submitter, and in between its result.
pub(crate) struct Ticket<J, T, E> {
    id: JobId,
    signals: Arc<Signals>,
    state: Mutex<State<J, T, E>>,
}

/// Told the slot when a job starts.
pub(crate) type OnStart = Box<dyn FnOnce(usize) + Send>;

struct State<J, T, E> {
    job: Option<J>,
    on_start: Option<OnStart>,
    result: Option<Result<T, JobError<E>>>,
    submitter: Option<oneshot::Sender<JobReport<T, E>>>,
}

impl<J, T, E> Default for State<J, T, E> {
    fn default() -> Self {
        Self {
            job: None,
            on_start: None,
            result: None,
            submitter: None,
        }
    }
}

impl<J, T, E> Ticket<J, T, E> {
    /// A ticket for `job`, whose report goes to `submitter`.
    pub(crate) fn new(
        id: JobId,
        job: J,
        on_start: Option<OnStart>,
        submitter: oneshot::Sender<JobReport<T, E>>,
    ) -> Self {
        let state = State {
            job: Some(job),
            on_start,
            result: None,
            submitter: Some(submitter),
        };
        Self {
            id,
            signals: Arc::default(),
            state: Mutex::new(state),
        }
    }

    /// Takes the job out, which can be done once.
    pub(crate) fn take_job(&self) -> Option<J> {
        self.state().job.take()
    }

    fn take_on_start(&self) -> Option<OnStart> {
        self.state().on_start.take()
    }

    fn state(&self) -> MutexGuard<'_, State<J, T, E>> {
        // Only moves happen under this lock, so a poisoned one is as good as new.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<X, J> Entry<X> for Ticket<J, X::Output, X::Error>
where
    X: Executor<J>,
    J: Send + 'static,
{
    fn start(self: Arc<Self>, runner: &Arc<Runner<X>>, slot: usize) {
        let Some(job) = self.take_job() else { return };
        if let Some(on_start) = self.take_on_start() {
            // The users' code, on the thread of anybody who made room for the job.
            let _ = catch_unwind(AssertUnwindSafe(|| on_start(slot)));
        }
        let cx = JobContext::new(self.id, slot, Arc::clone(&self.signals));
        let seat = Seat {
            runner: Arc::clone(runner),
            id: self.id,
            taken: true,
        };
        // A future that is never polled drops its captures in the order of this tuple: the job
        // first, then the seat, which says that the slot is free.
        let captured = (job, self, seat);
        runner.runtime.spawn(async move {
            let (job, ticket, seat) = captured;
            // Locals drop in reverse, so the same holds when the future is dropped half-way.
            let mut seat = seat;
            let run = async { X::run(&seat.runner.live, job, cx).await };
            let outcome = match Contained::new(run).await {
                Ok(outcome) => outcome,
                Err(message) => Outcome::Done(Err(JobError::Panicked { message })),
            };
            let end = end_of(&outcome);
            if let Outcome::Done(result) = outcome {
                ticket.state().result = Some(result);
            }
            seat.leave(end);
        });
    }

    fn raise(&self, level: Level) {
        // It wakes whoever waits in the job, through wakers that may be the users'.
        let _ = catch_unwind(AssertUnwindSafe(|| self.signals.raise(level)));
    }

    fn resolve(&self, verdict: Verdict, times: Times) {
        let State {
            job,
            on_start,
            result,
            submitter,
        } = std::mem::take(&mut *self.state());
        let id = self.id;
        // What is dropped here is the users', and so are the wakers; this may be the thread of
        // anybody who made room for the job, or the scheduler's only timer.
        let mut own = result;
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let result = match verdict {
                Verdict::Own => own.take().unwrap_or(Err(JobError::Shutdown)),
                Verdict::Shutdown => Err(JobError::Shutdown),
                Verdict::Cancelled { reason, phase } => Err(JobError::Cancelled { reason, phase }),
                Verdict::TimedOut { kind, after } => Err(JobError::TimedOut { kind, after }),
            };
            let Times { waited, ran, slot } = times;
            if let Some(submitter) = submitter {
                let _ = submitter.send(JobReport {
                    id,
                    result,
                    waited,
                    ran,
                    slot,
                });
            }
        }));
        // After the report, and apart: what panics here must not take it along.
        let _ = catch_unwind(AssertUnwindSafe(move || drop(own)));
        let _ = catch_unwind(AssertUnwindSafe(move || drop(on_start)));
        let _ = catch_unwind(AssertUnwindSafe(move || drop(job)));
    }
}

/// A job's hold on its slot. However the run goes, even if the runtime drops it, the dispatcher
/// hears of its end once.
struct Seat<X: Backend> {
    runner: Arc<Runner<X>>,
    id: JobId,
    taken: bool,
}

impl<X: Backend> Seat<X> {
    fn leave(&mut self, end: End) {
        if std::mem::take(&mut self.taken) {
            self.runner.tell(Event::Finished { id: self.id, end });
        }
    }
}

impl<X: Backend> Drop for Seat<X> {
    fn drop(&mut self) {
        self.leave(End::Lost);
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
        // No executor decides these; the dispatcher does.
        JobError::Cancelled { .. }
        | JobError::TimedOut { .. }
        | JobError::Shutdown
        | JobError::Rejected(_) => End::Lost,
    }
}
