//! The pool as its users see it, on real threads.

use std::collections::HashSet;
use std::panic::panic_any;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

mod life;
#[cfg(all(feature = "nice", target_os = "linux"))]
mod nice;

use super::pool::{ThreadPool, is_closed};
use super::settings::{ThreadChange, ThreadSettings};
use super::work::{Report, Work};

/// More than anything here takes; whoever waits for so long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Far longer than a test.
const AN_HOUR: Duration = Duration::from_hours(1);

fn settings(min: usize, idle: Duration) -> ThreadSettings {
    ThreadSettings {
        name: "pool".to_owned(),
        min,
        idle,
        nice: None,
        stack_bytes: None,
        on_change: None,
    }
}

/// A pool and what its observer is told.
fn observed(min: usize, idle: Duration) -> (ThreadPool, Receiver<ThreadChange>) {
    let (told, changes) = channel();
    let settings = ThreadSettings {
        on_change: Some(Arc::new(move |change| {
            // The test may be over.
            let _ = told.send(change);
        })),
        ..settings(min, idle)
    };
    (ThreadPool::open(settings).unwrap(), changes)
}

/// Work whose report sends what it gave.
fn work<T: Send + 'static>(to: &Sender<T>, f: impl FnOnce() -> T + Send + 'static) -> Work {
    let to = to.clone();
    Box::new(move || {
        let value = f();
        let report: Report = Box::new(move || drop(to.send(value)));
        Some(report)
    })
}

fn execute(pool: &ThreadPool, work: Work) {
    let refused = pool.execute(work).err();
    assert!(refused.is_none_or(|(error, _)| panic!("{error}")));
}

/// Runs to the end what gives `f`'s value on the pool.
fn run<T: Send + 'static>(pool: &ThreadPool, f: impl FnOnce() -> T + Send + 'static) -> T {
    let (to, value) = channel();
    execute(pool, work(&to, f));
    value.recv_timeout(PATIENCE).unwrap()
}

/// Keeps one thread of the pool at work until it is told to go.
struct Busy {
    thread: ThreadId,
    go: Sender<()>,
    done: Receiver<()>,
}

impl Busy {
    fn on(pool: &ThreadPool) -> Self {
        let (go, gate) = channel::<()>();
        let (here, at) = channel();
        let (to, done) = channel();
        let wait = move || {
            here.send(thread::current().id()).unwrap();
            let _ = gate.recv_timeout(PATIENCE);
        };
        execute(pool, work(&to, wait));
        let thread = at.recv_timeout(PATIENCE).unwrap();
        Self { thread, go, done }
    }

    /// Back when the thread counts as idle.
    fn end(self) -> ThreadId {
        self.go.send(()).unwrap();
        self.done.recv_timeout(PATIENCE).unwrap();
        self.thread
    }
}

fn expect(changes: &Receiver<ThreadChange>, change: ThreadChange, times: usize) {
    for _ in 0..times {
        assert_eq!(changes.recv_timeout(PATIENCE), Ok(change));
    }
}

/// Waits until the pool is over, as its users do.
fn until_closed(pool: &ThreadPool) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().build().unwrap();
    let closed = async { tokio::time::timeout(PATIENCE, pool.closed()).await };
    runtime.block_on(closed).unwrap();
}

#[test]
fn work_runs_on_owned_named_threads() {
    let pool = ThreadPool::open(settings(0, AN_HOUR)).unwrap();
    let name = || thread::current().name().map(str::to_owned).unwrap();
    let first = Busy::on(&pool);
    assert_eq!(run(&pool, name), "pool-1");
    let second = run(&pool, || thread::current().id());
    let first = first.end();
    let threads = HashSet::from([first, second, thread::current().id()]);
    assert_eq!(threads.len(), 3);
    assert_eq!(run(&pool, name), "pool-0");
}

#[test]
fn the_most_recently_used_idle_thread_goes_first() {
    let pool = ThreadPool::open(settings(0, AN_HOUR)).unwrap();
    let [a, b, c] = [Busy::on(&pool), Busy::on(&pool), Busy::on(&pool)];
    let order = [b.end(), c.end(), a.end()];
    let again = [Busy::on(&pool), Busy::on(&pool), Busy::on(&pool)];
    let mut used = again.each_ref().map(|busy| busy.thread);
    used.reverse();
    assert_eq!(used, order);
    let _ = again.map(Busy::end);
}

#[test]
fn ten_thousand_no_ops_need_no_more_threads_than_run_at_once() {
    const AT_ONCE: usize = 3;
    let (pool, changes) = observed(0, AN_HOUR);
    let submit = || {
        let (to, done) = channel();
        for _ in 0..10_000_usize.div_ceil(AT_ONCE) {
            execute(&pool, work(&to, || ()));
            done.recv_timeout(PATIENCE).unwrap();
            assert!(pool.threads() <= AT_ONCE);
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(submit);
        }
    });
    // Nobody has left, so these are all there ever were.
    assert!(changes.try_iter().count() <= AT_ONCE);
}

#[test]
fn a_panic_costs_neither_its_thread_nor_other_work() {
    let (pool, changes) = observed(2, AN_HOUR);
    let busy = Busy::on(&pool);
    let before = run(&pool, || thread::current().id());
    let panicking: Work = Box::new(|| panic_any("meant to"));
    let reporting: Work = Box::new(|| Some(Box::new(|| panic_any("meant to, in the report"))));
    let (to, after) = channel();
    // All for the one thread, each when it is idle again, of which a panic gives no signal.
    for next in [panicking, reporting, work(&to, || thread::current().id())] {
        let begun = Instant::now();
        while pool.idle() == 0 {
            assert!(begun.elapsed() < PATIENCE, "the thread is lost");
            thread::yield_now();
        }
        execute(&pool, next);
    }
    assert_eq!(after.recv_timeout(PATIENCE), Ok(before));
    assert_ne!(busy.end(), before);
    assert_eq!((pool.threads(), pool.idle()), (2, 2));
    pool.close();
    until_closed(&pool);
    assert_eq!(changes.try_iter().count(), 4);
}

#[test]
fn work_comes_back_when_no_thread_can_be_started() {
    // More than a processor can address.
    let huge = |min| ThreadSettings {
        stack_bytes: Some(usize::MAX >> 4),
        ..settings(min, AN_HOUR)
    };
    let pool = ThreadPool::open(huge(0)).unwrap();
    let (to, value) = channel();
    let (error, back) = pool.execute(work(&to, || 7)).unwrap_err();
    assert!(!is_closed(&error));
    back().unwrap()();
    assert_eq!(value.try_recv(), Ok(7));
    assert_eq!((pool.threads(), pool.idle()), (0, 0));
    pool.close();
    until_closed(&pool);
    assert!(ThreadPool::open(huge(1)).is_err());
    let beyond = ThreadSettings {
        stack_bytes: Some(usize::MAX),
        ..settings(0, AN_HOUR)
    };
    assert!(ThreadPool::open(beyond).is_err());
}
