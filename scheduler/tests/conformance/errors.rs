//! Failures and panics cost their own job, and reach its own submitter.

use std::convert::Infallible;
use std::error::Error;
use std::panic::panic_any;

use tokio::sync::oneshot;
use vasca_scheduler::{JobContext, JobError, Threads};

use crate::jobs::{Unit, builder, nothing, pool, within};

#[tokio::test]
async fn a_job_that_fails_gives_its_error_and_frees_its_slot() {
    let pool = pool(1);
    for code in [1, 2] {
        let job = move |_: JobContext| async move { Err::<(), u32>(code) };
        match within(pool.run(job)).await {
            Err(JobError::Failed(error)) => assert_eq!(error, code),
            other => panic!("{other:?}"),
        }
    }
    within(pool.run(nothing)).await.unwrap();
    assert_eq!((pool.stats().ended.failed, pool.stats().busy_slots), (2, 0));
}

#[tokio::test]
async fn a_panic_spares_the_slot_and_the_jobs_behind_it() {
    let pool = pool(1);
    async fn panics(_: JobContext) -> Unit {
        panic!("meant to")
    }
    let panicked = pool.submit(panics).await.unwrap();
    let next = |cx: JobContext| async move { Ok::<_, Infallible>(cx.slot()) };
    let next = pool.submit(next).await.unwrap();
    match within(panicked).await {
        Err(JobError::Panicked { message }) => assert_eq!(message, "meant to"),
        other => panic!("{other:?}"),
    }
    assert_eq!(within(next).await.unwrap(), 0);
    assert_eq!(pool.stats().ended.panicked, 1);
}

#[tokio::test]
async fn a_panic_spares_the_thread() {
    let pool = builder(1).executor(Threads::new()).build().unwrap();
    let thread = |_: JobContext| Ok::<_, Infallible>(std::thread::current().id());
    let before = within(pool.run(thread)).await.unwrap();
    for _ in 0..3 {
        let panics = |_: JobContext| -> Unit { panic!("meant to") };
        let result = within(pool.run(panics)).await;
        assert!(matches!(result, Err(JobError::Panicked { message }) if message == "meant to"));
    }
    assert_eq!(within(pool.run(thread)).await.unwrap(), before);
}

#[tokio::test]
async fn a_panic_with_something_that_is_no_text_is_a_panic_all_the_same() {
    let pool = pool(1);
    async fn panics(_: JobContext) -> Unit {
        panic_any(7_u8)
    }
    let result = within(pool.run(panics)).await;
    assert!(matches!(result, Err(JobError::Panicked { .. })));
    within(pool.run(nothing)).await.unwrap();
}

#[tokio::test]
async fn a_panic_in_what_a_job_has_spawned_ends_the_job_that_waits_for_it() {
    let pool = pool(1);
    async fn job(_: JobContext) -> Unit {
        let spawned = tokio::spawn(async { panic!("meant to, beside the job") });
        spawned.await.unwrap()
    }
    match within(pool.run(job)).await {
        Err(JobError::Panicked { message }) => assert!(message.contains("JoinError"), "{message}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_panic_of_something_left_behind_changes_no_result() {
    let pool = pool(1);
    let (late, release) = oneshot::channel::<()>();
    let (sender, spawned) = oneshot::channel();
    let job = move |_: JobContext| async move {
        let left_behind = tokio::spawn(async move {
            let _ = release.await;
            panic!("meant to, after the job");
        });
        sender.send(left_behind).unwrap();
        Ok::<_, Infallible>("the result")
    };
    let handle = pool.submit(job).await.unwrap();
    let left_behind = within(spawned).await.unwrap();
    within(pool.idle()).await;
    late.send(()).unwrap();
    assert!(within(left_behind).await.unwrap_err().is_panic());
    assert_eq!(within(handle).await.unwrap(), "the result");
    let ended = pool.stats().ended;
    assert_eq!((ended.succeeded, ended.panicked), (1, 0));
}

#[derive(Debug, thiserror::Error)]
#[error("row {0} is broken")]
struct BrokenRow(u64);

#[tokio::test]
async fn an_error_that_only_knows_that_it_is_one_comes_out_in_its_box() {
    let pool = pool(1);
    let error: Box<dyn Error + Send + Sync> = Box::new(BrokenRow(7));
    let job = move |_: JobContext| async move { Err::<(), _>(error) };
    match within(pool.run(job)).await {
        Err(JobError::Failed(error)) => assert_eq!(error.downcast::<BrokenRow>().unwrap().0, 7),
        other => panic!("{other:?}"),
    }
}
