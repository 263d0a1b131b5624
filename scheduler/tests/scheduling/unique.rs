//! Jobs of which there is to be one: rejected, replaced, or shared.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use vasca_scheduler::{
    Job, JobContext, JobError, JobHandle, Lane, Manual, Overflow, QueueLimit, RejectReason,
    Scheduler, Unique,
};

use crate::fixtures::{Gate, SECOND, builder, forever, nap, nothing, pool, soon};

/// Counts its runs, and takes a second.
#[derive(Clone, Default)]
struct Counted(Arc<AtomicUsize>);

impl Job for Counted {
    type Output = String;
    type Error = String;

    async fn run(self, cx: JobContext) -> Result<String, String> {
        let run = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        cx.sleep(SECOND).await;
        match run {
            1 => Ok("the first".to_owned()),
            _ => Err("no first".to_owned()),
        }
    }
}

impl Counted {
    fn runs(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

type Handle = JobHandle<String, String>;

async fn share(pool: &Scheduler, job: &Counted) -> Handle {
    pool.submit(job.clone()).share("name").await.unwrap()
}

fn is_cancelled<T, E>(result: &Result<T, JobError<E>>, why: &str) -> bool {
    matches!(result, Err(JobError::Cancelled { reason, .. }) if reason == why)
}

#[tokio::test(start_paused = true)]
async fn the_second_is_a_duplicate_until_the_first_has_ended_or_is_cancelled() {
    let pool = pool(1);
    let submit = || pool.submit(nap(SECOND)).unique(Unique::reject("name"));
    let first = submit().await.unwrap();
    let rejected = submit().await.unwrap_err();
    assert_eq!(
        rejected.reason(),
        RejectReason::Duplicate { of: first.id() }
    );
    let other = pool.submit(nap(SECOND)).unique(Unique::reject("another"));
    soon(other.await.unwrap()).await.unwrap();
    soon(first).await.unwrap();
    let second = submit().grace(SECOND).await.unwrap();
    assert!(submit().await.is_err());
    assert!(second.cancel("gone"));
    soon(submit().await.unwrap()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_replaced_job_is_cancelled_whether_it_waits_or_runs() {
    let pool = pool(1);
    let submit = || pool.submit(nap(SECOND)).unique(Unique::replace("name"));
    let running = submit().await.unwrap();
    tokio::task::yield_now().await;
    let waiting = submit().await.unwrap();
    let last = submit().await.unwrap();
    for (old, new) in [(running, waiting.id()), (waiting, last.id())] {
        let reason = format!("replaced by job {new}");
        assert!(is_cancelled(&soon(old).await, &reason));
    }
    soon(last).await.unwrap();
    assert_eq!(pool.stats().ended.succeeded, 1);
}

#[tokio::test(start_paused = true)]
async fn a_replaced_job_leaves_its_place_in_a_full_queue_to_the_new_one() {
    let pool = builder(1).queue(QueueLimit::count(1)).build().unwrap();
    let running = pool.submit(nap(SECOND)).await.unwrap();
    let submit = || pool.submit(nap(SECOND)).unique(Unique::replace("name"));
    let old = submit().await.unwrap();
    assert!(pool.submit(nothing).await.is_err(), "the queue is full");
    let new = submit().await.unwrap();
    assert!(soon(old).await.is_err());
    for handle in [running, new] {
        soon(handle).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn the_latest_takes_over_from_one_that_waits_and_not_from_one_that_runs() {
    let pool = pool(1);
    let submit = || pool.submit(nap(SECOND)).unique(Unique::latest("name"));
    let running = submit().await.unwrap();
    let waiting = submit().await.unwrap();
    let last = submit().await.unwrap();
    let reason = format!("replaced by job {}", last.id());
    assert!(is_cancelled(&soon(waiting).await, &reason));
    soon(running).await.unwrap();
    soon(last).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_hundred_who_share_a_job_get_the_result_of_its_one_run() {
    let pool = pool(1);
    let job = Counted::default();
    let mut handles = Vec::new();
    for _ in 0..100 {
        handles.push(share(&pool, &job).await);
    }
    for handle in handles {
        let report = soon(handle.report()).await;
        assert_eq!(report.result.unwrap(), "the first");
        assert_eq!((report.attempts, report.slot), (1, Some(0)));
    }
    let stats = pool.stats();
    assert_eq!((job.runs(), stats.submitted, stats.joined), (1, 1, 99));
    let again = share(&pool, &job).await;
    assert!(matches!(soon(again).await, Err(JobError::Failed(error)) if error == "no first"));
}

#[tokio::test(start_paused = true)]
async fn jobs_of_two_types_never_share_a_run_whatever_their_names() {
    let pool = pool(2);
    let number = |_: JobContext| async move { Ok::<_, Infallible>(1) };
    let text = |_: JobContext| async move { Ok::<_, Infallible>("a text".to_owned()) };
    let number = pool.submit(number).share("name").await.unwrap();
    let text = pool.submit(text).share("name").await.unwrap();
    assert_eq!(soon(number).await.unwrap(), 1);
    assert_eq!(soon(text).await.unwrap(), "a text");
    assert_eq!(pool.stats().joined, 0);
}

#[tokio::test(start_paused = true)]
async fn one_who_leaves_a_shared_job_leaves_it_to_the_others_and_the_last_cancels_it() {
    let pool = pool(1);
    let job = Counted::default();
    let [one, two, three] = [
        share(&pool, &job).await,
        share(&pool, &job).await,
        share(&pool, &job).await,
    ];
    assert!(one.cancel("one left"));
    assert!(is_cancelled(&soon(one).await, "one left"));
    assert_eq!(pool.stats().running, 1);
    assert_eq!(soon(two).await.unwrap(), "the first");
    assert!(!three.cancel("too late"));
    assert!(soon(three).await.is_ok());
    let [one, two] = [share(&pool, &job).await, share(&pool, &job).await];
    assert!(one.cancel("one left") && two.cancel("two left"));
    assert!(is_cancelled(&soon(one).await, "one left"));
    assert!(is_cancelled(&soon(two).await, "two left"));
    let ended = pool.stats().ended;
    assert_eq!((ended.succeeded, ended.cancelled), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn one_who_leaves_a_shared_job_twice_does_not_take_it_from_the_other() {
    let pool = pool(1);
    let job = Counted::default();
    let [one, two] = [share(&pool, &job).await, share(&pool, &job).await];
    assert!(one.cancel("left"));
    assert!(!one.cancel("left again"), "it has no part in it any more");
    assert_eq!(soon(two).await.unwrap(), "the first");
}

#[tokio::test(start_paused = true)]
async fn the_handle_of_one_who_has_left_may_be_dropped() {
    let pool = pool(1);
    let job = Counted::default();
    let one = pool.submit(job.clone()).share("name").cancel_on_drop();
    let one = one.await.unwrap();
    let two = share(&pool, &job).await;
    assert!(one.cancel("left"));
    drop(one);
    assert_eq!(soon(two).await.unwrap(), "the first");
}

#[tokio::test(start_paused = true)]
async fn a_shared_job_takes_the_best_place_of_those_who_share_it() {
    let pool = pool(1);
    let (gate, job) = (Gate::new(), Counted::default());
    let hold = pool.submit(gate.job()).await.unwrap();
    let submission = pool.submit(job.clone()).share("name").lane(Lane::Batch);
    let slow = submission.await.unwrap();
    let other = pool.submit(nap(10 * SECOND)).lane(Lane::Interactive);
    let other = other.await.unwrap();
    let submission = pool.submit(job).share("name").priority(1);
    let fast = submission.lane(Lane::Interactive).await.unwrap();
    gate.open(1);
    soon(hold).await.unwrap();
    soon(slow).await.unwrap();
    soon(fast).await.unwrap();
    assert_eq!(pool.stats().running, 1, "the other one is still at it");
    soon(other).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_shared_job_has_the_longest_times_of_those_who_share_it() {
    let pool = pool(1);
    let job = Counted::default();
    let short = SECOND / 10;
    let submit = || pool.submit(job.clone()).share("name");
    let hasty = submit().run_timeout(short).total_timeout(short);
    let hasty = hasty.await.unwrap();
    let patient = submit().run_timeout(2 * SECOND).await.unwrap();
    assert_eq!(soon(patient).await.unwrap(), "the first");
    assert_eq!(soon(hasty).await.unwrap(), "the first");
}

#[tokio::test(start_paused = true)]
async fn a_result_whose_clone_panics_reaches_one_and_hangs_nobody() {
    #[derive(Debug)]
    struct Single;
    impl Clone for Single {
        fn clone(&self) -> Self {
            panic!("there is only one, on purpose")
        }
    }
    async fn single(cx: JobContext) -> Result<Single, Infallible> {
        cx.sleep(SECOND).await;
        Ok(Single)
    }
    let pool = pool(1);
    let mut handles = Vec::new();
    for _ in 0..3 {
        handles.push(pool.submit(single).share("name").await.unwrap());
    }
    let mut well = 0;
    for handle in handles {
        match soon(handle).await {
            Ok(Single) => well += 1,
            Err(error) => assert!(matches!(error, JobError::Shutdown), "{error}"),
        }
    }
    assert_eq!(well, 1);
}

/// A shared job that waits for its slot after a nested job, while another one sits on it.
fn returning(pool: &Scheduler, manual: &Manual, gate: &Gate) -> Vec<JobHandle<(), Infallible>> {
    #[derive(Clone)]
    struct Parent(Scheduler, Gate);
    impl Job for Parent {
        type Output = ();
        type Error = Infallible;
        async fn run(self, cx: JobContext) -> Result<(), Infallible> {
            let child = self.0.submit(nothing).await.unwrap();
            let busy = self.0.submit(self.1.job()).await.unwrap();
            cx.join(child).await.unwrap();
            drop(busy);
            Ok(())
        }
    }
    let parent = Parent(pool.clone(), gate.clone());
    let submit = || pool.submit(parent.clone()).share("name");
    let first = submit().submit_now().unwrap();
    manual.run();
    assert_eq!(pool.stats().lent, 1);
    let second = submit().priority(50).submit_now().unwrap();
    vec![first, second]
}

#[test]
fn a_better_place_for_a_job_that_goes_on_leaves_nothing_behind_when_it_is_cancelled() {
    let (pool, manual) = builder(1).manual().unwrap();
    let gate = Gate::new();
    for handle in returning(&pool, &manual, &gate) {
        assert!(handle.cancel("not wanted"));
    }
    manual.run();
    gate.open(1);
    manual.run();
    let last = pool.submit(nothing).submit_now().unwrap();
    manual.run();
    assert_eq!(pool.stats().ended.succeeded, 3, "{:?}", pool.stats());
    drop(last);
}

/// Asks the scheduler something when it is woken, as an executor may that polls at once.
struct Curious(Scheduler);

impl Wake for Curious {
    fn wake(self: Arc<Self>) {
        assert_eq!(self.0.stats().slots, 1);
    }
}

#[test]
fn whoever_shares_after_waiting_for_room_is_not_woken_under_a_lock() {
    let (done, is_done) = channel();
    std::thread::spawn(move || {
        let limit = QueueLimit::count(0);
        let builder = builder(1).queue(limit).overflow(Overflow::Wait);
        let (pool, manual) = builder.manual().unwrap();
        let first = pool.submit(forever).submit_now().unwrap();
        let waker = Waker::from(Arc::new(Curious(pool.clone())));
        let mut cx = Context::from_waker(&waker);
        let mut waiting = Vec::new();
        for _ in 0..2 {
            let submission = pool.submit(Counted::default()).share("name");
            let mut submission = Box::pin(submission.into_future());
            assert!(submission.as_mut().poll(&mut cx).is_pending());
            waiting.push(submission);
        }
        assert!(first.cancel("make room"));
        manual.run();
        done.send(pool.stats().joined).unwrap();
    });
    assert_eq!(is_done.recv_timeout(Duration::from_secs(10)), Ok(1));
}
