//! Who wants to know hears when a job starts, and where.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, oneshot};
use vasca_scheduler::{JobContext, Scheduler, Slots};

#[tokio::test]
async fn a_start_is_told_with_its_slot_while_the_job_runs() {
    let pool = Scheduler::builder("test")
        .slots(Slots::Exactly(1))
        .build()
        .unwrap();
    let (tell, told) = oneshot::channel();
    let gate = Arc::new(Semaphore::new(0));
    let job = {
        let gate = Arc::clone(&gate);
        move |cx: JobContext| async move {
            gate.acquire().await.unwrap().forget();
            Ok::<_, Infallible>(cx.slot())
        }
    };
    let on_start = |slot| tell.send(slot).unwrap();
    let handle = pool.submit(job).on_start(on_start).await.unwrap();
    // The job waits for its permit, so this comes while it runs.
    let slot = told.await.unwrap();
    gate.add_permits(1);
    assert_eq!(handle.await.unwrap(), slot);
}

#[tokio::test]
async fn a_job_that_never_starts_tells_nobody_and_a_panic_costs_nothing() {
    let pool = Scheduler::builder("test")
        .slots(Slots::Exactly(1))
        .build()
        .unwrap();
    let starts = Arc::new(AtomicUsize::new(0));
    let gate = Arc::new(Semaphore::new(0));
    let hold = Arc::clone(&gate);
    let job = move |_: JobContext| async move {
        hold.acquire().await.unwrap().forget();
        Ok::<_, Infallible>(())
    };
    let first = pool
        .submit(job)
        .on_start(|_| panic!("on purpose"))
        .await
        .unwrap();
    let count = Arc::clone(&starts);
    let second = pool
        .submit(|_: JobContext| async move { Ok::<_, Infallible>(()) })
        .on_start(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        })
        .await
        .unwrap();
    assert!(second.cancel("not wanted"));
    gate.add_permits(1);
    first.await.unwrap();
    assert!(second.await.is_err());
    assert_eq!(starts.load(Ordering::SeqCst), 0);
}
