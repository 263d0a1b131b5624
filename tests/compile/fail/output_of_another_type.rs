//! What a job gives is what its submitter gets.

use std::convert::Infallible;

use vasca_scheduler::{JobContext, JobError, Scheduler};

async fn submit(pool: Scheduler) -> Result<(), JobError<Infallible>> {
    let name = async |_cx: JobContext| Ok::<_, Infallible>(String::from("a name"));
    let _number: u32 = pool.run(name).await?;
    Ok(())
}

fn main() {}
