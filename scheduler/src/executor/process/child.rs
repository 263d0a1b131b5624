//! One worker process as the host sees it.

use std::collections::VecDeque;
use std::pin::Pin;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::frame::{self, GREETING_LIMIT_BYTES, Reply, VERSION};
use super::keeper::{Keeper, Started};
use super::memory::resident_bytes;
use crate::worker_error::WorkerError;

/// How much of a worker's standard error is kept: enough for a panic with a short backtrace.
const STDERR_TAIL_BYTES: usize = 8 * 1024;

/// How long to wait for the rest of a dead worker's standard error, which comes at once unless a
/// process it has left behind still holds the pipe.
const STDERR_WAIT: Duration = Duration::from_millis(100);

/// A worker with its pipes. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Child {
    pid: u32,
    stdin: ChildStdin,
    stdout: ChildStdout,
    stderr: Tail,
    /// Gone once the process has been handed over to be buried: its id may then be a stranger's.
    keeper: Option<Keeper>,
    jobs: u64,
}

/// What came of an exchange.
#[derive(Debug)]
pub(super) enum Exchange {
    /// A whole frame, without its length.
    Answer(Vec<u8>),
    /// The worker closed its end: it is dead or as good as.
    Ended,
}

impl Child {
    /// Takes a process over and waits for its greeting. `on_end` is called when it has died or
    /// closed its standard error.
    pub(super) async fn greet(
        started: Started,
        keeper: Keeper,
        on_end: impl FnOnce(u32) + Send + 'static,
    ) -> Result<Self, WorkerError> {
        let Started {
            pid,
            stdin,
            stdout,
            stderr,
        } = started;
        let convert = || {
            let stderr = ChildStderr::from_std(stderr)?;
            Ok((
                ChildStdin::from_std(stdin)?,
                ChildStdout::from_std(stdout)?,
                stderr,
            ))
        };
        let (stdin, stdout, stderr) = convert().map_err(|error| {
            keeper.bury(pid);
            WorkerError::Spawn(Arc::new(error))
        })?;
        let stderr = Tail::drain(stderr, move || on_end(pid));
        let mut child = Self {
            pid,
            stdin,
            stdout,
            stderr,
            keeper: Some(keeper),
            jobs: 0,
        };
        let Some(frame) = frame::read(&mut child.stdout, GREETING_LIMIT_BYTES).await? else {
            child.stderr.wait().await;
            return Err(WorkerError::NotReady {
                stderr: child.stderr.text(),
            });
        };
        match frame::split::<Reply>(&frame)? {
            (Reply::Ready { version: VERSION }, []) => Ok(child),
            (Reply::Ready { version: theirs }, _) => Err(WorkerError::Version {
                ours: VERSION,
                theirs,
            }),
            (Reply::Done { .. }, _) => Err(WorkerError::Protocol {
                what: "the first frame is no greeting",
            }),
        }
    }

    /// Its process id.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// How many jobs it has been given.
    pub(super) fn jobs(&self) -> u64 {
        self.jobs
    }

    /// The memory it holds; nothing if it is gone.
    pub(super) fn resident_bytes(&self) -> Option<u64> {
        resident_bytes(self.pid)
    }

    /// Whether it is alive and silent, as far as the host has heard: a warm worker has nothing to
    /// say, so that anything in its pipe is either its end or would be taken for an answer.
    pub(super) async fn is_quiet(&mut self) -> bool {
        let mut byte = [0];
        std::future::poll_fn(|cx| {
            let mut buffer = ReadBuf::new(&mut byte);
            Poll::Ready(
                Pin::new(&mut self.stdout)
                    .poll_read(cx, &mut buffer)
                    .is_pending(),
            )
        })
        .await
    }

    /// Sends a job and waits for the answer. Not cancel safe: afterwards the child is of no use.
    pub(super) async fn exchange(
        &mut self,
        message: &[u8],
        limit_bytes: u32,
        write_timeout: Duration,
    ) -> Result<Exchange, WorkerError> {
        self.jobs += 1;
        self.stderr.clear();
        let write = tokio::time::timeout(write_timeout, self.stdin.write_all(message));
        match write.await {
            Err(_) => {
                return Err(WorkerError::Stalled {
                    after: write_timeout,
                });
            }
            // Closed by the other side; what became of it, its exit status says.
            Ok(Err(_)) => return Ok(Exchange::Ended),
            Ok(Ok(())) => {}
        }
        let answer = frame::read(&mut self.stdout, limit_bytes).await?;
        Ok(answer.map_or(Exchange::Ended, Exchange::Answer))
    }

    /// What asks it and its group to end, usable during an exchange and only then.
    pub(super) fn terminator(&self) -> impl Fn() + Send + use<> {
        let (keeper, pid) = (self.keeper.clone(), self.pid);
        move || {
            if let Some(keeper) = &keeper {
                keeper.terminate(pid);
            }
        }
    }

    /// Kills it and waits until it is reaped. Tells how it ended, if it did so by itself before,
    /// and what it had written to its standard error during the last job.
    pub(super) async fn bury(mut self) -> (Option<ExitStatus>, String) {
        let status = match self.keeper.take() {
            Some(keeper) => keeper.bury_and_wait(self.pid).await,
            None => None,
        };
        self.stderr.wait().await;
        (status, self.stderr.text())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if let Some(keeper) = self.keeper.take() {
            keeper.bury(self.pid);
        }
    }
}

/// The end of a stream that somebody else writes.
#[derive(Debug)]
struct Tail {
    bytes: Arc<Mutex<VecDeque<u8>>>,
    ended: watch::Receiver<bool>,
    /// Stops the reading: a process that the worker left behind may hold the pipe for ever.
    reader: AbortHandle,
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Tail {
    /// Reads `stream` to its end, always, so that its writer never waits; then calls `on_end`.
    fn drain(mut stream: ChildStderr, on_end: impl FnOnce() + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(VecDeque::new()));
        let (end, ended) = watch::channel(false);
        let kept = Arc::clone(&bytes);
        let reader = tokio::spawn(async move {
            let mut chunk = vec![0; STDERR_TAIL_BYTES];
            while let Ok(count @ 1..) = stream.read(&mut chunk).await {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend(chunk.iter().take(count));
                let excess = kept.len().saturating_sub(STDERR_TAIL_BYTES);
                kept.drain(..excess);
            }
            end.send_replace(true);
            on_end();
        });
        let reader = reader.abort_handle();
        Self {
            bytes,
            ended,
            reader,
        }
    }

    /// Waits for the end of the stream, within reason.
    async fn wait(&mut self) {
        let _ = tokio::time::timeout(STDERR_WAIT, self.ended.wait_for(|&ended| ended)).await;
    }

    /// What is kept.
    fn text(&self) -> String {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let (head, tail) = bytes.as_slices();
        String::from_utf8_lossy(&[head, tail].concat()).into_owned()
    }

    fn clear(&self) {
        self.bytes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
