//! A job that has been submitted and whose submitter has no handle yet.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::sync::oneshot;

use crate::error::RejectReason;
use crate::executor::Executor;
use crate::handle::{JobHandle, JobReport};
use crate::id::JobId;
use crate::link::Control;
use crate::members::Member;
use crate::rejected::Rejected;
use crate::runner::Runner;
use crate::ticket::Ticket;
use crate::token::{CancelToken, Listener};

/// A job that has been submitted and whose submitter has no handle yet.
pub(crate) struct Pending<X: Executor<J>, J: Send + 'static> {
    runner: Arc<Runner<X>>,
    ticket: Arc<Ticket<J, X::Output, X::Error>>,
    receiver: Option<oneshot::Receiver<JobReport<X::Output, X::Error>>>,
    token: Option<CancelToken>,
    cancels_on_drop: bool,
    admitted: Option<(JobId, oneshot::Receiver<Result<(), RejectReason>>)>,
}

impl<X, J> Pending<X, J>
where
    X: Executor<J>,
    J: Send + 'static,
{
    /// A job that is in.
    pub(crate) const fn new(
        runner: Arc<Runner<X>>,
        ticket: Arc<Ticket<J, X::Output, X::Error>>,
        receiver: oneshot::Receiver<JobReport<X::Output, X::Error>>,
        token: Option<CancelToken>,
        cancels_on_drop: bool,
    ) -> Self {
        Self {
            runner,
            ticket,
            receiver: Some(receiver),
            token,
            cancels_on_drop,
            admitted: None,
        }
    }

    /// A job that has to wait for room.
    pub(crate) fn waiting(
        mut self,
        admitted: Option<(JobId, oneshot::Receiver<Result<(), RejectReason>>)>,
    ) -> Self {
        self.admitted = admitted;
        self
    }

    /// Waits to be let in.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), RejectReason>> {
        let Some((_, admitted)) = &mut self.admitted else {
            return Poll::Ready(Ok(()));
        };
        let answer = ready!(Pin::new(admitted).poll(cx));
        self.admitted = None;
        // The scheduler is held here, so that an answer always comes.
        Poll::Ready(answer.unwrap_or(Err(RejectReason::Closed)))
    }

    /// Has the token, if there is one, reach the job from now on, also while it waits for room.
    pub(crate) fn listening(self) -> Self {
        if let Some(token) = &self.token {
            self.listen(token, &self.listener());
        }
        self
    }

    fn listen(&self, token: &CancelToken, listener: &Listener) {
        match token.listen(listener.clone()) {
            Ok(registration) => {
                self.runner
                    .register(listener.id, listener.member, registration);
            }
            // Cancelled since it was looked at.
            Err(reason) => {
                listener.leave(reason);
            }
        }
    }

    fn listener(&self) -> Listener {
        let (link, member) = self.ticket.membership();
        Listener {
            control: self.runner.as_control(),
            id: link.id,
            member,
        }
    }

    /// The job is in.
    pub(crate) fn handle(mut self) -> Result<JobHandle<X::Output, X::Error>, Rejected<J>> {
        let (link, member) = self.ticket.membership();
        let listener = self.listener();
        // One who has come to share another job listens for that one.
        if let Some(token) = self.token.take()
            && member != Member::FIRST
        {
            self.listen(&token, &listener);
        }
        match self.receiver.take() {
            Some(receiver) => Ok(JobHandle::new(
                receiver,
                link,
                listener,
                self.cancels_on_drop,
            )),
            None => unreachable!("a submission gives one handle"),
        }
    }

    /// The job is not in.
    pub(crate) fn rejected(mut self, reason: RejectReason) -> Rejected<J> {
        self.receiver = None;
        match self.ticket.take_job() {
            Some(job) => Rejected::new(job, reason),
            // A rejected ticket was never started, so its job is still in it.
            None => unreachable!("a rejected job has not been started"),
        }
    }
}

impl<X, J> Drop for Pending<X, J>
where
    X: Executor<J>,
    J: Send + 'static,
{
    fn drop(&mut self) {
        let Some((id, _)) = self.admitted.take() else {
            return;
        };
        self.runner.withdraw(id);
        if self.cancels_on_drop {
            // It may have been let in at this very moment.
            let (link, member) = self.ticket.membership();
            let runner = Arc::clone(&self.runner);
            runner.leave(link.id, member, "its submission was dropped".into());
        }
    }
}
