//! Jobs come and go, workers stay: round trips, reuse, replacement.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use vasca_scheduler::{JobError, Shutdown, WorkerError};

use crate::jobs::{Do, Refusal, Test, Unheard, eventually, exists, on_runtime, pid, pool, process};

pub(crate) const TESTS: &[Test] = &[
    (
        "output_and_error_come_back_with_their_types",
        output_and_error_come_back,
    ),
    (
        "a_job_knows_that_it_is_in_a_worker",
        a_job_knows_that_it_is_in_a_worker,
    ),
    ("a_warm_worker_is_used_again", a_warm_worker_is_used_again),
    (
        "many_jobs_on_few_slots_each_get_their_own_answer",
        many_jobs,
    ),
    (
        "a_worker_is_replaced_after_its_share_of_jobs",
        a_worker_is_replaced_after_its_share,
    ),
    (
        "a_worker_that_has_grown_is_replaced",
        a_worker_that_has_grown_is_replaced,
    ),
    (
        "a_worker_that_dies_idle_is_replaced_before_a_job_meets_it",
        a_worker_that_dies_idle,
    ),
    ("an_unknown_job_is_an_error_of_its_own", an_unknown_job),
    (
        "a_message_over_the_limit_costs_no_worker",
        a_message_over_the_limit,
    ),
    (
        "after_a_shutdown_nothing_runs",
        after_a_shutdown_nothing_runs,
    ),
];

fn output_and_error_come_back() {
    on_runtime(async {
        let pool = pool(1, process());
        assert_eq!(
            pool.run(Do::Echo("säure".to_owned())).await.unwrap(),
            "säure"
        );
        let refusal = Refusal {
            code: 7,
            lines: vec!["a".to_owned(), "b".to_owned()],
        };
        match pool.run(Do::Fail(refusal.clone())).await {
            Err(JobError::Failed(error)) => assert_eq!(error, refusal),
            other => panic!("{other:?}"),
        }
        let report = pool.submit(Do::Pid).await.unwrap().report().await;
        assert_eq!(report.slot, Some(0));
        assert!(report.ran > Duration::ZERO);
    });
}

fn a_job_knows_that_it_is_in_a_worker() {
    assert!(!vasca_scheduler::worker::is_worker());
    on_runtime(async {
        assert_eq!(pool(1, process()).run(Do::Where).await.unwrap(), "true");
    });
}

fn a_warm_worker_is_used_again() {
    on_runtime(async {
        let pool = pool(1, process());
        let first = pid(&pool).await;
        assert_ne!(first, std::process::id());
        for _ in 0..20 {
            assert_eq!(pid(&pool).await, first);
        }
    });
}

fn many_jobs() {
    on_runtime(async {
        let pool = pool(2, process());
        let mut handles = Vec::new();
        for number in 0..200 {
            handles.push((
                number,
                pool.submit(Do::Echo(format!("{number}"))).await.unwrap(),
            ));
        }
        for (number, handle) in handles {
            assert_eq!(handle.await.unwrap(), number.to_string());
        }
        assert_eq!(pool.stats().ended.succeeded, 200);
    });
}

fn a_worker_is_replaced_after_its_share() {
    on_runtime(async {
        let pool = pool(1, process().spares(0).recycle_after_jobs(2));
        let mut pids = Vec::new();
        for _ in 0..6 {
            pids.push(pid(&pool).await);
        }
        assert!(pids.chunks(2).all(|pair| pair[0] == pair[1]), "{pids:?}");
        pids.dedup();
        assert_eq!(pids.len(), 3);
    });
}

fn a_worker_that_has_grown_is_replaced() {
    on_runtime(async {
        let pool = pool(1, process().spares(0).recycle_above_bytes(1));
        assert_ne!(pid(&pool).await, pid(&pool).await);
    });
}

fn a_worker_that_dies_idle() {
    on_runtime(async {
        let pool = pool(1, process().spares(0));
        for _ in 0..5 {
            let first = pid(&pool).await;
            kill_process(Pid::from_raw(first.cast_signed()).unwrap(), Signal::KILL).unwrap();
            // Reaped means noticed: nobody has asked for it.
            let gone = tokio::task::spawn_blocking(move || {
                eventually("the dead worker is reaped", || !exists(first));
            });
            gone.await.unwrap();
            assert_ne!(pid(&pool).await, first);
        }
    });
}

fn an_unknown_job() {
    on_runtime(async {
        let pool = pool(1, process());
        let first = pid(&pool).await;
        match pool.run(Unheard).await {
            Err(JobError::Worker(WorkerError::UnknownJob { name })) => assert_eq!(name, "unheard"),
            other => panic!("{other:?}"),
        }
        assert_eq!(pid(&pool).await, first);
    });
}

fn a_message_over_the_limit() {
    on_runtime(async {
        let pool = pool(1, process().frame_limit_bytes(100_000));
        let first = pid(&pool).await;
        let too_long = |result| match result {
            Err(JobError::<Refusal>::Worker(WorkerError::FrameTooLong { bytes, limit_bytes })) => {
                assert!(
                    bytes > 100_000 && limit_bytes == 100_000,
                    "{bytes} {limit_bytes}"
                );
            }
            other => panic!("{other:?}"),
        };
        too_long(pool.run(Do::Echo("x".repeat(100_001))).await);
        too_long(pool.run(Do::Give(100_001)).await);
        assert_eq!(pool.run(Do::Give(99_000)).await.unwrap().len(), 99_000);
        assert_eq!(pid(&pool).await, first);
    });
}

fn after_a_shutdown_nothing_runs() {
    on_runtime(async {
        let pool = pool(1, process());
        let worker = pid(&pool).await;
        assert!(pool.shutdown(Shutdown::now()).await.is_drained());
        assert!(!exists(worker));
        assert!(matches!(
            pool.run(Do::Pid).await,
            Err(JobError::Rejected(_))
        ));
    });
}
