//! Streams that are closed, full, or never there.

use std::io::Read;
use std::process::Stdio;
use std::time::Duration;

use vasca_tests::child::Child;
use vasca_tests::run::{left_behind, run, vasca};

use crate::sources::{Folder, ORDINARY};

/// Far more than any of these builds takes.
const SOON: Duration = Duration::from_secs(30);

/// A component whose module fills a pipe's buffer several times.
fn large() -> String {
    let list: String = (0..60_000).map(|number| format!("{number},")).collect();
    format!("export const list = [{list}];\n{ORDINARY}")
}

#[test]
fn a_reader_that_goes_away_ends_the_command_without_a_panic() {
    let folder = Folder::with(&[("large.tsx", large().as_bytes())]);
    for arguments in [["build", "--no-minify"], ["build", "--json"]] {
        for read in [0, 1] {
            let mut command = vasca(arguments);
            command.arg(folder.path("large.tsx")).stdin(Stdio::null());
            let mut child = Child::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
            let mut stdout = child.take_stdout().expect("a pipe was asked for");
            let mut stderr = child.take_stderr().expect("a pipe was asked for");
            let mut first = vec![0; read];
            stdout.read_exact(&mut first).expect("the first bytes");
            drop(stdout);
            let mut said = String::new();
            stderr.read_to_string(&mut said).expect("what it says");
            let status = child.status_within(SOON).expect("it ends");
            assert!(status.code().is_some(), "{status}: {said}");
            assert!(!said.contains("panicked"), "{said}");
            assert!(said.lines().count() <= 4, "{said}");
            assert!(left_behind(child.pid()).is_empty());
        }
    }
}

#[test]
fn a_disk_without_room_is_reported() {
    let folder = Folder::with(&[("Title.tsx", ORDINARY.as_bytes())]);
    let script = "exec \"$0\" build \"$1\" >/dev/full";
    let run = run(&mut shell(script, &folder)).expect_code(3);
    assert!(run.stderr.contains("cannot write the result"), "{run}");
}

#[test]
fn streams_that_were_never_open_are_no_fault() {
    let folder = Folder::with(&[("Title.tsx", ORDINARY.as_bytes())]);
    for closed in ["<&-", "2>&-", "<&- 2>&-"] {
        let script = format!("exec \"$0\" build \"$1\" {closed}");
        let run = run(&mut shell(&script, &folder)).expect_code(0);
        assert!(run.stdout.contains("Vasca"), "{closed}: {run}");
    }
}

/// A shell that runs `script` with the binary as `$0` and a component as `$1`.
fn shell(script: &str, folder: &Folder) -> std::process::Command {
    let mut command = std::process::Command::new("setsid");
    command.args(["sh", "-c", script]);
    command.arg(vasca_tests::binary::vasca_binary());
    command.arg(folder.path("Title.tsx"));
    command
}
