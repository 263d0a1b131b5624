//! What does nothing by itself, or loses something, must not be overlooked.
#![deny(unused_must_use)]

use std::convert::Infallible;
use std::time::Duration;

use vasca_scheduler::{JobContext, Rejected, Scheduler, Shutdown, Spec, Unique};

async fn submit(pool: Scheduler) -> Result<(), Rejected<()>> {
    let job = async |_cx: JobContext| Ok::<_, Infallible>(());
    pool.submit(job);
    let handle = pool.submit(job).submit_now();
    if let Ok(handle) = handle {
        handle;
    }
    pool.run(job);
    pool.reserve(Spec::new()).await?;
    pool.shutdown(Shutdown::now());
    Spec::new().grace(Duration::ZERO);
    Unique::reject("name");
    Scheduler::builder("jobs");
    Ok(())
}

fn main() {}
