//! The worker's side: what a child process runs instead of the host's own `main`.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde::Serialize;

use super::confine::{Pipes, confine};
use super::frame::{self, Answer, MAX_FRAME_BYTES, Reply, Run, VERSION};
use super::job::ProcessJob;
use crate::contain::message;
use crate::id::JobId;
use crate::worker_error::WorkerError;

/// Set once, by `serve`.
static IS_WORKER: AtomicBool = AtomicBool::new(false);

/// The stack of a job unless told otherwise: what a main thread has.
const STACK_BYTES: usize = 8 << 20;

/// Whether this process is a worker.
#[must_use]
pub fn is_worker() -> bool {
    IS_WORKER.load(Ordering::Relaxed)
}

/// What a job in a worker knows of itself.
#[derive(Clone, Copy, Debug)]
pub struct WorkerContext {
    id: JobId,
}

impl WorkerContext {
    /// The job's id in the host's scheduler.
    #[must_use]
    pub const fn id(&self) -> JobId {
        self.id
    }
}

/// Decodes a job, runs it, and gives the whole frame of the answer.
type Code = Arc<dyn Fn(&[u8], &Run) -> Result<Vec<u8>, WorkerError> + Send + Sync>;

/// The jobs a worker knows, and how it runs them.
#[must_use = "a worker does nothing until it is served"]
pub struct Worker {
    code: HashMap<&'static str, Code>,
    stack_bytes: usize,
}

impl Worker {
    /// A worker that knows no job.
    pub fn new() -> Self {
        Self {
            code: HashMap::new(),
            stack_bytes: STACK_BYTES,
        }
    }

    /// The stack each job has. It is reserved, not committed: a gigabyte costs what a job uses of
    /// it. Default: 8 MiB.
    pub fn stack_bytes(mut self, bytes: usize) -> Self {
        self.stack_bytes = bytes;
        self
    }

    /// Registers the code of `J`; the last registration of a name counts.
    ///
    /// The code may block. It runs on a thread of its own with a fresh stack. If it panics, the
    /// job has panicked, and the host replaces this process.
    pub fn on<J: ProcessJob>(
        mut self,
        code: impl Fn(J, &WorkerContext) -> Result<J::Output, J::Error> + Send + Sync + 'static,
    ) -> Self {
        let code = move |body: &[u8], run: &Run| {
            let cx = WorkerContext {
                id: JobId::from_u64(run.id),
            };
            match code(frame::decode(body)?, &cx) {
                Ok(output) => done(run, Answer::Output, &output),
                Err(error) => done(run, Answer::Error, &error),
            }
        };
        self.code.insert(J::NAME, Arc::new(code));
        self
    }
}

impl Default for Worker {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("jobs", &self.code.keys())
            .finish_non_exhaustive()
    }
}

/// Serves the host until it closes the pipe, then ends the process.
///
/// Call it first in `main`, before any thread is started or file opened: it may start the binary
/// over, once, to be rid of inherited descriptors (the program's name then ends in ` (sealed)`).
/// It takes standard input and output for itself; what jobs print goes to standard error, of
/// which the host keeps the last 8 KiB.
///
/// Comes back only if it could not begin.
pub fn serve(worker: Worker) -> ExitCode {
    match confine().and_then(|pipes| answer_all(&worker, pipes)) {
        Ok(()) => std::process::exit(0),
        Err(error) => {
            let _ = writeln!(io::stderr(), "the worker could not serve: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers jobs until the input ends. This thread does nothing else, so that the end of the host
/// ends the process even while a job is busy.
fn answer_all(worker: &Worker, pipes: Pipes) -> io::Result<()> {
    IS_WORKER.store(true, Ordering::Relaxed);
    let Pipes { mut input, output } = pipes;
    let output = Arc::new(output);
    let ready = frame::encode(&Reply::Ready { version: VERSION }, &(), MAX_FRAME_BYTES)
        .map_err(io::Error::other)?;
    frame::write_blocking(&mut &*output, &ready)?;
    while let Some(message) = frame::read_blocking(&mut input)? {
        let (run, body) = frame::split::<Run>(&message).map_err(io::Error::other)?;
        let offset = message.len() - body.len();
        let Some(code) = worker.code.get(run.name.as_str()) else {
            reply(&output, &run, Ok(done(&run, Answer::UnknownJob, &())));
            continue;
        };
        let (code, to) = (Arc::clone(code), Arc::clone(&output));
        let refusal = Run {
            name: String::new(),
            ..run.clone()
        };
        let asked = run.clone();
        let job = move || {
            let body = message.get(offset..).unwrap_or_default();
            catch_unwind(AssertUnwindSafe(|| code(body, &asked)))
        };
        let thread = thread::Builder::new()
            .stack_size(worker.stack_bytes)
            .name("job".to_owned());
        // Answered once the job's thread has ended, with whatever its thread-local values do then:
        // it is this job's doing, and must not meet the next.
        let answer = move |thread: thread::JoinHandle<_>| {
            let answer = thread.join().unwrap_or_else(Err);
            reply(&to, &run, answer);
        };
        let spawned = thread.spawn(job).and_then(|thread| {
            let replier = thread::Builder::new().name("answer".to_owned());
            replier.spawn(move || answer(thread))
        });
        if let Err(error) = spawned {
            let answer = Answer::Refused(error.to_string());
            reply(&output, &refusal, Ok(done(&refusal, answer, &())));
        }
    }
    Ok(())
}

/// The frame of an answer.
fn done(run: &Run, answer: Answer, body: &impl Serialize) -> Result<Vec<u8>, WorkerError> {
    frame::encode(&Reply::Done { id: run.id, answer }, body, run.limit_bytes)
}

/// Writes the answer, or why there is none. If even that fails the host is gone or will see the
/// pipe's end.
fn reply(to: &std::fs::File, run: &Run, answer: thread::Result<Result<Vec<u8>, WorkerError>>) {
    let answer = match answer {
        Ok(Ok(frame)) => Ok(frame),
        Ok(Err(WorkerError::FrameTooLong { bytes, .. })) => done(run, Answer::TooLong(bytes), &()),
        Ok(Err(error)) => done(run, Answer::Codec(error.to_string()), &()),
        Err(panic) => {
            let mut message = message(panic);
            // As much as is kept of the standard error, where the rest is.
            let room = (run.limit_bytes as usize).saturating_sub(64).min(8 * 1024);
            message.truncate(message.floor_char_boundary(room));
            done(run, Answer::Panicked(message), &())
        }
    };
    let written = answer
        .map_err(io::Error::other)
        .and_then(|frame| frame::write_blocking(&mut &*to, &frame));
    if let Err(error) = written {
        let _ = writeln!(io::stderr(), "the worker could not answer: {error}");
        std::process::exit(1);
    }
}
