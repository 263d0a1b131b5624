//! The jobs of these tests, what runs them, and how a test gets a scheduler for them.

use std::future::Future;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;
use vasca_scheduler::worker::{self, Worker, WorkerContext};
use vasca_scheduler::{Process, ProcessJob, Scheduler, Slots, WorkerCommand};

/// A test: its name and what it does.
pub(crate) type Test = (&'static str, fn());

/// The argument that makes this binary a worker. No filter anybody would type.
pub(crate) const WORKER: &str = "--vasca-worker";

/// What a worker is to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Do {
    /// Gives the text back.
    Echo(String),
    /// Gives the worker's process id.
    Pid,
    /// Gives it after a while.
    PidAfter(Duration),
    /// Fails with this error.
    Fail(Refusal),
    /// Panics.
    Panic,
    /// Ends the process with this code.
    Exit(i32),
    /// Aborts the process.
    Abort,
    /// Overflows the stack.
    Overflow,
    /// Recurses so deep, a KiB and more a level.
    Recurse(u32),
    /// Never returns, and uses a processor all the time.
    Spin,
    /// Waits.
    Sleep(Duration),
    /// Holds so many MiB, page by page, then waits for good.
    Hoard(usize),
    /// Lists the environment.
    Env,
    /// Lists the descriptors and what they are.
    Descriptors,
    /// Tells the directory, the resource limits and the group.
    Surroundings,
    /// Prints to standard output and reads standard input.
    Chatter,
    /// Starts `sleep`, writes its process id to this file, and spins.
    Beget(String),
    /// Gives so many bytes.
    Give(usize),
    /// Whether it runs in a worker.
    Where,
    /// Joins its host's process group, and spins.
    LeaveGroup,
    /// Leaves the pipes to its host with a `sleep`, and aborts.
    AbortHeld,
    /// Gives an answer, and ends the process when its thread ends.
    ExitLate,
    /// Panics with so long a message.
    PanicAtLength(usize),
}

/// An error with fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) code: u32,
    pub(crate) lines: Vec<String>,
}

impl ProcessJob for Do {
    const NAME: &'static str = "do";
    type Output = String;
    type Error = Refusal;
}

/// A job no worker knows.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Unheard;

impl ProcessJob for Unheard {
    const NAME: &'static str = "unheard";
    type Output = ();
    type Error = ();
}

/// What this binary is as a worker.
pub(crate) fn worker() -> Worker {
    Worker::new().stack_bytes(256 << 20).on(run)
}

fn run(job: Do, cx: &WorkerContext) -> Result<String, Refusal> {
    Ok(match job {
        Do::Echo(text) => text,
        Do::Pid => std::process::id().to_string(),
        Do::PidAfter(time) => {
            std::thread::sleep(time);
            std::process::id().to_string()
        }
        Do::Fail(refusal) => return Err(refusal),
        Do::Panic => panic!("job {} has had it", cx.id()),
        Do::Exit(code) => std::process::exit(code),
        Do::Abort => {
            eprintln!("about to abort");
            std::process::abort()
        }
        Do::Overflow => recurse(u32::MAX).to_string(),
        Do::Recurse(depth) => recurse(depth).to_string(),
        Do::Spin => spin(),
        Do::Sleep(time) => {
            std::thread::sleep(time);
            String::new()
        }
        Do::Hoard(mib) => hoard(mib),
        Do::Env => std::env::vars()
            .map(|(name, value)| format!("{name}={value};"))
            .collect(),
        Do::Descriptors => descriptors(),
        Do::Surroundings => surroundings(),
        Do::Chatter => chatter(),
        Do::Beget(path) => {
            #[expect(
                clippy::zombie_processes,
                reason = "who is to kill it is what is tested"
            )]
            let child = Command::new("/bin/sleep").arg("1000").spawn().unwrap();
            std::fs::write(path, child.id().to_string()).unwrap();
            spin()
        }
        Do::Give(count) => "x".repeat(count),
        Do::Where => worker::is_worker().to_string(),
        Do::LeaveGroup => {
            let group = rustix::process::getpgid(rustix::process::getppid()).unwrap();
            rustix::process::setpgid(None, Some(group)).unwrap();
            spin()
        }
        Do::AbortHeld => abort_held(),
        Do::ExitLate => LAST_ACT.with(|_| String::new()),
        Do::PanicAtLength(length) => panic!("{}", "x".repeat(length)),
    })
}

thread_local! {
    /// What the thread of a job leaves behind.
    static LAST_ACT: LastAct = const { LastAct };
}

/// Ends the process when it is dropped.
struct LastAct;

impl Drop for LastAct {
    fn drop(&mut self) {
        std::process::exit(9);
    }
}

/// Opens every pipe of this process anew, for a child to hold.
fn abort_held() -> ! {
    let listing = std::fs::read_dir("/proc/self/fd").unwrap();
    let paths = listing.map(|entry| entry.unwrap().path());
    let is_pipe = |path: &std::path::PathBuf| {
        std::fs::read_link(path).is_ok_and(|target| target.to_string_lossy().starts_with("pipe:"))
    };
    for path in paths.filter(is_pipe) {
        let Ok(pipe) = std::fs::OpenOptions::new().write(true).open(path) else {
            continue;
        };
        #[expect(
            clippy::zombie_processes,
            reason = "it is killed with the group of its worker"
        )]
        Command::new("/bin/sleep")
            .arg("1000")
            .stdout(pipe)
            .spawn()
            .unwrap();
    }
    std::process::abort()
}

fn recurse(depth: u32) -> u32 {
    let frame = black_box([depth; 256]);
    if depth == 0 {
        0
    } else {
        recurse(depth - 1) + 1 + black_box(frame)[0] - depth
    }
}

fn spin() -> ! {
    loop {
        std::hint::spin_loop();
    }
}

fn hoard(mib: usize) -> String {
    let mut held = Vec::new();
    for _ in 0..mib {
        held.push(vec![1_u8; 1 << 20]);
        std::thread::sleep(Duration::from_millis(1));
    }
    black_box(&held);
    spin()
}

fn descriptors() -> String {
    let listing = std::fs::read_dir("/proc/self/fd").unwrap();
    let paths: Vec<_> = listing.map(|entry| entry.unwrap().path()).collect();
    let line = |path: &std::path::PathBuf| {
        let target = std::fs::read_link(path).ok()?;
        Some(format!(
            "{}={};",
            path.file_name()?.to_str()?,
            target.display()
        ))
    };
    paths.iter().filter_map(line).collect()
}

fn surroundings() -> String {
    let dir = std::env::current_dir().unwrap();
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core"))
        .unwrap();
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let group = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_ascii_whitespace()
        .nth(2)
        .unwrap();
    let own = group == std::process::id().to_string();
    format!("{}|{core}|own group: {own}", dir.display())
}

fn chatter() -> String {
    println!("not an answer");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    format!("read {line:?}")
}

/// Runs a test that needs a runtime.
pub(crate) fn on_runtime(test: impl Future<Output = ()>) {
    Runtime::new().unwrap().block_on(test);
}

/// An executor with this binary's workers.
pub(crate) fn process() -> Process {
    Process::new(WorkerCommand::current_exe().arg(WORKER))
}

/// A scheduler with so many slots.
pub(crate) fn pool(slots: usize, process: Process) -> Scheduler<Process> {
    Scheduler::builder("test")
        .slots(Slots::Exactly(slots))
        .executor(process)
        .build()
        .unwrap()
}

/// The process id of a worker that is not busy.
pub(crate) async fn pid(pool: &Scheduler<Process>) -> u32 {
    pool.run(Do::Pid).await.unwrap().parse().unwrap()
}

/// Whether a process is there, dead and unreaped ones included.
pub(crate) fn exists(pid: u32) -> bool {
    std::fs::exists(format!("/proc/{pid}")).unwrap()
}

/// Waits for what another process does, which sends no signal.
pub(crate) fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "not within 20 s: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
