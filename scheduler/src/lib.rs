//! Runs jobs on a bounded number of slots, in the order of their lanes, with a bounded queue.
//!
//! - **Typed end to end**: each job type has its own output and error; what goes in comes out.
//! - **Bounded**: slots, queue, and everything an executor holds.
//! - **Endable**: a job can be cancelled or timed out, waiting or running; a shutdown loses nothing
//!   without saying so.
//! - **Isolated**: a panic costs its own job. A child process contains even an abort, a stack
//!   overflow or a leak (feature `process`, Linux).
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
//! // With terms, and a handle to the job. The error is the job's own.
//! let job = async |_cx: JobContext| "forty-two".parse::<u32>();
//! let handle = pool.submit(job).lane(Lane::Interactive).run_timeout(Duration::from_secs(1)).await?;
//! let result: Result<u32, JobError<ParseIntError>> = handle.await;
//! assert!(matches!(result, Err(JobError::Failed(_))));
//!
//! let report = pool.shutdown(Shutdown::drain(Duration::from_secs(10))).await;
//! assert!(report.is_drained());
//! # Ok(())
//! # }
//! ```
//!
//! # Where what is decided
//!
//! All decisions (who starts, who waits, who is asked to end, what a submitter is told) are made by
//! one pure state machine; the rest carries them out. A *slot* is a seat for one running job,
//! numbered from 0, the smallest free one first. *Lanes* are served 16:4:1 while all have jobs; in a
//! lane it is first come, first served.
//!
//! # Features
//!
//! `process` (default): jobs in warm child processes of the host's own binary, on Linux.

mod builder;
mod cancel;
mod config;
mod contain;
mod dispatcher;
mod error;
mod event;
mod executor;
mod handle;
mod job;
mod priority;
mod queue;
mod runner;
mod scheduler;
mod shutdown;
#[cfg(test)]
mod simulation;
mod slots;
mod spec;
mod stats;
mod submission;
mod ticket;

pub use crate::builder::SchedulerBuilder;
pub use crate::config::{ConfigError, ConfigProblem};
pub use crate::error::{JobError, Phase, RejectReason, TimeoutKind, WorkerError};
pub use crate::executor::Executor;
#[cfg(all(feature = "process", target_os = "linux"))]
pub use crate::executor::process::{Process, command::WorkerCommand, job::ProcessJob, worker};
pub use crate::executor::tasks::Tasks;
pub use crate::handle::{JobHandle, JobReport};
pub use crate::job::{Job, JobContext, JobId};
pub use crate::priority::{Lane, LaneOrder};
pub use crate::queue::QueueLimit;
pub use crate::scheduler::Scheduler;
pub use crate::shutdown::{Shutdown, ShutdownReport};
pub use crate::slots::Slots;
pub use crate::spec::Spec;
pub use crate::stats::{Ended, Snapshot};
pub use crate::submission::{Rejected, Submission, Submitting};
