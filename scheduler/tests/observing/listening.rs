//! What can be heard: of one job, its events; of a scheduler, what its observers are told.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use vasca_scheduler::{
    Events, Happening, JobContext, JobEvent, JobId, Progress, Retry, Scheduler, SchedulerEvent,
};

use crate::fixtures::{Gate, SECOND, builder, nap, nothing, pool, soon};

/// All events to come.
async fn all(mut events: Events) -> Vec<JobEvent> {
    let mut heard = Vec::new();
    while let Some(event) = soon(events.next()).await {
        heard.push(event);
    }
    assert_eq!(soon(events.next()).await, None, "it stays over");
    heard
}

#[tokio::test(start_paused = true)]
async fn the_events_of_a_job_come_in_order_and_end_before_its_handle_resolves() {
    let pool = pool(1);
    let gate = Gate::new();
    let hold = pool.submit(gate.job()).await.unwrap();
    let inner = pool.clone();
    let job = move |cx: JobContext| async move {
        cx.progress(1, 2);
        if cx.attempt() == 1 {
            return Err("once more");
        }
        let child = inner.submit(nothing).await.unwrap();
        cx.join(child).await.unwrap();
        Ok(())
    };
    let submission = pool.submit(job).retry(Retry::fixed(SECOND));
    let mut handle = submission.await.unwrap();
    let events = handle.events();
    gate.open(1);
    let heard = tokio::spawn(all(events));
    soon(&mut handle).await.unwrap();
    let progress = JobEvent::Progress(Progress { done: 1, total: 2 });
    let started = |attempt| JobEvent::Started { slot: 0, attempt };
    let expected = [
        started(1),
        progress.clone(),
        JobEvent::Retrying { after: SECOND },
        started(2),
        progress,
        JobEvent::Returned { slot: 0 },
    ];
    assert_eq!(soon(heard).await.unwrap(), expected);
    soon(hold).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn whoever_listens_late_hears_the_present_first_and_after_the_end_nothing() {
    let pool = pool(1);
    let gate = Gate::new();
    let pass = gate.clone();
    let job = move |cx: JobContext| async move {
        cx.progress(3, 4);
        pass.pass().await;
        Ok::<_, Infallible>(())
    };
    let mut handle = pool.submit(job).await.unwrap();
    tokio::time::sleep(SECOND).await;
    let mut events = handle.events();
    let present = soon(events.next()).await;
    let progress = Progress { done: 3, total: 4 };
    assert_eq!(present, Some(JobEvent::Progress(progress)));
    assert_eq!(progress.fraction(), Some(0.75));
    gate.open(1);
    soon(&mut handle).await.unwrap();
    assert_eq!(soon(events.next()).await, None);
    assert_eq!(all(handle.events()).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_slow_listener_is_told_how_many_events_it_has_missed() {
    let pool = pool(1);
    let gate = Gate::new();
    let pass = gate.clone();
    let job = move |cx: JobContext| async move {
        pass.pass().await;
        for done in 0..100 {
            cx.progress(done, 0);
        }
        pass.pass().await;
        Ok::<_, Infallible>(())
    };
    let handle = pool.submit(job).await.unwrap();
    tokio::time::sleep(SECOND).await;
    let events = handle.events();
    gate.open(1);
    tokio::time::sleep(SECOND).await;
    gate.open(1);
    soon(handle).await.unwrap();
    let heard = all(events).await;
    assert_eq!(heard[1], JobEvent::Missed { count: 36 });
    assert_eq!(heard.len(), 2 + 64);
    let last = Progress { done: 99, total: 0 };
    assert_eq!(heard.last(), Some(&JobEvent::Progress(last)));
    assert_eq!(last.fraction(), None);
}

/// Notes all that is told.
type Told = Arc<Mutex<Vec<(u64, Duration, Happening)>>>;

fn observed(slots: usize) -> (Scheduler, Told) {
    let told = Told::default();
    let notes = Arc::clone(&told);
    let observer = move |event: &SchedulerEvent<'_>| {
        assert_eq!(event.scheduler, "test");
        let note = (event.sequence, event.at, event.what.clone());
        notes.lock().unwrap().push(note);
    };
    let pool = builder(slots).observe(observer).build().unwrap();
    (pool, told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_numbers_of_what_is_told_are_unique_without_gaps_and_in_the_order_of_time() {
    let (pool, told) = observed(3);
    let submitters: Vec<_> = (0..4)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                for _ in 0..200 {
                    pool.run(nothing).await.unwrap();
                }
            })
        })
        .collect();
    for submitter in submitters {
        soon(submitter).await.unwrap();
    }
    pool.close();
    soon(pool.drained()).await;
    // The last of them may still be on its way, on the other thread.
    soon(async {
        let has_gap = |told: &[(u64, Duration, Happening)]| {
            let last = told.iter().map(|(sequence, ..)| *sequence).max();
            told.len() < 2400 || last != Some(told.len() as u64 - 1)
        };
        while has_gap(&told.lock().unwrap()) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    drop(pool);
    let mut told = told.lock().unwrap();
    told.sort_by_key(|(sequence, ..)| *sequence);
    let numbers = told.iter().map(|(sequence, ..)| *sequence);
    assert!(numbers.eq(0..told.len() as u64));
    assert!(told.is_sorted_by_key(|(_, at, _)| *at));
    let kind = |kind: fn(&Happening) -> bool| told.iter().filter(|one| kind(&one.2)).count();
    assert_eq!(
        kind(|what| matches!(what, Happening::Submitted { .. })),
        800
    );
    assert_eq!(kind(|what| matches!(what, Happening::Started { .. })), 800);
    assert_eq!(kind(|what| matches!(what, Happening::Ended { .. })), 800);
}

#[tokio::test(start_paused = true)]
async fn each_start_is_followed_by_one_end_of_the_run_and_each_job_ends_once() {
    let (pool, told) = observed(2);
    let fails = |_: JobContext| async move { Err::<(), _>("on purpose") };
    let mut handles = Vec::new();
    for number in 0..20 {
        let submission = pool.submit(fails).retry(Retry::fixed(SECOND));
        let handle = submission.await.unwrap();
        if number % 3 == 0 {
            handle.cancel("not wanted");
        }
        handles.push(handle);
        tokio::task::yield_now().await;
    }
    for handle in handles {
        assert!(soon(handle).await.is_err());
    }
    let mut steps: HashMap<JobId, Vec<&'static str>> = HashMap::new();
    for (_, _, what) in told.lock().unwrap().iter() {
        let (id, step) = match what {
            Happening::Submitted { id, .. } => (id, "submitted"),
            Happening::Started { id, .. } => (id, "started"),
            Happening::Retrying { id, .. } => (id, "retrying"),
            Happening::Ended { id, .. } => (id, "ended"),
            _ => continue,
        };
        steps.entry(*id).or_default().push(step);
    }
    assert_eq!(steps.len(), 20);
    for steps in steps.values() {
        assert_eq!((steps[0], steps[steps.len() - 1]), ("submitted", "ended"));
        let inner = &steps[1..steps.len() - 1];
        for (place, step) in inner.iter().enumerate() {
            let expected = ["started", "retrying"][place % 2];
            assert_eq!(*step, expected, "{steps:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_that_panics_harms_neither_the_jobs_nor_the_other_observers() {
    let count = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&count);
    let pool = builder(1)
        .observe(|_: &SchedulerEvent<'_>| panic!("on purpose"))
        .observe(move |_: &SchedulerEvent<'_>| {
            counting.fetch_add(1, Ordering::SeqCst);
        })
        .build()
        .unwrap();
    soon(pool.run(nap(SECOND))).await.unwrap();
    // The number of slots, submitted, started, ended, idle.
    assert_eq!(count.load(Ordering::SeqCst), 5);
}
