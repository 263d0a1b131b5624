//! How many run at once, where, and that each gets its own result.

use std::convert::Infallible;

use tokio::sync::mpsc;
use vasca_scheduler::{BlockingJob, Job, JobContext, Threads};

use crate::jobs::{Gate, builder, pool, within};

#[tokio::test]
async fn of_four_jobs_on_two_slots_exactly_two_run_then_exactly_the_other_two() {
    let pool = pool(2);
    let (starts, mut started) = mpsc::unbounded_channel();
    let gate = Gate::new();
    let mut handles = Vec::new();
    for number in 0..4 {
        let starts = starts.clone();
        let tell = move |_| starts.send(number).unwrap();
        let job = pool.submit(gate.giving(number)).on_start(tell);
        handles.push(job.await.unwrap());
    }
    for pair in [[0, 1], [2, 3]] {
        let two = [within(started.recv()).await, within(started.recv()).await];
        assert_eq!(two, pair.map(Some));
        assert!(started.try_recv().is_err(), "a third one runs");
        assert_eq!(pool.stats().running, 2);
        gate.open(2);
    }
    for (number, handle) in handles.into_iter().enumerate() {
        assert_eq!(within(handle).await.unwrap(), number);
    }
}

#[tokio::test]
async fn three_jobs_at_once_each_give_their_own_result() {
    let pool = pool(3);
    let gates = [Gate::new(), Gate::new(), Gate::new()];
    let mut handles = Vec::new();
    for (number, gate) in gates.iter().enumerate() {
        handles.push(pool.submit(gate.giving(number * 11)).await.unwrap());
    }
    // Ending in another order than they began.
    for number in [2, 0, 1] {
        gates[number].open(1);
        assert_eq!(within(&mut handles[number]).await.unwrap(), number * 11);
    }
}

struct Double(u32);

impl Job for Double {
    type Output = u32;
    type Error = Infallible;

    async fn run(self, _: JobContext) -> Result<u32, Infallible> {
        Ok(self.0 * 2)
    }
}

struct Shout(&'static str);

impl Job for Shout {
    type Output = String;
    type Error = Infallible;

    async fn run(self, _: JobContext) -> Result<String, Infallible> {
        Ok(self.0.to_uppercase())
    }
}

impl BlockingJob for Shout {
    type Output = String;
    type Error = Infallible;

    fn run(self, _: JobContext) -> Result<String, Infallible> {
        Ok(self.0.to_uppercase())
    }
}

#[tokio::test]
async fn one_scheduler_runs_jobs_of_several_types() {
    let tasks = pool(1);
    assert_eq!(within(tasks.run(Double(21))).await.unwrap(), 42);
    assert_eq!(within(tasks.run(Shout("ah"))).await.unwrap(), "AH");
    let closure = |_: JobContext| async move { Ok::<_, Infallible>(['x'; 3]) };
    assert_eq!(within(tasks.run(closure)).await.unwrap(), ['x'; 3]);
    let threads = builder(1).executor(Threads::new()).build().unwrap();
    assert_eq!(within(threads.run(Shout("oh"))).await.unwrap(), "OH");
    let closure = |_: JobContext| Ok::<_, Infallible>(7_u8);
    assert_eq!(within(threads.run(closure)).await.unwrap(), 7);
}

#[tokio::test]
async fn the_idle_slots_are_counted() {
    let pool = pool(2);
    let gate = Gate::new();
    let idle = || pool.stats().slots - pool.stats().busy_slots;
    assert_eq!(idle(), 2);
    let first = pool.submit(gate.held()).await.unwrap();
    assert_eq!(idle(), 1);
    let second = pool.submit(gate.held()).await.unwrap();
    assert_eq!(idle(), 0);
    gate.open(2);
    within(first).await.unwrap();
    within(second).await.unwrap();
    within(pool.idle()).await;
    assert_eq!(idle(), 2);
}
