//! What a scheduler tells of itself: events, figures and spans. Apart from the other tests, because
//! a process has one recorder of figures and one subscriber to spans.

#[cfg(feature = "metrics")]
mod figures;
#[path = "../fixtures/mod.rs"]
mod fixtures;
mod listening;
#[cfg(feature = "tracing")]
mod spans;
