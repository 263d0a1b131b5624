//! A running job's hold on its slot.

use std::sync::Arc;

use crate::event::{Again, End, Event};
use crate::executor::sealed::Backend;
use crate::id::JobId;
use crate::runner::Runner;

/// A job's hold on its slot. However the run goes, even if the runtime drops it, the dispatcher
/// hears of its end once.
pub(crate) struct Seat<X: Backend> {
    runner: Arc<Runner<X>>,
    id: JobId,
    taken: bool,
}

impl<X: Backend> Seat<X> {
    /// The seat of the job `id`, which has just started.
    pub(crate) const fn new(runner: Arc<Runner<X>>, id: JobId) -> Self {
        Self {
            runner,
            id,
            taken: true,
        }
    }

    /// Nothing was run after all.
    pub(crate) fn vacate(mut self) {
        self.leave(End::Stopped, None);
    }

    /// The shell that has given it.
    pub(crate) const fn runner(&self) -> &Arc<Runner<X>> {
        &self.runner
    }

    /// The run is over, and nothing of it is left.
    pub(crate) fn leave(&mut self, end: End, again: Option<Again>) {
        if std::mem::take(&mut self.taken) {
            let id = self.id;
            self.runner.tell(Event::Finished { id, end, again });
        }
    }
}

impl<X: Backend> Drop for Seat<X> {
    fn drop(&mut self) {
        // In a panic of this crate the run is over; else it was dropped, and the runtime with it.
        let end = if std::thread::panicking() {
            End::Panicked
        } else {
            End::Lost
        };
        self.leave(end, None);
    }
}
