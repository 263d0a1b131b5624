//! What a worker process is started with: nothing but what is said here.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The running binary itself, even if its file has been replaced or deleted since it started.
pub(super) const SELF: &str = "/proc/self/exe";

/// Marks, at the end of the program's name, a process that was started as a worker. Not in the
/// environment, which is the host's to fill, and cannot be changed without unsafe code; not in the
/// arguments, which are the host's too.
const MARK: &str = " (worker)";

/// Whether this process was started as a worker, whatever it has made of it.
pub(super) fn is_marked() -> bool {
    let name = std::env::args_os().next().unwrap_or_default();
    name.as_bytes()
        .windows(MARK.len())
        .any(|part| part == MARK.as_bytes())
}

/// How to start a worker: program, arguments, environment, directory.
///
/// A worker inherits little: its environment is empty but for what [`env`](Self::env) sets, its
/// directory is `/`, its process group its own, and of its descriptors only the three standard
/// ones stay open. Its name, the argument zero, ends in ` (worker)`. What it
/// does inherit are the user, the limits, the file mode mask, and which signals are blocked or
/// ignored: where the host blocks SIGTERM, a worker's grace always runs to its end.
#[derive(Clone, Debug)]
#[must_use]
pub struct WorkerCommand {
    program: PathBuf,
    name: OsString,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    dir: PathBuf,
}

impl WorkerCommand {
    /// This process's own binary, as it is running; give it an argument by which its `main` knows
    /// that it is to [`serve`](super::worker::serve).
    pub fn current_exe() -> Self {
        let command = Self::new(SELF);
        // The link would be all that `ps` shows.
        match std::env::current_exe() {
            Ok(path) => Self {
                name: path.into_os_string(),
                ..command
            },
            Err(_) => command,
        }
    }

    /// Another binary; its `main` must [`serve`](super::worker::serve) too.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let (program, args, env) = (program.into(), Vec::new(), Vec::new());
        let name = program.clone().into_os_string();
        Self {
            program,
            name,
            args,
            env,
            dir: PathBuf::from("/"),
        }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Sets a variable of the otherwise empty environment.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Sets the working directory. Default: `/`.
    pub fn current_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = dir.into();
        self
    }

    /// The command, all three standard streams being pipes.
    pub(super) fn to_command(&self) -> Command {
        let mut command = Command::new(&self.program);
        let mut name = self.name.clone();
        name.push(MARK);
        command
            .arg0(name)
            .args(&self.args)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.dir)
            // Its own group: the keyboard's interrupt is the host's, and a kill reaches whatever
            // the job itself has started.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}
