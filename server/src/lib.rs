//! The service behind the `vasca` binary: it composes the scheduler and the builders, which know
//! nothing of each other.
//!
//! - [`app`]: the composition root.
//! - [`http`]: builds over HTTP, one file for each resource.
//! - [`pipeline`]: a build's way, from its acceptance to its record.
//! - [`pool`]: the scheduler with its worker processes; [`worker`] is one of them.
//! - [`profiles`]: which modules a page provides, where that is not the built-in list.
//! - [`records`]: the durable table of all builds; [`artifacts`] keeps what is too large for it.
//! - [`metrics`]: what Prometheus sees, and `record_metric` and `measure_duration`.
//! - [`cli`]: what a person at a terminal sees of it.

pub mod app;
pub mod artifacts;
pub mod build;
pub mod cli;
pub mod config;
pub mod diagnostics;
pub mod http;
pub mod lifecycle;
pub mod metrics;
pub mod pipeline;
pub mod pool;
pub mod profiles;
pub mod records;
pub mod settings;
pub mod telemetry;
pub mod worker;
