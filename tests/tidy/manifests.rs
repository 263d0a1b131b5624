//! The manifests: every version stands once, in the workspace's table, and some are pinned.

use toml::{Table, Value};

use crate::finding::Finding;
use crate::tree::Tree;

/// Packages that the product was asked to be built with, each a direct dependency of its home.
const WANTED: [(&str, &str); 10] = [
    ("tokio", "scheduler"),
    ("dashmap", "scheduler"),
    ("num_cpus", "scheduler"),
    ("async-trait", "builders"),
    ("swc_core", "builders"),
    ("tokio", "server"),
    ("dashmap", "server"),
    ("metrics", "server"),
    ("metrics-exporter-prometheus", "server"),
    ("sled", "server"),
];

/// Exact versions, with the reason. A name that ends in `_` stands for a family.
const PINS: [(&str, &str, &str); 8] = [
    (
        "swc_core",
        "=83.0.0",
        "another version changes output bytes, and with them every cache key",
    ),
    (
        "oxc",
        "=0.146.0",
        "its interface changes with every release",
    ),
    (
        "rolldown",
        "=1.2.5",
        "its family is released in step and fits no other release",
    ),
    (
        "rolldown_",
        "=1.2.5",
        "its family is released in step and fits no other release",
    ),
    ("string_wizard", "=1.2.5", "released in step with rolldown"),
    (
        "sled",
        "=0.34.7",
        "the 1.0 alphas lost acknowledged records in a kill test",
    ),
    (
        "async-nats",
        "=0.51.0",
        "proven in kill tests of workers and servers",
    ),
    (
        "object_store",
        "=0.14.2",
        "the version that the suite passed on disk and on two S3 servers",
    ),
];

/// The tables of a manifest that hold dependencies; those of `[target.…]` are looked for below.
const DEPENDENCY_TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

fn table(tree: &Tree, path: &str) -> Table {
    let text = tree.text(path).unwrap_or_default();
    text.parse()
        .unwrap_or_else(|error| panic!("{path} does not parse: {error}"))
}

fn subtable<'a>(table: &'a Table, name: &str) -> Option<&'a Table> {
    table.get(name).and_then(Value::as_table)
}

fn members(tree: &Tree) -> Vec<String> {
    let root = table(tree, "Cargo.toml");
    let members = subtable(&root, "workspace").and_then(|workspace| workspace.get("members"));
    let names = members
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    names.map(|name| format!("{name}/Cargo.toml")).collect()
}

/// Every dependency of a member, with what the manifest says about it.
fn dependencies(manifest: &Table) -> Vec<(String, Value)> {
    let targets = subtable(manifest, "target")
        .into_iter()
        .flat_map(Table::values);
    let holders = targets.filter_map(Value::as_table).chain([manifest]);
    let tables = holders.flat_map(|holder| {
        DEPENDENCY_TABLES
            .iter()
            .filter_map(|name| subtable(holder, name))
    });
    tables
        .flatten()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Members that name a version, or leave the workspace's lints.
fn members_on_their_own(tree: &Tree) -> Vec<Finding> {
    let inherits = |value: &Value| value.get("workspace").and_then(Value::as_bool) == Some(true);
    let mut found = Vec::new();
    for path in members(tree) {
        let manifest = table(tree, &path);
        for (name, _) in dependencies(&manifest)
            .iter()
            .filter(|(_, value)| !inherits(value))
        {
            let what = format!("says itself which `{name}` it takes");
            let remedy = "put the version into the root's [workspace.dependencies] and \
                          write `.workspace = true` here";
            found.push(Finding::in_file(&path, what, remedy));
        }
        if !manifest.get("lints").is_some_and(inherits) {
            let what = "does not take the workspace's lints".to_owned();
            found.push(Finding::in_file(
                &path,
                what,
                "add `[lints]` with `workspace = true`",
            ));
        }
    }
    found
}

/// Wanted packages that are not a direct dependency of their home.
fn wanted_and_missing(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (package, home) in WANTED {
        let path = format!("{home}/Cargo.toml");
        let manifest = table(tree, &path);
        let direct =
            subtable(&manifest, "dependencies").is_some_and(|all| all.contains_key(package));
        if !direct {
            let what = format!("does not depend on `{package}`");
            let remedy = "the product was asked to be built with it: use it, here";
            found.push(Finding::in_file(&path, what, remedy));
        }
    }
    found
}

/// Versions in the workspace's table that differ from their pins.
fn loose_pins(tree: &Tree) -> Vec<Finding> {
    let root = table(tree, "Cargo.toml");
    let workspace = subtable(&root, "workspace").and_then(|all| subtable(all, "dependencies"));
    let mut found = Vec::new();
    for (name, value) in workspace.into_iter().flatten() {
        let is_pinned = |pin: &&(&str, &str, &str)| {
            pin.0 == name || (pin.0.ends_with('_') && name.starts_with(pin.0))
        };
        let Some((_, version, reason)) = PINS.iter().find(is_pinned) else {
            continue;
        };
        let actual = value.as_str().or_else(|| value.get("version")?.as_str());
        if actual != Some(version) {
            let what = format!("takes `{name}` at {}", actual.unwrap_or("no version"));
            let remedy = format!("pin it: \"{version}\", for {reason}");
            found.push(Finding::in_file("Cargo.toml", what, &remedy));
        }
    }
    found
}

mod tests {
    use super::{loose_pins, members_on_their_own, wanted_and_missing};
    use crate::finding::{assert_none, assert_one};
    use crate::tree::Tree;

    #[test]
    fn members_take_versions_and_lints_from_the_workspace() {
        assert_none(&members_on_their_own(&Tree::read()));
    }

    #[test]
    fn the_wanted_packages_are_direct_dependencies_of_their_homes() {
        assert_none(&wanted_and_missing(&Tree::read()));
    }

    #[test]
    fn pinned_versions_hold() {
        assert_none(&loose_pins(&Tree::read()));
    }

    #[test]
    fn a_version_in_a_member_is_refused() {
        for dependency in [
            "[dependencies]\na = \"1\"",
            "[dev-dependencies]\na = { version = \"1\" }",
            "[target.'cfg(unix)'.build-dependencies]\na = { path = \"..\" }",
            "[dependencies.a]\nworkspace = false",
        ] {
            let member = format!("{dependency}\n[lints]\nworkspace = true\n");
            let root = "[workspace]\nmembers = [\"m\"]\n";
            let tree = Tree::of(&[("Cargo.toml", root), ("m/Cargo.toml", &member)]);
            assert_one(&members_on_their_own(&tree), "which `a` it takes");
        }
    }

    #[test]
    fn a_member_without_the_lints_is_refused() {
        let root = "[workspace]\nmembers = [\"m\"]\n";
        let member = "[dependencies]\na.workspace = true\n";
        let tree = Tree::of(&[("Cargo.toml", root), ("m/Cargo.toml", member)]);
        assert_one(&members_on_their_own(&tree), "lints");
    }

    #[test]
    fn a_missing_package_is_refused() {
        let scheduler =
            "[dependencies]\ntokio = \"1\"\ndashmap = \"6\"\n[dev-dependencies]\nnum_cpus = \"1\"";
        let builders = "[dependencies]\nasync-trait = \"0.1\"\nswc_core = \"83\"\n";
        let server = "[dependencies]\ntokio = \"1\"\ndashmap = \"6\"\nmetrics = \"0.24\"\n\
                      metrics-exporter-prometheus = \"0.18\"\nsled = \"0.34\"\n";
        let tree = Tree::of(&[
            ("scheduler/Cargo.toml", scheduler),
            ("builders/Cargo.toml", builders),
            ("server/Cargo.toml", server),
        ]);
        assert_one(&wanted_and_missing(&tree), "num_cpus");
    }

    #[test]
    fn a_loose_pin_is_refused() {
        for (name, version) in [
            ("sled", "\"0.34.7\""),
            ("rolldown_utils", "{ version = \"=1.2.6\" }"),
            ("oxc", "\"1\""),
        ] {
            let root = format!("[workspace.dependencies]\n{name} = {version}\nserde = \"1\"\n");
            assert_one(&loose_pins(&Tree::of(&[("Cargo.toml", &root)])), name);
        }
        let kept = "[workspace.dependencies]\nsled = \"=0.34.7\"\n";
        assert_none(&loose_pins(&Tree::of(&[("Cargo.toml", kept)])));
    }
}
