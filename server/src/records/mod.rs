//! The durable table: one row for each build, points of `record_metric`, and all that a build needs
//! to be run again after a restart.
//!
//! - `record.rs` is the row, `point.rs` a point, `query.rs` what can be asked.
//! - `store.rs` is the trait of a store: changes go in as one, and come back when they are durable.
//!   `sled/` and `memory.rs` implement it, `conformance.rs` holds both to it.
//! - `committer/` is the one writer: it takes all changes that wait, applies them at once, and
//!   acknowledges them; when the store fails it opens it anew.
//! - `keys.rs` is the schema; `files.rs` puts a store's folder in order before it is opened.
//! - `directory.rs` is the data directory, and who holds it; `ballast.rs` is room kept in it for the
//!   day on which the disk is full.

pub mod ballast;
pub mod committer;
#[cfg(test)]
mod conformance;
pub mod directory;
pub mod files;
mod keys;
pub mod memory;
pub mod point;
pub mod query;
pub mod record;
pub mod sled;
pub mod store;
