//! Cancellation by a token, and with the handle.

use std::future::Future;
use std::task::{Context, Waker};

use vasca_scheduler::{CancelToken, JobError, Overflow, Phase, QueueLimit, RejectReason};

use crate::fixtures::{SECOND, builder, forever, nap, nothing, pool, soon};

#[tokio::test(start_paused = true)]
async fn a_token_cancels_what_waits_and_what_runs_and_rejects_what_comes_later() {
    let (one, other) = (pool(1), pool(1));
    let token = CancelToken::new();
    let running = one.submit(forever).cancel_with(&token).await.unwrap();
    let waiting = one.submit(forever).cancel_with(&token).await.unwrap();
    let elsewhere = other.submit(forever).cancel_with(&token).await.unwrap();
    let without = other.submit(nap(SECOND)).await.unwrap();
    assert_eq!(token.jobs(), 3);
    assert_eq!(token.clone().cancel("user left"), 3);
    assert_eq!(token.cancel("again"), 0);
    assert!(token.is_cancelled());
    assert_eq!(token.reason().as_deref(), Some("user left"));
    for (handle, expected) in [(running, Phase::Running), (waiting, Phase::Queued)] {
        match soon(handle).await {
            Err(JobError::Cancelled { reason, phase }) => {
                assert_eq!((&*reason, phase), ("user left", expected));
            }
            result => panic!("{result:?}"),
        }
    }
    assert!(soon(elsewhere).await.is_err());
    soon(without).await.unwrap();
    let rejected = one.submit(nothing).cancel_with(&token).await.unwrap_err();
    assert_eq!(rejected.reason(), RejectReason::Cancelled);
    assert_eq!(token.jobs(), 0);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_jobs_that_have_ended_leave_nothing_in_their_token() {
    let limit = QueueLimit::count(20_000);
    let pool = builder(4).queue(limit).build().unwrap();
    let token = CancelToken::new();
    let mut handles = Vec::new();
    for _ in 0..10_000 {
        handles.push(pool.submit(nothing).cancel_with(&token).await.unwrap());
    }
    for handle in handles {
        soon(handle).await.unwrap();
    }
    assert_eq!((token.jobs(), token.cancel("too late")), (0, 0));
    assert_eq!(pool.stats().ended.succeeded, 10_000);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_dropped_cancels_nothing() {
    let pool = pool(1);
    let token = CancelToken::new();
    let handle = pool.submit(nap(SECOND)).cancel_with(&token).await.unwrap();
    drop(token);
    soon(handle).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_token_cancels_the_part_in_a_shared_job_and_not_the_job() {
    let pool = pool(1);
    let token = CancelToken::new();
    let job = nap(SECOND);
    let leaves = pool.submit(job.clone()).share("name").cancel_with(&token);
    let leaves = leaves.await.unwrap();
    let stays = pool.submit(job).share("name").await.unwrap();
    assert_eq!(token.cancel("left"), 1);
    assert!(matches!(
        soon(leaves).await,
        Err(JobError::Cancelled { .. })
    ));
    soon(stays).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_a_submission_that_waits_for_room() {
    let limit = QueueLimit::count(0);
    let builder = builder(1).queue(limit).overflow(Overflow::Wait);
    let pool = builder.build().unwrap();
    let running = pool.submit(forever).await.unwrap();
    let token = CancelToken::new();
    let submission = pool.submit(nothing).cancel_with(&token).into_future();
    let mut submission = Box::pin(submission);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(submission.as_mut().poll(&mut cx).is_pending());
    token.cancel("not wanted");
    let rejected = soon(submission).await.unwrap_err();
    assert_eq!(rejected.reason(), RejectReason::Cancelled);
    drop(running);
}

#[tokio::test(start_paused = true)]
async fn a_handle_that_is_dropped_cancels_its_job_only_if_it_was_told_to() {
    let pool = pool(2);
    let kept = pool.submit(nap(SECOND)).await.unwrap();
    let cancelled = pool.submit(forever).cancel_on_drop().await.unwrap();
    drop((kept, cancelled));
    soon(pool.idle()).await;
    let ended = pool.stats().ended;
    assert_eq!((ended.succeeded, ended.cancelled), (1, 1));
    let handle = pool.submit(nothing).cancel_on_drop().await.unwrap();
    soon(handle).await.unwrap();
    let handle = pool.submit(nothing).cancel_on_drop().await.unwrap();
    assert!(soon(handle.report()).await.result.is_ok());
    assert_eq!(pool.stats().ended.cancelled, 1);
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_dropped_cancels_its_job_too() {
    let pool = pool(1);
    let handle = pool.submit(forever).cancel_on_drop().await.unwrap();
    let waited = tokio::time::timeout(SECOND, handle.report()).await;
    assert!(waited.is_err());
    soon(pool.idle()).await;
    assert_eq!(pool.stats().ended.cancelled, 1);
}
