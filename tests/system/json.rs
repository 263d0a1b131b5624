//! `--json`: what programs read.

use std::collections::BTreeSet;

use serde_json::Value;
use vasca_tests::fixtures::{broken_one, good_one};
use vasca_tests::run::{run, vasca};

use crate::sources::Folder;

/// The keys of an object.
fn keys(value: &Value) -> BTreeSet<&str> {
    let object = value.as_object().into_iter().flatten();
    object.map(|(key, _)| key.as_str()).collect()
}

#[test]
fn a_module_comes_with_all_that_is_known_about_it() {
    let title = good_one("title.tsx");
    let run = run(vasca(["build", "--json"]).arg(&title)).expect_code(0);
    assert!(run.stderr.is_empty(), "{run}");
    let [build] = run.json().try_into().expect("one line for one file");
    let expected = [
        "artifact",
        "builder",
        "code",
        "diagnostics",
        "file",
        "outcome",
        "repairs",
        "status",
        "timings",
    ];
    assert_eq!(keys(&build), expected.into(), "{run}");
    assert_eq!(build["file"], title.display().to_string());
    assert_eq!(
        (&build["status"], &build["outcome"]),
        (&"succeeded".into(), &"success".into())
    );
    assert_eq!(build["builder"], "tsx");
    assert_eq!(build["diagnostics"], Value::Array(Vec::new()));

    let artifact = &build["artifact"];
    let expected = [
        "bytes",
        "digest",
        "exports",
        "globals",
        "imports",
        "integrity",
        "reads",
    ];
    assert_eq!(keys(artifact), expected.into());
    let digest = artifact["digest"].as_str().unwrap_or_default();
    assert!(
        digest.len() == 64 && digest.chars().all(|c| c.is_ascii_hexdigit()),
        "{digest}"
    );
    let integrity = artifact["integrity"].as_str().unwrap_or_default();
    assert!(integrity.starts_with("sha384-"), "{integrity}");
    let code = build["code"].as_str().unwrap_or_default();
    assert_eq!(artifact["bytes"]["raw"], code.len(), "{run}");
    let gzip = artifact["bytes"]["gzip"].as_u64().unwrap_or_default();
    assert!((1..code.len() as u64).contains(&gzip), "{gzip}");
    assert_eq!(artifact["exports"], Value::from(["default"].as_slice()));
    assert_eq!(
        artifact["globals"],
        Value::from(["Remotion", "React"].as_slice())
    );
    assert_eq!(artifact["imports"], Value::Array(Vec::new()));
}

#[test]
fn timings_name_the_wait_each_stage_and_the_whole() {
    let run = run(vasca(["build", "--json"]).arg(good_one("title.tsx"))).expect_code(0);
    let [build] = run.json().try_into().expect("one line for one file");
    let timings = &build["timings"];
    let stages: BTreeSet<_> = [
        "validate",
        "parse",
        "repair",
        "transform",
        "policy",
        "wrap",
        "link",
        "minify",
        "verify",
        "compress",
        "upload",
        "record",
        "queue",
        "total",
    ]
    .map(|stage| format!("{stage}_ms"))
    .into();
    for name in [
        "queue_ms",
        "parse_ms",
        "transform_ms",
        "minify_ms",
        "total_ms",
    ] {
        assert!(timings[name].is_number(), "{name} is missing in {timings}");
    }
    for name in keys(timings) {
        assert!(stages.contains(name), "{name} is no stage");
        let milliseconds = timings[name].as_f64().unwrap_or(-1.0);
        let total = timings["total_ms"].as_f64().unwrap_or(-1.0);
        assert!((0.0..=total).contains(&milliseconds), "{name} in {timings}");
    }
}

#[test]
fn a_failure_has_diagnostics_in_place_of_an_artifact() {
    let source = broken_one("misspelt-module.tsx");
    let run = run(vasca(["build", "--json"]).arg(&source)).expect_code(1);
    assert!(run.stderr.is_empty(), "{run}");
    let [build] = run.json().try_into().expect("one line for one file");
    let expected = [
        "builder",
        "diagnostics",
        "file",
        "outcome",
        "repairs",
        "signature",
        "status",
        "timings",
    ];
    assert_eq!(keys(&build), expected.into(), "{run}");
    assert_eq!(
        (&build["status"], &build["outcome"]),
        (&"failed".into(), &"user_error".into())
    );
    let diagnostics = build["diagnostics"].as_array().expect("a list");
    assert_eq!(diagnostics.len(), 2, "{run}");
    let first = diagnostics.first().expect("the first of two");
    let expected = [
        "class", "code", "column", "file", "frame", "hint", "line", "message", "severity",
    ];
    assert_eq!(keys(first), expected.into(), "{run}");
    assert_eq!(
        (&first["code"], &first["severity"]),
        (&"unresolved_import".into(), &"error".into())
    );
    assert_eq!(first["file"], source.display().to_string());
    assert_eq!((&first["line"], &first["column"]), (&1.into(), &32.into()));
    let frame = first["frame"].as_str().unwrap_or_default();
    assert!(
        frame.starts_with("1 | import React") && frame.contains("^^^^^^^"),
        "{frame}"
    );
}

#[test]
fn each_file_has_a_line_in_the_order_of_the_call() {
    let folder = Folder::with(&[]);
    let files = [
        good_one("title.tsx"),
        broken_one("unclosed-tag.tsx"),
        good_one("chart.tsx"),
    ];
    let mut command = vasca(["build", "--json", "--slots", "3", "--out"]);
    let run = run(command.arg(folder.path("dist")).args(&files)).expect_code(1);
    let builds = run.json();
    let named: Vec<_> = builds.iter().map(|build| build["file"].clone()).collect();
    assert_eq!(
        named,
        files.map(|file| Value::from(file.display().to_string()))
    );
    assert_eq!(folder.names("dist"), ["chart.js", "title.js"]);
    for build in [&builds[0], &builds[2]] {
        let path = build["artifact"]["path"].as_str().unwrap_or_default();
        assert!(
            path.starts_with(&folder.path("dist").display().to_string()),
            "{run}"
        );
        assert_eq!(build["code"], Value::Null, "the code is in the file: {run}");
    }
}

#[test]
fn several_files_without_a_folder_are_whole_in_their_lines() {
    let missing = good_one("title.tsx").with_file_name("missing.tsx");
    let mut command = vasca(["build", "--json"]);
    command.args([
        good_one("title.tsx"),
        missing.clone(),
        good_one("chart.tsx"),
    ]);
    let run = run(&mut command).expect_code(2);
    let [title, unread, chart] = run.json().try_into().expect("a line for each file");
    for build in [&title, &chart] {
        let code = build["code"].as_str().unwrap_or_default();
        assert!(code.contains("export"), "{run}");
        assert_eq!(build["artifact"]["reads"][0]["module"], "remotion", "{run}");
    }
    assert_eq!(unread["diagnostics"][0]["code"], "unreadable_file", "{run}");
    assert_eq!(unread["file"], missing.display().to_string());
}
