//! The harness tested on itself: it waits no longer than told and ends only what it started.

use std::process::{Command, Stdio};
use std::time::Duration;

use vasca_tests::child::Child;
use vasca_tests::processes::{children_of, is_running, peak_memory_bytes};
use vasca_tests::repository::repository_root;
use vasca_tests::run::run_with;
use vasca_tests::wait::{try_wait_for, wait_for, wait_until};
use vasca_tests::{binary, node};

/// Far more than a spawn takes on a busy machine.
const SOON: Duration = Duration::from_secs(10);

/// A child that would outlive the test by far.
fn sleeper() -> Child {
    let mut command = Command::new("sleep");
    command.arg("600").stdin(Stdio::null());
    Child::spawn(&mut command)
}

#[test]
fn the_root_holds_the_workspace() {
    assert!(repository_root().join("Cargo.toml").is_file());
    assert!(repository_root().join("tests/run").is_file());
}

#[test]
fn a_dropped_child_is_ended_and_its_neighbour_is_not() {
    let (dropped, mut neighbour) = (sleeper(), sleeper());
    let pid = dropped.pid();
    drop(dropped);
    assert!(!is_running(pid));
    assert!(is_running(neighbour.pid()));
    assert!(neighbour.status_within(Duration::ZERO).is_none());
}

#[test]
fn a_terminated_child_reports_its_signal() {
    use std::os::unix::process::ExitStatusExt;
    let mut child = sleeper();
    child.terminate();
    let status = child.status_within(SOON).expect("SIGTERM ends sleep");
    assert_eq!(status.signal(), Some(15));
}

#[test]
fn children_are_found_by_their_parent() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "sleep 600 & wait"]).stdin(Stdio::null());
    let parent = Child::spawn(&mut shell);
    let found = wait_for("the shell's child", SOON, || {
        children_of(parent.pid()).pop()
    });
    assert!(children_of(std::process::id()).contains(&parent.pid()));
    assert!(children_of(found).is_empty());
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(found.cast_signed()).expect("a pid is not zero"),
        rustix::process::Signal::KILL,
    )
    .expect("the grandchild is ours to end");
    wait_until("the grandchild is gone", SOON, || !is_running(found));
}

#[test]
fn a_run_tells_what_was_said_and_how_it_ended() {
    let mut shell = Command::new("setsid");
    shell.args(["sh", "-c", "cat; echo trouble >&2; exit 7"]);
    let run = run_with(&mut shell, b"from the input");
    assert_eq!(run.code, Some(7), "{run}");
    assert_eq!(run.stdout, "from the input");
    assert_eq!(run.stderr, "trouble\n");
    assert!(run.left_behind.is_empty(), "{run}");
}

#[test]
fn what_a_run_leaves_behind_is_found_by_its_session() {
    let mut shell = Command::new("setsid");
    shell.args(["sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $!"]);
    let run = run_with(&mut shell, b"");
    let left: i32 = run.stdout.trim().parse().expect("the id of the sleeper");
    let sleeper = rustix::process::Pid::from_raw(left).expect("a pid is not zero");
    rustix::process::kill_process(sleeper, rustix::process::Signal::KILL)
        .expect("the sleeper is ours to end");
    assert_eq!(run.left_behind, [left.cast_unsigned()], "{run}");
}

#[test]
fn the_memory_that_a_process_has_held_is_known_while_it_runs() {
    let before = peak_memory_bytes(std::process::id()).expect("this process runs");
    let block = std::hint::black_box(vec![1_u8; 64 << 20]);
    let after = peak_memory_bytes(std::process::id()).expect("this process runs");
    assert!(after >= before + (32 << 20), "{before}, then {after}");
    drop(block);
    let mut child = sleeper();
    child.kill();
    child.status_within(SOON).expect("SIGKILL ends sleep");
    assert_eq!(peak_memory_bytes(child.pid()), None);
}

#[test]
fn a_condition_that_never_holds_is_given_up() {
    assert_eq!(try_wait_for(Duration::ZERO, || None::<u8>), None);
    assert_eq!(try_wait_for(Duration::ZERO, || Some(7)), Some(7));
}

#[test]
fn missing_packages_name_the_command_that_installs_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let message =
        node::missing_packages(folder.path(), &["esbuild"]).expect("nothing is installed");
    assert!(
        message.contains("esbuild") && message.contains("tests/run"),
        "{message}"
    );
    std::fs::create_dir_all(folder.path().join("node_modules/esbuild")).expect("a folder");
    assert_eq!(node::missing_packages(folder.path(), &["esbuild"]), None);
}

#[test]
fn the_binary_is_found_in_what_cargo_says() {
    let messages = concat!(
        r#"{"reason":"compiler-artifact","target":{"name":"vasca_server"},"executable":null}"#,
        "\n",
        r#"{"reason":"compiler-artifact","target":{"name":"vasca"},"executable":"/t/vasca"}"#,
        "\n",
        r#"{"reason":"build-finished","success":true}"#,
        "\n",
    );
    assert_eq!(
        binary::executable_in(messages).as_deref(),
        Some("/t/vasca".as_ref())
    );
    assert_eq!(binary::executable_in("not json\n"), None);
}
