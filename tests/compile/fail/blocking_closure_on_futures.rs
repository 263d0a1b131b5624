//! What blocks has no place on the host's runtime.

use std::convert::Infallible;

use vasca_scheduler::{JobContext, Scheduler};

fn submit(pool: &Scheduler) {
    let _ = pool.submit(|_cx: JobContext| Ok::<_, Infallible>(1));
}

fn main() {}
