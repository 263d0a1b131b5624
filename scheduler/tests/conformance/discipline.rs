//! An order of the users' own: it sees every job come and go, and its word counts.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;

use vasca_scheduler::{
    CancelToken, Discipline, JobContext, JobId, Manual, Order, Overflow, QueueLimit, Scheduler,
    Waiting,
};

use crate::jobs::{Record, SECOND, Unit, builder, nothing};

/// First come, first served; each has a number, so that none is searched for among thousands.
#[derive(Default)]
pub(crate) struct InTurn {
    jobs: BTreeMap<u64, JobId>,
    numbers: HashMap<JobId, u64>,
    next: u64,
}

impl Discipline for InTurn {
    fn push(&mut self, job: Waiting) {
        self.jobs.insert(self.next, job.id);
        self.numbers.insert(job.id, self.next);
        self.next += 1;
    }

    fn first(&self) -> Option<JobId> {
        self.jobs.values().next().copied()
    }

    fn pop(&mut self) {
        if let Some((_, id)) = self.jobs.pop_first() {
            self.numbers.remove(&id);
        }
    }

    fn remove(&mut self, id: JobId) {
        if let Some(number) = self.numbers.remove(&id) {
            self.jobs.remove(&number);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Push(Waiting),
    Pop(JobId),
    Remove(JobId),
}

/// The last one first, and a record of all calls.
struct Stack {
    jobs: Vec<JobId>,
    calls: Record<Call>,
}

impl Discipline for Stack {
    fn push(&mut self, job: Waiting) {
        self.jobs.push(job.id);
        self.calls.add(Call::Push(job));
    }

    fn first(&self) -> Option<JobId> {
        self.jobs.last().copied()
    }

    fn pop(&mut self) {
        self.calls.add(Call::Pop(self.jobs.pop().unwrap()));
    }

    fn remove(&mut self, id: JobId) {
        self.jobs.retain(|other| *other != id);
        self.calls.add(Call::Remove(id));
    }
}

/// A scheduler with one slot, room for three and that order.
fn stacked() -> (Scheduler, Manual, Record<Call>) {
    let calls = Record::new();
    let record = calls.clone();
    let order = Order::custom(move || Stack {
        jobs: Vec::new(),
        calls: record.clone(),
    });
    let queue = QueueLimit::count(3);
    let builder = builder(1).queue(queue).overflow(Overflow::ShedOldest);
    let (pool, manual) = builder.order(order).manual().unwrap();
    (pool, manual, calls)
}

async fn an_hour(cx: JobContext) -> Unit {
    cx.sleep(3600 * SECOND).await;
    Ok(())
}

fn pushed(call: &Call) -> Waiting {
    match call {
        Call::Push(waiting) => *waiting,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_custom_order_sees_every_job_pushed_with_its_terms_and_popped_when_it_starts() {
    let (pool, manual, calls) = stacked();
    let plain = pool.submit(an_hour).submit_now().unwrap();
    let started = calls.take();
    let waiting = pushed(&started[0]);
    assert_eq!(waiting.id, plain.id());
    assert_eq!(
        (waiting.priority, waiting.cost, waiting.bytes),
        (0, 1, 0),
        "the defaults"
    );
    assert_eq!(started[1..], [Call::Pop(plain.id())]);
    let set = pool.submit(nothing).priority(7).cost(3).bytes(99);
    let set = set.submit_now().unwrap();
    let waiting = pushed(&calls.take()[0]);
    assert_eq!(waiting.id, set.id());
    assert_eq!((waiting.priority, waiting.cost, waiting.bytes), (7, 3, 99));
    manual.advance(3600 * SECOND);
    assert_eq!(calls.take(), [Call::Pop(set.id())]);
}

#[test]
fn a_custom_order_is_told_of_every_job_that_waits_no_longer() {
    let (pool, manual, calls) = stacked();
    let token = CancelToken::new();
    let running = pool.submit(an_hour).submit_now().unwrap();
    let by_handle = pool.submit(nothing).submit_now().unwrap();
    let by_token = pool.submit(nothing).cancel_with(&token);
    let by_token = by_token.submit_now().unwrap();
    let by_time = pool.submit(nothing).queue_timeout(SECOND);
    let by_time = by_time.submit_now().unwrap();
    calls.take();
    assert!(by_handle.cancel("out"));
    assert_eq!(calls.take(), [Call::Remove(by_handle.id())]);
    assert_eq!(token.cancel("out"), 1);
    assert_eq!(calls.take(), [Call::Remove(by_token.id())]);
    manual.advance(2 * SECOND);
    assert_eq!(calls.take(), [Call::Remove(by_time.id())]);
    let oldest = pool.submit(nothing).submit_now().unwrap();
    let mut handles = Vec::new();
    for _ in 0..3 {
        handles.push(pool.submit(nothing).submit_now().unwrap());
    }
    let removed = Call::Remove(oldest.id());
    assert!(calls.take().contains(&removed), "shed");
    pool.cancel(running.id(), "enough");
    manual.run();
    let last_first = handles.iter().rev().map(|handle| Call::Pop(handle.id()));
    assert!(calls.take().into_iter().eq(last_first));
}

#[test]
fn a_job_that_can_be_cancelled_takes_its_turn_in_a_custom_order() {
    let (pool, manual, _calls) = stacked();
    let token = CancelToken::new();
    let ran = Record::new();
    let _running = pool.submit(an_hour).submit_now().unwrap();
    for name in ["first", "second", "third"] {
        let ran = ran.clone();
        let job = move |_: JobContext| async move {
            ran.add(name);
            Ok::<_, Infallible>(())
        };
        let submission = match name {
            "second" => pool.submit(job).cancel_with(&token).cancel_on_drop(),
            _ => pool.submit(job),
        };
        // Kept, as dropping the handle is a cancellation here.
        std::mem::forget(submission.submit_now().unwrap());
    }
    manual.advance(3600 * SECOND);
    assert_eq!(ran.take(), ["third", "second", "first"]);
}

#[test]
fn each_key_has_a_line_of_its_own_in_a_custom_order() {
    let (pool, manual, calls) = stacked();
    let _running = pool.submit(an_hour).submit_now().unwrap();
    let mut handles = Vec::new();
    for key in ["a", "b", "a"] {
        let job = pool.submit(nothing).key(key);
        handles.push(job.submit_now().unwrap());
    }
    calls.take();
    manual.advance(3600 * SECOND);
    let mut popped = calls.take();
    assert_eq!(popped.len(), 3);
    popped.retain(|call| *call != Call::Pop(handles[1].id()));
    // Within the key the last one first; whose turn it is between keys is not for this order.
    let of_a = [Call::Pop(handles[2].id()), Call::Pop(handles[0].id())];
    assert_eq!(popped, of_a);
}
