//! `vasca build`: files in, modules out.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use vasca_builders::tsx::options::{ImportMode, Target, TsxOptions};
use vasca_scheduler::Slots;

use crate::app::App;
use crate::build::{Finished, Outcome};
use crate::cli::exit::{Exit, complain};
use crate::cli::inputs::{Input, shown};
use crate::cli::outputs::{self, Output};
use crate::cli::report;

/// Files that are read and built at once: enough to keep every slot busy, and few enough to hold
/// them all in memory.
const BATCH: usize = 64;
/// Warm workers beyond the slots: none, a command ends before one would be of use.
const SPARES: usize = 0;
/// How long the workers have to end when all is built; they are idle then.
const SHUTDOWN: Duration = Duration::from_secs(2);

/// Builds components into ES modules.
///
/// One file's module goes to standard output, or to --out; what is said about it goes to standard
/// error. Exit codes: 0 built, 1 an error in a source, 2 wrong usage, 3 the system's fault or out
/// of time.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  vasca build Title.tsx                      the module, to standard output
  vasca build scenes/*.tsx --out dist        dist/Intro.js, dist/Outro.js, …
  vasca build Title.tsx --json               everything known about it, as JSON
  cat Title.tsx | vasca build - --imports external --no-minify")]
pub struct BuildArguments {
    /// The components; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A `.js` or `.mjs` file to write to, or a folder.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Print one JSON object for each file, a line each, on standard output.
    #[arg(long)]
    json: bool,
    /// How modules of the profile are reached.
    #[arg(long, value_enum, default_value_t = Imports::Globals)]
    imports: Imports,
    /// A further module that the page provides; may be given several times.
    #[arg(long, value_name = "MODULE")]
    external: Vec<String>,
    /// Leave the code readable.
    #[arg(long)]
    no_minify: bool,
    /// The newest syntax that may come out.
    #[arg(long, value_enum, default_value_t = SyntaxTarget::Es2020)]
    target: SyntaxTarget,
    /// The time that one build may take, in milliseconds, at most 60000.
    #[arg(long, value_name = "MS", default_value_t = 10_000,
          value_parser = clap::value_parser!(u64).range(1..=60_000))]
    timeout_ms: u64,
    /// How many builds run at once [default: MAX_CONCURRENT_BUILDS, or processors less one].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    slots: Option<u16>,
}

/// `--imports`
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Imports {
    /// By globals of the page.
    Globals,
    /// By bare imports.
    External,
}

/// `--target`
#[derive(Debug, Clone, Copy, ValueEnum)]
enum SyntaxTarget {
    /// Every browser since 2020.
    Es2020,
    /// And logical assignment.
    Es2021,
    /// And class fields and top-level await.
    Es2022,
    /// Whatever the source uses.
    Esnext,
}

impl BuildArguments {
    fn options(&self) -> TsxOptions {
        TsxOptions {
            imports: match self.imports {
                Imports::Globals => ImportMode::Globals,
                Imports::External => ImportMode::External,
            },
            external: self.external.clone(),
            minify: !self.no_minify,
            target: match self.target {
                SyntaxTarget::Es2020 => Target::Es2020,
                SyntaxTarget::Es2021 => Target::Es2021,
                SyntaxTarget::Es2022 => Target::Es2022,
                SyntaxTarget::Esnext => Target::Esnext,
            },
            ..TsxOptions::default()
        }
    }
}

/// Runs the command; gives the exit code.
pub(super) fn run(arguments: &BuildArguments) -> Exit {
    let plan = match Plan::of(arguments) {
        Ok(plan) => plan,
        Err(message) => {
            complain(&message);
            return Exit::Usage;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(build_all(arguments, &plan)),
        Err(error) => {
            complain(&format!("no runtime could be started: {error}."));
            Exit::SystemError
        }
    }
}

/// What the arguments come to, once all of them hold.
struct Plan {
    output: Output,
    options: String,
    slots: Slots,
}

impl Plan {
    /// Checks the arguments before anything is read or started; the error is for the user.
    fn of(arguments: &BuildArguments) -> Result<Self, String> {
        let output = Output::choose(arguments.out.as_deref(), &arguments.files)?;
        let options = arguments.options();
        options
            .check()
            .map_err(|diagnostic| match diagnostic.hint {
                Some(hint) => format!("{} {hint}", diagnostic.message),
                None => diagnostic.message,
            })?;
        let asked = match arguments.slots {
            Some(slots) => Some(slots),
            None => concurrent_builds(std::env::var_os(CONCURRENT_BUILDS))?,
        };
        let slots = asked.map_or(Slots::default(), |slots| Slots::Exactly(slots.into()));
        Ok(Self {
            output,
            options: options.to_json(),
            slots,
        })
    }
}

/// The variable that says how many builds run at once where `--slots` does not.
const CONCURRENT_BUILDS: &str = "MAX_CONCURRENT_BUILDS";

/// Reads the variable; one that is not set, or empty, says nothing.
fn concurrent_builds(value: Option<OsString>) -> Result<Option<u16>, String> {
    let Some(value) = value.filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let number = value.to_str().and_then(|text| text.parse().ok());
    match number {
        Some(slots @ 1..=1024) => Ok(Some(slots)),
        _ => Err(format!(
            "{CONCURRENT_BUILDS} is {value:?}; it must be a number from 1 to 1024."
        )),
    }
}

async fn build_all(arguments: &BuildArguments, plan: &Plan) -> Exit {
    // No more workers than files: each is a process.
    let app = match App::start(plan.slots.at_most(arguments.files.len()), SPARES) {
        Ok(app) => Arc::new(app),
        Err(error) => {
            complain(&format!("the workers could not be started: {error}."));
            return Exit::SystemError;
        }
    };
    let mut worst = Exit::Built;
    for files in arguments.files.chunks(BATCH) {
        match build_batch(&app, files, arguments, plan).await {
            Ok(exit) => worst = worst.max(exit),
            Err(Stop { exit, message }) => {
                complain(&message);
                worst = worst.max(exit);
                break;
            }
        }
    }
    app.shutdown(SHUTDOWN).await;
    worst
}

/// Why the command ends early, whatever is still to be built.
struct Stop {
    exit: Exit,
    message: String,
}

/// Reads and builds some files at once, and reports them in the order in which they were given.
async fn build_batch(
    app: &Arc<App>,
    files: &[PathBuf],
    arguments: &BuildArguments,
    plan: &Plan,
) -> Result<Exit, Stop> {
    let timeout = Duration::from_millis(arguments.timeout_ms);
    let mut worst = Exit::Built;
    let mut builds = Vec::new();
    for path in files {
        let input = match Input::read(path) {
            Ok(input) => input,
            Err(error) => {
                complain(&format!("cannot read {}: {error}.", shown(path)));
                worst = worst.max(Exit::Usage);
                continue;
            }
        };
        let request = input
            .request
            .map(|request| request.with_options(plan.options.clone()));
        let app = app.clone();
        let build = tokio::spawn(async move {
            match request {
                Ok(request) => app.build(request, Some(timeout)).await,
                Err(error) => Finished::refused(error),
            }
        });
        builds.push((path, build));
    }
    for (path, build) in builds {
        let finished = build.await.map_err(|error| Stop {
            exit: Exit::SystemError,
            message: format!("the build of {} was lost: {error}.", shown(path)),
        })?;
        let finished = finished.in_file(&shown(path));
        deliver(path, &finished, &plan.output, arguments.json)?;
        worst = worst.max(exit_of(finished.outcome()));
    }
    Ok(worst)
}

/// Writes the module where it belongs and says what there is to say.
fn deliver(input: &Path, finished: &Finished, output: &Output, json: bool) -> Result<(), Stop> {
    let target = output.path(input);
    let written = match (&finished.result, &target) {
        (Ok(artifact), Some(path)) => {
            outputs::write(path, &artifact.code).map_err(|error| Stop {
                exit: Exit::SystemError,
                message: format!("cannot write {}: {error}.", shown(path)),
            })?;
            Some(path.as_path())
        }
        _ => None,
    };
    let said = if json {
        let line = report::json(input, finished, written);
        writeln!(io::stdout().lock(), "{line}")
    } else {
        print(input, finished, written)
    };
    said.map_err(|error| Stop {
        exit: Exit::SystemError,
        message: format!("cannot write the result: {error}."),
    })
}

/// The module to standard output where it is written nowhere else; diagnostics and summary to
/// standard error.
fn print(input: &Path, finished: &Finished, written: Option<&Path>) -> io::Result<()> {
    if let (Ok(artifact), None) = (&finished.result, written) {
        writeln!(io::stdout().lock(), "{}", artifact.code.trim_end())?;
    }
    report::people(&mut anstream::stderr().lock(), input, finished, written)
}

fn exit_of(outcome: Outcome) -> Exit {
    match outcome {
        Outcome::Success => Exit::Built,
        Outcome::UserError => Exit::UserError,
        Outcome::SystemError | Outcome::TimedOut | Outcome::Cancelled => Exit::SystemError,
    }
}
