//! The command line: arguments, what they start, and the exit code.

pub mod build;

mod inputs;
mod outputs;
mod report;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Exit code: everything was built.
pub const BUILT: u8 = 0;
/// Exit code: a source is at fault.
pub const USER_ERROR: u8 = 1;
/// Exit code: the arguments are.
pub const USAGE: u8 = 2;
/// Exit code: the system is, or a build ran out of its time.
pub const SYSTEM_ERROR: u8 = 3;

/// Builds TSX components (React and Remotion) into small ES modules that use the page's own React
/// and Remotion.
#[derive(Debug, Parser)]
#[command(name = "vasca", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::BuildArguments),
    /// The child process that builds; `vasca` starts it by itself.
    ///
    /// It speaks a protocol of its own on standard input and output and is of no use at a terminal.
    #[command(hide = true)]
    Worker,
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os()))
}

fn run(arguments: impl Iterator<Item = OsString>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too, with code 0; a closed pipe is nobody's error.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(USAGE);
        }
    };
    match arguments.command {
        Command::Build(arguments) => build::run(&arguments),
        Command::Worker => {
            complain("`vasca worker` is started by `vasca` itself; use `vasca build`.");
            USAGE
        }
    }
}

/// Says what is wrong with the call or with the machine, on standard error.
fn complain(message: &str) {
    // Where standard error is closed, the exit code is all that can be said.
    let _ = writeln!(anstream::stderr(), "vasca: {message}");
}
