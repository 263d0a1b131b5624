//! Jobs that wait for jobs: they give their slots back meanwhile, and always get one again.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::convert::Infallible;
use std::sync::mpsc::channel;
use std::time::Duration;

use vasca_scheduler::{
    BlockingJob, Job, JobContext, JobError, JobHandle, Lane, Manual, Phase, Scheduler, Shutdown,
    Slots, Threads,
};

use crate::fixtures::{Gate, SECOND, Unit, blocked, builder, forever, nothing, pool, soon};

/// Submits another one like itself, `left` times in all, and waits for it.
struct Deep<P> {
    pool: P,
    left: u32,
}

impl Job for Deep<Scheduler> {
    type Output = u32;
    type Error = Infallible;

    async fn run(self, cx: JobContext) -> Result<u32, Infallible> {
        let Self { pool, left } = self;
        let Some(left) = left.checked_sub(1) else {
            return Ok(0);
        };
        let below = pool.clone().submit(Self { pool, left }).await.unwrap();
        Ok(cx.join(below).await.unwrap() + 1)
    }
}

impl BlockingJob for Deep<Scheduler<Threads>> {
    type Output = u32;
    type Error = Infallible;

    fn run(self, cx: JobContext) -> Result<u32, Infallible> {
        let Self { pool, left } = self;
        let Some(left) = left.checked_sub(1) else {
            return Ok(0);
        };
        let below = pool.clone().submit(Self { pool, left });
        let below = below.submit_now().unwrap();
        Ok(cx.join_blocking(below).unwrap() + 1)
    }
}

fn threads(slots: usize) -> Scheduler<Threads> {
    builder(slots).executor(Threads::new()).build().unwrap()
}

fn manual() -> (Scheduler, Manual) {
    builder(1).manual().unwrap()
}

fn is_balanced(pool: &Scheduler) -> bool {
    let stats = pool.stats();
    let counted = (stats.busy_slots, stats.busy_cost, stats.waiting, stats.lent);
    counted == (0, 0, 0, 0) && stats.submitted == stats.ended()
}

#[tokio::test]
async fn a_hundred_nested_jobs_run_on_one_slot() {
    let pool = pool(1);
    let top = Deep {
        pool: pool.clone(),
        left: 100,
    };
    assert_eq!(soon(pool.run(top)).await.unwrap(), 100);
    assert!(is_balanced(&pool));
}

#[tokio::test]
async fn a_hundred_nested_jobs_run_on_one_slot_with_threads() {
    let pool = threads(1);
    let top = Deep {
        pool: pool.clone(),
        left: 100,
    };
    assert_eq!(soon(pool.run(top)).await.unwrap(), 100);
    let stats = pool.stats();
    assert_eq!((stats.lent, stats.busy_slots, stats.ended()), (0, 0, 101));
}

#[tokio::test]
async fn a_nested_job_of_another_scheduler_passes_its_error_on() {
    #[derive(Debug, PartialEq)]
    struct Own(u8);
    async fn fails(_: JobContext) -> Result<(), Own> {
        Err(Own(7))
    }
    let (outer, inner) = (pool(1), pool(1));
    let job = move |cx: JobContext| async move {
        let handle = inner.submit(fails).await;
        match cx.join(handle.unwrap()).await {
            Err(JobError::Failed(own)) => Err::<(), _>(own),
            other => panic!("{other:?}"),
        }
    };
    match soon(outer.run(job)).await {
        Err(JobError::Failed(own)) => assert_eq!(own, Own(7)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_job_that_waits_for_several_at_once_holds_no_slot_until_the_last_has_ended() {
    let (pool, manual) = manual();
    let gates = [Gate::new(), Gate::new()];
    let handles = [&gates[0], &gates[1]].map(|gate| {
        let handle = pool.submit(gate.job()).delay(SECOND).submit_now();
        handle.unwrap()
    });
    let [first, second] = handles;
    let parent = move |cx: JobContext| async move {
        let (first, second) = tokio::join!(cx.join(first), cx.join(second));
        Ok::<_, Infallible>((first.unwrap(), second.unwrap()))
    };
    let parent = pool.submit(parent).submit_now().unwrap();
    manual.advance(SECOND);
    for (gate, lent) in gates.iter().zip([1, 0]) {
        let stats = pool.stats();
        assert_eq!((stats.lent, stats.running), (1, 1), "a nested one runs");
        gate.open(1);
        manual.run();
        assert_eq!(pool.stats().lent, lent);
    }
    assert!(is_balanced(&pool));
    drop(parent);
}

/// A job that waits for `given_up` for a second, then for `wanted`.
fn impatient(
    given_up: JobHandle<(), Infallible>,
    wanted: JobHandle<(), Infallible>,
) -> impl Job<Output = (), Error = Infallible> {
    move |cx: JobContext| async move {
        tokio::select! {
            _ = cx.join(given_up) => panic!("it never ends"),
            () = cx.sleep(SECOND) => {}
        }
        cx.join(wanted).await.unwrap();
        Ok(())
    }
}

#[test]
fn a_join_that_was_dropped_does_not_keep_the_next_one_from_giving_the_slot_back() {
    let (pool, manual) = manual();
    let delayed = |delay| pool.submit(nothing).delay(delay).submit_now().unwrap();
    let (given_up, wanted) = (delayed(3600 * SECOND), delayed(2 * SECOND));
    let parent = pool.submit(impatient(given_up, wanted)).submit_now();
    manual.advance(3 * SECOND);
    let stats = pool.stats();
    assert_eq!(stats.ended.succeeded, 2, "the parent is through: {stats:?}");
    assert_eq!((stats.lent, stats.busy_slots), (0, 0));
    drop(parent);
}

#[test]
fn a_job_that_panics_over_a_nested_one_gives_its_slot_back_again_when_it_is_retried() {
    let (pool, manual) = manual();
    let inner = pool.clone();
    let job = move |cx: JobContext| async move {
        let child = inner.submit(nothing).delay(SECOND).await.unwrap();
        let fail = async {
            cx.sleep(SECOND / 2).await;
            assert!(cx.attempt() > 1, "on purpose");
        };
        tokio::join!(cx.join(child), fail).0.unwrap();
        Ok::<_, Infallible>(())
    };
    let policy = vasca_scheduler::Retry::fixed(Duration::ZERO);
    let handle = pool.submit(job).retry(policy).submit_now().unwrap();
    manual.advance(5 * SECOND);
    assert_eq!(pool.stats().ended.succeeded, 3, "{:?}", pool.stats());
    drop(handle);
}

/// One slot; a job that waits for `first`, and once it may pass the gate, for `second` too.
#[test]
fn a_join_that_begins_while_the_slot_is_waited_for_gives_it_back_too() {
    let (pool, manual) = manual();
    let (begin, busy) = (Gate::new(), Gate::new());
    let inner = (pool.clone(), begin.clone(), busy.clone());
    let parent = move |cx: JobContext| async move {
        let (pool, begin, busy) = inner;
        let first = pool.submit(nothing).await.unwrap();
        let other = pool.submit(busy.job()).await.unwrap();
        let second = pool.submit(nothing).await.unwrap();
        let later = async {
            begin.pass().await;
            cx.join(second).await
        };
        let (first, second) = tokio::join!(cx.join(first), later);
        drop(other);
        Ok::<_, Infallible>((first.unwrap(), second.unwrap()))
    };
    let parent = pool.submit(parent).submit_now().unwrap();
    manual.run();
    assert_eq!(pool.stats().lent, 1, "the other job has the slot");
    begin.open(1);
    manual.run();
    busy.open(1);
    manual.run();
    assert_eq!(pool.stats().ended.succeeded, 4, "{:?}", pool.stats());
    assert!(is_balanced(&pool));
    drop(parent);
}

#[test]
fn a_job_that_goes_on_goes_ahead_of_all_lanes() {
    let (pool, manual) = manual();
    let inner = pool.clone();
    let (order, orders) = channel();
    let told = order.clone();
    let parent = move |cx: JobContext| async move {
        let child = inner.submit(nothing).lane(Lane::Interactive).await.unwrap();
        cx.join(child).await.unwrap();
        told.send("parent").unwrap();
        Ok::<_, Infallible>(())
    };
    let mut handles = vec![pool.submit(parent).lane(Lane::Batch).submit_now().unwrap()];
    manual.step();
    for _ in 0..3 {
        let order = order.clone();
        let other = move |cx: JobContext| async move {
            cx.sleep(SECOND).await;
            order.send("other").unwrap();
            Ok::<_, Infallible>(())
        };
        let submission = pool.submit(other).lane(Lane::Interactive);
        let handle = submission.submit_now().unwrap();
        // Only one type fits into the list.
        handles.push(pool.submit(nothing).submit_now().unwrap());
        drop(handle);
    }
    manual.advance(60 * SECOND);
    drop(order);
    // The first of them starts when the child ends, before the parent can know of that.
    let orders: Vec<_> = orders.try_iter().collect();
    assert_eq!(orders, ["other", "parent", "other", "other"]);
    drop(handles);
}

#[tokio::test]
async fn a_job_cancelled_while_it_has_lent_its_slot_leaves_the_nested_one_alone() {
    let pool = pool(1);
    let gate = Gate::new();
    let child = pool.submit(gate.job()).delay(SECOND / 100).await.unwrap();
    let id = child.id();
    let parent = move |cx: JobContext| async move {
        let _ = cx.join(child).await;
        Ok::<_, Infallible>(())
    };
    let parent = pool.submit(parent).await.unwrap();
    while pool.stats().lent == 0 || pool.stats().running == 0 {
        tokio::task::yield_now().await;
    }
    assert!(parent.cancel("not wanted"));
    match soon(parent).await {
        Err(JobError::Cancelled { reason, phase }) => {
            assert_eq!((&*reason, phase), ("not wanted", Phase::Running));
        }
        other => panic!("{other:?}"),
    }
    let stats = pool.stats();
    assert_eq!((stats.lent, stats.running, stats.waiting), (0, 1, 0));
    gate.open(1);
    soon(pool.idle()).await;
    assert!(!pool.cancel(id, "it has ended"));
    assert!(is_balanced(&pool));
}

/// A job that waits for `child` on its thread and then tells; and where.
fn parent_of(
    child: JobHandle<(), Infallible>,
) -> (
    std::sync::mpsc::Receiver<bool>,
    impl BlockingJob<Output = (), Error = Infallible>,
) {
    let (tell, told) = channel();
    let parent = move |cx: JobContext| {
        let is_well = cx.join_blocking(child).is_ok();
        let _ = tell.send(is_well);
        Ok(())
    };
    (told, parent)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_thread_of_a_job_given_up_over_a_nested_one_ends_with_that() {
    let pool = threads(1);
    let (release, _, child) = blocked();
    let child = pool.submit(child).delay(SECOND / 100).await.unwrap();
    let (told, parent) = parent_of(child);
    let parent = pool.submit(parent).grace(SECOND / 50).await.unwrap();
    soon(async {
        while pool.stats().lent == 0 || pool.stats().running == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(parent.cancel("not wanted"));
    assert!(soon(parent).await.is_err());
    release.send(()).unwrap();
    soon(pool.idle()).await;
    let went_on = told.recv_timeout(5 * SECOND);
    assert_eq!(went_on, Ok(true), "the thread hangs");
    let report = soon(pool.shutdown(Shutdown::drain(SECOND))).await;
    assert!(report.is_drained(), "{report:?}");
}

#[tokio::test]
async fn the_run_timeout_of_a_job_goes_on_while_it_waits_for_another() {
    let pool = Scheduler::builder("test")
        .slots(Slots::Exactly(1))
        .build()
        .unwrap();
    let child = pool.submit(forever).delay(SECOND / 100).await.unwrap();
    let parent = move |cx: JobContext| async move {
        let _ = cx.join(child).await;
        Unit::Ok(())
    };
    let parent = pool.submit(parent).run_timeout(SECOND / 20);
    let result = soon(parent.await.unwrap()).await;
    assert!(matches!(result, Err(JobError::TimedOut { .. })));
    assert_eq!(pool.stats().lent, 0);
}
