//! The files of the repository as the checks see them: what git tracks or would track.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::source::Source;

/// The crates whose code goes to users; the tests are a member too, but not production.
pub(crate) const PRODUCTION: [&str; 3] = ["scheduler", "builders", "server"];

/// Folders that the listing without git must leave out.
const IGNORED: [&str; 4] = [".git", "target", "node_modules", ".tools"];

/// One file.
pub(crate) struct TreeFile {
    /// Relative to the root, with `/` between the segments.
    pub(crate) path: String,
    /// Length in bytes.
    pub(crate) bytes: u64,
    /// The content, when it is UTF-8.
    pub(crate) text: Option<String>,
}

/// All files of a repository, or of a sample in a test.
pub(crate) struct Tree {
    /// Sorted by path.
    pub(crate) files: Vec<TreeFile>,
}

impl Tree {
    /// Reads this repository.
    pub(crate) fn read() -> Self {
        let root = vasca_tests::repository::repository_root();
        let paths = listed_by_git(root).unwrap_or_else(|| listed_by_walking(root));
        Self::sorted(
            paths
                .iter()
                .filter_map(|path| read_file(root, path))
                .collect(),
        )
    }

    /// A sample for the tests of the checks.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |&(path, text): &(&str, &str)| TreeFile {
            path: path.to_owned(),
            bytes: text.len() as u64,
            text: Some(text.to_owned()),
        };
        Self::sorted(files.iter().map(file).collect())
    }

    fn sorted(mut files: Vec<TreeFile>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { files }
    }

    /// Every text file with its content.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter_map(|file| Some((file.path.as_str(), file.text.as_deref()?)))
    }

    /// The content of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts()
            .find(|(candidate, _)| *candidate == path)
            .map(|(_, text)| text)
    }

    /// Whether a file or a folder stands at `path`.
    pub(crate) fn exists(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.files
            .iter()
            .any(|file| file.path == path || file.path.starts_with(&folder))
    }

    /// Every Rust file but the fixtures, which may be broken on purpose.
    pub(crate) fn rust(&self) -> impl Iterator<Item = Source> {
        self.texts()
            .filter(|(path, _)| path.ends_with(".rs") && !path.starts_with("tests/fixtures/"))
            .map(|(path, text)| Source::parse(path, text))
    }

    /// The Rust files of the crates, without those that only tests compile.
    pub(crate) fn production(&self) -> impl Iterator<Item = Source> {
        let sources: Vec<_> = self
            .rust()
            .filter(|source| is_production(&source.path))
            .collect();
        let for_tests: Vec<_> = sources.iter().flat_map(Source::modules_for_tests).collect();
        sources.into_iter().filter(move |source| {
            let module = source.path.trim_end_matches(".rs").trim_end_matches("/mod");
            !for_tests
                .iter()
                .any(|tests| Path::new(module).starts_with(tests))
        })
    }
}

/// Whether a Rust file goes to users: under a crate's `src`, and not a file of tests.
fn is_production(path: &str) -> bool {
    let Some((member, rest)) = path.split_once("/src/") else {
        return false;
    };
    let of_tests = rest
        .split('/')
        .any(|segment| segment == "tests" || segment == "tests.rs");
    PRODUCTION.contains(&member) && !of_tests
}

fn read_file(root: &Path, path: &str) -> Option<TreeFile> {
    // A path that git lists and that is gone was deleted and not yet committed.
    let content = fs::read(root.join(path)).ok()?;
    Some(TreeFile {
        path: path.to_owned(),
        bytes: content.len() as u64,
        text: String::from_utf8(content).ok(),
    })
}

fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let arguments = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let output = Command::new("git")
        .current_dir(root)
        .args(arguments)
        .output()
        .ok()?;
    let names = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| {
        names
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    })
}

/// For a source archive, or a machine without git.
fn listed_by_walking(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                if !IGNORED.iter().any(|ignored| name == *ignored) {
                    folders.push(path);
                }
            } else if let Some(path) = path.strip_prefix(root).ok().and_then(Path::to_str) {
                found.push(path.to_owned());
            }
        }
    }
    found
}

#[test]
fn walking_finds_every_rust_file_that_git_lists() {
    let root = vasca_tests::repository::repository_root();
    let Some(listed) = listed_by_git(root) else {
        return;
    };
    let walked = listed_by_walking(root);
    for path in listed
        .iter()
        .filter(|path| path.ends_with(".rs") && root.join(path).exists())
    {
        assert!(
            walked.contains(path),
            "{path} is listed by git and not found by walking"
        );
    }
}

#[test]
fn files_that_only_tests_compile_are_not_production() {
    let tree = Tree::of(&[
        (
            "scheduler/src/lib.rs",
            "mod queue;\n#[cfg(test)]\nmod simulation;",
        ),
        ("scheduler/src/queue.rs", "#[cfg(test)]\nmod model;"),
        ("scheduler/src/queue/model.rs", ""),
        ("scheduler/src/simulation/mod.rs", ""),
        ("scheduler/src/simulation/world.rs", ""),
        ("scheduler/src/simulations.rs", ""),
    ]);
    let paths: Vec<_> = tree.production().map(|source| source.path).collect();
    assert_eq!(
        paths,
        [
            "scheduler/src/lib.rs",
            "scheduler/src/queue.rs",
            "scheduler/src/simulations.rs"
        ],
    );
}

#[test]
fn test_files_and_other_members_are_not_production() {
    assert!(is_production("scheduler/src/executor/process.rs"));
    for path in [
        "scheduler/src/queue/tests.rs",
        "scheduler/tests/order.rs",
        "tests/harness/lib.rs",
    ] {
        assert!(!is_production(path), "{path}");
    }
}
