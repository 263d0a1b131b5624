//! The graph of imports between the files of a crate: no circle, no arrow upward, and nothing
//! taken through the crate's front door.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::finding::Finding;
use crate::names::NamedPath;
use crate::source::Source;
use crate::tree::{PRODUCTION, Tree};

/// Files above others that define what those implement, and use none of them: a circle would be
/// found all the same.
const SEAMS: [&str; 2] = [
    "scheduler/src/executor/mod.rs",
    "builders/src/tsx/compiler/mod.rs",
];

/// The files of one crate by their module paths; the root's path is empty.
struct Modules {
    files: BTreeMap<Vec<String>, String>,
}

/// Where a path leads: the module that holds the named item, and what is left of the path.
struct Target {
    module: Vec<String>,
    rest: Vec<String>,
}

/// One file that uses another, and a line where it does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Arrow {
    from: String,
    to: String,
    line: usize,
}

/// The module path of a file under `src/`; none for a binary's root, which is a crate of its own.
fn module_of(path_in_src: &str) -> Option<Vec<String>> {
    let stem = path_in_src.strip_suffix(".rs")?;
    let mut segments: Vec<String> = stem.split('/').map(str::to_owned).collect();
    match segments.last()?.as_str() {
        "main" if segments.len() == 1 => return None,
        "lib" if segments.len() == 1 => segments.clear(),
        "mod" => drop(segments.pop()),
        _ => {}
    }
    Some(segments)
}

impl Modules {
    fn of(member: &str, sources: &[Source]) -> Self {
        let prefix = format!("{member}/src/");
        let files = sources.iter().filter_map(|source| {
            Some((
                module_of(source.path.strip_prefix(&prefix)?)?,
                source.path.clone(),
            ))
        });
        Self {
            files: files.collect(),
        }
    }

    /// Whether a module stands at `path`, or at least something below it.
    fn has(&self, path: &[String]) -> bool {
        self.files
            .range(path.to_owned()..)
            .next()
            .is_some_and(|(first, _)| first.starts_with(path))
    }

    /// Follows a path named in `module`; nothing when it leads out of the crate.
    fn resolve(&self, module: &[String], named: &NamedPath) -> Option<Target> {
        let mut here: Vec<String> = module.iter().chain(&named.inside).cloned().collect();
        let mut rest: VecDeque<String> = named.segments.iter().cloned().collect();
        match rest.front()?.as_str() {
            "crate" => {
                here.clear();
                rest.pop_front();
            }
            "self" => drop(rest.pop_front()),
            "super" => {
                while rest.front().is_some_and(|segment| segment == "super") {
                    rest.pop_front();
                    here.pop();
                }
            }
            child => {
                let below: Vec<_> = here.iter().cloned().chain([child.to_owned()]).collect();
                self.files.get(&below)?;
            }
        }
        while let Some(next) = rest.pop_front() {
            here.push(next);
            if !self.has(&here) {
                rest.extend(here.pop());
                rest.rotate_right(1);
                break;
            }
        }
        if self.has(&here) && !self.files.contains_key(&here) {
            // A folder whose `mod.rs` is not written yet: the compiler will say so.
            return None;
        }
        // What is left of an inline module's path belongs to the file around it.
        while !self.files.contains_key(&here) {
            here.pop()?;
        }
        Some(Target {
            module: here,
            rest: rest.into(),
        })
    }
}

/// The production files of each crate, parsed once.
fn crates(tree: &Tree) -> Vec<(Modules, Vec<Source>)> {
    let of = |member: &&str| {
        let prefix = format!("{member}/src/");
        let sources: Vec<_> = tree
            .production()
            .filter(|source| source.path.starts_with(&prefix))
            .collect();
        (Modules::of(member, &sources), sources)
    };
    PRODUCTION.iter().map(of).collect()
}

/// Calls `visit` with every path of production code that leads to a module of the same crate.
fn for_each_import(
    tree: &Tree,
    mut visit: impl FnMut(&Source, &[String], &NamedPath, &Target, &str),
) {
    for (modules, sources) in crates(tree) {
        for (module, path) in &modules.files {
            let Some(source) = sources.iter().find(|source| source.path == *path) else {
                continue;
            };
            for named in source.names().paths.iter().filter(|named| !named.in_test) {
                let target = modules.resolve(module, named);
                let file = target
                    .as_ref()
                    .and_then(|target| modules.files.get(&target.module));
                if let (Some(target), Some(file)) = (&target, file) {
                    visit(source, module, named, target, file);
                }
            }
        }
    }
}

/// Items taken through the crate's root, which only re-exports them.
fn imports_through_the_root(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for_each_import(tree, |source, module, named, target, _| {
        if !module.is_empty() && target.module.is_empty() && !target.rest.is_empty() {
            let what = format!(
                "imports `{}` through the crate's root",
                named.segments.join("::")
            );
            let remedy = "import it from the module that defines it";
            found.push(Finding::at_line(&source.path, named.line, what, remedy));
        }
    });
    found
}

/// Files that use what a file above them defines.
fn imports_upward(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for_each_import(tree, |source, module, named, target, file| {
        let above = target.module.len() < module.len() && module.starts_with(&target.module);
        let is_seam = SEAMS.contains(&file);
        if above && !target.module.is_empty() && !is_seam {
            let what = format!(
                "imports `{}` from {file}, above it",
                named.segments.join("::")
            );
            let remedy =
                "move what both need into a file of its own, or import where it is defined";
            found.push(Finding::at_line(&source.path, named.line, what, remedy));
        }
    });
    found
}

/// Files that use each other in a circle: the shortest circle through each.
fn circles(tree: &Tree) -> Vec<Finding> {
    let mut arrows = BTreeSet::new();
    for_each_import(tree, |source, _, named, _, file| {
        if source.path != file {
            let (from, to, line) = (source.path.clone(), file.to_owned(), named.line);
            arrows.insert(Arrow { from, to, line });
        }
    });
    let starts: BTreeSet<_> = arrows.iter().map(|arrow| arrow.from.clone()).collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for circle in starts
        .iter()
        .filter_map(|start| circle_through(start, &arrows))
    {
        let members: BTreeSet<_> = circle.iter().map(|arrow| arrow.from.clone()).collect();
        if let (Some(first), true) = (circle.first(), seen.insert(members)) {
            let way: Vec<_> = circle
                .iter()
                .map(|a| format!("{} (line {})", a.from, a.line))
                .collect();
            let what = format!("is in a circle: {} -> {}", way.join(" -> "), first.from);
            let remedy = "one of them knows too much: move what they share into a third file";
            found.push(Finding::in_file(&first.from, what, remedy));
        }
    }
    found
}

/// The shortest way from a file back to itself.
fn circle_through(start: &str, arrows: &BTreeSet<Arrow>) -> Option<Vec<Arrow>> {
    let mut ways: VecDeque<Vec<Arrow>> = VecDeque::from([Vec::new()]);
    let mut reached = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        let here = way.last().map_or(start, |arrow| arrow.to.as_str());
        if here == start && !way.is_empty() {
            return Some(way);
        }
        for arrow in arrows.iter().filter(|arrow| arrow.from == here) {
            if reached.insert(arrow.to.clone()) {
                ways.push_back(way.iter().cloned().chain([arrow.clone()]).collect());
            }
        }
    }
    None
}

mod tests {
    use super::{circles, imports_through_the_root, imports_upward, module_of};
    use crate::finding::{assert_none, assert_one};
    use crate::tree::Tree;

    #[test]
    fn no_file_imports_through_the_front_door_of_its_crate() {
        assert_none(&imports_through_the_root(&Tree::read()));
    }

    #[test]
    fn no_file_imports_upward() {
        assert_none(&imports_upward(&Tree::read()));
    }

    #[test]
    fn no_files_import_each_other_in_a_circle() {
        assert_none(&circles(&Tree::read()));
    }

    #[test]
    fn files_are_modules() {
        let of = |path| module_of(path).map(|segments| segments.join("::"));
        assert_eq!(of("lib.rs").as_deref(), Some(""));
        assert_eq!(of("tsx/mod.rs").as_deref(), Some("tsx"));
        assert_eq!(of("tsx/link.rs").as_deref(), Some("tsx::link"));
        assert_eq!(of("main.rs"), None);
    }

    #[test]
    fn an_import_through_the_root_is_refused() {
        let of = |import: &str| {
            Tree::of(&[
                (
                    "scheduler/src/lib.rs",
                    "mod job;\nmod queue;\npub use job::Job;",
                ),
                ("scheduler/src/job.rs", "pub struct Job;"),
                ("scheduler/src/queue.rs", import),
            ])
        };
        assert_one(
            &imports_through_the_root(&of("use crate::Job;")),
            "queue.rs, line 1",
        );
        assert_one(
            &imports_through_the_root(&of("use super::Job;")),
            "super::Job",
        );
        assert_one(
            &imports_through_the_root(&of("fn f() { crate::Job; }")),
            "crate::Job",
        );
        assert_none(&imports_through_the_root(&of("use crate::job::Job;")));
        assert_none(&imports_through_the_root(&of("use crate::job;")));
    }

    #[test]
    fn an_import_from_above_is_refused() {
        let of = |import: &str| {
            Tree::of(&[
                ("builders/src/lib.rs", "mod tsx;"),
                (
                    "builders/src/tsx/mod.rs",
                    "mod link; mod wrap; pub struct Tsx;",
                ),
                ("builders/src/tsx/link.rs", "pub struct Link;"),
                ("builders/src/tsx/wrap.rs", import),
            ])
        };
        assert_one(
            &imports_upward(&of("use super::Tsx;")),
            "builders/src/tsx/mod.rs",
        );
        assert_one(
            &imports_upward(&of("use crate::tsx::{Tsx, link::Link};")),
            "crate::tsx::Tsx",
        );
        assert_none(&imports_upward(&of("use super::link::Link;")));
        assert_none(&imports_upward(&of("struct A; mod b { use super::A; }")));
        assert_none(&imports_upward(&of(
            "#[cfg(test)] mod tests { use crate::tsx::Tsx; }",
        )));
    }

    #[test]
    fn a_circle_is_printed_once_and_refused() {
        let of = |c: &str| {
            Tree::of(&[
                ("server/src/lib.rs", "mod a; mod b; mod c;"),
                ("server/src/a.rs", "use crate::b::B;"),
                ("server/src/b.rs", "fn f() {\n    crate::c::g();\n}"),
                ("server/src/c.rs", c),
            ])
        };
        let way = "a.rs (line 1) -> server/src/b.rs (line 2) -> server/src/c.rs (line 1)";
        assert_one(&circles(&of("use crate::a;")), way);
        assert_none(&circles(&of("use std::fmt;")));
    }

    #[test]
    fn a_parent_and_its_child_that_use_each_other_are_a_circle() {
        let tree = Tree::of(&[
            ("server/src/lib.rs", "mod cli;"),
            (
                "server/src/cli/mod.rs",
                "mod build; fn f() { build::run(); } pub struct Cli;",
            ),
            ("server/src/cli/build.rs", "use super::Cli; pub fn run() {}"),
        ]);
        assert_one(&circles(&tree), "server/src/cli/mod.rs");
        assert_one(&imports_upward(&tree), "server/src/cli/build.rs");
    }
}
