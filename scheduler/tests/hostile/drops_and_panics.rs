//! Panics and calls in places where a scheduler runs code that is not its own.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::task::Context;
use std::thread;

use tokio::runtime::Builder;
use tokio::time::sleep;
use vasca_scheduler::{
    Discipline, Job, JobContext, JobHandle, JobId, Order, Retry, Shutdown, Tasks, Waiting,
};

use crate::bad_waker;
use crate::fixtures::{SECOND, Unit, builder, nap, nothing, pool, soon};

/// Panics when it is dropped, but not twice.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(thread::panicking(), "on purpose");
    }
}

#[tokio::test(start_paused = true)]
async fn a_spare_copy_of_a_job_that_panics_when_it_is_dropped_closes_nothing() {
    struct Spare(Bomb);
    impl Clone for Spare {
        fn clone(&self) -> Self {
            Self(Bomb)
        }
    }
    impl Job for Spare {
        type Output = ();
        type Error = Infallible;
        async fn run(self, _: JobContext) -> Unit {
            // The other copy is the one to panic.
            std::mem::forget(self.0);
            Ok(())
        }
    }
    let pool = pool(1);
    let job = pool.submit(Spare(Bomb)).retry(Retry::fixed(SECOND));
    let _ = soon(job.submit_now().unwrap()).await;
    assert!(!pool.is_closed());
    soon(pool.run(nothing)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_panic_that_panics_when_it_is_dropped_again_and_again_closes_nothing() {
    struct Onion(u8);
    impl Drop for Onion {
        fn drop(&mut self) {
            if let Some(inner) = self.0.checked_sub(1) {
                panic_any(Self(inner));
            }
        }
    }
    let pool = pool(1);
    async fn job(_: JobContext) -> Unit {
        panic_any(Onion(2))
    }
    assert!(soon(pool.run(job)).await.is_err());
    assert!(!pool.is_closed());
    soon(pool.run(nothing)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_listener_whose_waker_panics_costs_no_slot() {
    let pool = pool(1);
    let heard = pool.submit(nothing).delay(SECOND).submit_now().unwrap();
    let mut events = heard.events();
    let mut next = pin!(events.next());
    let _ = next
        .as_mut()
        .poll(&mut Context::from_waker(&bad_waker()))
        .map(drop);
    sleep(2 * SECOND).await;
    let later = pool.submit(nothing).delay(SECOND).submit_now().unwrap();
    soon(later).await.unwrap();
    soon(heard).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_idle_with_a_waker_that_panics_does_not_hide_that_all_is_drained() {
    let pool = pool(1);
    let handle = pool.submit(nap(SECOND)).submit_now().unwrap();
    let mut idle = pin!(pool.idle());
    let poll = idle.as_mut().poll(&mut Context::from_waker(&bad_waker()));
    assert!(poll.is_pending());
    pool.close();
    let _ = soon(handle).await;
    soon(pool.drained()).await;
}

/// The first that came is the first.
#[derive(Default)]
struct Oldest(BTreeSet<JobId>);

impl Discipline for Oldest {
    fn push(&mut self, job: Waiting) {
        self.0.insert(job.id);
    }

    fn first(&self) -> Option<JobId> {
        self.0.first().copied()
    }

    fn pop(&mut self) {
        self.0.pop_first();
    }

    fn remove(&mut self, id: JobId) {
        self.0.remove(&id);
    }
}

/// The same, and it panics when it is dropped.
struct Explosive(Oldest, Bomb);

impl Discipline for Explosive {
    fn push(&mut self, job: Waiting) {
        self.0.push(job);
    }

    fn first(&self) -> Option<JobId> {
        self.0.first()
    }

    fn pop(&mut self) {
        self.0.pop();
    }

    fn remove(&mut self, id: JobId) {
        self.0.remove(id);
    }
}

async fn assert_submits_and_comes_to_rest(order: Order) {
    let pool = builder(1).order(order).build().unwrap();
    let submit = || drop(pool.submit(nothing).submit_now());
    assert!(catch_unwind(AssertUnwindSafe(submit)).is_ok());
    soon(pool.idle()).await;
    assert_eq!(pool.stats().busy_slots, 0);
}

#[tokio::test(start_paused = true)]
async fn a_discipline_that_panics_when_it_is_made_costs_no_slot() {
    let made = AtomicBool::new(false);
    let make = move || {
        assert!(made.swap(true, Ordering::SeqCst), "on purpose");
        Oldest::default()
    };
    assert_submits_and_comes_to_rest(Order::custom(make)).await;
}

#[tokio::test(start_paused = true)]
async fn a_discipline_that_panics_when_it_is_dropped_costs_no_slot() {
    let make = || Explosive(Oldest::default(), Bomb);
    assert_submits_and_comes_to_rest(Order::custom(make)).await;
}

#[tokio::test(start_paused = true)]
async fn the_close_of_a_slot_state_may_panic_before_it_gives_its_future() {
    let open = async |slot| Ok::<usize, io::Error>(slot);
    let close = |slot: Arc<usize>| {
        assert_ne!(*slot, 0, "on purpose");
        async {}
    };
    let executor = Tasks::new().slot_state(open, close);
    let pool = builder(2).executor(executor).build().unwrap();
    let job = |_: JobContext<usize>| async move { Ok::<_, Infallible>(()) };
    soon(pool.run(job)).await.unwrap();
    let report = soon(pool.shutdown(Shutdown::now())).await;
    assert!(report.is_drained());
}

type Shared = Arc<Mutex<Option<JobHandle<(), Infallible>>>>;

/// Cancels its own job when its last copy is dropped.
struct Canceller(Shared);

impl Drop for Canceller {
    fn drop(&mut self) {
        if let Some(handle) = self.0.lock().unwrap().as_ref() {
            handle.cancel("gone");
        }
    }
}

#[derive(Clone)]
struct Cancels(#[expect(dead_code, reason = "for its drop")] Arc<Canceller>);

impl Job for Cancels {
    type Output = ();
    type Error = Infallible;

    async fn run(self, cx: JobContext) -> Unit {
        cx.sleep(SECOND / 20).await;
        Ok(())
    }
}

#[test]
fn a_job_that_calls_its_scheduler_when_its_spare_copy_is_dropped_freezes_nothing() {
    let (tell, told) = channel();
    // On a thread of its own, as a lock that is held stops the clock of the test too.
    thread::spawn(move || {
        let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let pool = pool(1);
            let shared = Shared::default();
            let job = Cancels(Arc::new(Canceller(Arc::clone(&shared))));
            let submission = pool.submit(job).retry(Retry::fixed(SECOND));
            *shared.lock().unwrap() = Some(submission.submit_now().unwrap());
            soon(pool.idle()).await;
            tell.send(pool.stats().ended()).unwrap();
        });
    });
    assert_eq!(told.recv_timeout(20 * SECOND), Ok(1));
}
