//! A build's way through the service: down once, up once.
//!
//! ```text
//! submit   check -> reserve a place in the queue -> commit `queued` while it waits or runs already
//! attempt  wait for the slot, mark the start, wait for the end
//! run      one attempt, and one more if the worker died under it
//! settle   count -> artifact and final record durable in one commit -> tell whoever waits
//! recover  after a restart: what was accepted and has not ended is submitted again
//! ```
//!
//! `service.rs` is what the HTTP side holds; `shared.rs` what all parts of it hold; `live.rs` the
//! builds that have not ended; `stow.rs` puts what is large beside the table.

mod attempt;
mod live;
mod recover;
mod run;
pub mod service;
mod settle;
mod shared;
mod stow;
mod submit;
pub mod views;
