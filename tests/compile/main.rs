//! What must not compile does not, and says why in a way that helps; what must, does.
//!
//! The answers in `fail/*.stderr` are those of the toolchain of this repository; after a change of
//! it write them anew with `TRYBUILD=overwrite` and read the difference.

// Compiled with this file: trybuild would build all dependencies a second time for it.
#[path = "pass/every_job_on_its_executor.rs"]
mod every_job_on_its_executor;

#[test]
fn wrong_uses_of_the_scheduler_do_not_compile_and_say_what_is_wrong() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("compile/fail/*.rs");
}

#[test]
fn each_job_compiles_on_its_executor_and_moves_between_threads() {
    every_job_on_its_executor::main();
}
