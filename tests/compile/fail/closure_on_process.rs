//! A closure cannot be sent to another process.

use std::convert::Infallible;

use vasca_scheduler::{JobContext, Process, Scheduler};

fn submit(pool: &Scheduler<Process>) {
    let _ = pool.submit(async |_cx: JobContext| Ok::<_, Infallible>(1));
}

fn main() {}
