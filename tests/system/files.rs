//! Files in, modules out: to standard output, into a file, into a folder.

use vasca_tests::fixtures::{broken_one, good_one};
use vasca_tests::run::{run, run_with, vasca};

use crate::sources::{Folder, ORDINARY};

#[test]
fn one_file_prints_its_module_and_nothing_else() {
    let folder = Folder::with(&[("Title.tsx", ORDINARY.as_bytes())]);
    let mut command = vasca(["build", "--imports", "external"]);
    let run = run(command.arg(folder.path("Title.tsx"))).expect_code(0);
    assert!(run.stdout.starts_with("import{createElement"), "{run}");
    assert_eq!(run.stdout.lines().count(), 1, "{run}");
    assert!(
        run.stdout.contains("Vasca") && !run.stdout.contains('<'),
        "{run}"
    );
    let source = folder.path("Title.tsx").display().to_string();
    assert!(
        run.stderr.starts_with(&source),
        "the summary names the file: {run}"
    );
    assert!(
        run.stderr.contains("gzipped") && run.stderr.contains("digest"),
        "{run}"
    );
}

#[test]
fn what_is_printed_is_what_is_written() {
    let folder = Folder::with(&[]);
    let title = good_one("title.tsx");
    let printed = run(vasca(["build"]).arg(&title)).expect_code(0);
    let mut command = vasca(["build", "--out"]);
    let run = run(command.arg(folder.path("new/out.mjs")).arg(&title)).expect_code(0);
    assert!(run.stdout.is_empty(), "{run}");
    assert_eq!(
        folder.read("new/out.mjs").trim_end(),
        printed.stdout.trim_end()
    );
    assert_eq!(folder.names("new"), ["out.mjs"]);
}

#[test]
fn several_files_go_into_a_folder_under_their_own_names() {
    let folder = Folder::with(&[("dist/title.js", b"older, and to be replaced")]);
    let mut command = vasca(["build", "--out"]);
    command.arg(folder.path("dist"));
    command.args([good_one("title.tsx"), good_one("lower-third.tsx")]);
    let run = run(&mut command).expect_code(0);
    assert!(run.stdout.is_empty(), "{run}");
    assert_eq!(folder.names("dist"), ["lower-third.js", "title.js"]);
    assert!(folder.read("dist/title.js").contains("export"));
    let (title, third) = (
        run.stderr.find("title.js"),
        run.stderr.find("lower-third.js"),
    );
    assert!(
        title.is_some() && title < third,
        "in the order of the call: {run}"
    );
}

#[test]
fn a_broken_file_does_not_keep_the_others_from_being_built() {
    let folder = Folder::with(&[]);
    let mut command = vasca(["build", "--out"]);
    command.arg(folder.path("dist"));
    command.args([broken_one("unclosed-tag.tsx"), good_one("title.tsx")]);
    let run = run(&mut command).expect_code(1);
    assert_eq!(folder.names("dist"), ["title.js"]);
    assert!(run.stderr.contains("error[syntax_error]"), "{run}");
}

#[test]
fn a_broken_file_leaves_the_module_of_before_alone() {
    let folder = Folder::with(&[("unclosed-tag.js", b"before")]);
    let mut command = vasca(["build", "--out"]);
    command
        .arg(folder.path(""))
        .arg(broken_one("unclosed-tag.tsx"));
    let _ = run(&mut command).expect_code(1);
    assert_eq!(folder.read("unclosed-tag.js"), "before");
}

#[test]
fn standard_input_is_a_source_like_any_other() {
    let folder = Folder::with(&[("Title.tsx", ORDINARY.as_bytes())]);
    let from_file = run(vasca(["build"]).arg(folder.path("Title.tsx"))).expect_code(0);
    let from_input = run_with(&mut vasca(["build", "-"]), ORDINARY.as_bytes()).expect_code(0);
    assert_eq!(from_input.stdout, from_file.stdout);
    assert!(from_input.stderr.starts_with("<stdin>"), "{from_input}");

    let mut command = vasca(["build", "-", "--out"]);
    let _ = run_with(command.arg(folder.path("dist")), ORDINARY.as_bytes()).expect_code(0);
    assert_eq!(folder.names("dist"), ["component.js"]);
}

#[test]
fn a_path_of_any_characters_is_taken() {
    let name = "a b/Ti\"tle é:1.tsx";
    let folder = Folder::with(&[(name, ORDINARY.as_bytes())]);
    let mut command = vasca(["build", "--out"]);
    let _ = run(command.arg(folder.path("dist")).arg(folder.path(name))).expect_code(0);
    assert_eq!(folder.names("dist"), ["Ti\"tle é:1.js"]);
}

#[test]
fn a_diagnostic_says_where_in_the_file_that_was_given() {
    let source = broken_one("misspelt-module.tsx");
    let run = run(vasca(["build"]).arg(&source)).expect_code(1);
    assert!(run.stdout.is_empty(), "{run}");
    let path = source.display();
    for expected in [
        "error[unresolved_import]: The module \"raect\" is not provided by the page.\n",
        &format!("  at {path}:1:32\n"),
        "  hint: Did you mean \"react\"?\n",
        &format!("  at {path}:2:71\n"),
    ] {
        assert!(
            run.stderr.contains(expected),
            "{expected:?} is missing in {run}"
        );
    }
    assert!(
        !run.stderr.contains('\u{1b}'),
        "no colours in a pipe: {run}"
    );
}

#[test]
fn a_warning_is_said_and_the_module_is_built() {
    let source = format!("import unused from 'nowhere';\n{ORDINARY}");
    let run = run_with(&mut vasca(["build", "-"]), source.as_bytes()).expect_code(0);
    assert!(run.stderr.contains("warning[unused_import]"), "{run}");
    assert!(run.stderr.contains("at <stdin>:1:"), "{run}");
    assert!(
        run.stdout.contains("Vasca") && !run.stdout.contains("nowhere"),
        "{run}"
    );
}

#[test]
fn a_file_that_cannot_be_read_does_not_keep_the_others_from_being_built() {
    let folder = Folder::with(&[("a.tsx", ORDINARY.as_bytes())]);
    let mut command = vasca(["build", "--out"]);
    command.arg(folder.path("dist"));
    command.args([folder.path("missing.tsx"), folder.path("a.tsx")]);
    let run = run(&mut command).expect_code(2);
    assert!(run.stderr.contains("missing.tsx"), "{run}");
    assert_eq!(folder.names("dist"), ["a.js"]);
}
