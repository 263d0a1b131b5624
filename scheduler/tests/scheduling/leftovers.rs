//! What is left of a job that was stopped: its output, and the work it had not begun.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use vasca_scheduler::{Job, JobContext, JobError, Scheduler, Slots};

const SECOND: Duration = Duration::from_secs(1);

fn one_slot() -> Scheduler {
    Scheduler::builder("test")
        .slots(Slots::Exactly(1))
        .build()
        .unwrap()
}

/// Panics when it is dropped.
#[derive(Debug)]
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[tokio::test]
async fn a_discarded_output_that_panics_does_not_change_the_verdict() {
    let pool = one_slot();
    async fn job(cx: JobContext) -> Result<Bomb, Infallible> {
        cx.cancelled().await;
        Ok(Bomb)
    }
    let handle = pool.submit(job).grace(SECOND).await.unwrap();
    tokio::task::yield_now().await;
    assert!(handle.cancel("user left"));
    match handle.await {
        Err(JobError::Cancelled { reason, .. }) => assert_eq!(reason, "user left"),
        other => panic!("{:?}", other.map(std::mem::forget)),
    }
}

#[tokio::test]
async fn a_job_stopped_before_its_first_poll_does_not_begin() {
    struct Begins(Arc<AtomicBool>);
    impl Job for Begins {
        type Output = ();
        type Error = Infallible;
        fn run(self, _: JobContext) -> impl Future<Output = Result<(), Infallible>> + Send {
            self.0.store(true, Ordering::Relaxed);
            std::future::ready(Ok(()))
        }
    }
    let begun = Arc::default();
    let handle = one_slot().submit(Begins(Arc::clone(&begun))).await.unwrap();
    // The one thread of this runtime has not come to the job yet.
    assert!(handle.cancel("before the first poll"));
    assert!(matches!(handle.await, Err(JobError::Cancelled { .. })));
    assert!(!begun.load(Ordering::Relaxed));
}
