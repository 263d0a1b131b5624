//! Ends that come late, or many at a time.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::time::sleep;
use vasca_scheduler::{
    BlockingJob, JobContext, Overflow, QueueLimit, Scheduler, Shutdown, Tasks, Threads,
};

use crate::fixtures::{SECOND, Unit, builder, forever, nap, nothing, pool, soon};

/// Ends one job after the other, so that the scheduler looks for jobs that are stuck.
async fn stir(pool: &Scheduler) {
    for _ in 0..6 {
        sleep(SECOND / 20).await;
        let never = pool.submit(nothing).delay(Duration::MAX);
        assert!(never.submit_now().unwrap().cancel("at once"));
    }
}

// In real time, as the thread that starts the two is held up.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_carried_out_after_its_job_was_given_up_gives_its_slot_back() {
    let pool = builder(2).stuck_after(SECOND / 20).build().unwrap();
    pool.pause();
    let slow = |_| thread::sleep(SECOND * 2 / 5);
    let first = pool.submit(nothing).on_start(slow).submit_now().unwrap();
    let second = pool.submit(nothing).run_timeout(SECOND / 50);
    let second = second.submit_now().unwrap();
    let resumed = pool.clone();
    let resumed = tokio::task::spawn_blocking(move || resumed.resume());
    stir(&pool).await;
    soon(resumed).await.unwrap();
    let _ = (soon(first).await, soon(second).await);
    let come_back = async {
        while pool.stats().busy_slots > 0 {
            sleep(SECOND / 100).await;
        }
    };
    soon(come_back).await;
}

#[tokio::test(start_paused = true)]
async fn states_that_take_long_to_close_are_all_closed() {
    let closed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&closed);
    let open = async |slot| Ok::<usize, io::Error>(slot);
    let close = move |_: Arc<usize>| {
        let count = Arc::clone(&count);
        async move {
            sleep(2 * SECOND).await;
            count.fetch_add(1, Ordering::SeqCst);
        }
    };
    let executor = Tasks::new().slot_state(open, close);
    let pool = builder(4).executor(executor).build().unwrap();
    let job = |cx: JobContext<usize>| async move {
        cx.sleep(SECOND).await;
        Ok::<_, Infallible>(())
    };
    // Together, so that each opens a slot.
    let handles = [(); 4].map(|()| pool.submit(job).submit_now().unwrap());
    for handle in handles {
        soon(handle).await.unwrap();
    }
    soon(pool.shutdown(Shutdown::now())).await;
    drop(pool);
    sleep(4 * SECOND).await;
    assert_eq!(closed.load(Ordering::SeqCst), 4);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_also_ends_the_wait_for_room() {
    let limit = QueueLimit::count(0);
    let builder = builder(1).queue(limit).overflow(Overflow::Wait);
    let pool = builder.build().unwrap();
    let running = pool.submit(nap(10 * SECOND)).submit_now().unwrap();
    let begin = tokio::time::Instant::now();
    let refused = pool.submit(nothing).deadline(begin + SECOND);
    assert!(soon(async { refused.await.is_err() }).await);
    assert!(begin.elapsed() < 2 * SECOND, "{:?}", begin.elapsed());
    soon(running).await.unwrap();
}

#[tokio::test]
async fn ten_thousand_sharers_leave_in_linear_time() {
    let pool = pool(1);
    let share = |_| pool.submit(forever).share("name").submit_now().unwrap();
    let handles: Vec<_> = (0..10_000).map(share).collect();
    let begin = Instant::now();
    for handle in &handles {
        handle.cancel("user left");
    }
    assert!(begin.elapsed() < 2 * SECOND, "{:?}", begin.elapsed());
}

/// Counts its runs.
struct Counted(Arc<AtomicUsize>);

impl BlockingJob for Counted {
    type Output = ();
    type Error = Infallible;

    fn run(self, _: JobContext) -> Unit {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

// On one thread of the runtime, as no job is handed to its own before the test waits.
#[tokio::test]
async fn a_blocking_job_cancelled_before_it_began_does_not_begin() {
    let pool = builder(1).executor(Threads::new()).build().unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    for _ in 0..200 {
        let job = Counted(Arc::clone(&runs));
        let handle = pool.submit(job).submit_now().unwrap();
        assert!(handle.cancel("at once"));
        assert!(soon(handle).await.is_err());
    }
    // The last to come to the only thread: what was handed to it before has run by then.
    soon(pool.run(Counted(Arc::clone(&runs)))).await.unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}
