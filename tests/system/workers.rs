//! `vasca worker`, which nobody should start, started all the same.

use std::process::Stdio;
use std::time::Duration;

use vasca_tests::child::Child;
use vasca_tests::run::{run, run_with, vasca};
use vasca_tests::terminal::Terminal;

#[test]
fn a_worker_whose_input_is_closed_ends() {
    let run = run(&mut vasca(["worker"])).expect_code(0);
    assert!(run.stderr.is_empty(), "{run}");
}

#[test]
fn a_worker_that_is_sent_rubbish_ends_without_a_panic() {
    for rubbish in [
        b"GET / HTTP/1.1\r\n\r\n".as_slice(),
        &[0xff; 64],
        &[0; 4096],
    ] {
        let run = run_with(&mut vasca(["worker"]), rubbish);
        assert!(
            run.code.is_some() && !run.stderr.contains("panicked"),
            "{run}"
        );
        assert!(run.left_behind.is_empty(), "{run}");
    }
}

#[test]
fn a_worker_at_a_terminal_says_who_starts_it() {
    let terminal = Terminal::open();
    let mut command = vasca(["worker"]);
    let mut child = Child::spawn(command.stdin(terminal.stdin()).stderr(Stdio::piped()));
    let stderr = child.take_stderr().expect("a pipe was asked for");
    let status = child
        .status_within(Duration::from_secs(30))
        .expect("it ends");
    assert_eq!(status.code(), Some(2));
    let said = std::io::read_to_string(stderr).expect("what it says");
    assert!(said.contains("use `vasca build`"), "{said}");
}
