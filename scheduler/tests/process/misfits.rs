//! Children that are no workers: each costs its job a typed error, and hangs nobody.

use std::io::{Read, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rustix::process::{Signal, set_parent_process_death_signal};
use vasca_scheduler::{JobError, Process, Scheduler, WorkerCommand, WorkerError};

use crate::jobs::{Do, Test, on_runtime, pool};

pub(crate) const TESTS: &[Test] = &[
    ("a_program_that_does_not_exist_is_a_spawn_error", no_program),
    (
        "a_child_that_dies_at_once_is_reported_with_its_last_words",
        dies_at_once,
    ),
    ("a_child_that_says_nothing_is_given_up", says_nothing),
    (
        "a_child_that_greets_with_rubbish_is_refused",
        greets_with_rubbish,
    ),
    ("a_child_of_another_version_is_refused", other_version),
    (
        "an_answer_that_is_rubbish_is_an_error_of_that_job",
        answers_rubbish,
    ),
    (
        "an_answer_that_is_too_long_is_an_error_of_that_job",
        answers_too_long,
    ),
    (
        "an_answer_to_another_job_is_an_error_of_that_job",
        answers_another,
    ),
    (
        "a_child_that_stops_reading_is_an_error_of_that_job",
        stops_reading,
    ),
    (
        "a_child_that_closes_its_pipe_and_lives_on_is_killed",
        closes_its_pipe,
    ),
    (
        "a_host_that_forgets_to_serve_does_not_start_itself_without_end",
        forgets_to_serve,
    ),
    (
        "a_child_that_dies_whenever_it_is_idle_does_not_start_a_storm",
        dies_idle,
    ),
];

/// A greeting, written by hand: length 2, head 0 (ready), version 1.
const GREETING: [u8; 6] = [2, 0, 0, 0, 0, 1];

/// What this binary is as a misfit.
pub(crate) fn run(role: &str) -> ExitCode {
    // A misfit has no manners, but tests that end abruptly must not leave it behind.
    set_parent_process_death_signal(Some(Signal::KILL)).unwrap();
    match role {
        "dies" => {
            eprintln!("no licence");
            return ExitCode::FAILURE;
        }
        "host" => {
            // What a `main` does that does not look at its arguments.
            on_runtime(async {
                let process = misfit("host");
                let error = Scheduler::builder("test")
                    .executor(process)
                    .build()
                    .unwrap_err();
                eprintln!("{error}");
            });
            return ExitCode::FAILURE;
        }
        "silent" => {}
        "rubbish" => write(b"Hello, I am your new worker!\n"),
        "version" => write(&[2, 0, 0, 0, 0, 99]),
        "idle" => {
            note_start();
            write(&GREETING);
            // Who dies sooner was never idle: the host has not heard the greeting yet.
            std::thread::sleep(Duration::from_millis(20));
            return ExitCode::SUCCESS;
        }
        "deaf" => write(&GREETING),
        answer => {
            write(&GREETING);
            let _ = std::io::stdin().read(&mut [0; 100]);
            match answer {
                "answer" => write(&[3, 0, 0, 0, 0xff, 0xff, 0xff]),
                "long" => write(&[0xff; 100]),
                // Length 3, head 1 (done), job 99, output.
                "other" => write(&[3, 0, 0, 0, 1, 99, 0]),
                _ => close_stdout(),
            }
        }
    }
    loop {
        std::thread::park();
    }
}

/// Adds a byte to the file that the second argument names.
fn note_start() {
    let path = std::env::args().nth(2).unwrap();
    let file = std::fs::OpenOptions::new().append(true).open(path);
    // Without one, nobody is there any more who counts.
    let _ = file.and_then(|mut file| file.write_all(b"."));
}

fn write(bytes: &[u8]) {
    let mut stdout = std::io::stdout();
    stdout.write_all(bytes).unwrap();
    stdout.flush().unwrap();
}

fn close_stdout() {
    rustix::stdio::dup2_stdout(std::io::stderr()).unwrap();
}

fn misfit(name: &str) -> Process {
    let command = WorkerCommand::current_exe().arg(format!("--misfit={name}"));
    Process::new(command).ready_timeout(Duration::from_secs(10))
}

/// Two jobs, one after the other, so that the second shows that the slot is free again.
async fn errors(pool: &Scheduler<Process>, job: Do) -> [WorkerError; 2] {
    let error = async || match pool.run(job.clone()).await {
        Err(JobError::Worker(error)) => error,
        other => panic!("{other:?}"),
    };
    [error().await, error().await]
}

/// The kinds of error that a job gets from such children.
fn kinds(process: Process) -> [&'static str; 2] {
    let mut kinds = [""; 2];
    on_runtime(async {
        let errors = errors(&pool(1, process), Do::Pid).await;
        kinds = errors.each_ref().map(WorkerError::kind);
    });
    kinds
}

fn no_program() {
    assert_eq!(
        kinds(Process::new(WorkerCommand::new("/nowhere/worker"))),
        ["spawn"; 2]
    );
}

fn dies_at_once() {
    on_runtime(async {
        for error in errors(&pool(1, misfit("dies")), Do::Pid).await {
            let WorkerError::NotReady { stderr } = error else {
                panic!("{error:?}")
            };
            assert_eq!(stderr, "no licence\n");
        }
    });
}

fn forgets_to_serve() {
    on_runtime(async {
        for error in errors(&pool(1, misfit("host")), Do::Pid).await {
            let WorkerError::NotReady { stderr } = error else {
                panic!("{error:?}")
            };
            assert!(
                stderr.starts_with("executor: a worker has no workers"),
                "{stderr}"
            );
        }
    });
}

fn says_nothing() {
    let process = misfit("silent").ready_timeout(Duration::from_millis(50));
    assert_eq!(kinds(process), ["ready_timeout"; 2]);
}

fn greets_with_rubbish() {
    assert_eq!(kinds(misfit("rubbish")), ["frame_too_long"; 2]);
}

fn other_version() {
    assert_eq!(kinds(misfit("version")), ["version"; 2]);
}

fn answers_rubbish() {
    assert_eq!(kinds(misfit("answer")), ["codec"; 2]);
}

fn answers_too_long() {
    assert_eq!(kinds(misfit("long")), ["frame_too_long"; 2]);
}

fn answers_another() {
    assert_eq!(kinds(misfit("other")), ["protocol"; 2]);
}

fn stops_reading() {
    on_runtime(async {
        let after = Duration::from_millis(200);
        let pool = pool(1, misfit("deaf").write_timeout(after));
        // More than a pipe holds.
        for error in errors(&pool, Do::Echo("x".repeat(1 << 20))).await {
            assert_eq!(error.kind(), "stalled");
        }
    });
}

fn closes_its_pipe() {
    on_runtime(async {
        let pool = pool(1, misfit("close"));
        for _ in 0..2 {
            assert!(matches!(
                pool.run(Do::Pid).await,
                Err(JobError::Exited { .. })
            ));
        }
    });
}

fn dies_idle() {
    on_runtime(async {
        let path = std::env::temp_dir().join(format!("vasca-starts-{}", std::process::id()));
        std::fs::write(&path, "").unwrap();
        let starts = || std::fs::metadata(&path).unwrap().len();
        let command = WorkerCommand::current_exe().arg("--misfit=idle");
        let process = Process::new(command.arg(&path)).ready_timeout(Duration::from_secs(10));
        let begin = Instant::now();
        let pool = pool(1, process);
        let _ = pool.run(Do::Pid).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        // A worker and a spare, whose pauses double from the third death on: in a second each is
        // started seven times at most, however fast it dies; in a storm, each time it has died.
        let count = starts();
        assert!(count <= 20, "{count} in {:?}: a storm", begin.elapsed());
        // A job that finds its worker dead has it replaced, and starts are counted.
        while starts() <= 5 {
            let _ = tokio::time::timeout(Duration::from_secs(20), pool.run(Do::Pid)).await;
        }
        drop(pool);
        std::fs::remove_file(&path).unwrap();
    });
}
