//! Jobs in child processes: what would end this program ends one job.
//!
//! `cargo run -p vasca-scheduler --example process_isolation`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vasca_scheduler::worker::{self, Worker};
use vasca_scheduler::{JobError, Process, ProcessJob, Scheduler, Shutdown, WorkerCommand};

/// The argument by which `main` knows that it is to be a worker.
const WORKER: &str = "worker";

/// A job: its input, and by the trait its output and its error.
#[derive(Serialize, Deserialize)]
struct Depth {
    brackets: String,
}

/// An error of the job's own: it arrives as it was sent.
#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
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

fn main() -> ExitCode {
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
async fn host() -> Result<(), Box<dyn Error>> {
    let process = Process::new(WorkerCommand::current_exe().arg(WORKER));
    let pool = Scheduler::builder("brackets")
        .executor(process.memory_limit_bytes(256 << 20))
        .defaults(vasca_scheduler::Spec::new().run_timeout(Duration::from_secs(10)))
        .build()?;

    let nested = |depth| Depth {
        brackets: "(".repeat(depth) + &")".repeat(depth),
    };
    println!("depth: {}", pool.run(nested(1000)).await?);

    let unbalanced = pool
        .run(Depth {
            brackets: "())))".to_owned(),
        })
        .await;
    println!("the job's own error: {unbalanced:?}");

    // This overflows the stack, which aborts a process, and no Rust code can catch it.
    match pool.run(nested(10_000_000)).await {
        Err(JobError::Exited { status, .. }) => println!("one job lost: {status}"),
        other => println!("unexpected: {other:?}"),
    }

    println!("and on we go: {}", pool.run(nested(3)).await?);
    pool.shutdown(Shutdown::drain(Duration::from_secs(1))).await;
    Ok(())
}
