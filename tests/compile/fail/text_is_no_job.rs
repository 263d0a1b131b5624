//! A text is no job.

use vasca_scheduler::Scheduler;

fn submit(pool: &Scheduler) {
    let _ = pool.submit("a text");
}

fn main() {}
