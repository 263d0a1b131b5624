//! A child process that ends with its test.

use std::process::{self, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::wait::try_wait_for;

/// A process that this test started. Dropping it kills exactly this process, by its handle, and
/// takes its exit status, so that neither a stranger nor a zombie is touched or left.
#[derive(Debug)]
pub struct Child {
    inner: process::Child,
}

impl Child {
    /// Starts a command.
    ///
    /// # Panics
    /// When it does not start.
    #[track_caller]
    pub fn spawn(command: &mut Command) -> Self {
        match command.spawn() {
            Ok(inner) => Self { inner },
            Err(error) => panic!(
                "{} does not start: {error}",
                command.get_program().display()
            ),
        }
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.inner.id()
    }

    /// The pipe to its standard input, when one was asked for and not yet taken.
    pub fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.inner.stdin.take()
    }

    /// The pipe from its standard output, when one was asked for and not yet taken.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.inner.stdout.take()
    }

    /// The pipe from its standard error, when one was asked for and not yet taken.
    pub fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.inner.stderr.take()
    }

    /// Its exit status, when it ends within `limit`.
    pub fn status_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        try_wait_for(limit, || self.inner.try_wait().ok().flatten())
    }

    /// Asks it to end (SIGTERM).
    ///
    /// # Panics
    /// When the signal cannot be sent.
    #[track_caller]
    pub fn terminate(&mut self) {
        self.signal(Signal::TERM);
    }

    /// Ends it at once (SIGKILL), as a crash of the machine would.
    ///
    /// # Panics
    /// When the signal cannot be sent.
    #[track_caller]
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
    }

    /// Sends a signal, unless it has already ended: then its id may be somebody else's.
    ///
    /// # Panics
    /// When the signal cannot be sent.
    #[track_caller]
    pub fn signal(&mut self, signal: Signal) {
        if self.status_within(Duration::ZERO).is_some() {
            return;
        }
        let pid = Pid::from_child(&self.inner);
        if let Err(error) = kill_process(pid, signal) {
            panic!("{signal:?} does not reach {}: {error}", self.pid());
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Both fail only when it has already ended and been waited for: then nothing is left to do.
        let _ = self.inner.kill();
        let _ = self.inner.wait();
    }
}
