//! Jobs on owned threads: names, panics, cancellations, threads that are given up, stuck jobs.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use vasca_scheduler::{
    BlockingJob, Happening, JobContext, JobError, Scheduler, SchedulerEvent, Shutdown, Spec,
    Threads, TimeoutKind,
};

use crate::fixtures::{SECOND, Unit, blocked, builder, soon};

fn threads(slots: usize, threads: Threads) -> Scheduler<Threads> {
    builder(slots).executor(threads).build().unwrap()
}

fn quick(_: JobContext) -> Unit {
    Ok(())
}

#[tokio::test]
async fn a_blocking_job_runs_on_a_thread_that_carries_the_name_of_the_scheduler() {
    struct Sum(Vec<u64>);
    impl BlockingJob for Sum {
        type Output = (u64, String);
        type Error = Infallible;
        fn run(self, _: JobContext) -> Result<(u64, String), Infallible> {
            let name = thread::current().name().unwrap().to_owned();
            Ok((self.0.iter().sum(), name))
        }
    }
    let pool = threads(1, Threads::new());
    let (sum, name) = soon(pool.run(Sum(vec![1, 2, 3]))).await.unwrap();
    assert_eq!((sum, &*name), (6, "test-0"));
}

#[tokio::test]
async fn a_panic_costs_its_own_job_and_the_thread_takes_the_next() {
    let pool = threads(1, Threads::new());
    let id = |_: JobContext| Ok::<_, Infallible>(thread::current().id());
    let before = soon(pool.run(id)).await.unwrap();
    let panics = |_: JobContext| -> Unit { panic!("on purpose") };
    match soon(pool.run(panics)).await {
        Err(JobError::Panicked { message }) => assert_eq!(message, "on purpose"),
        other => panic!("{other:?}"),
    }
    assert_eq!(soon(pool.run(id)).await.unwrap(), before);
}

#[tokio::test]
async fn a_job_that_looks_whether_it_is_cancelled_ends_within_its_grace() {
    let pool = threads(1, Threads::new());
    let (tell, told) = tokio::sync::oneshot::channel();
    let looking = move |cx: JobContext| {
        tell.send(()).unwrap();
        while !cx.is_cancelled() {
            thread::yield_now();
        }
        Ok::<_, Infallible>(())
    };
    let handle = pool.submit(looking).grace(10 * SECOND).await.unwrap();
    soon(told).await.unwrap();
    assert!(handle.cancel("user left"));
    match soon(handle).await {
        Err(JobError::Cancelled { reason, .. }) => assert_eq!(reason, "user left"),
        other => panic!("{other:?}"),
    }
    soon(pool.run(quick)).await.unwrap();
}

/// What the observers of a scheduler on threads have been told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Happening>>>);

impl Told {
    fn observer(&self) -> impl Fn(&SchedulerEvent<'_>) + Send + Sync + 'static {
        let told = Arc::clone(&self.0);
        move |event: &SchedulerEvent<'_>| told.lock().unwrap().push(event.what.clone())
    }

    fn count(&self, which: fn(&Happening) -> bool) -> usize {
        self.0
            .lock()
            .unwrap()
            .iter()
            .filter(|what| which(what))
            .count()
    }
}

#[tokio::test]
async fn a_job_that_does_not_end_is_given_up_and_its_slot_has_another_thread() {
    let told = Told::default();
    let pool = builder(1).observe(told.observer()).executor(Threads::new());
    let pool = pool.build().unwrap();
    let (release, ended, job) = blocked();
    let submission = pool.submit(job).run_timeout(SECOND / 50);
    let handle = submission.grace(SECOND / 50).await.unwrap();
    match soon(handle).await {
        Err(JobError::TimedOut { kind, .. }) => assert_eq!(kind, TimeoutKind::Run),
        other => panic!("{other:?}"),
    }
    soon(pool.run(quick)).await.unwrap();
    let is_abandoned = |what: &Happening| matches!(what, Happening::ThreadAbandoned { .. });
    assert_eq!(told.count(is_abandoned), 1);
    drop(release);
    ended.recv_timeout(10 * SECOND).unwrap();
    let report = soon(pool.shutdown(Shutdown::drain(SECOND))).await;
    assert!(report.is_drained() && report.stuck.is_empty());
    let up = told.count(|what| matches!(what, Happening::ThreadUp));
    let down = told.count(|what| matches!(what, Happening::ThreadDown));
    assert_eq!((up, down), (2, 2));
}

#[tokio::test]
async fn beyond_the_limit_of_threads_given_up_a_job_is_stuck_until_one_of_them_ends() {
    let executor = Threads::new().abandon(1);
    let pool = builder(1).stuck_after(SECOND / 20).executor(executor);
    let pool = pool.build().unwrap();
    let hasty = Spec::new().run_timeout(SECOND / 50).grace(SECOND / 50);
    let submit = |job| pool.submit(job).spec(hasty.clone());
    let (first_release, first_ended, job) = blocked();
    let handle = submit(job).await.unwrap();
    assert!(matches!(soon(handle).await, Err(JobError::TimedOut { .. })));
    let (release, ended, job) = blocked();
    let handle = submit(job).await.unwrap();
    match soon(handle).await {
        Err(JobError::Stuck { after }) => assert_eq!(after, SECOND / 20),
        other => panic!("{other:?}"),
    }
    let stats = pool.stats();
    assert_eq!((stats.stuck, stats.busy_slots, stats.ended()), (1, 1, 2));
    drop(release);
    ended.recv_timeout(10 * SECOND).unwrap();
    soon(pool.run(quick)).await.unwrap();
    assert_eq!(pool.stats().stuck, 0);
    // The end of the thread that was given up is counted: there may be another one.
    drop(first_release);
    first_ended.recv_timeout(10 * SECOND).unwrap();
    let mut given_up = 0;
    for _ in 0..100 {
        let (release, _, job) = blocked();
        let result = soon(submit(job).await.unwrap()).await;
        drop(release);
        given_up += usize::from(matches!(result, Err(JobError::TimedOut { .. })));
        soon(pool.run(quick)).await.unwrap();
        if given_up == 2 {
            return;
        }
    }
    panic!("given up {given_up} times in all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_future_that_never_awaits_is_stuck_and_frees_its_slot_when_it_ends_after_all() {
    let told = Told::default();
    let pool = builder(1).stuck_after(SECOND / 20).observe(told.observer());
    let pool = pool.build().unwrap();
    let (release, held) = channel::<()>();
    let job = move |_: JobContext| async move {
        let _ = held.recv();
        Unit::Ok(())
    };
    let handle = pool.submit(job).run_timeout(SECOND / 50).await.unwrap();
    let id = handle.id();
    assert!(matches!(soon(handle).await, Err(JobError::Stuck { .. })));
    assert!(!pool.cancel(id, "it has been told"));
    let stats = pool.stats();
    assert_eq!((stats.stuck, stats.busy_slots), (1, 1));
    soon(pool.idle()).await;
    let waiting = pool.submit(crate::fixtures::nothing).await.unwrap();
    drop(release);
    soon(waiting).await.unwrap();
    assert_eq!(pool.stats().stuck, 0);
    let freed = |what: &Happening| matches!(what, Happening::Freed { .. });
    assert_eq!(told.count(freed), 1);
}

#[tokio::test]
async fn a_stuck_job_that_had_lent_its_slot_is_told_nothing_after_its_end() {
    let told = Told::default();
    let executor = Threads::new().abandon(0);
    let pool = builder(1).stuck_after(SECOND / 20).observe(told.observer());
    let pool = pool.executor(executor).build().unwrap();
    let (release, _, child) = blocked();
    let child = pool.submit(child).delay(SECOND / 100).await.unwrap();
    let parent = move |cx: JobContext| {
        let _ = cx.join_blocking(child);
        Ok::<_, Infallible>(())
    };
    let parent = pool.submit(parent).run_timeout(SECOND / 20);
    let parent = parent.grace(SECOND / 50).await.unwrap();
    let id = parent.id();
    assert!(matches!(soon(parent).await, Err(JobError::Stuck { .. })));
    drop(release);
    soon(async {
        while pool.stats().stuck > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    let told = told.0.lock().unwrap();
    let is_end = |what: &Happening| matches!(what, Happening::Ended { id: of, .. } if *of == id);
    let after = told.iter().skip_while(|what| !is_end(what)).skip(1);
    let returned =
        |what: &&Happening| matches!(what, Happening::Returned { id: of, .. } if *of == id);
    assert_eq!(after.filter(returned).count(), 0, "{told:#?}");
}

#[tokio::test]
async fn there_are_never_more_threads_at_work_than_slots() {
    let pool = threads(2, Threads::new());
    let counts: Arc<(AtomicUsize, AtomicUsize)> = Arc::default();
    let mut handles = Vec::new();
    for _ in 0..200 {
        let counts = Arc::clone(&counts);
        let job = move |_: JobContext| {
            let now = counts.0.fetch_add(1, Ordering::SeqCst) + 1;
            counts.1.fetch_max(now, Ordering::SeqCst);
            thread::yield_now();
            counts.0.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, Infallible>(thread::current().id())
        };
        handles.push(pool.submit(job).await.unwrap());
    }
    let mut used = std::collections::HashSet::new();
    for handle in handles {
        used.insert(soon(handle).await.unwrap());
    }
    assert_eq!((counts.1.load(Ordering::SeqCst), used.len()), (2, 2));
}
