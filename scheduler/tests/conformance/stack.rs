//! Ten thousand jobs in a row, on a stack that none of them may grow.

use std::convert::Infallible;
use std::sync::Arc;
use std::thread;

use tokio::runtime::Builder;
use tokio::sync::oneshot;
use vasca_scheduler::{BlockingJob, Job, JobContext, JobError, QueueLimit, Shutdown, Threads};

use crate::jobs::{Unit, builder, nothing, within};

const JOBS: usize = 10_000;

/// Room for some fifty bytes a job: whatever recursed with each of them would overflow it.
const STACK_BYTES: usize = 512 << 10;

/// Runs a test on one thread with that stack, on which its jobs run too.
fn on_a_small_stack(test: impl Future<Output = ()> + Send + 'static) {
    let run = || {
        let runtime = Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(test);
    };
    let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn(run);
    thread.unwrap().join().unwrap();
}

#[test]
fn ten_thousand_queued_jobs_run_without_growing_the_stack() {
    on_a_small_stack(async {
        let queue = QueueLimit::count(JOBS);
        let pool = builder(1).queue(queue).build().unwrap();
        pool.pause();
        for _ in 0..JOBS {
            drop(pool.submit(nothing).await.unwrap());
        }
        pool.resume();
        within(pool.idle()).await;
        assert_eq!(pool.stats().ended.succeeded, JOBS as u64);
    });
}

/// Submits the next of its kind when it runs, and tells when the last one does.
struct Chain {
    submit: Arc<dyn Fn(Self) + Send + Sync>,
    left: usize,
    done: oneshot::Sender<()>,
}

impl Chain {
    /// A whole chain, and what tells of its end.
    fn new(submit: impl Fn(Self) + Send + Sync + 'static) -> (Self, oneshot::Receiver<()>) {
        let (done, last) = oneshot::channel();
        let first = Self {
            submit: Arc::new(submit),
            left: JOBS,
            done,
        };
        (first, last)
    }

    fn follow(self) {
        let Self { submit, left, done } = self;
        if left == 0 {
            done.send(()).unwrap();
            return;
        }
        let next = Self {
            submit: Arc::clone(&submit),
            left: left - 1,
            done,
        };
        submit(next);
    }
}

impl Job for Chain {
    type Output = ();
    type Error = Infallible;

    async fn run(self, _: JobContext) -> Unit {
        self.follow();
        Ok(())
    }
}

impl BlockingJob for Chain {
    type Output = ();
    type Error = Infallible;

    fn run(self, _: JobContext) -> Unit {
        self.follow();
        Ok(())
    }
}

#[test]
fn a_chain_of_ten_thousand_jobs_each_submitted_by_the_last_does_not_grow_the_stack() {
    on_a_small_stack(async {
        let pool = builder(1).build().unwrap();
        let to = pool.clone();
        let (first, last) = Chain::new(move |next| drop(to.submit(next).submit_now().unwrap()));
        drop(pool.submit(first).await.unwrap());
        within(last).await.unwrap();
    });
}

#[test]
fn a_chain_of_ten_thousand_jobs_on_a_thread_does_not_grow_its_stack() {
    on_a_small_stack(async {
        let threads = Threads::new().stack_bytes(STACK_BYTES);
        let pool = builder(1).executor(threads).build().unwrap();
        let to = pool.clone();
        let (first, last) = Chain::new(move |next| drop(to.submit(next).submit_now().unwrap()));
        drop(pool.submit(first).await.unwrap());
        within(last).await.unwrap();
    });
}

#[test]
fn ten_thousand_jobs_that_a_shutdown_ends_do_not_grow_the_stack() {
    on_a_small_stack(async {
        let queue = QueueLimit::count(JOBS);
        let pool = builder(1).queue(queue).build().unwrap();
        pool.pause();
        let mut handles = Vec::new();
        for _ in 0..JOBS {
            handles.push(pool.submit(nothing).await.unwrap());
        }
        let report = within(pool.shutdown(Shutdown::now())).await;
        assert_eq!(report.left.len(), JOBS);
        for handle in handles {
            assert!(matches!(within(handle).await, Err(JobError::Shutdown)));
        }
    });
}
