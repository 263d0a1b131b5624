//! The niceness of a pool's threads, as the kernel tells it.

use std::fs;
use std::io::ErrorKind;
use std::thread;

use rustix::process::{Pid, getpriority_process, setpriority_process};
use rustix::thread::{CapabilitySet, CapabilitySets, capabilities, gettid, set_capabilities};

use super::{AN_HOUR, Busy, ThreadPool, ThreadSettings, run, settings};

/// The niceness of a thread of this process.
fn nice_of(thread: Pid) -> i32 {
    let path = format!("/proc/self/task/{}/stat", thread.as_raw_nonzero());
    let stat = fs::read_to_string(path).unwrap();
    // The name, which may hold anything, is the second field; the niceness is the nineteenth.
    let (_, from_third) = stat.rsplit_once(')').unwrap();
    let nice = from_third.split_whitespace().nth(19 - 3).unwrap();
    nice.parse().unwrap()
}

fn nice_settings(min: usize, nice: i32) -> ThreadSettings {
    ThreadSettings {
        nice: Some(nice),
        ..settings(min, AN_HOUR)
    }
}

#[test]
fn a_niceness_applies_to_the_threads_of_the_pool_only() {
    let before = nice_of(gettid());
    let nice = (before + 3).min(19);
    let pool = ThreadPool::open(nice_settings(1, nice)).unwrap();
    let other = ThreadPool::open(settings(1, AN_HOUR)).unwrap();
    let warm = Busy::on(&pool);
    // Both the one from the start and the one for this.
    assert_eq!(run(&pool, || nice_of(gettid())), nice);
    warm.end();
    assert_eq!(run(&pool, || nice_of(gettid())), nice);
    let main = Pid::from_raw(std::process::id().cast_signed()).unwrap();
    assert_eq!(run(&other, || nice_of(gettid())), before);
    assert_eq!([nice_of(gettid()), nice_of(main)], [before; 2]);
    // The kernel's own answer by the same number is the thread's, not the process's.
    let asked = run(&pool, || getpriority_process(Some(gettid())).unwrap());
    assert_eq!(asked, nice);
}

#[test]
fn a_niceness_that_is_not_permitted_is_an_error_at_the_start() {
    // On a thread of its own, which gives up for itself, and whom it starts, what root may.
    let unprivileged = thread::spawn(|| {
        let all = capabilities(None).unwrap();
        let fewer = |set: CapabilitySet| set.difference(CapabilitySet::SYS_NICE);
        let sets = CapabilitySets {
            effective: fewer(all.effective),
            permitted: fewer(all.permitted),
            inheritable: fewer(all.inheritable),
        };
        set_capabilities(None, sets).unwrap();
        // So that there is something to take back, whatever the niceness was before.
        setpriority_process(Some(gettid()), 19).unwrap();
        ThreadPool::open(nice_settings(0, -20))
            .err()
            .map(|error| error.kind())
    });
    let error = unprivileged.join().unwrap();
    assert_eq!(error, Some(ErrorKind::PermissionDenied));
}

#[test]
fn a_niceness_out_of_range_is_an_error_at_the_start() {
    let error = ThreadPool::open(nice_settings(1, 20)).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}
