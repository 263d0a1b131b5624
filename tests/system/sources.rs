//! Sources that several tests build, and where they are put.

use std::path::PathBuf;

use tempfile::TempDir;

/// A component that builds in milliseconds.
pub(crate) const ORDINARY: &str = "export default function Title() { return <h1>Vasca</h1>; }\n";

/// A component that keeps the compiler busy far beyond any limit on time, in a few megabytes of
/// memory: the parser tries both meanings of each `(b):` and everything behind it, and so doubles
/// its work with every one of them. The check before the parser would refuse it, did it not take
/// what is between the two apostrophes for a text. A build that refuses or finishes it fails the
/// tests that need something to interrupt; then another source belongs here.
pub(crate) fn busy() -> String {
    component(&format!("[/'/,{}d,/'/]", "a?(b):c=>".repeat(60)))
}

/// A component that returns this expression.
pub(crate) fn component(expression: &str) -> String {
    format!("export default function A(p: any) {{ return {expression}; }}\n")
}

/// A temporary folder with sources in it.
#[derive(Debug)]
pub(crate) struct Folder {
    folder: TempDir,
}

impl Folder {
    /// A folder with these files.
    #[track_caller]
    pub(crate) fn with(files: &[(&str, &[u8])]) -> Self {
        let folder = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        for (name, content) in files {
            folder.write(name, content);
        }
        folder
    }

    /// The path of something in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, in folders that are made where they are missing; gives its path.
    #[track_caller]
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        let parent = path.parent().expect("a file is in a folder");
        std::fs::create_dir_all(parent).expect("a folder can be made");
        std::fs::write(&path, content).expect("a file can be written");
        path
    }

    /// The text of a file.
    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.path(name);
        std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
    }

    /// The names of what a folder in it holds, sorted; none where there is no such folder.
    pub(crate) fn names(&self, name: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(name)).into_iter().flatten();
        let mut names: Vec<_> = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}
