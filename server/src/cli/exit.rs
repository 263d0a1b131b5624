//! How a command ends: its exit code, and a last word where it ends badly.

use std::io::Write;
use std::process::ExitCode;

/// The exit codes. The larger one decides, where several builds end differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// Everything was built.
    Built = 0,
    /// A source is at fault.
    UserError = 1,
    /// The arguments are.
    Usage = 2,
    /// The system is, or a build ran out of its time.
    SystemError = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Says what is wrong with the call or with the machine, on standard error.
pub(super) fn complain(message: &str) {
    // Where standard error is closed, the exit code is all that can be said.
    let _ = writeln!(anstream::stderr(), "vasca: {message}");
}
