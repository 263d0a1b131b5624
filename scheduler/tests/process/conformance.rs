//! What Piscina's own tests ask of its workers and the other modules here do not look at.

use std::time::Duration;

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::time::timeout;
use vasca_scheduler::worker::{Worker, WorkerContext};
use vasca_scheduler::{
    JobError, Process, ProcessJob, QueueLimit, RejectReason, Scheduler, Slots, WorkerCommand,
    WorkerError,
};

use crate::jobs::{Do, Test, WORKER, eventually, exists, on_runtime, pid, pool, process};

pub(crate) const TESTS: &[Test] = &[
    (
        "the_arguments_reach_the_worker_in_their_order",
        arguments_reach_the_worker,
    ),
    (
        "the_environment_reaches_the_worker_byte_by_byte",
        the_environment_reaches_the_worker,
    ),
    (
        "over_the_memory_limit_only_the_one_worker_dies_and_it_is_replaced",
        the_memory_limit_spares_the_others,
    ),
    (
        "an_exit_after_the_result_leaves_that_result_and_harms_no_later_job",
        an_exit_after_the_result,
    ),
    (
        "a_job_that_cannot_be_encoded_costs_no_worker",
        a_job_that_cannot_be_encoded,
    ),
    (
        "an_output_that_cannot_be_encoded_costs_no_worker",
        an_output_that_cannot_be_encoded,
    ),
    (
        "a_queued_job_is_served_though_the_one_before_it_ends_its_process",
        a_queued_job_behind_an_exit,
    ),
    (
        "with_a_limit_of_zero_a_rejected_job_never_reaches_a_worker",
        a_limit_of_zero,
    ),
];

const SECOND: Duration = Duration::from_secs(1);

/// What only these tests want of a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Ask {
    /// Lists the arguments.
    Arguments,
    /// Gives the worker's process id, and ends the process some time after that.
    PidThenExit,
    /// Gives something that is not encoded.
    Secret,
    /// Is not encoded itself.
    Unsendable(Secret),
}

impl ProcessJob for Ask {
    const NAME: &'static str = "ask";
    type Output = Answer;
    type Error = ();
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Answer {
    Texts(Vec<String>),
    Pid(u32),
    Secret(Secret),
}

/// What no codec gets to see.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Secret;

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("it is secret"))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

/// A worker that knows these jobs too.
pub(crate) fn teach(worker: Worker) -> Worker {
    worker.on(|ask: Ask, _: &WorkerContext| {
        Ok(match ask {
            Ask::Arguments => Answer::Texts(std::env::args().skip(1).collect()),
            Ask::PidThenExit => {
                std::thread::spawn(|| {
                    // Long enough for the answer to be sent, which the host waits for.
                    std::thread::sleep(SECOND / 5);
                    std::process::exit(1)
                });
                Answer::Pid(std::process::id())
            }
            Ask::Secret | Ask::Unsendable(_) => Answer::Secret(Secret),
        })
    })
}

fn arguments_reach_the_worker() {
    on_runtime(async {
        let arguments = ["--first=1", "two words", "", "\u{e4}\u{2003}\u{e4}", "--"];
        let mut command = WorkerCommand::current_exe().arg(WORKER);
        for argument in arguments {
            command = command.arg(argument);
        }
        let pool = pool(1, Process::new(command));
        let Ok(Answer::Texts(seen)) = pool.run(Ask::Arguments).await else {
            panic!("no texts")
        };
        assert_eq!(seen[0], WORKER);
        assert_eq!(seen[1..], arguments);
    });
}

fn the_environment_reaches_the_worker() {
    on_runtime(async {
        let command = WorkerCommand::current_exe().arg(WORKER);
        let command = command.env("EMPTY", "").env("TEXT", "a=b c\tä");
        let pool = pool(1, Process::new(command.env("TEXT", "the last one counts")));
        let seen = pool.run(Do::Env).await.unwrap();
        assert_eq!(seen, "EMPTY=;TEXT=the last one counts;");
    });
}

fn the_memory_limit_spares_the_others() {
    on_runtime(async {
        let pool = pool(2, process().memory_limit_bytes(64 << 20).spares(0));
        let bystander = pool.submit(Do::PidAfter(SECOND)).await.unwrap();
        let greedy = pool.submit(Do::Hoard(100_000)).await.unwrap();
        let result = timeout(20 * SECOND, greedy).await.unwrap();
        assert!(
            matches!(result, Err(JobError::OutOfMemory { .. })),
            "{result:?}"
        );
        let other: u32 = bystander.await.unwrap().parse().unwrap();
        assert!(exists(other), "its worker lives on");
        // Both slots are served, one of them by the same worker as before.
        let first = pool.submit(Do::PidAfter(SECOND / 5)).await.unwrap();
        let second = pool.submit(Do::PidAfter(SECOND / 5)).await.unwrap();
        let pids = [first.await.unwrap(), second.await.unwrap()];
        assert_ne!(pids[0], pids[1]);
        assert!(pids.contains(&other.to_string()), "{pids:?}");
        assert_eq!(pool.stats().ended.out_of_memory, 1);
    });
}

fn an_exit_after_the_result() {
    on_runtime(async {
        let pool = pool(1, process().spares(0));
        for _ in 0..2 {
            let Ok(Answer::Pid(first)) = pool.run(Ask::PidThenExit).await else {
                panic!("no process id")
            };
            let gone = move || eventually("the worker is reaped", || !exists(first));
            tokio::task::spawn_blocking(gone).await.unwrap();
            assert_ne!(pid(&pool).await, first);
        }
        assert_eq!(
            (pool.stats().ended.succeeded, pool.stats().ended.exited),
            (4, 0)
        );
    });
}

fn assert_codec(result: Result<Answer, JobError<()>>) {
    match result {
        Err(JobError::Worker(WorkerError::Codec { what })) => assert!(!what.is_empty()),
        other => panic!("{other:?}"),
    }
}

fn a_job_that_cannot_be_encoded() {
    on_runtime(async {
        let pool = pool(1, process());
        let first = pid(&pool).await;
        assert_codec(pool.run(Ask::Unsendable(Secret)).await);
        assert_eq!(pid(&pool).await, first);
    });
}

fn an_output_that_cannot_be_encoded() {
    on_runtime(async {
        let pool = pool(1, process());
        let first = pid(&pool).await;
        assert_codec(pool.run(Ask::Secret).await);
        assert_eq!(pid(&pool).await, first);
    });
}

fn a_queued_job_behind_an_exit() {
    on_runtime(async {
        let pool = pool(1, process().spares(0));
        let first = pid(&pool).await;
        let mut handles = Vec::new();
        for job in [Do::Exit(1), Do::Pid, Do::Exit(1), Do::Pid] {
            handles.push(pool.submit(job).await.unwrap());
        }
        let mut pids = vec![first.to_string()];
        for (number, handle) in handles.into_iter().enumerate() {
            match timeout(20 * SECOND, handle).await.unwrap() {
                Err(JobError::Exited { status, .. }) => {
                    assert_eq!((number % 2, status.code()), (0, Some(1)));
                }
                Ok(pid) => pids.push(pid),
                other => panic!("{other:?}"),
            }
        }
        pids.dedup();
        assert_eq!(pids.len(), 3, "each had another worker: {pids:?}");
    });
}

fn a_limit_of_zero() {
    on_runtime(async {
        let path = std::env::temp_dir().join(format!("vasca-refused-{}", std::process::id()));
        let built = Scheduler::builder("test")
            .slots(Slots::Exactly(1))
            .queue(QueueLimit::count(0))
            .executor(process())
            .build();
        let pool = built.unwrap();
        let busy = pool.submit(Do::Spin).await.unwrap();
        // Would write this file before anything else.
        let refused = Do::Beget(path.to_str().unwrap().to_owned());
        match pool.run(refused).await {
            Err(JobError::Rejected(RejectReason::Full)) => {}
            other => panic!("{other:?}"),
        }
        assert!(busy.cancel("enough"));
        assert!(busy.await.is_err());
        pid(&pool).await;
        assert!(!path.exists());
    });
}
