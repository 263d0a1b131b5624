//! Sources as bytes: not UTF-8, empty, too large, from other editors.

use vasca_tests::fixtures::good_one;
use vasca_tests::run::{run_with, vasca};

use crate::sources::ORDINARY;

/// The most bytes that a source may have.
const SOURCE_BYTES: usize = 2 * 1024 * 1024;
/// More than the host holds for any source: the bytes, the request, and the module that comes back.
const HOST_BYTES: u64 = 128 * 1024 * 1024;

/// The ordinary component, with spaces before it up to a length.
fn padded(bytes: usize) -> Vec<u8> {
    let mut source = vec![b' '; bytes - ORDINARY.len()];
    source.extend(ORDINARY.as_bytes());
    source
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_place() {
    let source = [b"// ", b"\xff".as_slice(), ORDINARY.as_bytes()].concat();
    let run = run_with(&mut vasca(["build", "-"]), &source).expect_code(1);
    assert!(run.stderr.contains("error[invalid_encoding]"), "{run}");
    assert!(run.stderr.contains("byte at 3"), "{run}");
}

#[test]
fn an_empty_source_lacks_a_component() {
    for source in ["", " \n\t\n", "\u{feff}"] {
        let run = run_with(&mut vasca(["build", "-"]), source.as_bytes()).expect_code(1);
        assert!(
            run.stderr.contains("error[missing_default_export]"),
            "{run}"
        );
    }
}

#[test]
fn a_source_of_the_limit_is_built_and_one_byte_more_is_refused() {
    let run = run_with(&mut vasca(["build", "-"]), &padded(SOURCE_BYTES)).expect_code(0);
    assert!(run.peak_bytes < HOST_BYTES, "{run}");
    let run = run_with(&mut vasca(["build", "-"]), &padded(SOURCE_BYTES + 1)).expect_code(1);
    assert!(run.stderr.contains("error[source_too_large]"), "{run}");
    assert!(run.stderr.contains("2097152 bytes"), "{run}");
    assert!(run.peak_bytes < HOST_BYTES, "{run}");
}

#[test]
fn a_limit_in_the_middle_of_a_character_is_a_limit_all_the_same() {
    let source = "é".repeat(SOURCE_BYTES);
    let run = run_with(&mut vasca(["build", "-"]), source.as_bytes()).expect_code(1);
    assert!(run.stderr.contains("error[source_too_large]"), "{run}");
}

#[test]
fn marks_and_line_ends_of_other_editors_change_nothing() {
    let title = std::fs::read_to_string(good_one("title.tsx")).expect("a fixture");
    // Within a template, a line's end is one character, whatever the file has.
    let plain = format!("{title}\nexport const text = `one\ntwo ${{1}}\nthree`;\n");
    let built = |source: &str| {
        run_with(&mut vasca(["build", "-"]), source.as_bytes())
            .expect_code(0)
            .stdout
    };
    let expected = built(&plain);
    assert_eq!(
        built(&format!("\u{feff}{plain}")),
        expected,
        "a byte order mark"
    );
    assert_eq!(
        built(&plain.replace('\n', "\r\n")),
        expected,
        "line ends of Windows"
    );
}

#[test]
fn places_count_lines_and_columns_as_editors_do() {
    // The mark has no column, and the emoji two, as in UTF-16.
    let source = "\u{feff}const a = 1;\r\nconst b = '🎬' + ;\r\n";
    let run = run_with(&mut vasca(["build", "-"]), source.as_bytes()).expect_code(1);
    assert!(run.stderr.contains("at <stdin>:2:18\n"), "{run}");
}
