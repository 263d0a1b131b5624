//! The command line: arguments, what they start, and the exit code.

mod arguments;
mod build;
mod exit;
mod inputs;
mod metafile;
mod outputs;
mod report;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::cli::arguments::BuildArguments;
use crate::cli::exit::{Exit, complain};
use crate::cli::serve::ServeArguments;

/// Builds TSX components (React and Remotion) into small ES modules that use the page's own React
/// and Remotion, at the terminal or over HTTP.
#[derive(Debug, Parser)]
#[command(name = "vasca", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(BuildArguments),
    Serve(ServeArguments),
    /// Prints the settings of `vasca serve` that are in force, and where each comes from.
    Config(ServeArguments),
    /// The child process that builds; `vasca` starts it by itself.
    ///
    /// It speaks a protocol of its own on standard input and output and is of no use at a terminal.
    #[command(hide = true)]
    Worker,
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too, with code 0; a closed pipe is nobody's error.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Built
            }
            .into();
        }
    };
    match arguments.command {
        Command::Build(arguments) => build::run(&arguments).into(),
        Command::Serve(arguments) => serve::serve(&arguments).into(),
        Command::Config(arguments) => serve::config(&arguments).into(),
        Command::Worker => {
            complain("`vasca worker` is started by `vasca` itself; use `vasca build`.");
            Exit::Usage.into()
        }
    }
}
