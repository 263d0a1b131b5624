//! The `vasca` binary as its users meet it: at a terminal, in scripts, and under attack.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what is missing fails the test, which is what it is for"
)]

mod encodings;
mod files;
mod hostile;
mod json;
mod options;
mod pipes;
mod processes;
mod products;
mod repeat;
mod serve;
mod sources;
mod usage;
mod workers;
