//! Runs of the `vasca` binary from start to end, with what they leave behind.

use std::ffi::OsStr;
use std::fmt::{self, Display, Formatter};
use std::io::{Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::binary::vasca_binary;
use crate::child::Child;
use crate::processes::{computed_by_the_end, in_session, is_running, peak_memory_bytes};
use crate::wait::try_wait_for;

/// Longer than any build may take; a run that is still there is stuck.
const RUN_LIMIT: Duration = Duration::from_secs(100);
/// How long the processes of a run may outlive it: the kernel kills them with their host, which
/// on a busy machine takes its moment.
const GONE_WITHIN: Duration = Duration::from_secs(1);

/// What a run of `vasca` has shown when it was over.
#[derive(Debug)]
pub struct Run {
    /// The exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    /// Everything it wrote to standard output.
    pub stdout: String,
    /// Everything it wrote to standard error.
    pub stderr: String,
    /// From start to end.
    pub took: Duration,
    /// What it and its workers have computed, user and system together.
    pub computed: Duration,
    /// The most memory that the command itself held, its workers not counted.
    pub peak_bytes: u64,
    /// Processes of the run that were still there a while after its end.
    pub left_behind: Vec<u32>,
}

impl Run {
    /// The JSON objects on standard output, one a line.
    ///
    /// # Panics
    /// When a line is no JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Vec<serde_json::Value> {
        let parse = |line| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{error} in the line {line:?} of\n{self}"))
        };
        self.stdout.lines().map(parse).collect()
    }

    /// Itself, if it ended with this code, did not panic on the way and left no process behind.
    ///
    /// # Panics
    /// Otherwise.
    #[must_use]
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        assert!(!self.stderr.contains("panicked at"), "{self}");
        assert!(self.left_behind.is_empty(), "{self}");
        self
    }
}

impl Display for Run {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "exit code {:?} after {:?}, {} bytes of memory, processes left: {:?}",
            self.code, self.took, self.peak_bytes, self.left_behind
        )?;
        writeln!(out, "--- standard output\n{}", self.stdout)?;
        write!(out, "--- standard error\n{}", self.stderr)
    }
}

/// `vasca` with these arguments, in a session of its own, by which all its processes are found.
///
/// # Panics
/// When the binary is not there or does not build.
#[must_use]
#[track_caller]
pub fn vasca<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new("setsid");
    command.arg(vasca_binary()).args(arguments);
    // What the person who runs the tests has set is not under test.
    command.env_remove("MAX_CONCURRENT_BUILDS");
    command
}

/// Runs a command to its end, with nothing on its standard input.
///
/// # Panics
/// When it does not start or does not end.
#[track_caller]
pub fn run(command: &mut Command) -> Run {
    run_with(command, b"")
}

/// Runs a command to its end, with `input` on its standard input.
///
/// # Panics
/// When it does not start or does not end.
#[track_caller]
pub fn run_with(command: &mut Command, input: &[u8]) -> Run {
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let start = Instant::now();
    let mut child = Child::spawn(pipes.stderr(Stdio::piped()));
    let (stdin, stdout, stderr) = (child.take_stdin(), child.take_stdout(), child.take_stderr());
    thread::scope(|scope| {
        // All pipes are served at once, or the child may wait for one while we wait for another.
        // A child that closes its input early has not failed by that.
        scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(input)));
        let stdout = scope.spawn(move || read_all(stdout));
        let stderr = scope.spawn(move || read_all(stderr));
        let (status, peak_bytes, computed) = watch(&mut child);
        let took = start.elapsed();
        let left_behind = left_behind(child.pid());
        Run {
            code: status.and_then(|status| status.code()),
            stdout: stdout.join().unwrap_or_default(),
            stderr: stderr.join().unwrap_or_default(),
            took,
            computed,
            peak_bytes,
            left_behind,
        }
    })
}

/// Processes of the session that are still there after the time that the kernel needs.
#[must_use]
pub fn left_behind(session: u32) -> Vec<u32> {
    let all_gone = || in_session(session).is_empty().then_some(());
    match try_wait_for(GONE_WITHIN, all_gone) {
        Some(()) => Vec::new(),
        None => in_session(session),
    }
}

/// Waits for the end, looks at the memory on the way, and at the time between the end and the
/// question how it was: after that, nobody knows.
fn watch(child: &mut Child) -> (Option<ExitStatus>, u64, Duration) {
    let (mut peak_bytes, mut computed) = (0, Duration::ZERO);
    let pid = child.pid();
    let status = try_wait_for(RUN_LIMIT, || {
        peak_bytes = peak_memory_bytes(pid).unwrap_or(peak_bytes);
        if is_running(pid) {
            return None;
        }
        computed = computed_by_the_end(pid).unwrap_or(computed);
        child.status_within(Duration::ZERO)
    });
    if status.is_none() {
        child.kill();
    }
    (status, peak_bytes, computed)
}

/// What comes out of a pipe until it is closed; characters that are none are replaced.
fn read_all(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // What has come before a failure is all that can be told.
        let _ = pipe.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
