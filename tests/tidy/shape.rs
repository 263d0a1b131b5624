//! What a file looks like from the front: its head, its door, and what it lets in by a wildcard.

use syn::Item;

use crate::finding::Finding;
use crate::source::Source;
use crate::tree::{PRODUCTION, Tree};

/// A `main` calls one function of the library; arguments and exit codes are its whole trade.
const MAIN_MAX: usize = 60;

/// Rust files that do not begin by saying what they are.
fn files_without_head(tree: &Tree) -> Vec<Finding> {
    let headless = tree
        .rust()
        .filter(|source| !source.text.starts_with("//! "));
    headless
        .map(|source| {
            let what = "does not begin with `//!`".to_owned();
            Finding::in_file(&source.path, what, "say in a sentence what the file is for")
        })
        .collect()
}

/// Items in a front door that are neither modules nor re-exports.
fn doors_that_define(tree: &Tree) -> Vec<Finding> {
    let is_door = |source: &Source| {
        PRODUCTION
            .iter()
            .any(|member| source.path == format!("{member}/src/lib.rs"))
    };
    let mut found = Vec::new();
    for source in tree.production().filter(is_door) {
        let defines = |item: &&Item| match item {
            Item::Mod(module) => module.content.is_some(),
            Item::Use(_) => false,
            _ => true,
        };
        for _ in source.syntax.items.iter().filter(defines) {
            let what = "defines something".to_owned();
            let remedy =
                "a front door has prose, an example and re-exports: move the item into a file";
            found.push(Finding::in_file(&source.path, what, remedy));
        }
    }
    found
}

/// Binaries whose `main.rs` does work.
fn long_mains(tree: &Tree) -> Vec<Finding> {
    let mains = tree
        .production()
        .filter(|source| source.path.ends_with("/src/main.rs"));
    let long = mains.filter(|source| source.text.lines().count() > MAIN_MAX);
    long.map(|source| {
        let what = format!("has more than {MAIN_MAX} lines");
        Finding::in_file(
            &source.path,
            what,
            "move the work into the library, where it is tested",
        )
    })
    .collect()
}

/// Wildcard imports outside tests.
fn wildcard_imports(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in tree.production() {
        for path in source.names().paths.iter().filter(|path| !path.in_test) {
            if path.segments.last().is_some_and(|last| last == "*") {
                let what = format!("imports `{}`", path.segments.join("::"));
                let remedy = "name what is used, so that a reader finds where it comes from";
                found.push(Finding::at_line(&source.path, path.line, what, remedy));
            }
        }
    }
    found
}

mod tests {
    use super::{doors_that_define, files_without_head, long_mains, wildcard_imports};
    use crate::finding::{assert_none, assert_one};
    use crate::tree::Tree;

    #[test]
    fn every_file_begins_by_saying_what_it_is_for() {
        assert_none(&files_without_head(&Tree::read()));
    }

    #[test]
    fn front_doors_define_nothing() {
        assert_none(&doors_that_define(&Tree::read()));
    }

    #[test]
    fn main_only_starts_the_library() {
        assert_none(&long_mains(&Tree::read()));
    }

    #[test]
    fn production_code_imports_by_name() {
        assert_none(&wildcard_imports(&Tree::read()));
    }

    #[test]
    fn a_file_without_a_head_is_refused() {
        let tree = Tree::of(&[("scheduler/tests/order.rs", "use std::fmt;\n")]);
        assert_one(&files_without_head(&tree), "scheduler/tests/order.rs");
    }

    #[test]
    fn a_door_that_defines_is_refused() {
        for item in [
            "fn f() {}",
            "mod m { }",
            "struct S;",
            "pub const A: u8 = 1;",
        ] {
            assert_one(
                &doors_that_define(&Tree::of(&[("builders/src/lib.rs", item)])),
                "lib.rs",
            );
        }
        let door = "//! Prose.\nmod a;\n#[cfg(test)]\nmod b;\npub use a::A;\n";
        assert_none(&doors_that_define(&Tree::of(&[(
            "builders/src/lib.rs",
            door,
        )])));
    }

    #[test]
    fn a_main_that_works_is_refused() {
        let tree = Tree::of(&[("server/src/main.rs", "\n".repeat(61).as_str())]);
        assert_one(&long_mains(&tree), "60 lines");
    }

    #[test]
    fn a_wildcard_is_refused_outside_tests() {
        let text = "use a::*;\n#[cfg(test)]\nmod tests { use super::*; }";
        assert_one(
            &wildcard_imports(&Tree::of(&[("server/src/app.rs", text)])),
            "a::*",
        );
    }
}
