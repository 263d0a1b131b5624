//! The future of a submission, which may have to wait for room.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::executor::Executor;
use crate::handle::JobHandle;
use crate::pending::Pending;
use crate::rejected::Rejected;
use crate::submission::Submission;

impl<X, J> IntoFuture for Submission<X, J>
where
    X: Executor<J>,
    J: Send + 'static,
{
    type Output = Result<JobHandle<X::Output, X::Error>, Rejected<J>>;
    type IntoFuture = Submitting<X, J>;

    fn into_future(self) -> Self::IntoFuture {
        Submitting::new(self)
    }
}

/// The future of a [`Submission`].
///
/// Ready at its first poll, unless it [waits for room](crate::room::Overflow::Wait). Dropping it
/// while it waits drops the job.
///
/// # Panics
/// When polled again after it was ready.
#[must_use = "futures do nothing unless they are awaited"]
pub struct Submitting<X: Executor<J>, J: Send + 'static> {
    way: Way<X, J>,
}

enum Way<X: Executor<J>, J: Send + 'static> {
    Fresh(Box<Submission<X, J>>),
    Waiting(Pending<X, J>),
    Over,
}

impl<X: Executor<J>, J: Send + 'static> Submitting<X, J> {
    /// The future of `submission`.
    pub(crate) fn new(submission: Submission<X, J>) -> Self {
        Self {
            way: Way::Fresh(Box::new(submission)),
        }
    }
}

// Nothing in it is ever pinned.
impl<X: Executor<J>, J: Send + 'static> Unpin for Submitting<X, J> {}

impl<X, J> Future for Submitting<X, J>
where
    X: Executor<J>,
    J: Send + 'static,
{
    type Output = Result<JobHandle<X::Output, X::Error>, Rejected<J>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut pending = match std::mem::replace(&mut self.way, Way::Over) {
            Way::Fresh(submission) => match submission.send() {
                Ok(pending) => pending,
                Err(rejected) => return Poll::Ready(Err(rejected)),
            },
            Way::Waiting(pending) => pending,
            Way::Over => panic!("a submission was polled after it was ready"),
        };
        match pending.poll(cx) {
            Poll::Ready(Ok(())) => Poll::Ready(pending.handle()),
            Poll::Ready(Err(reason)) => Poll::Ready(Err(pending.rejected(reason))),
            Poll::Pending => {
                self.way = Way::Waiting(pending);
                Poll::Pending
            }
        }
    }
}
