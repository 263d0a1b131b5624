//! What a job fails with is what its submitter gets.

use std::fmt;
use std::num::ParseIntError;

use vasca_scheduler::{JobContext, JobError, Scheduler};

async fn submit(pool: Scheduler) -> Result<u32, JobError<fmt::Error>> {
    let number = async |_cx: JobContext| -> Result<u32, ParseIntError> { "42".parse() };
    let result: Result<u32, JobError<fmt::Error>> = pool.run(number).await;
    result
}

fn main() {}
