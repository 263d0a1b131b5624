//! What a worker does to itself before anything else.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

use super::command::SELF;

/// Marks, at the end of the program's name, a worker that has already closed what it inherited.
const SEALED: &[u8] = b" (sealed)";

/// The pipes to the host.
pub(super) struct Pipes {
    /// Jobs come here.
    pub(super) input: File,
    /// Answers go here.
    pub(super) output: File,
}

/// Confines this process and gives the pipes, which from now on only the caller knows.
pub(super) fn confine() -> io::Result<Pipes> {
    // First, so that from here on no worker outlives its host. Should the host have died before
    // this line, the end of the input pipe tells the same.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // A dump of a stack of 1 GiB would fill the disk.
    setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )?;
    // If the machine runs out of memory, a worker is to go rather than the host. May be denied.
    let _ = fs::write("/proc/self/oom_score_adj", "1000");
    close_inherited()?;
    let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    // A job that prints must not be taken for an answer, one that reads not steal the next job.
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok(Pipes { input, output })
}

/// Closes the descriptors that the host has left open, by starting over without them: closing
/// them in place would take the safety of whoever in this process believes to own one.
fn close_inherited() -> io::Result<()> {
    let mut args = std::env::args_os();
    let name = args.next().unwrap_or_default();
    // What is open after the first time, this binary has opened itself before it came here.
    if name.as_bytes().ends_with(SEALED) || !has_inherited()? {
        return Ok(());
    }
    close_fds::set_fds_cloexec(3, &[]);
    let name = OsString::from_vec([name.as_bytes(), SEALED].concat());
    Err(Command::new(SELF).arg0(name).args(args).exec())
}

/// Whether any descriptor beyond the standard ones is open.
fn has_inherited() -> io::Result<bool> {
    let directory = Path::new("/proc/self/fd");
    let names: Vec<OsString> = fs::read_dir(directory)?
        .map(|entry| Ok(entry?.file_name()))
        .collect::<io::Result<_>>()?;
    // The listing shows the descriptor it was read through, which is closed by now.
    let is_open = |name: &OsString| fs::read_link(directory.join(name)).is_ok();
    let standard = [b"0", b"1", b"2"];
    Ok(names
        .iter()
        .any(|name| !standard.iter().any(|fd| name.as_bytes() == *fd) && is_open(name)))
}
