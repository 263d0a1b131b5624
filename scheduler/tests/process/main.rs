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
mod containment;
mod hosts;
mod isolation;
mod jobs;
mod misfits;
mod warmth;

fn main() -> ExitCode {
    let role = std::env::args().nth(1).unwrap_or_default();
    if let Some(misfit) = role.strip_prefix("--misfit=") {
        return misfits::run(misfit);
    }
    if let Some(host) = role.strip_prefix("--host=") {
        return hosts::run(host);
    }
    if role == jobs::WORKER {
        return worker::serve(jobs::worker());
    }
    let suites = [
        attacks::TESTS,
        containment::TESTS,
        hosts::TESTS,
        isolation::TESTS,
        misfits::TESTS,
        warmth::TESTS,
    ];
    let trials = suites.concat().into_iter().map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
