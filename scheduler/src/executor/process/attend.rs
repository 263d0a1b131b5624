//! One job on one worker: the exchange, watched for memory and for the signals to end.

use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::child::{Child, Exchange};
use super::crew::{Crew, Member};
use super::memory::LOOK_EVERY;
use crate::context::JobContext;
use crate::worker_error::WorkerError;

/// What bounds a worker and its exchanges; the reasons stand where the defaults are set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Resident memory at which a busy worker is killed.
    pub(super) memory_bytes: u64,
    /// The longest frame, either way.
    pub(super) frame_bytes: u32,
    /// How long a worker may take to read its job.
    pub(super) write_timeout: Duration,
    /// Jobs after which a worker is replaced.
    pub(super) jobs: u64,
    /// Resident memory above which an idle worker is replaced.
    pub(super) idle_bytes: u64,
}

/// How it went, as far as bytes tell.
pub(super) enum Attended {
    /// The worker answered, with this frame, and is still in hand.
    Answered(Vec<u8>, Member),
    /// The worker died, or was killed for closing its pipe.
    Died(Option<ExitStatus>, String),
    /// The worker was killed for its memory.
    OutOfMemory {
        /// What it held.
        resident_bytes: u64,
    },
    /// The worker broke the rules and was killed.
    Broke(WorkerError),
    /// The job was asked to end, and its worker is no more.
    Stopped,
}

/// Brings `message` to a worker and its answer back.
pub(super) async fn attend(
    crew: &Arc<Crew>,
    message: Vec<u8>,
    cx: &JobContext,
    limits: &Limits,
) -> Attended {
    let taken = tokio::select! {
        biased;
        () = cx.cancelled() => return Attended::Stopped,
        taken = crew.take() => taken,
    };
    let mut member = match taken {
        Ok(member) => member,
        Err(error) => return Attended::Broke(error),
    };
    let end = match member.child() {
        Some(child) => watch(child, &message, cx, limits).await,
        None => End::Asked,
    };
    match end {
        End::Exchange(Ok(Exchange::Answer(frame))) => Attended::Answered(frame, member),
        End::Exchange(Ok(Exchange::Ended)) => {
            let (status, stderr) = member.bury().await;
            Attended::Died(status, stderr)
        }
        End::Exchange(Err(error)) => {
            member.bury().await;
            Attended::Broke(error)
        }
        End::Memory(resident_bytes) => {
            member.bury().await;
            Attended::OutOfMemory { resident_bytes }
        }
        End::Asked => {
            member.bury().await;
            Attended::Stopped
        }
    }
}

/// Why the watch is over.
enum End {
    Exchange(Result<Exchange, WorkerError>),
    Memory(u64),
    Asked,
}

async fn watch(child: &mut Child, message: &[u8], cx: &JobContext, limits: &Limits) -> End {
    let pid = child.pid();
    let terminate = child.terminator();
    let mut looks = interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let exchange = child.exchange(message, limits.frame_bytes, limits.write_timeout);
    tokio::pin!(exchange);
    let mut asked = false;
    let mut gone = false;
    loop {
        tokio::select! {
            biased;
            () = cx.stopped() => return End::Asked,
            () = cx.cancelled(), if !asked => {
                asked = true;
                terminate();
            }
            // Even an answer is of no use after that: the signal may be on its way.
            result = &mut exchange => {
                return if asked { End::Asked } else { End::Exchange(result) };
            }
            _ = looks.tick() => {
                // A dead process holds nothing. Its pipe ends with it, unless a process that it has
                // forked still holds the other side; the second look lets a last answer arrive.
                let resident_bytes = super::memory::resident_bytes(pid).unwrap_or_default();
                if resident_bytes > limits.memory_bytes {
                    return End::Memory(resident_bytes);
                }
                if std::mem::replace(&mut gone, resident_bytes == 0) && resident_bytes == 0 {
                    return End::Exchange(Ok(Exchange::Ended));
                }
            }
        }
    }
}

/// Gives a worker back that has answered, or lets it go if it has done its share.
pub(super) fn release(crew: &Arc<Crew>, mut member: Member, limits: &Limits) {
    let worn = member.child().is_none_or(|child| {
        child.jobs() >= limits.jobs
            || child
                .resident_bytes()
                .is_none_or(|bytes| bytes > limits.idle_bytes)
    });
    if worn {
        drop(member);
    } else {
        crew.give_back(member);
    }
}
