//! Who runs when: slots, lanes, first come first served.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, mpsc};
use vasca_scheduler::{Job, JobContext, Lane, LaneOrder, Order, Scheduler, Slots};

/// A job that tells its number and waits for a permit.
struct Gated {
    number: usize,
    started: mpsc::UnboundedSender<usize>,
    gate: Arc<Semaphore>,
}

impl Job for Gated {
    type Output = usize;
    type Error = Infallible;

    async fn run(self, cx: JobContext) -> Result<usize, Infallible> {
        self.started.send(self.number).unwrap();
        self.gate.acquire().await.unwrap().forget();
        Ok(cx.slot())
    }
}

/// The lanes of 63 jobs in the order of their starts: one slot, 21 jobs of each lane waiting.
async fn starts(order: LaneOrder) -> Vec<Lane> {
    let pool = Scheduler::builder("test")
        .slots(Slots::Exactly(1))
        .order(Order::default().lanes(order))
        .build()
        .unwrap();
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let hold = Arc::new(Semaphore::new(0));
    let first = {
        let hold = Arc::clone(&hold);
        move |_: JobContext| async move {
            hold.acquire().await.unwrap().forget();
            Ok::<_, Infallible>(())
        }
    };
    let first = pool.submit(first).await.unwrap();
    let mut handles = Vec::new();
    for number in 0..21 {
        for lane in [Lane::Batch, Lane::Normal, Lane::Interactive] {
            let sender = sender.clone();
            let job = move |_: JobContext| async move {
                sender.send((lane, number)).unwrap();
                Ok::<_, Infallible>(())
            };
            handles.push(pool.submit(job).lane(lane).await.unwrap());
        }
    }
    hold.add_permits(1);
    first.await.unwrap();
    for handle in handles {
        handle.await.unwrap();
    }
    let mut started = Vec::new();
    while let Ok(start) = receiver.try_recv() {
        started.push(start);
    }
    for lane in Lane::ALL {
        let numbers = started
            .iter()
            .filter(|start| start.0 == lane)
            .map(|start| start.1);
        assert!(
            numbers.eq(0..21),
            "first come, first served within {lane:?}"
        );
    }
    started.into_iter().map(|start| start.0).collect()
}

#[tokio::test]
async fn the_strict_order_empties_the_more_urgent_lane_first() {
    let expected = Lane::ALL.into_iter().flat_map(|lane| [lane; 21]);
    assert!(starts(LaneOrder::Strict).await.into_iter().eq(expected));
}

#[tokio::test]
async fn the_weighted_order_serves_sixteen_to_four_to_one() {
    let lanes = starts(LaneOrder::Weighted).await;
    let first = lanes.iter().take(21);
    let count = |lane| first.clone().filter(|&&started| started == lane).count();
    assert_eq!(Lane::ALL.map(count), [16, 4, 1], "{lanes:?}");
}

#[tokio::test]
async fn exactly_two_of_four_jobs_run_on_two_slots() {
    let pool = Scheduler::builder("test")
        .slots(Slots::Exactly(2))
        .build()
        .unwrap();
    let (sender, mut started) = mpsc::unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    let mut handles = Vec::new();
    for number in 0..4 {
        let (started, gate) = (sender.clone(), Arc::clone(&gate));
        let job = Gated {
            number,
            started,
            gate,
        };
        handles.push(pool.submit(job).await.unwrap());
    }
    let first_two = [started.recv().await.unwrap(), started.recv().await.unwrap()];
    assert_eq!(first_two.iter().sum::<usize>(), 1, "{first_two:?}");
    let stats = pool.stats();
    assert_eq!((stats.running, stats.queued, stats.slots), (2, 2, 2));
    assert!(started.try_recv().is_err());
    gate.add_permits(4);
    for handle in handles {
        assert!(handle.await.unwrap() < 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_jobs_at_once_never_run_on_more_than_the_slots() {
    let pool = Scheduler::builder("test")
        .slots(Slots::Exactly(3))
        .build()
        .unwrap();
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let taken: Arc<[AtomicUsize; 3]> = Arc::default();
    let mut handles = Vec::new();
    for _ in 0..200 {
        let (running, most, taken) = (running.clone(), most.clone(), taken.clone());
        let job = move |cx: JobContext| async move {
            let now = running.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            assert_eq!(
                taken[cx.slot()].fetch_add(1, Ordering::SeqCst),
                0,
                "a slot for one"
            );
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            taken[cx.slot()].fetch_sub(1, Ordering::SeqCst);
            running.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, Infallible>(())
        };
        handles.push(pool.submit(job).await.unwrap());
    }
    for handle in handles {
        handle.await.unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 3);
    assert_eq!(pool.stats().ended.succeeded, 200);
}
