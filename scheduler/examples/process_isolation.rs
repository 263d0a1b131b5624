//! Jobs in child processes: what would end this program ends one job.
//!
//! `cargo run -p vasca-scheduler --example process_isolation`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vasca_scheduler::worker::{self, Worker};
use vasca_scheduler::{
    JobError, Process, ProcessJob, Scheduler, Shutdown, Slots, Spec, WorkerCommand,
};

/// The argument by which `main` knows that it is to be a worker.
pub(crate) const WORKER: &str = "worker";

/// A job: its input, and by the trait its output and its error.
#[derive(Serialize, Deserialize)]
struct Depth {
    brackets: String,
}

/// An error of the job's own: it arrives as it was sent.
#[derive(Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
enum DepthError {
    #[error("a bracket too many at {at}")]
    Unbalanced { at: usize },
}

impl ProcessJob for Depth {
    const NAME: &'static str = "depth";
    type Output = usize;
    type Error = DepthError;
}

/// The worker's side: recursion as deep as the input, on a stack of 64 MiB.
fn depth(text: &[u8], at: usize) -> Result<usize, DepthError> {
    match text.get(at) {
        Some(b'(') => Ok(1 + depth(text, at + 1)?),
        Some(b')') if at * 2 < text.len() => Err(DepthError::Unbalanced { at }),
        _ => Ok(0),
    }
}

pub(crate) fn main() -> ExitCode {
    // First of all, before a runtime is started or a file opened.
    if std::env::args().nth(1).as_deref() == Some(WORKER) {
        let worker = Worker::new().stack_bytes(64 << 20);
        return worker::serve(worker.on(|job: Depth, _cx| depth(job.brackets.as_bytes(), 0)));
    }
    match host() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
pub(crate) async fn host() -> Result<(), Box<dyn Error>> {
    let process = Process::new(WorkerCommand::current_exe().arg(WORKER));
    let pool = Scheduler::builder("brackets")
        .executor(process.memory_limit_bytes(256 << 20))
        .slots(Slots::Exactly(1))
        .defaults(Spec::new().run_timeout(Duration::from_secs(10)))
        .build()?;

    let nested = |depth| Depth {
        brackets: "(".repeat(depth) + &")".repeat(depth),
    };
    let depth = pool.run(nested(1000)).await?;
    println!("depth: {depth}");
    assert_eq!(depth, 1000);

    let brackets = "())))".to_owned();
    let error = pool.run(Depth { brackets }).await.err();
    println!("the job's own error: {error:?}");
    let unbalanced = DepthError::Unbalanced { at: 1 };
    assert!(matches!(error, Some(JobError::Failed(own)) if own == unbalanced));

    // This overflows the stack, which aborts a process, and no Rust code can catch it.
    let error = pool.run(nested(10_000_000)).await.err();
    let lost = matches!(error, Some(JobError::Exited { status, .. }) if !status.success());
    println!(
        "one job lost: {}",
        error.map_or("none", |error| error.kind())
    );
    assert!(lost);

    println!("and on we go: {}", pool.run(nested(3)).await?);
    pool.shutdown(Shutdown::drain(Duration::from_secs(1))).await;
    Ok(())
}
