//! The service behind the `vasca` binary: it composes the scheduler and the builders, which know
//! nothing of each other.
//!
//! - [`app`]: the composition root. A build goes into the scheduler, from there to a worker process,
//!   and in that to the registry of builders.
//! - [`cli`]: what a person at a terminal sees of it.
//! - [`records`]: the durable table of all builds.
//! - [`worker`]: the child process that builds.

pub mod app;
pub mod build;
pub mod cli;
pub mod lifecycle;
pub mod records;
pub mod worker;
