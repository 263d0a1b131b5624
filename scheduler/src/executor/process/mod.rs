//! The executor *process*: jobs run in warm child processes of the host's own binary.
//!
//! What a child does to itself (abort, stack overflow, endless loop, leak) ends with the child.
//! Files: [`job`] is what runs; [`worker`] is the child's side; `crew` keeps children warm, `keeper` starts and reaps
//! them, `attend` brings one job to one child, `child` is one of them, `frame` the language,
//! `memory` the watch, `command` what a child is started with, `confine` what it does first.

use std::sync::Arc;
use std::time::Duration;

use crate::config::{ConfigError, ConfigProblem};
use crate::context::JobContext;
use crate::error::JobError;
use crate::executor::Executor;
use crate::executor::sealed::{Backend, Outcome, Surroundings};
use crate::id::JobId;
use crate::timing::Timing;
use crate::worker_error::WorkerError;

use attend::{Attended, Limits, attend, release};
use command::WorkerCommand;
use crew::{Crew, Member};
use frame::{Answer, MAX_FRAME_BYTES, Reply, Run};
use job::ProcessJob;
use keeper::Keeper;

mod attend;
mod child;
pub(crate) mod command;
mod confine;
mod crew;
mod frame;
pub(crate) mod job;
mod keeper;
mod memory;
mod signals;
pub mod worker;

/// A message of a panic and the heads of frames must fit.
const MIN_FRAME_BYTES: u32 = 4 * 1024;

/// More spares than this keep memory busy and serve nobody: a worker starts in milliseconds.
const MAX_SPARES: usize = 64;

/// Runs every [`ProcessJob`] in a warm child process, one job at a time in each.
///
/// There are as many children as slots, and the spares. A child that dies, is killed, or whose
/// job has panicked is replaced at once; that costs its own job only. A job that is asked to end
/// gets SIGTERM (if it has a grace) and then SIGKILL, with its whole process group; its slot is
/// free when the child has been reaped. When the host dies, however it dies, so do its children.
///
/// Processes that a job starts itself are killed with it while they stay in its process group; one
/// that leaves the group, or outlives a host that was killed, is beyond reach. A thread that a job
/// leaves running in its worker is there during the next job: where that matters, set
/// [`recycle_after_jobs`](Self::recycle_after_jobs) to 1.
///
/// Needs Linux with `/proc`, and a runtime with its IO and time drivers. The host must neither
/// ignore SIGCHLD nor reap children that are not its own, and should ignore SIGPIPE, as Rust
/// programs do unless told otherwise: a worker may die while a job is written to it.
#[derive(Clone, Debug)]
#[must_use]
pub struct Process {
    command: WorkerCommand,
    spares: usize,
    limits: Limits,
    idle_bytes: Option<u64>,
    ready_timeout: Duration,
}

impl Process {
    /// Children started by `command`.
    pub const fn new(command: WorkerCommand) -> Self {
        let limits = Limits {
            // A compiler's working set with room to spare; eight of them fit a small machine.
            memory_bytes: 512 << 20,
            // Four times the largest answer in sight, and small beside the memory limit.
            frame_bytes: 64 << 20,
            // The pipe takes 64 MiB in well under a second; more means that nobody reads.
            write_timeout: Duration::from_secs(10),
            // What leaks a little with every job stays little; a start in 10,000 jobs is free.
            jobs: 10_000,
            idle_bytes: 0,
        };
        // A start takes milliseconds; ten seconds pass only on a machine that is on its knees.
        let ready_timeout = Duration::from_secs(10);
        Self {
            command,
            spares: 1,
            limits,
            idle_bytes: None,
            ready_timeout,
        }
    }

    /// The resident memory at which a busy child is killed, sampled every 50 ms; processes that
    /// the job starts itself are not counted. Default: 512 MiB.
    pub const fn memory_limit_bytes(mut self, bytes: u64) -> Self {
        self.limits.memory_bytes = bytes;
        self
    }

    /// The longest message either way. Default: 64 MiB; at least 4 KiB, at most 1 GiB.
    pub const fn frame_limit_bytes(mut self, bytes: u32) -> Self {
        self.limits.frame_bytes = bytes;
        self
    }

    /// Warm children beyond the slots. Default: 1; at most 64.
    pub const fn spares(mut self, count: usize) -> Self {
        self.spares = count;
        self
    }

    /// The number of jobs after which a child is replaced. Default: 10,000.
    pub const fn recycle_after_jobs(mut self, count: u64) -> Self {
        self.limits.jobs = count;
        self
    }

    /// The resident memory above which a child is replaced after its job. Default: half of the
    /// memory limit, so that every job finds the other half free.
    pub const fn recycle_above_bytes(mut self, bytes: u64) -> Self {
        self.idle_bytes = Some(bytes);
        self
    }

    /// How long a child may take from its start to its greeting. Default: 10 s.
    pub const fn ready_timeout(mut self, after: Duration) -> Self {
        self.ready_timeout = after;
        self
    }

    /// How long a child may take to read its job. Default: 10 s.
    pub const fn write_timeout(mut self, after: Duration) -> Self {
        self.limits.write_timeout = after;
        self
    }

    fn check(&self) -> Result<(), ConfigError> {
        let too_large = |limit| ConfigProblem::TooLarge { limit };
        ConfigError::first([
            (
                self.limits.memory_bytes == 0,
                "memory_limit_bytes",
                ConfigProblem::Zero,
            ),
            (
                self.limits.frame_bytes < MIN_FRAME_BYTES,
                "frame_limit_bytes",
                ConfigProblem::TooSmall {
                    limit: u64::from(MIN_FRAME_BYTES),
                },
            ),
            (
                self.limits.frame_bytes > MAX_FRAME_BYTES,
                "frame_limit_bytes",
                too_large(u64::from(MAX_FRAME_BYTES)),
            ),
            (
                self.spares > MAX_SPARES,
                "spares",
                too_large(MAX_SPARES as u64),
            ),
            (
                self.limits.jobs == 0,
                "recycle_after_jobs",
                ConfigProblem::Zero,
            ),
            (
                self.ready_timeout.is_zero(),
                "ready_timeout",
                ConfigProblem::Zero,
            ),
            (
                self.limits.write_timeout.is_zero(),
                "write_timeout",
                ConfigProblem::Zero,
            ),
        ])
    }
}

/// The executor at work; its drop ends the children.
#[derive(Debug)]
pub struct Live {
    crew: Arc<Crew>,
    limits: Limits,
    spares: usize,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.crew.abandon();
    }
}

impl Backend for Process {
    type Live = Live;

    fn open(self, around: &Surroundings) -> Result<Live, ConfigError> {
        self.check()?;
        let name = around.observers.name();
        let Timing::Tokio { runtime, .. } = &around.timing else {
            return Err(ConfigError::new("executor", ConfigProblem::NoRuntime));
        };
        if command::is_marked() {
            // A host that does not look at its arguments would start itself without end.
            return Err(ConfigError::new("executor", ConfigProblem::InWorker));
        }
        if signals::ignores_child_deaths() {
            return Err(ConfigError::new(
                "executor",
                ConfigProblem::System(signals::refusal()),
            ));
        }
        if name.contains('\0') {
            let error = std::io::Error::other("no thread's name may have a NUL");
            return Err(ConfigError::new("name", ConfigProblem::System(error)));
        }
        let idle_bytes = self.idle_bytes.unwrap_or(self.limits.memory_bytes / 2);
        let limits = Limits {
            idle_bytes,
            ..self.limits
        };
        let system = |error| ConfigError::new("executor", ConfigProblem::System(error));
        let keeper = Keeper::open(name, self.command).map_err(system)?;
        let target = around.slots + self.spares;
        let crew = Crew::open(keeper, runtime, target, self.ready_timeout);
        Ok(Live {
            crew,
            limits,
            spares: self.spares,
        })
    }

    fn resize(live: &Live, slots: usize) {
        live.crew.resize(slots + live.spares);
    }

    async fn close(live: &Live) {
        live.crew.close().await;
    }
}

impl<J: ProcessJob> Executor<J> for Process {
    type Output = J::Output;
    type Error = J::Error;

    async fn run(live: &Live, job: J, cx: JobContext) -> Outcome<J::Output, J::Error> {
        let Live { crew, limits, .. } = live;
        let head = Run {
            id: cx.id().get(),
            name: J::NAME.to_owned(),
            limit_bytes: limits.frame_bytes,
        };
        let message = match frame::encode(&head, &job, limits.frame_bytes) {
            Ok(message) => message,
            Err(error) => return Outcome::Done(Err(JobError::Worker(error))),
        };
        drop(job);
        Outcome::Done(match attend(crew, message, &cx, limits).await {
            Attended::Answered(frame, member) => {
                let reading = Reading::<J>::new(&frame, cx.id(), limits.frame_bytes);
                settle(live, member, reading.is_fit).await;
                reading.result
            }
            Attended::Died(Some(status), stderr) => Err(JobError::Exited { status, stderr }),
            Attended::Died(None, _) if crew.is_closed() => Err(JobError::Shutdown),
            Attended::Died(None, _) => Err(JobError::Worker(WorkerError::Vanished)),
            Attended::OutOfMemory { resident_bytes } => {
                let limit_bytes = limits.memory_bytes;
                Err(JobError::OutOfMemory {
                    limit_bytes,
                    resident_bytes,
                })
            }
            Attended::Broke(error) => Err(JobError::Worker(error)),
            Attended::Stopped => return Outcome::Stopped,
        })
    }
}

/// Gives the worker back if it is fit, and buries it otherwise.
async fn settle(live: &Live, member: Member, is_fit: bool) {
    if is_fit {
        release(&live.crew, member, &live.limits);
    } else {
        member.bury().await;
    }
}

/// A worker's answer, read.
struct Reading<J: ProcessJob> {
    result: Result<J::Output, JobError<J::Error>>,
    /// Whether the worker may do another job.
    is_fit: bool,
}

impl<J: ProcessJob> Reading<J> {
    fn new(frame: &[u8], id: JobId, limit_bytes: u32) -> Self {
        match Self::parse(frame, id, limit_bytes) {
            Ok(reading) => reading,
            // What cannot be read has been written by nobody to be trusted.
            Err(error) => Self {
                result: Err(JobError::Worker(error)),
                is_fit: false,
            },
        }
    }

    fn parse(frame: &[u8], id: JobId, limit_bytes: u32) -> Result<Self, WorkerError> {
        let (reply, body) = frame::split::<Reply>(frame)?;
        let answer = match reply {
            Reply::Done {
                id: answered,
                answer,
            } if answered == id.get() => answer,
            _ => {
                return Err(WorkerError::Protocol {
                    what: "not the answer to this job",
                });
            }
        };
        let failed = |error| Self {
            result: Err(JobError::Worker(error)),
            is_fit: true,
        };
        Ok(match answer {
            Answer::Output => Self {
                result: Ok(frame::decode(body)?),
                is_fit: true,
            },
            Answer::Error => Self {
                result: Err(JobError::Failed(frame::decode(body)?)),
                is_fit: true,
            },
            // A panic may leave locks poisoned and statics half changed.
            Answer::Panicked(message) => Self {
                result: Err(JobError::Panicked { message }),
                is_fit: false,
            },
            Answer::UnknownJob => failed(WorkerError::UnknownJob {
                name: J::NAME.to_owned(),
            }),
            Answer::Codec(what) => failed(WorkerError::Codec { what }),
            Answer::Refused(what) => Self {
                is_fit: false,
                ..failed(WorkerError::Refused { what })
            },
            Answer::TooLong(bytes) => {
                // The worker was told the host's limit and kept it.
                let limit_bytes = u64::from(limit_bytes);
                failed(WorkerError::FrameTooLong { bytes, limit_bytes })
            }
        })
    }
}
