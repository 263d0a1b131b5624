//! Owned threads: how many there are, when they come and go, how patient they are.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::{Arc, Barrier};
use std::thread::ThreadId;
use std::time::Duration;

use vasca_scheduler::{Happening, JobContext, Scheduler, Shutdown, Slots, Threads};

use crate::jobs::{Told, builder, within};

const AN_HOUR: Duration = Duration::from_secs(3600);

const fn is_up(what: &Happening) -> bool {
    matches!(what, Happening::ThreadUp)
}

const fn is_down(what: &Happening) -> bool {
    matches!(what, Happening::ThreadDown)
}

/// A scheduler on such threads, and what it tells.
fn threads(slots: usize, threads: Threads) -> (Scheduler<Threads>, Told) {
    let (builder, told) = Told::by(builder(slots).executor(threads));
    (builder.build().unwrap(), told)
}

/// Runs so many jobs that wait for each other, and so are all on threads at once.
async fn together(pool: &Scheduler<Threads>, jobs: usize) -> HashSet<ThreadId> {
    let meeting = Arc::new(Barrier::new(jobs));
    let mut handles = Vec::new();
    for _ in 0..jobs {
        let meeting = Arc::clone(&meeting);
        let job = move |_: JobContext| {
            meeting.wait();
            Ok::<_, Infallible>(std::thread::current().id())
        };
        handles.push(pool.submit(job).await.unwrap());
    }
    let mut ids = HashSet::new();
    for handle in handles {
        ids.insert(within(handle).await.unwrap());
    }
    within(pool.idle()).await;
    ids
}

#[tokio::test]
async fn an_idle_thread_leaves_and_another_one_comes_when_it_is_needed() {
    let idle = Duration::from_millis(50);
    let (pool, mut told) = threads(2, Threads::new().min(1).idle(idle));
    let first = together(&pool, 2).await;
    told.wait(2, is_up).await;
    told.wait(1, is_down).await;
    let second = together(&pool, 2).await;
    told.wait(1, is_up).await;
    assert_eq!((first.len(), second.len()), (2, 2));
    assert_eq!(first.union(&second).count(), 3, "one has stayed");
}

#[tokio::test]
async fn threads_that_never_leave_are_used_again() {
    for idle in [AN_HOUR, Duration::MAX] {
        let (pool, mut told) = threads(2, Threads::new().idle(idle));
        let first = together(&pool, 2).await;
        for _ in 0..3 {
            assert_eq!(together(&pool, 2).await, first);
            assert!(together(&pool, 1).await.is_subset(&first));
        }
        assert_eq!((told.count(is_up), first.len()), (2, 2));
    }
}

#[tokio::test]
async fn there_are_the_minimum_at_once_and_more_only_when_needed_up_to_the_slots() {
    let (pool, mut told) = threads(4, Threads::new().min(2).idle(AN_HOUR));
    told.wait(2, is_up).await;
    for jobs in [1, 2] {
        together(&pool, jobs).await;
        assert_eq!(told.count(is_up), 0, "{jobs} at once have threads");
    }
    together(&pool, 3).await;
    assert_eq!(told.count(is_up), 1);
    together(&pool, 4).await;
    assert_eq!(told.count(is_up), 1);
    // Eight at a time have to take turns on four.
    let halves = [together(&pool, 4), together(&pool, 4)];
    for half in halves {
        assert_eq!(half.await.len(), 4);
    }
    assert_eq!(told.count(is_up), 0);
    within(pool.shutdown(Shutdown::now())).await;
    assert_eq!(told.count(is_down), 4);
}

#[tokio::test]
async fn a_third_job_has_a_third_thread_and_the_fourth_waits() {
    let (pool, mut told) = threads(3, Threads::new().min(2).idle(AN_HOUR));
    told.wait(2, is_up).await;
    let (release, blocked) = std::sync::mpsc::channel::<()>();
    let blocked = Arc::new(std::sync::Mutex::new(blocked));
    let mut handles = Vec::new();
    for number in 0..4 {
        let blocked = Arc::clone(&blocked);
        let job = move |_: JobContext| {
            blocked.lock().unwrap().recv().unwrap();
            Ok::<_, Infallible>(number)
        };
        handles.push(pool.submit(job).await.unwrap());
        let stats = pool.stats();
        let running = (number + 1).min(3);
        assert_eq!(
            (stats.running, stats.queued),
            (running, number + 1 - running)
        );
    }
    told.wait(1, is_up).await;
    release.send(()).unwrap();
    let is_ended = |what: &_| matches!(what, Happening::Ended { .. });
    told.wait(1, is_ended).await;
    assert_eq!((pool.stats().running, pool.stats().queued), (3, 0));
    for _ in 0..3 {
        release.send(()).unwrap();
    }
    for (number, handle) in handles.into_iter().enumerate() {
        assert_eq!(within(handle).await.unwrap(), number);
    }
    assert_eq!(told.count(is_up), 0, "the fourth took one that was free");
}

#[tokio::test]
async fn a_burst_on_a_cold_scheduler_has_all_its_threads_at_once() {
    let (pool, mut told) = threads(4, Threads::new().idle(AN_HOUR));
    assert_eq!(told.count(is_up), 0, "cold");
    assert_eq!(together(&pool, 4).await.len(), 4);
    assert_eq!(told.count(is_up), 4);
    together(&pool, 1).await;
    assert_eq!(told.count(is_up), 0);
}

/// The threads of this process whose names begin like that.
#[cfg(target_os = "linux")]
fn named(name: &str) -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let names = threads
        .filter_map(|thread| std::fs::read_to_string(thread.unwrap().path().join("comm")).ok());
    names.filter(|comm| comm.starts_with(name)).count()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn threads_carry_the_name_of_the_scheduler_and_none_is_left_after_it() {
    let builder = Scheduler::builder("leftover").slots(Slots::Exactly(2));
    let (builder, mut told) = Told::by(builder.executor(Threads::new().idle(AN_HOUR)));
    let pool = builder.build().unwrap();
    together(&pool, 2).await;
    assert_eq!(named("leftover-"), 2);
    within(pool.shutdown(Shutdown::drain(AN_HOUR))).await;
    assert_eq!(told.count(is_down), 2);
    let gone = async {
        // The kernel sends no signal when it has taken the last of a thread away.
        while named("leftover-") > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    within(gone).await;
}

#[cfg(all(target_os = "linux", feature = "nice"))]
mod patience {
    use super::{Threads, threads, within};
    use std::convert::Infallible;
    use vasca_scheduler::JobContext;

    /// The niceness of the calling thread: the nineteenth field, the name being the second.
    fn own_nice() -> i32 {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        let (_, from_third) = stat.rsplit_once(')').unwrap();
        let field = from_third.split_ascii_whitespace().nth(19 - 3);
        field.unwrap().parse().unwrap()
    }

    #[tokio::test]
    async fn a_niceness_is_that_of_the_jobs_and_of_nobody_else() {
        let before = own_nice();
        let wanted = (before + 5).min(19);
        let (pool, _) = threads(2, Threads::new().min(1).nice(wanted));
        let job = |_: JobContext| Ok::<_, Infallible>(own_nice());
        let first = pool.submit(job).await.unwrap();
        let second = pool.submit(job).await.unwrap();
        assert_eq!(within(first).await.unwrap(), wanted);
        assert_eq!(within(second).await.unwrap(), wanted);
        assert_eq!(own_nice(), before);
        let (pool, _) = threads(1, Threads::new());
        assert_eq!(within(pool.run(job)).await.unwrap(), before);
    }

    #[tokio::test]
    async fn the_most_patient_thread_gives_its_result_all_the_same() {
        let (pool, _) = threads(1, Threads::new().nice(19));
        let job = |_: JobContext| Ok::<_, Infallible>((own_nice(), 42));
        assert_eq!(within(pool.run(job)).await.unwrap(), (19, 42));
    }
}
