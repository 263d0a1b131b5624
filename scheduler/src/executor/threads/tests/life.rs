//! How threads come and go, and how the pool ends.

use std::panic::panic_any;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{
    AN_HOUR, Busy, PATIENCE, ThreadChange, ThreadPool, ThreadSettings, execute, expect, is_closed,
    observed, run, settings, until_closed, work,
};

#[test]
fn the_minimum_is_warm_at_once_and_stays() {
    let (pool, changes) = observed(2, Duration::from_millis(1));
    assert_eq!((pool.threads(), pool.idle()), (2, 2));
    expect(&changes, ThreadChange::Up, 2);
    let three = [Busy::on(&pool), Busy::on(&pool), Busy::on(&pool)];
    assert_eq!((pool.threads(), pool.idle()), (3, 0));
    expect(&changes, ThreadChange::Up, 1);
    let _ = three.map(Busy::end);
    expect(&changes, ThreadChange::Down, 1);
    // That nothing happens has no signal; fifty times the idle time is long enough to fail.
    let more = changes.recv_timeout(Duration::from_millis(50));
    assert_eq!(more, Err(RecvTimeoutError::Timeout));
    assert_eq!((pool.threads(), pool.idle()), (2, 2));
}

#[test]
fn idle_threads_leave_and_come_back() {
    let idle = Duration::from_millis(100);
    let (pool, changes) = observed(0, idle);
    for _ in 0..2 {
        let begun = Instant::now();
        run(&pool, || ());
        expect(&changes, ThreadChange::Up, 1);
        expect(&changes, ThreadChange::Down, 1);
        assert!(begun.elapsed() >= idle);
        assert_eq!((pool.threads(), pool.idle()), (0, 0));
    }
}

#[test]
fn closing_sends_idle_threads_away_at_once_and_waits_for_the_busy() {
    let (pool, changes) = observed(2, AN_HOUR);
    let busy = Busy::on(&pool);
    expect(&changes, ThreadChange::Up, 2);
    pool.close();
    expect(&changes, ThreadChange::Down, 1);
    assert_eq!((pool.threads(), pool.idle()), (1, 0));
    let (to, never) = channel();
    let (error, refused) = pool.execute(work(&to, || ())).unwrap_err();
    assert!(is_closed(&error));
    refused().unwrap()();
    assert_eq!(never.try_recv(), Ok(()), "the very work comes back");
    thread::scope(|scope| {
        let (told, over) = channel();
        let closed = &pool;
        scope.spawn(move || {
            until_closed(closed);
            told.send(()).unwrap();
        });
        assert_eq!(
            over.recv_timeout(Duration::from_millis(50)),
            Err(RecvTimeoutError::Timeout)
        );
        busy.end();
        assert_eq!(over.recv_timeout(PATIENCE), Ok(()));
    });
    assert_eq!(changes.try_recv(), Ok(ThreadChange::Down));
    assert_eq!(pool.threads(), 0);
    until_closed(&pool);
}

#[test]
fn dropping_the_last_handle_closes_the_pool() {
    let (pool, changes) = observed(1, AN_HOUR);
    expect(&changes, ThreadChange::Up, 1);
    let other = pool.clone();
    drop(pool);
    assert_eq!(run(&other, || 7), 7);
    drop(other);
    expect(&changes, ThreadChange::Down, 1);
    // The observer goes with the last of what the threads share.
    assert_eq!(
        changes.recv_timeout(PATIENCE),
        Err(RecvTimeoutError::Disconnected)
    );
}

#[test]
fn ups_and_downs_balance_even_when_the_observer_panics() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&told);
    let settings = ThreadSettings {
        on_change: Some(Arc::new(move |change| {
            log.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(change);
            panic_any("meant to, in the observer");
        })),
        ..settings(2, AN_HOUR)
    };
    let pool = ThreadPool::open(settings).unwrap();
    let _ = [Busy::on(&pool), Busy::on(&pool), Busy::on(&pool)].map(Busy::end);
    pool.close();
    until_closed(&pool);
    let told = told.lock().unwrap();
    let count = |change| told.iter().filter(|&&told| told == change).count();
    assert_eq!((count(ThreadChange::Up), count(ThreadChange::Down)), (3, 3));
}

#[test]
fn no_work_is_lost_while_threads_come_and_go() {
    const WITHIN: Duration = Duration::from_secs(2);
    let idle = Duration::from_millis(1);
    let (pool, changes) = observed(1, idle);
    let ran = AtomicUsize::new(0);
    let begun = Instant::now();
    let submit = |seed: u32| {
        let (to, done) = channel();
        // Never sent to: waiting on it is a pause. Around the idle time it meets threads that are
        // about to leave, which is the race; there is no signal for it.
        let (_silent, pause) = channel::<()>();
        for round in 0..1000_u32 {
            if begun.elapsed() > WITHIN {
                break;
            }
            execute(&pool, work(&to, || ()));
            done.recv_timeout(PATIENCE).expect("the work was lost");
            ran.fetch_add(1, Ordering::Relaxed);
            if (round + seed).is_multiple_of(4) {
                let _ =
                    pause.recv_timeout(idle + Duration::from_micros(u64::from(round % 16) * 20));
            }
        }
    };
    thread::scope(|scope| {
        for seed in 0..4 {
            scope.spawn(move || submit(seed));
        }
    });
    assert!(ran.into_inner() > 100);
    pool.close();
    until_closed(&pool);
    let changes: Vec<_> = changes.try_iter().collect();
    let ups = changes
        .iter()
        .filter(|&&change| change == ThreadChange::Up)
        .count();
    assert_eq!(changes.len(), 2 * ups);
    assert!(ups > 10, "threads left and came back, {ups} in all");
}
