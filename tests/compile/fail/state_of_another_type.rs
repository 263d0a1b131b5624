//! A job that needs a warm state runs only where there is one of that type.

use std::convert::Infallible;

use vasca_scheduler::{Job, JobContext, Scheduler};

struct Connection;
struct Query;

impl Job<Connection> for Query {
    type Output = ();
    type Error = Infallible;

    async fn run(self, _cx: JobContext<Connection>) -> Result<(), Infallible> {
        Ok(())
    }
}

fn submit(pool: &Scheduler) {
    let _ = pool.submit(Query);
}

fn main() {}
