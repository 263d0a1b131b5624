//! A hold on a reserved place in the queue.

use std::sync::Arc;

use crate::executor::sealed::Backend;
use crate::id::JobId;
use crate::runner::Runner;

/// A hold on a reserved place.
pub(crate) struct Place<X: Backend> {
    runner: Arc<Runner<X>>,
    id: JobId,
    is_kept: bool,
}

impl<X: Backend> Place<X> {
    /// A hold on the place `id`, which is given up from now on, whatever happens.
    pub(crate) const fn new(runner: Arc<Runner<X>>, id: JobId) -> Self {
        Self {
            runner,
            id,
            is_kept: true,
        }
    }

    /// Where it is.
    pub(crate) const fn runner(&self) -> &Arc<Runner<X>> {
        &self.runner
    }

    /// The id that was given out for it.
    pub(crate) const fn id(&self) -> JobId {
        self.id
    }

    /// The place is somebody else's to give up.
    pub(crate) fn forget(mut self) {
        self.is_kept = false;
    }
}

impl<X: Backend> Drop for Place<X> {
    fn drop(&mut self) {
        if self.is_kept {
            self.runner.release(self.id);
        }
    }
}
