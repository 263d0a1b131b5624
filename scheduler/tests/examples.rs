//! The examples do what they say: each checks its own result, and ends by itself.
//!
//! `process_isolation` is its own worker, so it is run by the tests of that executor.

use std::error::Error;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

#[cfg(feature = "nice")]
#[path = "../examples/blocking_thumbnails.rs"]
mod blocking_thumbnails;
#[path = "../examples/embed_in_axum.rs"]
mod embed_in_axum;
#[path = "../examples/fair_tenants.rs"]
mod fair_tenants;
#[cfg(unix)]
#[path = "../examples/graceful_shutdown.rs"]
mod graceful_shutdown;
#[path = "../examples/nested_jobs.rs"]
mod nested_jobs;

/// On an idle machine each takes well under two seconds; more is for a busy one.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs an example on a thread of its own, so that one which hangs fails.
fn run(example: fn() -> Result<(), Box<dyn Error>>) {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || {
        let result = example().map_err(|error| error.to_string());
        let _ = sender.send(result);
    });
    match receiver.recv_timeout(PATIENCE) {
        Ok(result) => assert_eq!(result, Ok(())),
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("still running after {PATIENCE:?}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            assert!(thread.join().is_ok(), "it panicked, and has said why");
        }
    }
}

#[cfg(feature = "nice")]
#[test]
fn thumbnails_are_made_on_warm_patient_threads() {
    run(blocking_thumbnails::main);
}

#[test]
fn an_axum_service_answers_with_a_status_for_every_end() {
    run(embed_in_axum::main);
}

#[test]
fn a_small_tenant_is_served_between_the_jobs_of_a_big_one() {
    run(fair_tenants::main);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_scheduler_and_the_report_names_what_was_left() {
    run(graceful_shutdown::main);
}

#[test]
fn jobs_wait_for_jobs_on_a_single_slot() {
    run(nested_jobs::main);
}
