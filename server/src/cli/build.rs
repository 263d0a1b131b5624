//! `vasca build`: files in, modules out.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use vasca_builders::Code;

use crate::build::Finished;
use crate::cli::arguments::{BuildArguments, Plan};
use crate::cli::exit::{Exit, complain};
use crate::cli::inputs::{self, shown};
use crate::cli::metafile::Metafile;
use crate::cli::outputs::{self, Output};
use crate::cli::report;
use crate::lifecycle::Outcome;
use crate::pool::{Pool, PoolSize};

/// Files that are read and built at once: enough to keep every slot busy, and few enough to hold
/// them all in memory.
const BATCH: usize = 64;
/// Warm workers beyond the slots: none, a command ends before one would be of use.
const SPARES: usize = 0;
/// How long the workers have to end when all is built; they are idle then.
const SHUTDOWN: Duration = Duration::from_secs(2);

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

async fn build_all(arguments: &BuildArguments, plan: &Plan) -> Exit {
    // No more workers than files: each is a process.
    let size = PoolSize {
        slots: plan.slots.at_most(arguments.files.len()),
        spares: SPARES,
        queue: BATCH,
    };
    let pool = match Pool::start(size, &plan.profiles) {
        Ok(pool) => pool,
        Err(error) => {
            complain(&format!("the workers could not be started: {error}."));
            return Exit::SystemError;
        }
    };
    let mut worst = Exit::Built;
    let mut metafile = Metafile::default();
    for files in arguments.files.chunks(BATCH) {
        match build_batch(&pool, files, arguments, plan, &mut metafile).await {
            Ok(exit) => worst = worst.max(exit),
            Err(Stop { exit, message }) => {
                complain(&message);
                worst = worst.max(exit);
                break;
            }
        }
    }
    pool.shutdown(SHUTDOWN).await;
    if let Some(path) = &arguments.metafile
        && let Err(stop) = write(path, &metafile.text())
    {
        complain(&stop.message);
        worst = worst.max(stop.exit);
    }
    worst
}

/// Why the command ends early, whatever is still to be built.
struct Stop {
    exit: Exit,
    message: String,
}

/// Reads and builds some files at once, and reports them in the order in which they were given.
async fn build_batch(
    pool: &Pool,
    files: &[PathBuf],
    arguments: &BuildArguments,
    plan: &Plan,
    metafile: &mut Metafile,
) -> Result<Exit, Stop> {
    let timeout = Duration::from_millis(arguments.timeout_ms);
    let mut builds = Vec::new();
    for path in files {
        let request = inputs::read(path, pool.registry())
            .map(|request| request.with_options(plan.options.clone()));
        let pool = pool.clone();
        let build = tokio::spawn(async move {
            match request {
                Ok(request) => pool.build(request, Some(timeout)).await,
                Err(error) => Finished::refused(error),
            }
        });
        builds.push((path, build));
    }
    let mut worst = Exit::Built;
    for (path, build) in builds {
        let finished = build.await.map_err(|error| Stop {
            exit: Exit::SystemError,
            message: format!("the build of {} was lost: {error}.", shown(path)),
        })?;
        let finished = finished.in_file(&shown(path));
        let written = deliver(path, &finished, &plan.output, arguments.json)?;
        if let Ok(artifact) = &finished.result {
            metafile.add(&artifact.metafile, path, written.as_deref());
        }
        worst = worst.max(exit_of(&finished));
    }
    Ok(worst)
}

/// Writes the module where it belongs and says what there is to say; gives the file.
fn deliver(
    input: &Path,
    finished: &Finished,
    output: &Output,
    json: bool,
) -> Result<Option<PathBuf>, Stop> {
    let module = finished.module();
    let written = output.path(input).filter(|_| module.is_some());
    if let (Some(module), Some(path)) = (module, &written) {
        write(path, &module.code)?;
        if let Some(map) = &module.map {
            write(&outputs::map_path(path), map)?;
        }
    }
    let said = if json {
        let line = report::json(input, finished, written.as_deref());
        writeln!(io::stdout().lock(), "{line}")
    } else {
        print(input, finished, written.as_deref())
    };
    match said {
        Ok(()) => Ok(written),
        Err(error) => Err(Stop {
            exit: Exit::SystemError,
            message: format!("cannot write the result: {error}."),
        }),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Stop> {
    outputs::write(path, text).map_err(|error| Stop {
        exit: Exit::SystemError,
        message: format!("cannot write {}: {error}.", shown(path)),
    })
}

/// The module to standard output where it is written nowhere else; diagnostics and summary to
/// standard error.
fn print(input: &Path, finished: &Finished, written: Option<&Path>) -> io::Result<()> {
    if let (Some(module), None) = (finished.module(), written) {
        writeln!(io::stdout().lock(), "{}", module.code.trim_end())?;
    }
    report::people(&mut anstream::stderr().lock(), input, finished, written)
}

fn exit_of(finished: &Finished) -> Exit {
    match (finished.outcome(), &finished.result) {
        (Outcome::Success, _) => Exit::Built,
        // A file that is not there is a mistake of the call, not of a source.
        (_, Err(error)) if error.code() == Code::UnreadableFile => Exit::Usage,
        (Outcome::UserError, _) => Exit::UserError,
        (_, _) => Exit::SystemError,
    }
}
