//! A job for several runs needs to be copied.

use std::convert::Infallible;
use std::time::Duration;

use vasca_scheduler::{Job, JobContext, Retry, Scheduler};

struct Upload;

impl Job for Upload {
    type Output = ();
    type Error = Infallible;

    async fn run(self, _cx: JobContext) -> Result<(), Infallible> {
        Ok(())
    }
}

fn submit(pool: &Scheduler) {
    let policy = Retry::fixed(Duration::from_secs(1));
    let _ = pool.submit(Upload).retry(policy);
}

fn main() {}
