//! The profile's lists of names are those of the installed React and Remotion.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use vasca_tests::node::{node, run};
use vasca_tests::repository::repository_root;

/// Node and the packages load within a second.
const NAMES_LIMIT: Duration = Duration::from_secs(60);

type Names = BTreeMap<String, BTreeSet<String>>;

/// What the installed packages export. Names that begin with `__` are React's own affair: no
/// component reads them, and the profile does not list them.
fn installed(mode: &str) -> Names {
    let mut command = node("names.mjs");
    let printed = run(command.env("NODE_ENV", mode), "", NAMES_LIMIT);
    let lists: Value = serde_json::from_str(&printed).expect("lists in JSON");
    let mut names = names(&lists, |module| module);
    for list in names.values_mut() {
        list.retain(|name| !name.starts_with("__"));
    }
    assert!(!names.is_empty(), "names.mjs lists no module");
    names
}

/// What the profile lists, of the modules of React and Remotion itself.
fn listed() -> Names {
    let path = repository_root().join("builders/src/tsx/profiles/remotion.json");
    let text = std::fs::read_to_string(path).expect("the profile can be read");
    let profile: Value = serde_json::from_str(&text).expect("the profile is JSON");
    let mut names = names(&profile["modules"], |module| &module["exports"]);
    names.retain(|module, _| {
        let package = module.split('/').next().unwrap_or_default();
        ["react", "react-dom", "remotion"].contains(&package)
    });
    names
}

fn names(modules: &Value, list_of: fn(&Value) -> &Value) -> Names {
    let of_module = |(module, value): (&String, &Value)| {
        let list = list_of(value).as_array().into_iter().flatten();
        let list = list.filter_map(|name| Some(name.as_str()?.to_owned()));
        (module.clone(), list.collect())
    };
    modules
        .as_object()
        .into_iter()
        .flatten()
        .map(of_module)
        .collect()
}

#[test]
fn the_profile_lists_what_react_and_remotion_export() {
    // A page may carry either build of React, so the profile lists what one of them has.
    let mut installed_names = installed("production");
    for (module, names) in installed("development") {
        installed_names.entry(module).or_default().extend(names);
    }
    let listed = listed();
    let modules = |names: &Names| names.keys().cloned().collect::<Vec<_>>();
    assert_eq!(modules(&listed), modules(&installed_names));
    for (module, installed) in &installed_names {
        assert_eq!(&listed[module], installed, "the names of `{module}`");
    }
}

/// Otherwise the production build alone would do for the comparison above.
#[test]
fn two_names_of_react_exist_only_in_development() {
    let (production, development) = (installed("production"), installed("development"));
    let only = |module: &str| -> Vec<_> {
        development[module]
            .difference(&production[module])
            .cloned()
            .collect()
    };
    assert_eq!(only("react"), ["act", "captureOwnerStack"]);
    for module in production.keys().filter(|module| *module != "react") {
        assert!(only(module).is_empty(), "{module}: {:?}", only(module));
    }
}
