//! What Piscina's own tests ask of a pool, asked of this scheduler; the process executor's part is
//! in `tests/process`, what must not compile in the workspace's own tests.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong in a test is to be seen"
)]

mod cancel;
mod closing;
mod counters;
mod discipline;
mod errors;
mod histograms;
mod jobs;
mod options;
mod pressure;
mod queue;
mod slots;
#[cfg(feature = "tracing")]
mod spans;
mod stack;
mod states;
mod threads;
