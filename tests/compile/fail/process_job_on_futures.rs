//! The code of a job for a worker process is in the worker.

use serde::{Deserialize, Serialize};
use vasca_scheduler::{ProcessJob, Scheduler};

#[derive(Serialize, Deserialize)]
struct Compile;

impl ProcessJob for Compile {
    const NAME: &'static str = "compile";
    type Output = u32;
    type Error = String;
}

fn submit(pool: &Scheduler) {
    let _ = pool.submit(Compile);
}

fn main() {}
