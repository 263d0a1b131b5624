//! A future has no place on a thread of its own.

use std::convert::Infallible;

use vasca_scheduler::{JobContext, Scheduler, Threads};

fn submit(pool: &Scheduler<Threads>) {
    let _ = pool.submit(async |_cx: JobContext| Ok::<_, Infallible>(1));
}

fn main() {}
