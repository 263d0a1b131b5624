//! The same input gives the same bytes, however often, beside whatever else, on however many slots.

use std::collections::BTreeMap;
use std::path::PathBuf;

use vasca_tests::fixtures;
use vasca_tests::generator::Program;
use vasca_tests::run::{run, vasca};

/// The digest of each component's module.
#[track_caller]
fn digests(files: &[PathBuf], slots: &str) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = vasca(["build", "--json", "--slots", slots, "--out"]);
    let run = run(command.arg(folder.path()).args(files)).expect_code(0);
    let pair = |build: serde_json::Value| {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        (text(&build["file"]), text(&build["artifact"]["digest"]))
    };
    run.json().into_iter().map(pair).collect()
}

#[test]
fn the_bytes_depend_on_nothing_but_the_source() {
    let mut files = fixtures::good();
    let expected = digests(&files, "1");
    assert_eq!(expected.len(), files.len());
    assert!(expected.values().all(|digest| digest.len() == 64));
    for slots in ["1", "2", "5"] {
        for _ in 0..3 {
            // Another order, so that each worker meets the sources in another order too.
            files.rotate_left(4);
            assert_eq!(digests(&files, slots), expected, "{slots} slots");
        }
    }
    for file in &files {
        for (name, digest) in digests(std::slice::from_ref(file), "1") {
            assert_eq!(Some(&digest), expected.get(&name), "{name} by itself");
        }
    }
}

/// Sources of which each is built as often as [`WAYS`] has rows: a thousand builds.
const SOURCES: usize = 200;
/// How many slots, and the step by which the sources are gone through: prime to their number, so
/// that each comes once in every order.
const WAYS: [(&str, usize); 5] = [("1", 1), ("2", 77), ("3", 199), ("5", 3), ("8", 141)];

#[test]
fn a_thousand_builds_in_any_order_on_any_slots_give_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut files = fixtures::good();
    for seed in files.len()..SOURCES {
        let file = folder.path().join(format!("{seed}.tsx"));
        std::fs::write(&file, Program::of_seed(seed as u64).source()).expect("a file is written");
        files.push(file);
    }
    assert_eq!(files.len(), SOURCES);
    let mut expected = None;
    for (slots, step) in WAYS {
        let order = (0..SOURCES).map(|turn| files[turn * step % SOURCES].clone());
        let digests = digests(&order.collect::<Vec<_>>(), slots);
        assert_eq!(digests.len(), SOURCES, "each source once");
        let first = expected.get_or_insert_with(|| digests.clone());
        assert_eq!(&digests, first, "{slots} slots, every {step}th");
    }
}

#[test]
fn more_files_than_are_read_at_once_are_all_built() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files: Vec<_> = (0..150)
        .map(|number| folder.path().join(format!("part-{number}.tsx")))
        .collect();
    for (number, file) in files.iter().enumerate() {
        let source = format!("export default function A() {{ return <i>{number}</i>; }}\n");
        std::fs::write(file, source).expect("a file can be written");
    }
    let digests = digests(&files, "2");
    assert_eq!(digests.len(), 150);
    let different: std::collections::BTreeSet<_> = digests.values().collect();
    assert_eq!(different.len(), 150, "each has its own module");
}
