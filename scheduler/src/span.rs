//! The span of a job, if the host traces: its parent is that of the submitter.

use std::future::Future;

#[cfg(feature = "tracing")]
use tracing::{Instrument, Span, field, info_span};

use crate::id::JobId;
use crate::priority::Lane;

/// A job's span, from its submission to its end. Without the feature `tracing` it is nothing.
#[derive(Clone, Debug)]
pub(crate) struct JobSpan {
    #[cfg(feature = "tracing")]
    span: Span,
}

impl JobSpan {
    /// The span of a job that is being submitted by whoever is in the current one.
    #[cfg(feature = "tracing")]
    pub(crate) fn submitted(scheduler: &str, id: JobId, lane: Lane) -> Self {
        let span = info_span!(
            "job",
            scheduler,
            job = id.get(),
            lane = lane.as_str(),
            slot = field::Empty,
            attempt = field::Empty,
        );
        Self { span }
    }

    /// See the feature `tracing`.
    #[cfg(not(feature = "tracing"))]
    pub(crate) const fn submitted(_: &str, _: JobId, _: Lane) -> Self {
        Self {}
    }

    /// The same for a run of the job.
    pub(crate) fn started(&self, slot: usize, attempt: u32) -> Self {
        #[cfg(feature = "tracing")]
        self.span.record("slot", slot).record("attempt", attempt);
        #[cfg(not(feature = "tracing"))]
        let _ = (slot, attempt);
        self.clone()
    }

    /// A future whose every step is in the span.
    #[cfg(feature = "tracing")]
    pub(crate) fn around<F: Future>(self, future: F) -> impl Future<Output = F::Output> {
        future.instrument(self.span)
    }

    /// See the feature `tracing`.
    #[cfg(not(feature = "tracing"))]
    pub(crate) fn around<F: Future>(self, future: F) -> F {
        future
    }

    /// Calls within the span.
    #[cfg(feature = "tracing")]
    pub(crate) fn within<T>(&self, call: impl FnOnce() -> T) -> T {
        self.span.in_scope(call)
    }

    /// See the feature `tracing`.
    #[cfg(not(feature = "tracing"))]
    pub(crate) fn within<T>(&self, call: impl FnOnce() -> T) -> T {
        call()
    }
}
