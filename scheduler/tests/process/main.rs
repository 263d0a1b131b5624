//! The executor *process*, from outside: this binary is the tests, their workers and their hosts.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "the allowances for tests end where the built-in harness does"
)]

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use vasca_scheduler::worker;

mod attacks;
mod conformance;
mod containment;
mod hosts;
mod isolation;
mod jobs;
mod misfits;
#[path = "../../examples/process_isolation.rs"]
mod process_isolation;
mod warmth;

/// Tests that run at once unless `--test-threads` says otherwise: more than there are processors,
/// because most of the time each waits for its children.
const AT_ONCE: usize = 6;

fn main() -> ExitCode {
    let role = std::env::args().nth(1).unwrap_or_default();
    if let Some(misfit) = role.strip_prefix("--misfit=") {
        return misfits::run(misfit);
    }
    if let Some(host) = role.strip_prefix("--host=") {
        return hosts::run(host);
    }
    if role == jobs::WORKER {
        return worker::serve(conformance::teach(jobs::worker()));
    }
    if role == process_isolation::WORKER {
        return process_isolation::main();
    }
    let suites = [
        attacks::TESTS,
        conformance::TESTS,
        containment::TESTS,
        hosts::TESTS,
        isolation::TESTS,
        misfits::TESTS,
        warmth::TESTS,
        EXAMPLE,
    ];
    let trials = suites.concat().into_iter().map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// The example is the worker of this binary when it is asked for it by its own argument.
const EXAMPLE: &[(&str, fn())] = &[("the_example_of_isolation_does_what_it_says", || {
    process_isolation::host().unwrap();
})];
