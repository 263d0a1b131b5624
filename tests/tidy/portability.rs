//! The repository stands on its own: it names no machine, no mirror and no private index, and it
//! holds nothing that an installation makes.

use crate::finding::Finding;
use crate::tree::Tree;

/// A larger file is made by something, and that something belongs here instead.
const FILE_BYTES_MAX: u64 = 512 * 1024;

/// The roots of absolute paths that exist on one machine only. Written in two pieces, so that this
/// file does not find itself.
const MACHINE_PATHS: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/opt/wh", "eels"),
];

/// Package indexes and the product names of their mirrors: which one is used is a matter of the
/// machine's configuration.
const INDEXES: [&str; 8] = [
    concat!("arti", "factory"),
    concat!("jf", "rog"),
    concat!("registry.npm", "js.org"),
    concat!("registry.yarn", "pkg.com"),
    concat!("index.crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("files.python", "hosted.org"),
    concat!("deb.deb", "ian.org"),
];

/// The machine's path on a line; part of a longer path it is harmless.
fn machine_path_in(line: &str) -> Option<&'static str> {
    MACHINE_PATHS.into_iter().find(|machine| {
        line.match_indices(machine).any(|(at, _)| {
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            !before.is_some_and(|before| before.is_alphanumeric() || "_-.}~*/".contains(before))
        })
    })
}

fn index_in(line: &str) -> Option<&'static str> {
    let line = line.to_ascii_lowercase();
    INDEXES.into_iter().find(|index| line.contains(index))
}

/// Lines that name a machine or an index.
fn names_of_machines(tree: &Tree) -> Vec<Finding> {
    let remedy = "write it relative to the repository, or leave it to the machine's configuration";
    let mut found = Vec::new();
    for (path, text) in tree.texts() {
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(name) = machine_path_in(line).or_else(|| index_in(line)) {
                found.push(Finding::at_line(
                    path,
                    number,
                    format!("names `{name}`"),
                    remedy,
                ));
            }
        }
    }
    found
}

/// Files that an installation or a build makes, and files that are too large.
fn made_files(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &tree.files {
        if file
            .path
            .split('/')
            .any(|segment| segment == "node_modules" || segment == "target")
        {
            let what = "is made by an installation or a build".to_owned();
            found.push(Finding::in_file(
                &file.path,
                what,
                "take it out and ignore its folder",
            ));
        }
        if file.bytes > FILE_BYTES_MAX {
            let what = format!("has {} bytes; the bound is {FILE_BYTES_MAX}", file.bytes);
            found.push(Finding::in_file(
                &file.path,
                what,
                "commit what makes it instead",
            ));
        }
    }
    found
}

mod tests {
    use super::{FILE_BYTES_MAX, MACHINE_PATHS, made_files, names_of_machines};
    use crate::finding::{assert_none, assert_one};
    use crate::tree::Tree;

    #[test]
    fn nothing_names_the_machine_it_was_written_on() {
        assert_none(&names_of_machines(&Tree::read()));
    }

    #[test]
    fn nothing_large_or_made_by_a_tool_is_tracked() {
        assert_none(&made_files(&Tree::read()));
    }

    #[test]
    fn a_path_of_one_machine_is_refused() {
        for machine in MACHINE_PATHS {
            for line in [format!("cd {machine}x"), format!("`{machine}.cargo`")] {
                assert_one(
                    &names_of_machines(&Tree::of(&[("docs/a.md", &line)])),
                    "line 1",
                );
            }
        }
    }

    #[test]
    fn such_a_path_inside_another_is_accepted() {
        let line = ["$DIR/target", "/wo", "rk/x ~", "/ho", "me/"].concat();
        assert_none(&names_of_machines(&Tree::of(&[("docs/a.md", &line)])));
    }

    #[test]
    fn a_private_index_is_refused() {
        let line = ["\"resolved\": \"https://npm.example/Arti", "factory/api\""].concat();
        assert_one(
            &names_of_machines(&Tree::of(&[("tests/package-lock.json", &line)])),
            "line 1",
        );
    }

    #[test]
    fn installed_and_large_files_are_refused() {
        assert_one(
            &made_files(&Tree::of(&[("tests/node_modules/a.js", "")])),
            "a.js",
        );
        let mut tree = Tree::of(&[("tests/fixtures/large.tsx", "")]);
        tree.files
            .iter_mut()
            .for_each(|file| file.bytes = FILE_BYTES_MAX + 1);
        assert_one(&made_files(&tree), "large.tsx");
    }
}
