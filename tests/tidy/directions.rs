//! Who may name whom: two leaves that know nobody, one composer, and one home for each of the
//! heavy or dangerous dependencies and for each implementor.

use crate::finding::Finding;
use crate::names::NamedPath;
use crate::tree::Tree;

/// A leaf, and the crates that it must not know.
const LEAVES: [(&str, &[&str]); 2] = [
    (
        "scheduler",
        &["vasca-builders", "vasca-server", "vasca-tests"],
    ),
    (
        "builders",
        &["vasca-scheduler", "vasca-server", "vasca-tests"],
    ),
];

/// Something that is named in one place only. A home that ends in `/` is a folder.
struct Home {
    what: &'static str,
    named_by: fn(&[String]) -> bool,
    homes: &'static [&'static str],
}

/// Holds also for what is not built yet: the rule says "only in", not "in".
const HOMES: [Home; 7] = [
    Home {
        what: "swc",
        named_by: |path| crate_of(path).starts_with("swc_"),
        homes: &["builders/src/tsx/compiler/swc/"],
    },
    Home {
        what: "rolldown",
        named_by: |path| crate_of(path).starts_with("rolldown"),
        homes: &["builders/src/tsx/link.rs"],
    },
    Home {
        what: "sled",
        named_by: |path| crate_of(path) == "sled" && path.len() > 1,
        homes: &["server/src/records/sled/"],
    },
    Home {
        what: "axum",
        named_by: |path| crate_of(path).starts_with("axum"),
        homes: &["server/src/http/", "server/src/app.rs"],
    },
    Home {
        what: "the Prometheus exporter",
        named_by: |path| crate_of(path) == "metrics_exporter_prometheus",
        homes: &["server/src/metrics/"],
    },
    Home {
        what: "process spawning",
        named_by: spawns_processes,
        homes: &[
            "scheduler/src/executor/process.rs",
            "scheduler/src/executor/process/",
        ],
    },
    Home {
        what: "an implementor of Builder",
        named_by: |path| path.iter().any(|segment| segment == "TsxBuilder"),
        homes: &[
            "builders/src/tsx/",
            "builders/src/registry.rs",
            "server/src/app.rs",
        ],
    },
];

fn crate_of(path: &[String]) -> &str {
    path.first().map_or("", String::as_str)
}

fn spawns_processes(path: &[String]) -> bool {
    let pair = |a: &str, b: &str| path.windows(2).any(|pair| pair == [a, b]);
    pair("process", "Command") || pair("tokio", "process")
}

fn is_at_home(path: &str, homes: &[&str]) -> bool {
    homes.iter().any(|home| match home.strip_suffix('/') {
        Some(_) => path.starts_with(home),
        None => path == *home,
    })
}

/// Manifests and sources of the leaves that name another crate of the workspace.
fn leaves_that_know_somebody(tree: &Tree) -> Vec<Finding> {
    let remedy = "the scheduler and the builders are leaves: let the server compose them";
    let mut found = Vec::new();
    for (member, strangers) in LEAVES {
        let manifest = format!("{member}/Cargo.toml");
        let text = tree.text(&manifest).unwrap_or_default();
        for stranger in strangers
            .iter()
            .filter(|stranger| text.contains(**stranger))
        {
            found.push(Finding::in_file(
                &manifest,
                format!("names `{stranger}`"),
                remedy,
            ));
        }
        let folder = format!("{member}/");
        for source in tree
            .rust()
            .filter(|source| source.path.starts_with(&folder))
        {
            for NamedPath { segments, line, .. } in source.names().paths {
                let named = crate_of(&segments).replace('_', "-");
                if strangers.contains(&named.as_str()) {
                    let what = format!("names `{}`", segments.join("::"));
                    found.push(Finding::at_line(&source.path, line, what, remedy));
                }
            }
        }
    }
    found
}

/// Production code that names a dependency outside its home.
fn named_away_from_home(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in tree.production() {
        for path in source.names().paths.iter().filter(|path| !path.in_test) {
            for Home {
                what,
                named_by,
                homes,
            } in &HOMES
            {
                if named_by(&path.segments) && !is_at_home(&source.path, homes) {
                    let what = format!("names {what}: `{}`", path.segments.join("::"));
                    let remedy = format!("it is named only in {}", homes.join(" and "));
                    found.push(Finding::at_line(&source.path, path.line, what, &remedy));
                }
            }
        }
    }
    found
}

mod tests {
    use super::{leaves_that_know_somebody, named_away_from_home};
    use crate::finding::{assert_none, assert_one};
    use crate::tree::Tree;

    #[test]
    fn the_leaves_know_neither_each_other_nor_the_server() {
        assert_none(&leaves_that_know_somebody(&Tree::read()));
    }

    #[test]
    fn what_has_a_home_is_named_only_there() {
        assert_none(&named_away_from_home(&Tree::read()));
    }

    #[test]
    fn a_leaf_whose_manifest_names_the_other_is_refused() {
        let manifest = (
            "builders/Cargo.toml",
            "[dependencies]\nvasca-scheduler = \"1\"\n",
        );
        assert_one(
            &leaves_that_know_somebody(&Tree::of(&[manifest])),
            "vasca-scheduler",
        );
    }

    #[test]
    fn a_leaf_whose_source_names_the_server_is_refused() {
        let source = (
            "scheduler/src/job.rs",
            "//! Jobs.\nuse vasca_server::app::App;\n",
        );
        let tree = Tree::of(&[source]);
        assert_one(
            &leaves_that_know_somebody(&tree),
            "scheduler/src/job.rs, line 2",
        );
    }

    #[test]
    fn a_dependency_away_from_home_is_refused() {
        for (path, text) in [
            (
                "builders/src/tsx/policy.rs",
                "use swc_core::ecma::ast::Module;",
            ),
            (
                "builders/src/registry.rs",
                "fn f() { rolldown_common::x(); }",
            ),
            ("server/src/records/query.rs", "use sled::Db;"),
            ("server/src/pipeline/run.rs", "use axum::Router;"),
            (
                "server/src/app.rs",
                "use metrics_exporter_prometheus::PrometheusBuilder;",
            ),
            ("server/src/app.rs", "use std::{process::{self, Command}};"),
            (
                "scheduler/src/runner.rs",
                "fn f() -> tokio::process::Child { todo!() }",
            ),
        ] {
            assert_one(&named_away_from_home(&Tree::of(&[(path, text)])), path);
        }
    }

    #[test]
    fn a_dependency_at_home_and_a_module_of_the_same_name_are_accepted() {
        for (path, text) in [
            (
                "builders/src/tsx/compiler/swc/parse.rs",
                "use swc_core::ecma::ast::Module;",
            ),
            ("server/src/http/builds.rs", "use axum::Router;"),
            ("server/src/records/mod.rs", "mod sled;"),
            (
                "server/src/cli/build.rs",
                "fn f() -> std::process::ExitCode { todo!() }",
            ),
            (
                "scheduler/src/executor/process.rs",
                "use tokio::process::Command;",
            ),
        ] {
            assert_none(&named_away_from_home(&Tree::of(&[(path, text)])));
        }
    }
}
