//! Repairs over all fixtures: the good ones stay as they are, the broken ones are mended or refused.

use std::path::{Path, PathBuf};

use vasca_builders::tsx::options::TsxOptions;
use vasca_builders::tsx::repair::Repairs;
use vasca_builders::{Code, Severity};

use crate::{build, codes, manners, repaired, strictly};

/// All components of a folder of the tests.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests")
        .join(folder);
    let paths = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = paths.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|one| one == "tsx"));
    paths.sort();
    let read = |path: PathBuf| (path.clone(), std::fs::read_to_string(path).unwrap());
    paths.into_iter().map(read).collect()
}

#[test]
fn where_nothing_is_to_be_mended_nothing_changes() {
    let mut seen = 0;
    for (path, source) in [sources("fixtures/good"), sources("conformance/corners")].concat() {
        if source.starts_with("\"use client\"") {
            // Something is to be mended: the directive.
            continue;
        }
        for strict in manners() {
            let repairing = TsxOptions {
                repair: Repairs::all(),
                ..strict.clone()
            };
            let (strict, repaired) = (build(&source, &strict), build(&source, &repairing));
            let (strict, repaired) = (strict.unwrap(), repaired.unwrap());
            let path = path.display();
            assert_eq!(repaired.repairs, [], "{path}");
            assert_eq!(repaired.code, strict.code, "{path}");
            assert_eq!(repaired.diagnostics, strict.diagnostics, "{path}");
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen}");
}

#[test]
fn every_fixture_that_can_be_mended_is() {
    let mut mended = Vec::new();
    for (path, source) in sources("fixtures/broken") {
        let strict = strictly(&source).expect_err("a broken fixture");
        match repaired(&source) {
            Ok(built) => {
                let all: Vec<Code> = built.repairs.clone();
                assert!(all.contains(&strict.code()), "{}: {all:?}", path.display());
                assert_eq!(codes(&built.diagnostics, Severity::Error), []);
                mended.push(path);
            }
            Err(error) => {
                let left = codes(&error.diagnostics, Severity::Error);
                assert!(!left.contains(&Code::MarkdownFence), "{}", path.display());
            }
        }
    }
    assert!(mended.len() >= 4, "{mended:?}");
}
