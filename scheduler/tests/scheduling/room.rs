//! How much may wait, and what happens to what does not fit.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Waker};
use std::time::Duration;

use vasca_scheduler::{
    Job, JobContext, JobError, JobHandle, Lane, Manual, Overflow, QueueLimit, RejectReason, Retry,
    Scheduler, Submission, Submitting, Tasks,
};

use crate::fixtures::{Gate, SECOND, builder, nap, nothing};

/// Tells its name and takes a second.
#[derive(Clone)]
struct Named(&'static str, Sender<&'static str>);

impl Job for Named {
    type Output = ();
    type Error = Infallible;

    async fn run(self, cx: JobContext) -> Result<(), Infallible> {
        self.1.send(self.0).unwrap();
        cx.sleep(SECOND).await;
        Ok(())
    }
}

/// A scheduler on one slot that is taken until the gate opens.
struct Busy {
    pool: Scheduler,
    manual: Manual,
    gate: Gate,
    names: Receiver<&'static str>,
    tell: Sender<&'static str>,
    _handle: JobHandle<(), Infallible>,
}

type Handle = JobHandle<(), Infallible>;
type Waiting = Pin<Box<Submitting<Tasks, Named>>>;

impl Busy {
    fn new(limit: QueueLimit, overflow: Overflow) -> Self {
        let builder = builder(1).queue(limit).overflow(overflow);
        let (pool, manual) = builder.manual().unwrap();
        let gate = Gate::new();
        let handle = pool.submit(gate.job()).submit_now().unwrap();
        manual.run();
        let (tell, names) = channel();
        Self {
            pool,
            manual,
            gate,
            names,
            tell,
            _handle: handle,
        }
    }

    fn job(&self, name: &'static str) -> Submission<Tasks, Named> {
        self.pool.submit(Named(name, self.tell.clone()))
    }

    fn take(&self, name: &'static str) -> Handle {
        self.job(name).submit_now().unwrap()
    }

    /// Opens the gate, and tells who ran in which order.
    fn ran(&self) -> Vec<&'static str> {
        self.gate.open(1);
        self.manual.advance(60 * SECOND);
        self.names.try_iter().collect()
    }
}

fn reason(submission: Submission<Tasks, Named>) -> RejectReason {
    submission.submit_now().unwrap_err().reason()
}

/// A submission that has been polled and waits.
fn wait(submission: Submission<Tasks, Named>) -> Waiting {
    let mut submission = Box::pin(submission.into_future());
    assert!(poll(&mut submission).is_none());
    submission
}

/// What has come of it, if anything has.
fn poll(waiting: &mut Waiting) -> Option<Result<Handle, RejectReason>> {
    let mut cx = Context::from_waker(Waker::noop());
    match waiting.as_mut().poll(&mut cx) {
        std::task::Poll::Ready(result) => Some(result.map_err(|rejected| rejected.reason())),
        std::task::Poll::Pending => None,
    }
}

#[test]
fn count_bytes_and_jobs_of_a_key_are_limited_each_for_itself() {
    let limit = QueueLimit::count(4).bytes(100).per_key(2);
    let busy = Busy::new(limit, Overflow::Reject);
    assert_eq!(reason(busy.job("huge").bytes(101)), RejectReason::TooLarge);
    let _first = busy.job("a").key("k").bytes(60).submit_now().unwrap();
    assert_eq!(reason(busy.job("b").bytes(41)), RejectReason::Full);
    let _second = busy.job("c").key("k").bytes(40).submit_now().unwrap();
    assert_eq!(reason(busy.job("d").key("k")), RejectReason::KeyFull);
    let _others = [busy.take("e"), busy.take("f")];
    assert_eq!(reason(busy.job("g")), RejectReason::Full);
    let stats = busy.pool.stats();
    assert_eq!((stats.waiting, stats.waiting_bytes), (4, 100));
    assert_eq!(busy.ran().len(), 4);
    let stats = busy.pool.stats();
    assert_eq!((stats.waiting, stats.waiting_bytes), (0, 0));
}

#[test]
fn a_rejected_job_comes_back_and_what_waits_for_a_moment_takes_room() {
    let busy = Busy::new(QueueLimit::count(2), Overflow::Reject);
    let delayed = busy.job("delayed").delay(SECOND).submit_now().unwrap();
    let _waiting = busy.take("waiting");
    let rejected = busy.job("rejected").submit_now().unwrap_err();
    assert_eq!(rejected.reason(), RejectReason::Full);
    assert_eq!(rejected.into_job().0, "rejected");
    assert!(delayed.cancel("make room"));
    let _last = busy.take("last");
    assert_eq!(busy.ran(), ["waiting", "last"]);
}

#[test]
fn a_job_in_its_backoff_takes_room() {
    let (pool, manual) = builder(1).queue(QueueLimit::count(1)).manual().unwrap();
    let fail = |_: JobContext| async move { Err::<(), _>("on purpose") };
    let submission = pool.submit(fail).retry(Retry::fixed(SECOND));
    let failing = submission.submit_now().unwrap();
    manual.run();
    let running = pool.submit(nap(SECOND / 2)).submit_now().unwrap();
    let rejected = pool.submit(nothing).submit_now().unwrap_err();
    assert_eq!(rejected.reason(), RejectReason::Full);
    manual.advance(60 * SECOND);
    assert_eq!((pool.stats().ended(), pool.stats().waiting), (2, 0));
    drop((failing, running));
}

#[test]
fn submissions_wait_for_room_the_more_urgent_lane_first_and_then_in_order() {
    let busy = Busy::new(QueueLimit::count(1), Overflow::Wait);
    let _queued = busy.take("queued");
    let mut waiting = [
        wait(busy.job("batch").lane(Lane::Batch)),
        wait(busy.job("first")),
        wait(busy.job("second")),
        wait(busy.job("urgent").lane(Lane::Interactive)),
    ];
    assert_eq!(busy.pool.stats().applying, 4);
    let expected = ["queued", "urgent", "first", "second", "batch"];
    assert_eq!(busy.ran(), expected);
    for submission in &mut waiting {
        assert!(poll(submission).unwrap().is_ok());
    }
    let stats = busy.pool.stats();
    assert_eq!((stats.applying, stats.rejected, stats.submitted), (0, 0, 6));
}

#[test]
fn without_a_queue_a_submission_waits_for_a_slot() {
    let busy = Busy::new(QueueLimit::count(0), Overflow::Wait);
    let mut waiting = [wait(busy.job("one")), wait(busy.job("two"))];
    assert_eq!(busy.pool.stats().waiting, 0);
    assert_eq!(busy.ran(), ["one", "two"]);
    assert!(waiting.iter_mut().all(|one| poll(one).unwrap().is_ok()));
}

#[test]
fn a_submission_that_is_dropped_while_it_waits_never_runs_and_holds_nobody_up() {
    let busy = Busy::new(QueueLimit::count(1), Overflow::Wait);
    let queued = busy.take("queued");
    let dropped = wait(busy.job("dropped"));
    let mut next = wait(busy.job("next"));
    drop(dropped);
    assert_eq!(busy.pool.stats().applying, 1);
    assert!(queued.cancel("make room"));
    assert!(poll(&mut next).unwrap().is_ok());
    assert_eq!(busy.ran(), ["next"]);
}

#[test]
fn a_submission_dropped_after_it_was_let_in_is_cancelled_if_it_says_so() {
    let busy = Busy::new(QueueLimit::count(1), Overflow::Wait);
    let queued = busy.take("queued");
    let kept = wait(busy.job("kept"));
    assert!(queued.cancel("make room"));
    drop(kept);
    let cancelled = wait(busy.job("cancelled").cancel_on_drop());
    assert_eq!(busy.ran(), ["kept", "cancelled"]);
    drop(cancelled);
    let busy = Busy::new(QueueLimit::count(1), Overflow::Wait);
    let queued = busy.take("queued");
    let cancelled = wait(busy.job("cancelled").cancel_on_drop());
    assert!(queued.cancel("make room"));
    drop(cancelled);
    assert_eq!(busy.ran(), Vec::<&str>::new());
    assert_eq!(busy.pool.stats().ended.cancelled, 2);
}

#[test]
fn a_close_hands_back_the_jobs_that_wait_for_room() {
    let busy = Busy::new(QueueLimit::count(1).per_key(1), Overflow::Wait);
    let _queued = busy.job("queued").key("k").submit_now().unwrap();
    let mut waiting = [
        wait(busy.job("parked").key("k")),
        wait(busy.job("in line")),
        wait(busy.job("in line too")),
    ];
    busy.pool.close();
    for submission in &mut waiting {
        assert_eq!(poll(submission).unwrap().err(), Some(RejectReason::Closed));
    }
    let stats = busy.pool.stats();
    assert_eq!((stats.applying, stats.rejected), (0, 3));
    assert_eq!(busy.ran(), ["queued"]);
}

#[test]
fn a_submission_whose_key_is_full_is_passed_by_others() {
    let busy = Busy::new(QueueLimit::count(10).per_key(1), Overflow::Wait);
    let _queued = busy.job("a1").key("a").submit_now().unwrap();
    let mut parked = wait(busy.job("a2").key("a"));
    let _other = busy.job("b1").key("b").submit_now().unwrap();
    assert_eq!(busy.ran(), ["a1", "b1", "a2"]);
    assert!(poll(&mut parked).unwrap().is_ok());
}

#[test]
fn the_next_of_a_key_is_let_in_when_the_one_before_it_gives_up() {
    let busy = Busy::new(QueueLimit::count(3).per_key(1), Overflow::Wait);
    let first = busy.job("a1").key("a").submit_now().unwrap();
    let gives_up = wait(busy.job("a2").key("a"));
    let mut patient = wait(busy.job("a3").key("a"));
    let others = [busy.take("other"), busy.take("last")];
    // Takes what `first` leaves, so that the key has room and the queue has not.
    let mut urgent = wait(busy.job("urgent").lane(Lane::Interactive));
    assert!(first.cancel("make room"));
    assert!(poll(&mut urgent).unwrap().is_ok());
    drop(gives_up);
    assert!(others[0].cancel("make room"));
    assert!(poll(&mut patient).is_some(), "queue and key have room");
    assert_eq!(busy.ran(), ["urgent", "a3", "last"], "as submitted");
}

#[test]
fn the_job_that_would_start_last_is_shed_and_it_may_be_the_new_one() {
    let busy = Busy::new(QueueLimit::count(2), Overflow::ShedLowest);
    let low = busy.job("low").priority(-1).submit_now().unwrap();
    let _normal = busy.take("normal");
    let lowest = busy.job("lowest").priority(-2);
    assert_eq!(reason(lowest), RejectReason::Full);
    let batch = busy.job("batch").lane(Lane::Batch).priority(100);
    assert_eq!(reason(batch), RejectReason::Full);
    let _high = busy.job("high").priority(1).submit_now().unwrap();
    assert!(is_shed(&busy, low));
    assert_eq!(busy.ran(), ["high", "normal"]);
    assert_eq!(busy.pool.stats().ended.shed, 1);
}

#[test]
fn the_oldest_job_is_shed_and_of_a_full_key_the_oldest_of_that() {
    let limit = QueueLimit::count(3).per_key(1).bytes(10);
    let busy = Busy::new(limit, Overflow::ShedOldest);
    let first = busy.take("first");
    let of_key = busy.job("k1").key("k").submit_now().unwrap();
    let _newer = busy.job("k2").key("k").submit_now().unwrap();
    assert!(is_shed(&busy, of_key));
    // It takes all bytes there are, and two places are free for one of them alone.
    let _large = busy.job("large").bytes(10).submit_now().unwrap();
    let _next = busy.take("next");
    assert!(is_shed(&busy, first));
    assert_eq!(busy.ran(), ["k2", "large", "next"]);
}

fn is_shed(busy: &Busy, mut handle: Handle) -> bool {
    busy.manual.run();
    let mut cx = Context::from_waker(Waker::noop());
    let result = Pin::new(&mut handle).poll(&mut cx);
    matches!(result, std::task::Poll::Ready(Err(JobError::Shed)))
}

/// Twenty runs of a second each, so that waits can be estimated; then a busy slot.
fn experienced(limit: QueueLimit, overflow: Overflow) -> Busy {
    let busy = Busy::new(limit, overflow);
    busy.gate.open(1);
    for _ in 0..30 {
        drop(busy.take("practice"));
        busy.manual.advance(SECOND);
    }
    drop(busy.pool.submit(busy.gate.job()).submit_now().unwrap());
    busy.manual.run();
    busy.names.try_iter().for_each(drop);
    busy
}

#[test]
fn nobody_is_shed_for_a_job_that_is_then_rejected() {
    let busy = experienced(QueueLimit::count(1), Overflow::ShedOldest);
    let waiting = busy.take("waiting");
    let hasty = busy.job("hasty").total_timeout(Duration::from_millis(10));
    let reason = reason(hasty);
    assert!(matches!(reason, RejectReason::DeadlineUnreachable { .. }));
    assert!(!is_shed(&busy, waiting), "shed for nothing");
    assert_eq!(busy.ran(), ["waiting"]);
}

#[test]
fn a_rejection_for_the_deadline_estimates_as_the_scheduler_does() {
    let busy = experienced(QueueLimit::count(10), Overflow::Reject);
    let estimate = busy.pool.estimated_wait(Lane::Normal).unwrap();
    assert!(estimate > SECOND / 4, "{estimate:?}");
    let hasty = busy.job("hasty").total_timeout(Duration::from_millis(1));
    let RejectReason::DeadlineUnreachable { estimated_wait } = reason(hasty) else {
        panic!("it cannot be reached");
    };
    assert_eq!(estimated_wait, estimate);
    let in_time = busy.job("in time").total_timeout(estimate * 3 / 2);
    assert!(in_time.submit_now().is_ok());
}
