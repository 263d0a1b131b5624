//! Cancelling: running, queued, before the submission, two at once; the reason; what is left.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;
use vasca_scheduler::{
    CancelToken, Happening, JobContext, JobError, Phase, QueueLimit, RejectReason, Threads,
};

use crate::jobs::{Gate, Told, Unit, assert_cancelled, builder, forever, nothing, pool, within};

#[tokio::test]
async fn a_running_job_that_is_cancelled_is_dropped_and_tells_reason_and_phase() {
    let pool = pool(1);
    let (started, running) = oneshot::channel();
    let (held, dropped) = oneshot::channel::<()>();
    let job = move |_: JobContext| async move {
        let _held = held;
        started.send(()).unwrap();
        std::future::pending::<Unit>().await
    };
    let handle = pool.submit(job).await.unwrap();
    within(running).await.unwrap();
    assert!(handle.cancel("user left"));
    assert!(within(dropped).await.is_err(), "nothing of it is left");
    assert_cancelled(handle, "user left", Phase::Running).await;
}

#[tokio::test]
async fn a_queued_job_that_is_cancelled_leaves_the_queue_at_once_and_the_running_one_finishes() {
    let pool = pool(1);
    let gate = Gate::new();
    let running = pool.submit(gate.held()).await.unwrap();
    let queued = pool.submit(gate.held()).await.unwrap();
    assert_eq!((pool.stats().running, pool.stats().queued), (1, 1));
    assert!(queued.cancel("changed my mind"));
    assert_eq!((pool.stats().running, pool.stats().queued), (1, 0));
    assert_cancelled(queued, "changed my mind", Phase::Queued).await;
    gate.open(1);
    within(running).await.unwrap();
}

#[tokio::test]
async fn a_job_behind_an_endless_one_runs_once_that_is_cancelled() {
    let pool = pool(1);
    let endless = pool.submit(forever).await.unwrap();
    let next = pool
        .submit(|cx: JobContext| async move { Ok::<_, Infallible>(cx.slot()) })
        .await
        .unwrap();
    tokio::task::yield_now().await;
    assert_eq!((pool.stats().running, pool.stats().queued), (1, 1));
    assert!(endless.cancel("enough"));
    assert_eq!(within(next).await.unwrap(), 0);
    assert_cancelled(endless, "enough", Phase::Running).await;
}

#[tokio::test]
async fn a_job_whose_token_was_cancelled_before_comes_back_and_never_runs() {
    let pool = pool(1);
    let token = CancelToken::new();
    assert_eq!(token.cancel("the request is gone"), 0);
    let mine = Arc::new(AtomicBool::new(false));
    let ran = Arc::clone(&mine);
    let job = move |_: JobContext| {
        ran.store(true, Ordering::SeqCst);
        std::future::ready(Ok::<_, Infallible>(()))
    };
    let rejected = pool.submit(job).cancel_with(&token).await.unwrap_err();
    assert_eq!(rejected.reason(), RejectReason::Cancelled);
    assert_eq!(token.reason().as_deref(), Some("the request is gone"));
    assert_eq!((pool.stats().submitted, pool.stats().rejected), (0, 1));
    assert_eq!(token.jobs(), 0);
    assert!(!mine.load(Ordering::SeqCst), "it has not run");
    within(pool.run(rejected.into_job())).await.unwrap();
    assert!(mine.load(Ordering::SeqCst), "it is the very job");
}

#[tokio::test]
async fn a_token_ends_running_and_queued_jobs_and_each_carries_its_reason() {
    let pool = pool(2);
    let token = CancelToken::new();
    let mut handles = Vec::new();
    for _ in 0..4 {
        handles.push(pool.submit(forever).cancel_with(&token).await.unwrap());
    }
    let other = pool.submit(nothing).await.unwrap();
    // Neither a constant nor the first reason that is given is exchanged for another one.
    assert_eq!(token.cancel(format!("deploy {}", 7)), 4);
    assert_eq!(token.cancel("too late"), 0);
    for (number, handle) in handles.into_iter().enumerate() {
        let phase = if number < 2 {
            Phase::Running
        } else {
            Phase::Queued
        };
        assert_cancelled(handle, "deploy 7", phase).await;
    }
    within(other).await.unwrap();
}

#[tokio::test]
async fn a_running_and_a_queued_job_cancelled_in_the_same_moment_both_end_and_a_third_runs() {
    for queued_first in [false, true] {
        let pool = pool(1);
        let running = pool.submit(forever).await.unwrap();
        let queued = pool.submit(forever).await.unwrap();
        let third = pool.submit(nothing).await.unwrap();
        tokio::task::yield_now().await;
        if queued_first {
            assert!(queued.cancel("b") && running.cancel("a"));
        } else {
            assert!(running.cancel("a") && queued.cancel("b"));
        }
        // The slot is free only when the runtime has dropped the running job, so that the other
        // one still waits when it is cancelled.
        assert_cancelled(running, "a", Phase::Running).await;
        assert_cancelled(queued, "b", Phase::Queued).await;
        within(third).await.unwrap();
        assert_eq!(pool.stats().ended.cancelled, 2);
    }
}

#[tokio::test]
async fn a_second_cancel_and_one_after_the_end_change_nothing() {
    let pool = pool(1);
    let ended = pool.submit(nothing).await.unwrap();
    within(pool.idle()).await;
    assert!(!ended.cancel("too late") && !pool.cancel(ended.id(), "too late"));
    within(ended).await.unwrap();
    let gate = Gate::new();
    let running = pool.submit(gate.held()).await.unwrap();
    let queued = pool.submit(nothing).await.unwrap();
    assert!(queued.cancel("once"));
    assert!(!queued.cancel("twice"));
    assert_eq!((pool.stats().running, pool.stats().queued), (1, 0));
    assert_eq!(pool.stats().ended.cancelled, 1);
    assert_cancelled(queued, "once", Phase::Queued).await;
    gate.open(1);
    within(running).await.unwrap();
}

#[tokio::test]
async fn a_token_keeps_nothing_of_a_job_however_that_has_ended() {
    let pool = builder(1).queue(QueueLimit::count(1)).build().unwrap();
    let token = CancelToken::new();
    let fails = |_: JobContext| async move { Err::<(), _>("no") };
    async fn panics(_: JobContext) -> Unit {
        panic!("meant to")
    }
    let succeeds = pool.submit(nothing).cancel_with(&token);
    within(succeeds.await.unwrap()).await.unwrap();
    let fails = pool.submit(fails).cancel_with(&token);
    assert!(within(fails.await.unwrap()).await.is_err());
    let panics = pool.submit(panics).cancel_with(&token);
    assert!(within(panics.await.unwrap()).await.is_err());
    assert_eq!(token.jobs(), 0, "success, failure, panic");
    let slow = pool.submit(forever).cancel_with(&token);
    let slow = slow.run_timeout(Duration::from_millis(1)).await.unwrap();
    let queued = pool.submit(nothing).cancel_with(&token).await.unwrap();
    assert_eq!(token.jobs(), 2);
    let refused = pool.submit(nothing).cancel_with(&token).await;
    assert_eq!(refused.unwrap_err().reason(), RejectReason::Full);
    assert_eq!(token.jobs(), 2, "a rejected job");
    assert!(queued.cancel("by its handle"));
    assert_eq!(token.jobs(), 1, "a cancelled job, at once");
    assert!(matches!(within(slow).await, Err(JobError::TimedOut { .. })));
    assert_eq!(token.jobs(), 0, "a timeout");
    assert_eq!(token.cancel("nobody"), 0);
}

#[tokio::test]
async fn a_thread_that_does_not_stop_is_marked_and_its_slot_has_another_one() {
    let threads = Threads::new().idle(Duration::from_secs(3600));
    let (builder, mut told) = Told::by(builder(1).executor(threads));
    let pool = builder.build().unwrap();
    let (name, first) = oneshot::channel();
    let (release, blocked) = std::sync::mpsc::channel::<()>();
    let job = move |_: JobContext| {
        name.send(std::thread::current().id()).unwrap();
        let _ = blocked.recv();
        Ok::<_, Infallible>(())
    };
    // With the grace that threads have of themselves.
    let handle = pool.submit(job).await.unwrap();
    let id = handle.id();
    let first = within(first).await.unwrap();
    assert!(handle.cancel("enough"));
    assert_cancelled(handle, "enough", Phase::Running).await;
    let is_mark = |what: &_| matches!(what, Happening::ThreadAbandoned { id: of } if *of == id);
    told.wait(1, is_mark).await;
    let next = |cx: JobContext| Ok::<_, Infallible>((cx.slot(), std::thread::current().id()));
    let (slot, second) = within(pool.run(next)).await.unwrap();
    assert_eq!(slot, 0);
    assert_ne!(first, second);
    // It goes with its job, rather than to wait for another one.
    drop(release);
    told.wait(1, |what| matches!(what, Happening::ThreadDown))
        .await;
}
