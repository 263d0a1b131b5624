//! Builds over HTTP: one file for each resource, one merge line for each here.
//!
//! The status of an answer tells the fate of the request; the fate of the build is in the body. All
//! errors are `problem.rs`, whose table from kinds to statuses is the only one. `guard.rs` stands
//! before every request, `listen.rs` before every connection.

mod artifacts;
mod body;
mod builds;
mod conditional;
mod guard;
mod health;
pub mod listen;
mod prefer;
mod problem;
mod prometheus;
mod records;
mod router;
mod segment;
mod state;
mod submission;
mod views;

pub use router::{metrics_router, router};
pub use state::Service;
