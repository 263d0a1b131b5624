//! What a job holds while it awaits moves between threads with it.

use std::convert::Infallible;
use std::future;
use std::rc::Rc;

use vasca_scheduler::{JobContext, Scheduler};

fn submit(pool: &Scheduler) {
    let job = async |_cx: JobContext| {
        let count = Rc::new(1);
        future::ready(()).await;
        Ok::<_, Infallible>(*count)
    };
    let _ = pool.submit(job);
}

fn main() {}
