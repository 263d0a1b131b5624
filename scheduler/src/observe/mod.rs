//! What can be watched of a scheduler, and two who watch: for figures and for logs.

#[cfg(feature = "metrics")]
pub(crate) mod metrics;
pub(crate) mod observer;
#[cfg(feature = "tracing")]
pub(crate) mod tracing;
