//! What others may do to a job or to the whole by way of the shell: leave, lend, give up.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::answer::Left;
use crate::contain::quietly;
use crate::event::{Claim, Effect, Event};
use crate::executor::sealed::Backend;
use crate::id::JobId;
use crate::link::Control;
use crate::runner::Runner;
use crate::timing::Timing;
use crate::token::Registration;

impl<X: Backend> Runner<X> {
    /// Forgets an application that nobody waits for any more, unless it was let in meanwhile.
    pub(crate) fn withdraw(self: &Arc<Self>, id: JobId) {
        self.tell(Event::Withdraw { id });
        if !self.dispatcher().knows(id) {
            self.forget(id);
        }
    }

    /// Gives a reserved place up.
    pub(crate) fn release(self: &Arc<Self>, id: JobId) {
        self.tell(Event::Withdraw { id });
        self.tell(Event::Release { id });
        self.forget(id);
    }

    /// Notes that one who waits for a job listens to a token.
    pub(crate) fn register(&self, id: JobId, member: u32, registration: Registration) {
        let left = match self.entry(id) {
            Some(entry) => entry.register(member, registration),
            None => Some(registration),
        };
        // Nobody waits any more: nothing is left in the token.
        drop(left);
    }

    fn forget(&self, id: JobId) {
        let entry = self.entries.remove(&id);
        // What it holds is the users', whose drop may panic.
        quietly(move || drop(entry));
    }

    /// The last handle is gone: nobody submits, and nobody resumes. What was taken still runs, and
    /// what waits for a moment is held here until then.
    pub(crate) fn orphan(self: &Arc<Self>) {
        self.tell(Event::Orphan);
        if let Timing::Tokio { runtime, .. } = &self.parts.timing
            && !self.dispatcher().is_idle()
        {
            let runner = Arc::clone(self);
            runtime.spawn(async move { runner.watches.drained().await });
        }
    }
}

/// Held by nobody but for a moment, so that each call finds its scheduler or does nothing.
impl<X: Backend> Control for Runner<X> {
    fn leave(self: Arc<Self>, id: JobId, member: u32, reason: Cow<'static, str>) -> bool {
        // Held beyond the lock: should it be the last one, a user's job is dropped with it.
        let Some(entry) = self.entry(id) else {
            return false;
        };
        let decision = {
            let mut dispatcher = self.dispatcher();
            match entry.leave(member, reason.clone()) {
                Left::Gone => return false,
                Left::Last => self.decide_with(&mut dispatcher, Event::Cancel { id, reason }),
                Left::Others(tell) => {
                    drop(dispatcher);
                    tell();
                    return true;
                }
            }
        };
        self.carry_out_cancel(id, decision)
    }

    fn lend(self: Arc<Self>, id: JobId) {
        self.tell(Event::Lend { id });
    }

    fn take_back(self: Arc<Self>, id: JobId, claim: Claim) -> bool {
        let decision = self.decide(Event::Return { id, claim });
        let goes_on = decision.effects.contains(&Effect::StillLent { id });
        self.carry_out(decision);
        !goes_on
    }

    fn sleep(&self, length: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.parts.timing.sleep(length)
    }
}
