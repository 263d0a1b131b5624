//! A page that lacks a global: the module says which, and does not load.

use std::time::Duration;

use serde_json::Value;
use vasca_tests::fixtures::good_one;
use vasca_tests::node::{node, run};

use crate::report::one_module;

/// Node and the packages load within a second.
const LOAD_LIMIT: Duration = Duration::from_secs(60);

/// Loads the module of a component that uses React and Remotion, in a page without some globals;
/// gives the error, if there is one.
#[track_caller]
fn load_without(globals: &[&str]) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = one_module(good_one("title.tsx"), folder.path());
    let mut command = node("load.mjs");
    let printed = run(command.arg(module).args(globals), "", LOAD_LIMIT);
    let report: Value = serde_json::from_str(&printed).expect("the report is JSON");
    let error = report["error"].as_str().map(str::to_owned);
    assert_eq!(report["loaded"], error.is_none(), "{report}");
    error
}

#[test]
fn a_page_with_all_globals_loads_the_module() {
    assert_eq!(load_without(&[]), None);
}

#[test]
fn a_missing_global_is_named_with_its_module_before_anything_runs() {
    for (global, module) in [("Remotion", "remotion"), ("React", "react")] {
        let error = load_without(&[global]).expect("the module needs the global");
        assert_eq!(
            error,
            format!(
                "Error: globalThis.{global} is missing: set it to the module \"{module}\" first."
            )
        );
    }
}

#[test]
fn a_global_that_nobody_reads_is_not_asked_for() {
    let others = ["ReactDOM", "ReactDOMClient", "ReactJSXRuntime"];
    assert_eq!(load_without(&others), None);
}
