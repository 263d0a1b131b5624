//! A job may outlive its submitter, so it borrows nothing from it.

use std::convert::Infallible;

use vasca_scheduler::{JobContext, JobError, Scheduler};

async fn submit(pool: Scheduler) -> Result<usize, JobError<Infallible>> {
    let text = String::from("a text");
    let text = text.as_str();
    pool.run(async move |_cx: JobContext| Ok::<_, Infallible>(text.len()))
        .await
}

fn main() {}
