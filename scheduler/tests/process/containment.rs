//! What a job does to its worker, and how little of it anybody else notices.

use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use vasca_scheduler::{JobError, Phase, TimeoutKind};

use crate::jobs::{Do, Refusal, Test, eventually, exists, on_runtime, pid, pool, process};

pub(crate) const TESTS: &[Test] = &[
    (
        "a_panic_is_reported_and_its_worker_replaced",
        a_panic_is_reported,
    ),
    (
        "an_exit_mid_job_is_reported_and_the_next_job_has_a_new_worker",
        an_exit_mid_job,
    ),
    (
        "an_abort_is_reported_with_what_the_job_wrote_last",
        an_abort_is_reported,
    ),
    (
        "a_stack_overflow_is_contained_and_a_deep_stack_is_none",
        a_stack_overflow,
    ),
    ("a_busy_loop_is_killed_at_its_deadline", a_busy_loop),
    (
        "a_cancelled_job_is_killed_and_its_slot_free_soon",
        a_cancelled_job,
    ),
    (
        "a_grace_begins_with_a_polite_signal",
        a_grace_begins_with_a_polite_signal,
    ),
    (
        "the_memory_limit_kills_the_one_that_is_over_it",
        the_memory_limit,
    ),
    (
        "a_kill_reaches_what_the_job_has_started",
        a_kill_reaches_what_the_job_has_started,
    ),
];

const SECOND: Duration = Duration::from_secs(1);

type Result = std::result::Result<String, JobError<Refusal>>;

fn a_panic_is_reported() {
    on_runtime(async {
        let pool = pool(1, process());
        let first = pid(&pool).await;
        let handle = pool.submit(Do::Panic).await.unwrap();
        let expected = format!("job {} has had it", handle.id());
        match handle.await {
            Err(JobError::Panicked { message }) => assert_eq!(message, expected),
            other => panic!("{other:?}"),
        }
        assert!(
            !exists(first),
            "the worker is reaped before its job is over"
        );
        assert_ne!(pid(&pool).await, first);
        assert_eq!(pool.stats().ended.panicked, 1);
    });
}

fn an_exit_mid_job() {
    on_runtime(async {
        let pool = pool(1, process());
        for code in [0, 1, 77] {
            let before = pid(&pool).await;
            match pool.run(Do::Exit(code)).await {
                Err(JobError::Exited { status, .. }) => assert_eq!(status.code(), Some(code)),
                other => panic!("{other:?}"),
            }
            assert!(!exists(before));
            assert_ne!(pid(&pool).await, before);
        }
        assert_eq!(pool.stats().ended.exited, 3);
    });
}

fn an_abort_is_reported() {
    on_runtime(async {
        let pool = pool(1, process());
        match pool.run(Do::Abort).await {
            Err(JobError::Exited { status, stderr }) => {
                assert_eq!(status.signal(), Some(6));
                assert_eq!(stderr, "about to abort\n");
            }
            other => panic!("{other:?}"),
        }
        pid(&pool).await;
    });
}

fn a_stack_overflow() {
    on_runtime(async {
        let pool = pool(1, process());
        // At least 40 MiB of stack, of the 256 that the worker gives.
        assert_eq!(pool.run(Do::Recurse(40_000)).await.unwrap(), "40000");
        match pool.run(Do::Overflow).await {
            Err(JobError::Exited { status, stderr }) => {
                assert_eq!(status.signal(), Some(6), "{stderr}");
                assert!(stderr.contains("overflow"), "{stderr}");
            }
            other => panic!("{other:?}"),
        }
        pid(&pool).await;
    });
}

fn a_busy_loop() {
    on_runtime(async {
        let pool = pool(1, process());
        let first = pid(&pool).await;
        let begin = Instant::now();
        let job = pool.submit(Do::Spin).run_timeout(SECOND / 4).await.unwrap();
        let next = pool.submit(Do::Pid).await.unwrap();
        match job.await {
            Err(JobError::TimedOut {
                kind: TimeoutKind::Run,
                after,
            }) => {
                assert_eq!(after, SECOND / 4);
            }
            other => panic!("{other:?}"),
        }
        assert!(begin.elapsed() >= SECOND / 4);
        assert!(!exists(first));
        assert_ne!(next.await.unwrap(), first.to_string());
        assert!(begin.elapsed() < 5 * SECOND, "{:?}", begin.elapsed());
    });
}

fn a_cancelled_job() {
    on_runtime(async {
        let pool = pool(1, process());
        pid(&pool).await;
        let job = pool.submit(Do::Spin).await.unwrap();
        let next = pool.submit(Do::Pid).await.unwrap();
        assert!(job.cancel("changed my mind"));
        match job.await {
            Err(JobError::Cancelled {
                reason,
                phase: Phase::Running,
            }) => {
                assert_eq!(reason, "changed my mind");
            }
            other => panic!("{other:?}"),
        }
        let report = next.report().await;
        report.result.unwrap();
        assert!(report.waited < 2 * SECOND, "{:?}", report.waited);
    });
}

fn a_grace_begins_with_a_polite_signal() {
    on_runtime(async {
        let pool = pool(1, process());
        let begin = Instant::now();
        let job = pool
            .submit(Do::Spin)
            .run_timeout(SECOND / 10)
            .grace(600 * SECOND)
            .await
            .unwrap();
        // The worker does as SIGTERM says; without that signal this would take ten minutes.
        assert!(matches!(job.await, Err(JobError::TimedOut { .. })));
        assert!(begin.elapsed() < 60 * SECOND);
    });
}

fn the_memory_limit() {
    on_runtime(async {
        const LIMIT: u64 = 64 << 20;
        let pool = pool(2, process().memory_limit_bytes(LIMIT));
        let bystander = pool.submit(Do::Sleep(SECOND)).await.unwrap();
        match pool.run(Do::Hoard(100_000)).await {
            Err(JobError::OutOfMemory {
                limit_bytes,
                resident_bytes,
            }) => {
                assert!(
                    limit_bytes == LIMIT && resident_bytes > LIMIT,
                    "{resident_bytes}"
                );
                assert!(resident_bytes < 10 * LIMIT, "{resident_bytes}");
            }
            other => panic!("{other:?}"),
        }
        let result: Result = bystander.await;
        assert_eq!(result.unwrap(), "");
        assert_eq!(pool.stats().ended.out_of_memory, 1);
    });
}

fn a_kill_reaches_what_the_job_has_started() {
    on_runtime(async {
        let pool = pool(1, process());
        let path = std::env::temp_dir().join(format!("vasca-begotten-{}", std::process::id()));
        let job = pool
            .submit(Do::Beget(path.to_str().unwrap().to_owned()))
            .await
            .unwrap();
        let begotten = tokio::task::spawn_blocking(move || {
            let read = || std::fs::read_to_string(&path).ok()?.parse::<u32>().ok();
            eventually("the job has started a process", || read().is_some());
            let pid = read().unwrap();
            std::fs::remove_file(&path).unwrap();
            pid
        });
        let begotten = begotten.await.unwrap();
        assert!(exists(begotten));
        job.cancel("enough");
        assert!(job.await.is_err());
        // Whoever inherits the orphan reaps it, when it likes; a dead one is good enough here.
        let is_dead = move || {
            std::fs::read_to_string(format!("/proc/{begotten}/stat"))
                .is_ok_and(|stat| stat.contains(") Z "))
        };
        let gone = move || eventually("the process is dead", || !exists(begotten) || is_dead());
        tokio::task::spawn_blocking(gone).await.unwrap();
    });
}
