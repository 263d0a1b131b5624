//! What a worker does to get away, or to take others along.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use vasca_scheduler::{JobError, Scheduler};

use crate::jobs::{Do, Test, eventually, exists, on_runtime, pid, pool, process};

pub(crate) const TESTS: &[Test] = &[
    (
        "a_worker_that_leaves_its_group_is_killed_at_its_deadline",
        a_worker_that_leaves_its_group,
    ),
    (
        "a_worker_that_dies_behind_processes_that_hold_its_pipes_is_noticed",
        a_worker_that_dies_behind_others,
    ),
    (
        "a_burst_of_idle_deaths_delays_no_job",
        a_burst_of_idle_deaths,
    ),
    (
        "what_the_thread_of_a_job_does_last_is_that_jobs_own",
        what_a_thread_does_last,
    ),
    (
        "a_panic_that_is_longer_than_a_frame_is_still_a_panic",
        a_long_panic,
    ),
    (
        "a_frame_limit_that_holds_no_message_is_refused",
        a_small_frame_limit,
    ),
    (
        "a_name_that_no_thread_may_have_is_refused",
        a_name_with_a_nul,
    ),
];

const SECOND: Duration = Duration::from_secs(1);

fn a_worker_that_leaves_its_group() {
    on_runtime(async {
        let pool = pool(1, process());
        let handle = pool
            .submit(Do::LeaveGroup)
            .run_timeout(SECOND / 5)
            .await
            .unwrap();
        let result = tokio::time::timeout(5 * SECOND, handle).await.unwrap();
        assert!(
            matches!(result, Err(JobError::TimedOut { .. })),
            "{result:?}"
        );
        let _ = pid(&pool).await;
    });
}

fn a_worker_that_dies_behind_others() {
    on_runtime(async {
        let pool = pool(1, process());
        let result = tokio::time::timeout(5 * SECOND, pool.run(Do::AbortHeld))
            .await
            .unwrap();
        assert!(matches!(result, Err(JobError::Exited { .. })), "{result:?}");
        let _ = pid(&pool).await;
    });
}

fn a_burst_of_idle_deaths() {
    on_runtime(async {
        const SLOTS: usize = 8;
        let pool = pool(SLOTS, process());
        let workers = all_workers(&pool, SLOTS).await;
        let workers: Vec<u32> = workers
            .iter()
            .map(|worker| worker.parse().unwrap())
            .collect();
        for worker in &workers {
            let worker = Pid::from_raw(i32::try_from(*worker).unwrap()).unwrap();
            kill_process(worker, Signal::KILL).unwrap();
        }
        // A job that meets a worker in the moment of its death is lost with it.
        eventually("the dead are reaped", || {
            !workers.iter().any(|worker| exists(*worker))
        });
        let _ = all_workers(&pool, SLOTS).await;
    });
}

/// The process ids of all workers, by a job in each at once; each has two seconds.
async fn all_workers(pool: &Scheduler<vasca_scheduler::Process>, count: usize) -> Vec<String> {
    let mut busy = Vec::new();
    for _ in 0..count {
        busy.push(
            pool.submit(Do::PidAfter(SECOND / 5))
                .run_timeout(2 * SECOND)
                .await
                .unwrap(),
        );
    }
    let mut pids = Vec::new();
    for handle in busy {
        pids.push(handle.await.unwrap());
    }
    pids
}

fn what_a_thread_does_last() {
    on_runtime(async {
        let pool = pool(1, process());
        for _ in 0..3 {
            let result = pool.run(Do::ExitLate).await;
            match result {
                Err(JobError::Exited { status, .. }) => assert_eq!(status.code(), Some(9)),
                other => panic!("{other:?}"),
            }
            let _ = pid(&pool).await;
        }
    });
}

fn a_long_panic() {
    on_runtime(async {
        let pool = pool(1, process().frame_limit_bytes(4096));
        match pool.run(Do::PanicAtLength(100_000)).await {
            Err(JobError::Panicked { message }) => assert!(message.starts_with("xxx")),
            other => panic!("{other:?}"),
        }
    });
}

fn a_small_frame_limit() {
    on_runtime(async {
        let built = Scheduler::builder("test")
            .executor(process().frame_limit_bytes(1))
            .build();
        let error = built.err().unwrap().to_string();
        assert!(
            error.contains("frame_limit_bytes") && error.contains("4096"),
            "{error}"
        );
    });
}

fn a_name_with_a_nul() {
    on_runtime(async {
        let built = Scheduler::builder("a\0b").executor(process()).build();
        assert!(built.err().unwrap().to_string().starts_with("name"));
    });
}
