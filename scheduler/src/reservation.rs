//! A place in the queue, kept before the job exists.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::answer::{Left, Submitted};
use crate::cancel::Level;
use crate::error::RejectReason;
use crate::event::{Application, Times, Verdict};
use crate::executor::Executor;
use crate::executor::sealed::Backend;
use crate::id::JobId;
use crate::moment::Moment;
use crate::place::Place;
use crate::rejected::Rejected;
use crate::room::Overflow;
use crate::runner::{Entry, Runner};
use crate::spec::Spec;
use crate::submission::Submission;
use crate::ticket::Admission;
use crate::token::Registration;

/// A place in the queue that is kept for a job: so that something can be done between the promise
/// and the job, such as writing it down, without the need to take the promise back.
///
/// It counts against the queue's limits. The job for it cannot be rejected for want of room; it
/// waits where it would wait if it had been submitted when the place was reserved. Closing the
/// scheduler voids the place: the job is then rejected as [closed](RejectReason::Closed). Dropping it
/// gives the place up.
#[must_use = "dropping a reservation gives the place up"]
pub struct Reservation<X: Backend> {
    place: Place<X>,
    spec: Spec,
}

impl<X: Backend> Reservation<X> {
    /// Reserves a place on these terms; waits for room if `overflow` says so.
    ///
    /// # Errors
    /// When there is no room.
    pub(crate) async fn of(
        runner: Arc<Runner<X>>,
        spec: Spec,
        overflow: Overflow,
    ) -> Result<Self, Rejected<()>> {
        let id = runner.next_id();
        let application = Application {
            terms: spec.or(&runner.parts.defaults),
            unique: None,
            overflow,
            came: Moment::ZERO,
            due: None,
            is_reservation: true,
        };
        let (admission, admitted) = oneshot::channel();
        let entry = Arc::new(Absent(Mutex::new(Some(admission))));
        let place = Place::new(Arc::clone(&runner), id);
        let refused = match runner.submit(id, application, entry) {
            Ok(Submitted::Taken) => None,
            // The scheduler is held here, so that an answer always comes.
            Ok(Submitted::Waiting) => match admitted.await {
                Ok(answer) => answer.err(),
                Err(_) => Some(RejectReason::Closed),
            },
            Err(reason) => Some(reason),
        };
        match refused {
            None => Ok(Self { place, spec }),
            Some(reason) => Err(Rejected::new((), reason)),
        }
    }

    /// The id that the job will have.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.place.id()
    }

    /// Submits the job: set its times on what is returned, if they are to be others than those of the
    /// reservation, then await that. Lane, key, priority, cost and size stay those of the reservation,
    /// whatever is set.
    pub fn submit<J>(self, job: J) -> Submission<X, J>
    where
        X: Executor<J>,
        J: Send + 'static,
    {
        let runner = Arc::clone(self.place.runner());
        Submission::new(runner, job, Some(self.place)).spec(self.spec)
    }
}

impl<X: Backend> fmt::Debug for Reservation<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation")
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

/// In the place of a job that does not exist yet.
struct Absent(Mutex<Option<Admission>>);

impl<X: Backend> Entry<X> for Absent {
    fn start(self: Arc<Self>, _: &Arc<Runner<X>>, _: usize, _: u32) {
        debug_assert!(false, "a place without a job is not started");
    }

    fn answer(&self, admitted: Result<(), RejectReason>) {
        let admission = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(admission) = admission {
            let _ = admission.send(admitted);
        }
    }

    fn leave(&self, _: u32, _: Cow<'static, str>) -> Left {
        Left::Gone
    }

    fn register(&self, _: u32, registration: Registration) -> Option<Registration> {
        Some(registration)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn raise(&self, _: Level) {}
    fn go_on(&self, _: usize) {}
    fn go_on_without(&self) {}
    fn rest(&self, _: Duration) {}
    fn adopt(&self, _: &dyn Entry<X>) {}
    fn resolve(&self, _: Verdict, _: Times) {}
}
