//! Every broken fixture, as its author is told of it: code, line, column, frame, hint; and that who
//! follows the hints gets a source that builds.
#![expect(
    clippy::unwrap_used,
    reason = "a failed step of a test is the test's failure"
)]

mod following;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use following::{changes, follow};
use vasca_builders::tsx::TsxBuilder;
use vasca_builders::{BuildRequest, Code, Diagnostic, Severity};

/// Fewer would not be what people and models get wrong.
const FIXTURES_MIN: usize = 64;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/broken")
}

/// The names of the fixtures of a folder.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".tsx")).collect()
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// Everything that a build says, and whether there is a module.
fn build(name: &str, source: &str) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let request = BuildRequest::single("tsx", name, source);
    let built = TsxBuilder::new().build_blocking(&request);
    built
        .map(|artifact| artifact.diagnostics)
        .map_err(|error| error.diagnostics)
}

#[test]
fn every_broken_fixture_is_explained_with_code_place_frame_and_hint() {
    let mut seen = 0;
    insta::glob!(folder(), "*.tsx", |path| {
        seen += 1;
        let name = path.file_name().unwrap().to_string_lossy();
        let source = std::fs::read_to_string(path).unwrap();
        let diagnostics = build(&name, &source).expect_err(&name);
        insta::assert_snapshot!(diagnostics.iter().map(told).collect::<String>());
    });
    assert!(seen >= FIXTURES_MIN, "{seen} fixtures");
}

#[test]
fn every_error_of_a_broken_fixture_has_a_hint_and_all_but_missing_exports_have_a_place() {
    for name in names(&folder()) {
        let diagnostics = build(&name, &read(&folder(), &name)).expect_err(&name);
        let errors = diagnostics
            .iter()
            .filter(|one| one.severity == Severity::Error);
        for error in errors {
            assert!(error.hint.is_some(), "{name}: {}", error.message);
            let has_place = error.line.is_some() && error.frame.is_some();
            assert_eq!(
                has_place,
                error.code != Code::MissingDefaultExport,
                "{name}"
            );
        }
    }
}

#[test]
fn every_broken_fixture_has_a_mended_one_which_builds() {
    let mended = folder().join("mended");
    assert_eq!(names(&folder()), names(&mended));
    for name in names(&mended) {
        if let Err(diagnostics) = build(&name, &read(&mended, &name)) {
            panic!(
                "{name}: {}",
                diagnostics.iter().map(told).collect::<String>()
            );
        }
    }
}

#[test]
fn a_mended_fixture_differs_only_where_a_diagnostic_of_the_broken_one_says() {
    let mut faults = String::new();
    for name in names(&folder()) {
        let broken = read(&folder(), &name);
        let mended = read(&folder().join("mended"), &name);
        let diagnostics = build(&name, &broken).expect_err(&name);
        for change in changes(&broken, &mended) {
            if !change.is_told_by(&diagnostics, &broken) {
                writeln!(faults, "{name}: {change:?} is named by no diagnostic").unwrap();
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn who_follows_the_hints_by_their_letters_gets_what_builds() {
    let mut followed = Vec::new();
    let mut faults = String::new();
    for name in names(&folder()) {
        let source = read(&folder(), &name);
        let diagnostics = build(&name, &source).expect_err(&name);
        let Some(mended) = follow(&source, &diagnostics) else {
            continue;
        };
        followed.push(name.clone());
        if let Err(left) = build(&name, &mended) {
            let left = left.iter().map(told).collect::<String>();
            writeln!(faults, "═ {name}, followed:\n{mended}\n{left}").unwrap();
        }
    }
    assert!(faults.is_empty(), "{faults}");
    let least = names(&folder()).len() * 6 / 10;
    assert!(followed.len() >= least, "only {followed:?}");
}

/// A diagnostic as a person reads it.
fn told(diagnostic: &Diagnostic) -> String {
    let mut text = String::new();
    let Diagnostic {
        code,
        severity,
        message,
        file,
        line,
        column,
        frame,
        hint,
        ..
    } = diagnostic;
    let place = [*line, *column].map(|number| number.map_or("-".to_owned(), |n| n.to_string()));
    let file = file.as_deref().unwrap_or("-");
    writeln!(text, "{}[{}] {message}", severity.as_str(), code.as_str()).unwrap();
    writeln!(text, "at {file}:{}", place.join(":")).unwrap();
    writeln!(text, "{}", frame.as_deref().unwrap_or("(no frame)")).unwrap();
    writeln!(text, "hint: {}\n", hint.as_deref().unwrap_or("(none)")).unwrap();
    text
}
