//! A slot that a job has lent while it waits for another one.

use std::sync::Weak;

use crate::cancel::Level;
use crate::event::Claim;
use crate::link::{Control, Link};

/// A slot that was given back for a while.
pub(crate) struct Lease<'a> {
    link: &'a Link,
    control: &'a Weak<dyn Control>,
    /// What is to be claimed if it is dropped now.
    claim: Option<Claim>,
}

impl<'a> Lease<'a> {
    /// The job waits for another one from now on.
    pub(crate) fn begin(link: &'a Link, control: &'a Weak<dyn Control>) -> Self {
        if let Some(control) = control.upgrade() {
            control.lend(link.id);
        }
        Self {
            link,
            control,
            claim: Some(Claim::Now),
        }
    }

    /// Waits for a slot, unless another join goes on without one.
    pub(crate) async fn end(mut self) {
        let Some(control) = self.control.upgrade() else {
            return;
        };
        // Enlisted before asking, so that the answer is not missed.
        let returned = self.link.await_return();
        self.claim = Some(Claim::Reclaim);
        if control.take_back(self.link.id, Claim::Wait) {
            let _ = returned.await;
        }
        self.claim = None;
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        // A job that is being stopped is dropped as a whole, and goes without a slot.
        if self.link.signals.has_reached(Level::Stopped) {
            return;
        }
        if let (Some(claim), Some(control)) = (self.claim, self.control.upgrade()) {
            control.take_back(self.link.id, claim);
        }
    }
}
