//! One Rust file, parsed.

use syn::Item;
use syn::visit::Visit;

use crate::items::{attributes, is_for_tests, lines_of};
use crate::names::Names;

/// A parsed file.
pub(crate) struct Source {
    /// Relative to the root of the repository.
    pub(crate) path: String,
    /// The file as it stands.
    pub(crate) text: String,
    /// Its syntax tree.
    pub(crate) syntax: syn::File,
}

impl Source {
    /// Parses a file; a file that does not parse fails the test that needed it.
    pub(crate) fn parse(path: &str, text: &str) -> Self {
        let syntax = syn::parse_file(text).unwrap_or_else(|error| {
            let line = error.span().start().line;
            panic!("{path} does not parse: {error}, line {line}")
        });
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            syntax,
        }
    }

    /// Everything that the code names, in the order of the file.
    pub(crate) fn names(&self) -> Names {
        let mut names = Names::default();
        names.visit_file(&self.syntax);
        names
    }

    /// The modules in files of their own that only tests compile, as paths without `.rs`.
    pub(crate) fn modules_for_tests(&self) -> Vec<String> {
        let stem = self.path.trim_end_matches(".rs");
        let roots = ["/mod", "/lib", "/main"];
        let folder = roots
            .iter()
            .find_map(|root| stem.strip_suffix(root))
            .unwrap_or(stem);
        let modules = self.syntax.items.iter().filter_map(|item| match item {
            Item::Mod(module) if module.content.is_none() && is_for_tests(&module.attrs) => {
                Some(format!("{folder}/{}", module.ident))
            }
            _ => None,
        });
        modules.collect()
    }

    /// How many lines go to users: the file without its `#[cfg(test)]` items.
    pub(crate) fn production_lines(&self) -> usize {
        let of_tests = self
            .syntax
            .items
            .iter()
            .filter(|item| is_for_tests(attributes(item)));
        self.text.lines().count() - of_tests.map(lines_of).sum::<usize>()
    }
}

fn paths_of(text: &str) -> Vec<String> {
    let names = Source::parse("scheduler/src/sample.rs", text).names();
    names
        .paths
        .iter()
        .map(|path| path.segments.join("::"))
        .collect()
}

#[test]
fn use_trees_are_flattened() {
    let found = paths_of("use std::{io, process::{self, Command as C}, fmt::*};");
    assert_eq!(
        found,
        [
            "std::io",
            "std::process::self",
            "std::process::Command",
            "std::fmt::*"
        ],
    );
}

#[test]
fn paths_in_bodies_types_attributes_and_macros_are_found() {
    let text = "#[tokio::main] fn a(x: b::C) { d::e(); vec![f::g(h, i::J), (k::l)]; }";
    assert_eq!(
        paths_of(text),
        ["tokio::main", "b::C", "d::e", "f::g", "i::J", "k::l"]
    );
}

#[test]
fn what_only_tests_compile_is_marked() {
    let text = "fn a() { b::c(); }\n#[cfg(test)]\nmod tests {\n    fn d() { e::f(); }\n}\n";
    let source = Source::parse("scheduler/src/sample.rs", text);
    let names = source.names();
    let marks: Vec<_> = names
        .functions
        .iter()
        .map(|function| function.in_test)
        .collect();
    assert_eq!(marks, [false, true]);
    assert_eq!(source.production_lines(), 1);
    let inside: Vec<_> = names
        .paths
        .iter()
        .map(|path| path.inside.join("::"))
        .collect();
    assert_eq!(inside, ["", "tests"]);
}
