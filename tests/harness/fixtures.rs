//! The components that tests build.

use std::path::PathBuf;

use crate::repository::repository_root;

/// All components that must build, sorted by name.
///
/// # Panics
/// When there is none: an empty corpus proves nothing.
#[must_use]
#[track_caller]
pub fn good() -> Vec<PathBuf> {
    components("tests/fixtures/good")
}

/// Small components, each for a corner of the language, sorted by name.
///
/// # Panics
/// When there is none: an empty corpus proves nothing.
#[must_use]
#[track_caller]
pub fn corners() -> Vec<PathBuf> {
    components("tests/conformance/corners")
}

/// Components that throw where a marker stands in their source, sorted by name.
///
/// # Panics
/// When there is none: an empty corpus proves nothing.
#[must_use]
#[track_caller]
pub fn throwing() -> Vec<PathBuf> {
    components("tests/conformance/maps")
}

/// All sources that must not build as they are, sorted by name.
///
/// # Panics
/// When there is none: an empty corpus proves nothing.
#[must_use]
#[track_caller]
pub fn broken() -> Vec<PathBuf> {
    components("tests/fixtures/broken")
}

#[track_caller]
fn components(folder: &str) -> Vec<PathBuf> {
    let folder = repository_root().join(folder);
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "tsx"));
    files.sort();
    assert!(!files.is_empty(), "no component in {}", folder.display());
    files
}

/// One component that must build.
#[must_use]
pub fn good_one(name: &str) -> PathBuf {
    repository_root().join("tests/fixtures/good").join(name)
}

/// One source that must not build.
#[must_use]
pub fn broken_one(name: &str) -> PathBuf {
    repository_root().join("tests/fixtures/broken").join(name)
}
