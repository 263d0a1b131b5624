//! What becomes of the processes when one of them is killed, and what workers inherit.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use vasca_tests::binary::vasca_binary;
use vasca_tests::child::Child;
use vasca_tests::processes::{children_of, computed_ticks, in_session};
use vasca_tests::run::{left_behind, vasca};
use vasca_tests::wait::wait_for;

use crate::sources::{Folder, ORDINARY, busy};

/// Far more than a start takes on a busy machine.
const SOON: Duration = Duration::from_secs(30);
/// Time of computing that tells a worker at work from one that starts: a fifth of a second, of the
/// usual hundred ticks each.
const BUSY_TICKS: u64 = 20;

/// A folder with a busy source and an ordinary one.
fn sources() -> Folder {
    Folder::with(&[
        ("busy.tsx", busy().as_bytes()),
        ("title.tsx", ORDINARY.as_bytes()),
    ])
}

/// A call that builds the busy source, on one slot.
fn busy_build(folder: &Folder) -> Command {
    let mut command = vasca(["build", "--slots", "1", "--timeout-ms", "60000"]);
    command.arg(folder.path("busy.tsx"));
    command
}

/// Starts a command in silence.
fn start(command: &mut Command) -> Child {
    Child::spawn(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    )
}

/// The worker of `host` that computes.
#[track_caller]
fn busy_worker(host: &Child) -> u32 {
    wait_for("a busy worker", SOON, || {
        let is_busy = |pid: &u32| computed_ticks(*pid).is_some_and(|ticks| ticks >= BUSY_TICKS);
        children_of(host.pid()).into_iter().find(is_busy)
    })
}

#[test]
fn workers_die_with_a_host_that_is_killed() {
    let folder = sources();
    let mut host = start(&mut busy_build(&folder));
    let worker = busy_worker(&host);
    assert!(
        in_session(host.pid()).contains(&worker),
        "workers are found by their session"
    );
    host.kill();
    host.status_within(SOON).expect("a kill ends it");
    assert_eq!(left_behind(host.pid()), [0; 0]);
}

#[test]
fn an_interrupt_ends_the_command_and_its_workers() {
    let folder = sources();
    for signal in [Signal::INT, Signal::TERM] {
        // A shell that starts the tests in the background has them ignore interrupts.
        let mut command = Command::new("env");
        let build = busy_build(&folder);
        command
            .args(["--default-signal=INT", "setsid"])
            .args(build.get_args());
        command.env_remove("MAX_CONCURRENT_BUILDS");
        let mut host = start(&mut command);
        busy_worker(&host);
        host.signal(signal);
        let status = host.status_within(Duration::from_secs(5));
        assert!(
            status.is_some_and(|status| !status.success()),
            "{signal:?}: {status:?}"
        );
        assert_eq!(left_behind(host.pid()), [0; 0], "{signal:?}");
    }
}

#[test]
fn a_worker_that_dies_fails_its_build_and_no_other() {
    let folder = sources();
    let mut command = busy_build(&folder);
    command.arg(folder.path("title.tsx")).arg("--json");
    command.arg("--out").arg(folder.path("dist"));
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut host = Child::spawn(&mut command);
    let stdout = host.take_stdout().expect("a pipe was asked for");
    let worker = busy_worker(&host);
    let pid = Pid::from_raw(worker.cast_signed()).expect("a pid is not zero");
    kill_process(pid, Signal::KILL).expect("the worker is there");

    let status = host.status_within(SOON).expect("both builds end");
    assert_eq!(status.code(), Some(3));
    let text = std::io::read_to_string(stdout).expect("two lines");
    let builds: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    assert_eq!(builds.len(), 2, "{text}");
    let crashed = builds[0].pointer("/diagnostics/0/code");
    assert_eq!(crashed, Some(&"worker_crashed".into()), "{text}");
    assert_eq!(builds[0]["outcome"], "system_error", "{text}");
    assert_eq!(builds[1]["outcome"], "success", "{text}");
    assert_eq!(folder.names("dist"), ["title.js"]);
    assert_eq!(left_behind(host.pid()), [0; 0]);
}

#[test]
fn workers_inherit_neither_variables_nor_descriptors() {
    let folder = sources();
    let build = busy_build(&folder);
    let mut command = Command::new("setsid");
    command.args(["sh", "-c", "exec 9</dev/null; exec \"$0\" \"$@\""]);
    command.arg(vasca_binary()).args(build.get_args().skip(1));
    command.env("VASCA_TEST_SECRET", "not for workers");
    let host = start(&mut command);
    let worker = busy_worker(&host);

    assert!(
        environment(host.pid()).contains("VASCA_TEST_SECRET"),
        "the host has it"
    );
    assert_eq!(environment(worker), "");
    let of_host = descriptors(host.pid());
    assert_eq!(
        of_host.get(&9).map(String::as_str),
        Some("/dev/null"),
        "{of_host:?}"
    );
    // Beyond the standard streams, the two pipes to the host.
    let mut of_worker = descriptors(worker);
    assert_eq!(of_worker.remove(&0).as_deref(), Some("/dev/null"));
    assert_eq!(of_worker.len(), 4, "{of_worker:?}");
    assert!(
        of_worker.values().all(|target| target.starts_with("pipe:")),
        "{of_worker:?}"
    );
    assert_eq!(
        fs::read_link(format!("/proc/{worker}/cwd")).ok(),
        Some("/".into())
    );
}

/// The variables of a process.
#[track_caller]
fn environment(pid: u32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/environ")).expect("the process is there");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The open descriptors of a process, and what they lead to.
fn descriptors(pid: u32) -> BTreeMap<u32, String> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten();
    entries
        .flatten()
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.parse().ok()?;
            let target = fs::read_link(entry.path()).ok()?;
            Some((number, target.to_string_lossy().into_owned()))
        })
        .collect()
}
