//! Sources that were written, or generated, to break a compiler. Each build ends in time with a
//! module or with a diagnostic of the user's; nothing panics, nothing is left behind, and the next
//! build on the same slot is as good as ever.

mod busy;
mod growing;
mod long;
mod many;
mod nested;

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;
use vasca_tests::repository::repository_root;
use vasca_tests::run::{Run, run, vasca};

use crate::sources::{Folder, ORDINARY};

/// The time that each source is given.
const TIMEOUT_MS: u32 = 3000;
/// What stopping a build may take: killing and reaping a process of some hundred megabytes.
const STOPPING_MS: f64 = 1000.0;
/// On a machine that does several other things at once, everything takes its multiple.
const NOISE: f64 = 3.0;
/// The memory of the host: sources of at most 2 MiB and their modules, some copies of each.
const HOST_BYTES: u64 = 128 * 1024 * 1024;

/// A source with a name for it.
type Case = (String, String);

/// Builds each source and an ordinary one after it; all of them must be survived.
#[track_caller]
fn survive(cases: Vec<Case>) {
    let codes = codes_of_users();
    assert!(codes.len() > 10, "the table of codes has been found");
    let mut table = String::new();
    let mut faults = String::new();
    for (name, source) in cases {
        let run = build(&source);
        let (row, fault) = judge(&run, &codes);
        let _ = writeln!(table, "{name}, {} bytes: {row}", source.len());
        for fault in fault {
            let _ = writeln!(faults, "{name}: {fault}");
        }
    }
    assert!(faults.is_empty(), "{faults}\nall of them:\n{table}");
}

/// One call with two files and one slot.
fn build(source: &str) -> Run {
    let folder = Folder::with(&[
        ("hostile.tsx", source.as_bytes()),
        ("ordinary.tsx", ORDINARY.as_bytes()),
    ]);
    let mut command = vasca(["build", "--json", "--slots", "1", "--timeout-ms"]);
    command.arg(TIMEOUT_MS.to_string());
    command.args([folder.path("hostile.tsx"), folder.path("ordinary.tsx")]);
    run(command.arg("--out").arg(folder.path("dist")))
}

/// A row for the table, and what is wrong.
fn judge(run: &Run, codes: &BTreeSet<String>) -> (String, Vec<String>) {
    let builds: Vec<Value> = run
        .stdout
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let (hostile, ordinary) = match builds.as_slice() {
        [hostile, ordinary] => (hostile, ordinary),
        _ => return (String::new(), vec![format!("not two lines of JSON: {run}")]),
    };
    let outcome = hostile["outcome"].as_str().unwrap_or_default();
    let code = hostile.pointer("/diagnostics/0/code");
    let code = code.and_then(Value::as_str).unwrap_or_default();
    let total_ms = hostile["timings"]["total_ms"].as_f64().unwrap_or(f64::MAX);
    let exit_code = match outcome {
        "success" => 0,
        "user_error" => 1,
        _ => 3,
    };
    let checks = [
        (run.code == Some(exit_code), "the exit code does not fit"),
        (
            outcome == "success" || codes.contains(code),
            "not a diagnostic of the user's",
        ),
        (
            total_ms <= f64::from(TIMEOUT_MS) + STOPPING_MS * NOISE,
            "it was stopped too late",
        ),
        (
            run.stderr.is_empty(),
            "something was said on standard error",
        ),
        (run.left_behind.is_empty(), "a process was left behind"),
        (run.peak_bytes < HOST_BYTES, "the host took too much memory"),
        (
            ordinary["outcome"] == "success",
            "the build after it failed",
        ),
    ];
    let faults: Vec<_> = checks
        .into_iter()
        .filter(|(holds, _)| !holds)
        .map(|(_, what)| format!("{what}: {}", shortened(run)))
        .collect();
    let mebibytes = run.peak_bytes >> 20;
    (
        format!("{outcome} {code}, {total_ms} ms, host {mebibytes} MiB"),
        faults,
    )
}

/// A run without the thousands of lines that some sources earn.
fn shortened(run: &Run) -> String {
    run.to_string().chars().take(1500).collect()
}

/// The codes of `docs/diagnostics.md` that tell the user something about the source. The others
/// are faults of the system, and no source may cause one.
fn codes_of_users() -> BTreeSet<String> {
    let path = repository_root().join("docs/diagnostics.md");
    let text = std::fs::read_to_string(path).expect("the table of codes");
    let rows = text.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        let code = cells.next()?.trim_end_matches('`');
        let class = cells.next()?;
        matches!(class, "user" | "input_limit").then(|| code.to_owned())
    });
    rows.collect()
}

#[test]
fn a_crash_a_panic_and_a_remainder_are_noticed() {
    let codes = codes_of_users();
    let line = |outcome: &str, code: &str| {
        format!(
            "{{\"outcome\":\"{outcome}\",\"diagnostics\":[{{\"code\":\"{code}\"}}],\"timings\":{{\"total_ms\":1}}}}\n"
        )
    };
    let run = |outcome: &str, code: &str, exit_code: i32| Run {
        code: Some(exit_code),
        stdout: line(outcome, code) + &line("success", ""),
        stderr: String::new(),
        took: std::time::Duration::ZERO,
        computed: std::time::Duration::ZERO,
        peak_bytes: 1,
        left_behind: Vec::new(),
    };
    let count = |run: &Run| judge(run, &codes).1.len();
    assert_eq!(count(&run("user_error", "too_complex", 1)), 0);
    assert_eq!(count(&run("user_error", "too_complex", 3)), 1);
    assert_eq!(count(&run("system_error", "worker_crashed", 3)), 1);
    assert_eq!(count(&run("system_error", "compiler_panicked", 3)), 1);
    let mut bad = run("timed_out", "timed_out", 3);
    assert_eq!(count(&bad), 0);
    bad.stderr = "thread 'main' panicked at".to_owned();
    bad.left_behind = vec![1];
    bad.peak_bytes = u64::MAX;
    bad.stdout = bad
        .stdout
        .replace("success", "timed_out")
        .replace(":1}", ":9000}");
    assert_eq!(count(&bad), 5);
    bad.stdout.clear();
    assert_eq!(count(&bad), 1);
}
