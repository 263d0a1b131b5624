//! A job on its way in: its terms, and what comes of it if it is not taken.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::answer::Submitted;
use crate::error::{JobError, RejectReason};
use crate::event::{Application, Event};
use crate::executor::Executor;
use crate::handle::JobHandle;
use crate::key::Key;
use crate::link::Link;
use crate::members::{Copier, Members};
use crate::moment::Moment;
use crate::pending::Pending;
use crate::place::Place;
use crate::priority::Lane;
use crate::rejected::Rejected;
use crate::rerun::Rerun;
use crate::retry::Retry;
use crate::room::Overflow;
use crate::runner::Runner;
use crate::span::JobSpan;
use crate::spec::Spec;
use crate::ticket::{OnStart, State, Ticket};
use crate::token::CancelToken;
use crate::unique::Unique;

/// A job about to be submitted. Set its terms, then await it.
///
/// Nothing happens before the first poll; dropping it drops the job.
#[must_use = "a submission does nothing unless it is awaited"]
pub struct Submission<X: Executor<J>, J> {
    runner: Arc<Runner<X>>,
    job: J,
    place: Option<Place<X>>,
    spec: Spec,
    overflow: Option<Overflow>,
    unique: Option<Unique>,
    on_start: Option<OnStart>,
    rerun: Option<Rerun<J, X::Error>>,
    copier: Option<Copier<X::Output, X::Error>>,
    token: Option<CancelToken>,
    cancels_on_drop: bool,
}

impl<X, J> Submission<X, J>
where
    X: Executor<J>,
    J: Send + 'static,
{
    /// A submission of `job` on the scheduler's default terms, to a place if one is reserved.
    pub(crate) fn new(runner: Arc<Runner<X>>, job: J, place: Option<Place<X>>) -> Self {
        Self {
            runner,
            job,
            place,
            spec: Spec::new(),
            overflow: None,
            unique: None,
            on_start: None,
            rerun: None,
            copier: None,
            token: None,
            cancels_on_drop: false,
        }
    }

    /// Replaces all terms of a [`Spec`] set so far.
    pub fn spec(mut self, spec: Spec) -> Self {
        self.spec = spec;
        self
    }

    /// See [`Spec::lane`].
    pub fn lane(mut self, lane: Lane) -> Self {
        self.spec = self.spec.lane(lane);
        self
    }

    /// See [`Spec::key`].
    pub fn key(mut self, key: impl Into<Key>) -> Self {
        self.spec = self.spec.key(key);
        self
    }

    /// See [`Spec::priority`].
    pub fn priority(mut self, priority: i8) -> Self {
        self.spec = self.spec.priority(priority);
        self
    }

    /// See [`Spec::cost`].
    pub fn cost(mut self, slots: u32) -> Self {
        self.spec = self.spec.cost(slots);
        self
    }

    /// See [`Spec::bytes`].
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.spec = self.spec.bytes(bytes);
        self
    }

    /// See [`Spec::run_timeout`].
    pub fn run_timeout(mut self, after: Duration) -> Self {
        self.spec = self.spec.run_timeout(after);
        self
    }

    /// See [`Spec::queue_timeout`].
    pub fn queue_timeout(mut self, after: Duration) -> Self {
        self.spec = self.spec.queue_timeout(after);
        self
    }

    /// See [`Spec::total_timeout`].
    pub fn total_timeout(mut self, after: Duration) -> Self {
        self.spec = self.spec.total_timeout(after);
        self
    }

    /// See [`Spec::grace`].
    pub fn grace(mut self, grace: Duration) -> Self {
        self.spec = self.spec.grace(grace);
        self
    }

    /// See [`Spec::delay`].
    pub fn delay(mut self, delay: Duration) -> Self {
        self.spec = self.spec.delay(delay);
        self
    }

    /// The job must have ended by then: a [`total_timeout`](Spec::total_timeout) that is reckoned
    /// from now, by tokio's clock. Takes an `Instant` of std or of tokio.
    ///
    /// A job that would wait longer than that is rejected at once, with the
    /// [wait to be expected](RejectReason::DeadlineUnreachable).
    pub fn deadline(self, at: impl Into<Instant>) -> Self {
        let left = at.into().saturating_duration_since(Instant::now());
        self.total_timeout(left)
    }

    /// The job must not start before then: a [`delay`](Spec::delay) that is reckoned from now.
    pub fn not_before(self, at: impl Into<Instant>) -> Self {
        let left = at.into().saturating_duration_since(Instant::now());
        self.delay(left)
    }

    /// What happens if there is no room, in place of the scheduler's rule: to wait for it, or to be
    /// rejected. Shedding is for the whole scheduler: here it counts as
    /// [`Reject`](Overflow::Reject) unless the scheduler sheds too.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = Some(overflow);
        self
    }

    /// That there is to be one such job at a time, and what becomes of a second; see [`Unique`].
    pub fn unique(mut self, unique: Unique) -> Self {
        self.unique = Some(unique);
        self
    }

    /// That the job's run is shared: if there is a job of the same type and name that was submitted
    /// like this, and nothing has ended it, this one is dropped and both get the result of that
    /// one, waiting or running.
    ///
    /// The one job takes the best place (lane, then rank) and the longest times of all who share
    /// it, and keeps the key and cost of the first. Cancelling one handle leaves it to the others;
    /// the last one to go cancels it.
    pub fn share(mut self, name: impl Into<Key>) -> Self
    where
        X::Output: Clone,
        X::Error: Clone,
    {
        self.unique = Some(Unique::share(name.into()));
        self.copier = Some(Result::clone);
        self
    }

    /// Runs the job again when it fails, panics, or loses its worker: a copy of it, after a
    /// backoff during which it holds no slot. What was cancelled, has timed out, or took too much
    /// memory is not run again. See [`Retry`].
    pub fn retry(mut self, policy: Retry) -> Self
    where
        J: Clone,
    {
        self.rerun = Some(Rerun::new(policy, None));
        self
    }

    /// The same, for the failures that are `worth` it. Called outside all locks; should it panic,
    /// there is no further attempt.
    pub fn retry_if(
        mut self,
        policy: Retry,
        worth: impl Fn(&JobError<X::Error>) -> bool + Send + Sync + 'static,
    ) -> Self
    where
        J: Clone,
    {
        self.rerun = Some(Rerun::new(policy, Some(Arc::new(worth))));
        self
    }

    /// Cancels the job when `token` is; if it has been already, the job is rejected.
    pub fn cancel_with(mut self, token: &CancelToken) -> Self {
        self.token = Some(token.clone());
        self
    }

    /// Cancels the job when its handle is dropped before it has ended, and also when the
    /// submission is dropped while it waits for room.
    pub const fn cancel_on_drop(mut self) -> Self {
        self.cancels_on_drop = true;
        self
    }

    /// Calls `on_start` with the slot when the job first starts; never, if it never does. At most
    /// once, and before the job's report.
    ///
    /// It runs on the thread of whoever made room for the job: it must be quick and must not block.
    /// Should it panic, the job is not touched by that.
    pub fn on_start(mut self, on_start: impl FnOnce(usize) + Send + 'static) -> Self {
        self.on_start = Some(Box::new(on_start));
        self
    }

    /// Submits without an await, as the future does at its first poll; with
    /// [`Overflow::Wait`] and no room the job is rejected.
    ///
    /// # Errors
    /// When the job is not taken; it comes back intact.
    pub fn submit_now(mut self) -> Result<JobHandle<X::Output, X::Error>, Rejected<J>> {
        self.overflow = match self.overflow.unwrap_or(self.runner.parts.overflow) {
            Overflow::Wait => Some(Overflow::Reject),
            other => Some(other),
        };
        let pending = self.send()?;
        pending.handle()
    }

    /// Submits now.
    pub(crate) fn send(self) -> Result<Pending<X, J>, Rejected<J>> {
        let Self {
            runner,
            job,
            place,
            spec,
            overflow,
            unique,
            on_start,
            rerun,
            copier,
            token,
            cancels_on_drop,
        } = self;
        let id = place.as_ref().map_or_else(|| runner.next_id(), Place::id);
        let terms = spec.or(&runner.parts.defaults);
        if token.as_ref().is_some_and(CancelToken::is_cancelled) {
            let lane = terms.lane;
            runner.tell(Event::Refuse { id, lane });
            return Err(Rejected::new(job, RejectReason::Cancelled));
        }
        let application = Application {
            terms,
            unique: unique.map(Unique::among::<J>),
            overflow: overflow.unwrap_or(runner.parts.overflow),
            came: Moment::ZERO,
            due: None,
            is_reservation: false,
        };
        let (sender, receiver) = oneshot::channel();
        let waits = application.overflow == Overflow::Wait;
        let (admission, admitted) = waits.then(oneshot::channel).unzip();
        let span = JobSpan::submitted(runner.parts.observers.name(), id, application.terms.lane);
        let link = Arc::new(Link::new(
            id,
            span,
            rerun.as_ref().map_or(0, Rerun::snoozes),
        ));
        let state = State {
            job: Some(job),
            on_start,
            rerun,
            admission,
            members: Members::one(sender, copier),
            ..State::empty()
        };
        let ticket = Arc::new(Ticket::new(link, state));
        let entry = Arc::clone(&ticket) as _;
        let submitted = match place {
            Some(place) => {
                place.forget();
                runner.fill(id, application, entry)
            }
            None => runner.submit(id, application, entry),
        };
        let pending = Pending::new(runner, ticket, receiver, token, cancels_on_drop);
        match submitted {
            Ok(Submitted::Taken) => Ok(pending.listening()),
            Ok(Submitted::Waiting) => {
                let admitted = admitted.map(|admitted| (id, admitted));
                Ok(pending.waiting(admitted).listening())
            }
            Err(reason) => Err(pending.rejected(reason)),
        }
    }
}
