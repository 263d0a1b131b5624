//! Wrong calls: exit code 2, a sentence on standard error, nothing on standard output.

use vasca_tests::fixtures::good_one;
use vasca_tests::run::{Run, run, vasca};

use crate::sources::{Folder, ORDINARY};

/// Runs a call that must be refused as wrong usage.
#[track_caller]
fn refused(arguments: &[&str]) -> Run {
    let run = run(&mut vasca(arguments)).expect_code(2);
    assert!(run.stdout.is_empty(), "{run}");
    run
}

#[test]
fn a_call_without_a_command_or_a_file_says_what_is_missing() {
    let run = refused(&["build"]);
    assert!(
        run.stderr.contains("<FILE>") && run.stderr.contains("Usage"),
        "{run}"
    );
    let run = refused(&[]);
    assert!(run.stderr.contains("build"), "{run}");
}

#[test]
fn an_unknown_flag_command_or_value_is_named() {
    let run = refused(&["build", "--minimise", "a.tsx"]);
    assert!(run.stderr.contains("'--minimise'"), "{run}");
    let run = refused(&["bild"]);
    assert!(
        run.stderr.contains("'bild'") && run.stderr.contains("build"),
        "{run}"
    );
    let run = refused(&["build", "a.tsx", "--target", "es5"]);
    assert!(
        run.stderr.contains("'es5'") && run.stderr.contains("es2020"),
        "{run}"
    );
    let run = refused(&["build", "a.tsx", "--imports", "umd"]);
    assert!(run.stderr.contains("globals, external"), "{run}");
    for milliseconds in ["0", "60001", "soon"] {
        let run = refused(&["build", "a.tsx", "--timeout-ms", milliseconds]);
        assert!(run.stderr.contains("--timeout-ms"), "{run}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = Folder::with(&[]);
    let missing = folder.path("missing.tsx").display().to_string();
    let run = refused(&["build", &missing]);
    assert!(
        run.stderr.contains(&missing) && run.stderr.contains("No such file"),
        "{run}"
    );
    let directory = folder.path("").display().to_string();
    let run = refused(&["build", &directory]);
    assert!(run.stderr.contains("directory"), "{run}");
}

#[test]
fn several_files_that_would_end_in_one_place_are_refused_before_any_is_built() {
    let files: &[(&str, &[u8])] = &[
        ("x/a.tsx", ORDINARY.as_bytes()),
        ("y/a.tsx", ORDINARY.as_bytes()),
        ("b.tsx", ORDINARY.as_bytes()),
    ];
    let folder = Folder::with(files);
    let path = |name: &str| folder.path(name).display().to_string();
    let (one, other, b) = (path("x/a.tsx"), path("y/a.tsx"), path("b.tsx"));
    let run = refused(&["build", &one, &b]);
    assert!(run.stderr.contains("--out"), "{run}");
    let run = refused(&["build", &one, &b, "--out", &path("one.js")]);
    assert!(run.stderr.contains("one.js"), "{run}");
    let run = refused(&["build", &one, &other, "--out", &path("dist")]);
    assert!(
        run.stderr.contains(&one) && run.stderr.contains(&other),
        "{run}"
    );
    assert_eq!(folder.names(""), ["b.tsx", "x", "y"]);
}

#[test]
fn a_place_that_cannot_be_written_is_the_systems_fault() {
    let folder = Folder::with(&[("file", b"no folder")]);
    let mut command = vasca(["build", "--out"]);
    command
        .arg(folder.path("file/dist"))
        .arg(good_one("title.tsx"));
    let run = run(&mut command).expect_code(3);
    assert!(run.stderr.contains("cannot write"), "{run}");
    assert_eq!(folder.names(""), ["file"]);
}

#[test]
fn no_slots_are_refused_and_two_are_used() {
    let title = good_one("title.tsx");
    for slots in ["0", "1025", "many"] {
        let mut command = vasca(["build"]);
        let command = command.env("MAX_CONCURRENT_BUILDS", slots);
        let run = run(command.arg(&title)).expect_code(2);
        assert!(
            run.stderr.contains("MAX_CONCURRENT_BUILDS is") && run.stderr.contains(slots),
            "{run}"
        );
        assert!(run.stdout.is_empty(), "{run}");
    }
    let zero = refused(&["build", "a.tsx", "--slots", "0"]);
    assert!(zero.stderr.contains("1..=1024"), "{zero}");
    let mut command = vasca(["build"]);
    let _ = run(command.env("MAX_CONCURRENT_BUILDS", "2").arg(&title)).expect_code(0);
    let mut command = vasca(["build"]);
    let _ = run(command.env("MAX_CONCURRENT_BUILDS", "").arg(&title)).expect_code(0);
}

#[test]
fn a_module_never_replaces_a_source() {
    let folder = Folder::with(&[("a.js", ORDINARY.as_bytes())]);
    let source = folder.path("a.js").display().to_string();
    for out in [source.clone(), folder.path("").display().to_string()] {
        let run = refused(&["build", &source, "--out", &out]);
        assert!(run.stderr.contains("overwritten"), "{run}");
    }
    assert_eq!(folder.read("a.js"), ORDINARY);
}

#[test]
fn help_has_examples_and_names_the_exit_codes() {
    for arguments in [["help", "build"], ["build", "--help"]] {
        let run = run(&mut vasca(arguments)).expect_code(0);
        for expected in [
            "Examples:",
            "vasca build Title.tsx",
            "Exit codes: 0 built",
            "--json",
        ] {
            assert!(
                run.stdout.contains(expected),
                "{expected:?} is missing in {run}"
            );
        }
    }
    let run = run(&mut vasca(["--version"])).expect_code(0);
    assert!(run.stdout.starts_with("vasca "), "{run}");
}
