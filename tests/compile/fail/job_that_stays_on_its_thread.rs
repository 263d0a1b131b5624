//! A job runs on another thread than its submitter's.

use std::convert::Infallible;
use std::rc::Rc;

use vasca_scheduler::{JobContext, Scheduler};

fn submit(pool: &Scheduler) {
    let count = Rc::new(1);
    let job = async move |_cx: JobContext| Ok::<_, Infallible>(*count);
    let _ = pool.submit(job);
}

fn main() {}
