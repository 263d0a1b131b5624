//! What the tests that cross a crate share: where things stand, the `vasca` binary, Node with the
//! installed packages, children that end with their test, runs of the binary, and waits with a limit.
//!
//! A test that lacks something fails and says what installs it; none is skipped silently.
//!
//! ```no_run
//! use std::process::Command;
//! use vasca_tests::{binary::vasca_binary, child::Child};
//!
//! let mut command = Command::new(vasca_binary());
//! let child = Child::spawn(command.arg("--version"));
//! ```

pub mod binary;
pub mod child;
pub mod disk;
pub mod fixtures;
pub mod generator;
pub mod node;
pub mod processes;
pub mod repository;
pub mod run;
pub mod server;
pub mod terminal;
pub mod wait;
