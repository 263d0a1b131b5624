//! The two servers: how each is started, what memory it has held, and that it ends when asked.

use std::fmt::{self, Display, Formatter};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use vasca_tests::binary::vasca_binary;
use vasca_tests::child::Child;
use vasca_tests::node::missing_packages;
use vasca_tests::processes::{children_of, peak_memory_bytes};
use vasca_tests::repository::repository_root;

/// A server that is not ready by then has not started.
const START_LIMIT: Duration = Duration::from_secs(30);
/// Nothing is left to do when it is asked to end: no request is open.
const STOP_LIMIT: Duration = Duration::from_secs(20);
/// What a server says when it is ready, before its address.
const READY: &str = "listening on ";
/// The packages of which the server in Node consists.
const PACKAGES: [&str; 5] = ["esbuild", "fastify", "libsql", "p-limit", "prom-client"];
/// The end of a log that a failure shows.
const LOG_LINES: usize = 20;

/// One of the two that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// `vasca serve`.
    Vasca,
    /// The server written for the comparison.
    Node,
}

impl Display for Side {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Vasca => "Vasca",
            Self::Node => "Node",
        })
    }
}

/// Whether there is something to start on both sides.
pub(crate) fn check_set_up() -> Result<(), String> {
    vasca_binary();
    match missing_packages(&node_folder(), &PACKAGES) {
        Some(message) => Err(format!("{message} when called as `tests/run bench`")),
        None => Ok(()),
    }
}

/// The folder of `package.json`, and of the ignored `node_modules`.
fn node_folder() -> PathBuf {
    repository_root().join("tests/benchmark/node")
}

/// The folder below which servers keep what they record: on the disk of the build, as a temporary
/// folder may be in memory, where making something durable costs nothing.
pub(crate) fn disk() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// A server that runs, with a folder of its own. Both go when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    // Dropped before the folder in which it writes.
    child: Child,
    folder: TempDir,
    address: String,
}

impl Server {
    /// Starts a server with nothing recorded, and waits until it is ready.
    pub(crate) fn start(side: Side, slots: usize) -> Result<Self, String> {
        let trouble = |error| format!("no folder for {side}: {error}");
        fs::create_dir_all(disk()).map_err(trouble)?;
        let folder = tempfile::tempdir_in(disk()).map_err(trouble)?;
        let mut command = command_in(folder.path(), side, slots).map_err(trouble)?;
        let mut child = Child::spawn(&mut command);
        let ready = ready(&mut child).recv_timeout(START_LIMIT);
        let mut server = Self {
            child,
            folder,
            address: String::new(),
        };
        server.address = ready.map_err(|error| {
            let what = match error {
                RecvTimeoutError::Timeout => format!("was not ready within {START_LIMIT:?}"),
                RecvTimeoutError::Disconnected => "ended before it was ready".to_owned(),
            };
            server.with_log(&format!("{side} {what}"))
        })?;
        Ok(server)
    }

    /// Where it listens, as `http://address:port`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The most memory that each of its processes has held, added up.
    pub(crate) fn peak_memory_bytes(&self) -> u64 {
        let peaks = tree_of(self.child.pid()).into_iter();
        peaks.filter_map(peak_memory_bytes).sum()
    }

    /// Asks it to end and waits until it has.
    pub(crate) fn stop(mut self) -> Result<(), String> {
        self.child.terminate();
        match self.child.status_within(STOP_LIMIT) {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(self.with_log(&format!("asked to end it failed, {status}"))),
            None => Err(self.with_log(&format!("asked to end it ran on for {STOP_LIMIT:?}"))),
        }
    }

    /// A message with the end of what the server has logged.
    pub(crate) fn with_log(&self, message: &str) -> String {
        let log = fs::read(self.folder.path().join("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<_> = log.lines().collect();
        let (_, end) = lines.split_at(lines.len().saturating_sub(LOG_LINES));
        format!("{message}\nthe end of its log:\n{}", end.join("\n"))
    }
}

/// The command of a server that records, and writes its log, in `folder`.
fn command_in(folder: &Path, side: Side, slots: usize) -> io::Result<Command> {
    let records = folder.join("records");
    fs::create_dir(&records)?;
    let log = File::create(folder.join("log"))?;
    let mut command = program(side);
    command
        .args(["--listen", "127.0.0.1:0", "--data-dir"])
        .arg(&records)
        .args(["--slots", &slots.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log);
    Ok(command)
}

/// The command of a server without its arguments. What the person who runs this has set is not
/// measured.
fn program(side: Side) -> Command {
    match side {
        Side::Vasca => {
            let mut command = Command::new(vasca_binary());
            command.arg("serve").env_remove("MAX_CONCURRENT_BUILDS");
            for (name, _) in std::env::vars_os() {
                if name.to_string_lossy().starts_with("VASCA_") {
                    command.env_remove(name);
                }
            }
            command
        }
        Side::Node => {
            let mut command = Command::new("node");
            command
                .arg("server.mjs")
                .current_dir(node_folder())
                .env("NODE_ENV", "production");
            for name in ["NODE_OPTIONS", "UV_THREADPOOL_SIZE", "GOMAXPROCS", "GOGC"] {
                command.env_remove(name);
            }
            command
        }
    }
}

/// Brings the address once the server has said it, and goes on reading, so that whatever else it
/// prints cannot fill the pipe. The thread ends with the server.
fn ready(child: &mut Child) -> Receiver<String> {
    let (tell, told) = channel();
    if let Some(stdout) = child.take_stdout() {
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(address) = line.strip_prefix(READY) {
                    // Whoever asked may have stopped waiting.
                    let _ = tell.send(address.trim_end_matches('/').to_owned());
                }
            }
        });
    }
    told
}

/// A process with all that descend from it, found generation by generation.
fn tree_of(root: u32) -> Vec<u32> {
    let mut tree = vec![root];
    let mut looked_at = 0;
    while let Some(&pid) = tree.get(looked_at) {
        tree.extend(children_of(pid));
        looked_at += 1;
    }
    tree
}
