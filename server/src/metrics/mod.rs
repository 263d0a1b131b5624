//! What Prometheus sees, and what `record_metric` does.
//!
//! - `catalogue.rs` declares every family once; `observe.rs` says which event moves which.
//! - `exporter.rs` keeps the numbers and renders them.
//! - `measure.rs` is the library face: `record_metric` and `measure_duration`.

pub mod catalogue;
pub mod exporter;
pub mod measure;
pub mod observe;
