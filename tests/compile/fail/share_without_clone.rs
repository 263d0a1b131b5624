//! One output for several needs to be copied.

use std::convert::Infallible;

use vasca_scheduler::{JobContext, Scheduler};

struct Artifact;

fn submit(pool: &Scheduler) {
    let build = async |_cx: JobContext| Ok::<_, Infallible>(Artifact);
    let _ = pool.submit(build).share("app");
}

fn main() {}
