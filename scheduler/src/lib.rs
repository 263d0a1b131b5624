//! A job scheduler inside your own service: a bounded number of slots, a bounded queue before
//! them, and a say in who is next.
//!
//! ```
//! use std::num::ParseIntError;
//! use std::time::Duration;
//! use vasca_scheduler::{JobContext, JobError, Lane, Scheduler, Shutdown};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pool = Scheduler::builder("numbers").build()?;
//!
//! // As simple as it gets: any async closure is a job.
//! let number = pool.run(async |_cx: JobContext| "42".parse::<u32>()).await?;
//! assert_eq!(number, 42);
//!
//! // On terms, with a handle to the job. The error is the job's own.
//! let job = async |_cx: JobContext| "forty-two".parse::<u32>();
//! let handle = pool
//!     .submit(job)
//!     .lane(Lane::Interactive)
//!     .key("some tenant")
//!     .run_timeout(Duration::from_secs(1))
//!     .await?;
//! let result: Result<u32, JobError<ParseIntError>> = handle.await;
//! assert!(matches!(result, Err(JobError::Failed(_))));
//!
//! let report = pool.shutdown(Shutdown::drain(Duration::from_secs(10))).await;
//! assert!(report.is_drained());
//! # Ok(())
//! # }
//! ```
//!
//! # Jobs and where they run
//!
//! A job has an output and an error of its own types, and its submitter gets them as they are. The
//! executor says where jobs run, and which types of job: one that it cannot run does not compile.
//!
//! | executor | runs | as |
//! |---|---|---|
//! | [`Tasks`], the default | [`Job`], async closures | futures on the host's own runtime |
//! | [`Threads`] | [`BlockingJob`], closures | calls on owned, named, warm threads |
//! | `Process` (Linux) | `ProcessJob` | messages to warm child processes of the host's own binary |
//!
//! A panic costs its own job, unless the host is compiled with `panic = "abort"`. An abort, a stack overflow or a leak costs that of its child process.
//!
//! # Where what is decided
//!
//! Who starts, who waits, who is asked to end and what a submitter is told is decided by one state
//! machine without clock or IO, under one short lock, by whoever brings the news: there is no
//! thread or task in between, and nothing is polled. The rest carries the decisions out. Under
//! [`Manual`] the same machine is driven by a test, in virtual time.
//!
//! # Order
//!
//! A *slot* is a seat for one running job, the smallest free one first. For a free slot the next
//! job is found by [`Lane`], then by [`Key`], then by rank ([`Order`]); of equals the one that was
//! submitted first.
//!
//! - Lanes are served 16:4:1 while all have jobs, so that none starves.
//! - Keys take turns: two that both have jobs waiting in a lane, and may start them, are served
//!   within the cost of one job of each.
//! - A priority is worth a fixed wait. So a job of priority `p` is never overtaken, in its lane and key,
//!   by one of priority `q` that was submitted more than `(q - p)` steps of aging after it.
//!
//! # Ends
//!
//! A job that finds no room is handed back ([`Rejected`]), waits, or has another one shed, as
//! [`Overflow`] says. A job that was taken ends exactly once, and its [`JobHandle`] always resolves.
//! Cancellation, timeouts and shutdown go the same way: a waiting job is gone at once; a running one
//! is asked, has its [grace](Spec::grace), and is stopped. Whoever comes first decides what the
//! handle gives, one of [`JobError`]. A job that was stopped and does not go is reported as stuck
//! and keeps its slot, rather than be forgotten.
//!
//! Nothing is durable: what waits is lost with the process. [`Scheduler::shutdown`] names what it
//! had to end.
//!
//! # Features
//!
//! - `process` (default): the executor `Process`, on Linux. Brings `tracing`.
//! - `nice` (default): the niceness of [`Threads`], on Linux.
//! - `tracing` (default): a span for each job, below its submitter's, and an observer that writes
//!   events.
//! - `metrics`: an observer that keeps figures through the facade of that name.

#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod admission;
mod alarm;
mod answer;
mod blocking;
mod bounds;
mod builder;
mod cancel;
mod config;
mod contain;
mod context;
mod control;
mod counters;
mod deadlines;
mod discipline;
mod dispatcher;
mod ending;
mod error;
mod event;
mod executor;
mod expiry;
mod fairness;
mod handle;
mod histogram;
mod id;
mod intake;
mod job;
mod key;
mod lease;
mod ledger;
mod lending;
mod line;
mod link;
mod lobby;
mod manual;
mod members;
mod moment;
mod observe;
mod observers;
mod order;
mod overflow;
mod pending;
mod place;
mod priority;
mod progress;
mod queue;
mod record;
mod rejected;
mod rerun;
mod reservation;
mod reserving;
mod retry;
mod room;
mod runner;
mod scheduler;
mod seat;
mod shedding;
mod shutdown;
#[cfg(test)]
mod simulation;
mod slots;
mod span;
mod spec;
mod stage;
mod stats;
mod submission;
mod submitting;
mod ticket;
mod timing;
mod token;
mod unique;
mod utilisation;
mod watches;
mod worker_error;

pub use crate::builder::SchedulerBuilder;
pub use crate::config::{ConfigError, ConfigProblem, Settings};
pub use crate::context::{CannotSnooze, JobContext};
pub use crate::discipline::{Discipline, Waiting};
pub use crate::error::{JobError, Phase, RejectReason, TimeoutKind};
pub use crate::executor::Executor;
#[cfg(all(feature = "process", target_os = "linux"))]
pub use crate::executor::process::{Process, command::WorkerCommand, job::ProcessJob, worker};
pub use crate::executor::tasks::Tasks;
pub use crate::executor::threads::Threads;
pub use crate::handle::{JobHandle, JobReport};
pub use crate::histogram::Histogram;
pub use crate::id::JobId;
pub use crate::job::{BlockingJob, Job};
pub use crate::key::Key;
pub use crate::manual::Manual;
#[cfg(feature = "metrics")]
pub use crate::observe::metrics::Metrics;
pub use crate::observe::observer::{Happening, Observer, SchedulerEvent};
#[cfg(feature = "tracing")]
pub use crate::observe::tracing::Tracing;
pub use crate::order::Order;
pub use crate::priority::{Lane, LaneOrder};
pub use crate::progress::{Events, JobEvent, Progress};
pub use crate::rejected::Rejected;
pub use crate::reservation::Reservation;
pub use crate::retry::Retry;
pub use crate::room::{Overflow, QueueLimit};
pub use crate::scheduler::Scheduler;
pub use crate::shutdown::{Shutdown, ShutdownReport};
pub use crate::slots::Slots;
pub use crate::spec::Spec;
pub use crate::stats::{Ended, Snapshot};
pub use crate::submission::Submission;
pub use crate::submitting::Submitting;
pub use crate::token::CancelToken;
pub use crate::unique::Unique;
pub use crate::watches::Pressure;
pub use crate::worker_error::WorkerError;
