//! Every broken fixture, as its author is told of it: code, line, column, frame, hint.
#![expect(
    clippy::unwrap_used,
    reason = "a failed step of a test is the test's failure"
)]

use std::fmt::Write;
use std::path::Path;

use vasca_builders::tsx::TsxBuilder;
use vasca_builders::{BuildRequest, Diagnostic};

#[test]
fn every_broken_fixture_is_explained_with_code_place_frame_and_hint() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/broken");
    let mut seen = 0;
    insta::glob!(folder, "*.tsx", |path| {
        seen += 1;
        let name = path.file_name().unwrap().to_string_lossy();
        let source = std::fs::read_to_string(path).unwrap();
        let request = BuildRequest::single("tsx", &name, &source);
        let error = TsxBuilder::new().build_blocking(&request).expect_err(&name);
        insta::assert_snapshot!(error.diagnostics.iter().map(told).collect::<String>());
    });
    assert_eq!(seen, 11, "fixtures found");
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
