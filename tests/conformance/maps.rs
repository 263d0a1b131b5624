//! Source maps, followed from real stack traces by a consumer that is not ours.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use vasca_tests::fixtures;
use vasca_tests::node::run_script;
use vasca_tests::run::{run, vasca};

use crate::build::name_of;

/// Some hundred modules load and render within seconds.
const LIMIT: Duration = Duration::from_secs(120);

/// The ways in which a module may be made that change its map.
const WAYS: [&[&str]; 4] = [
    &["--sourcemap", "external"],
    &["--sourcemap", "external", "--no-minify"],
    &["--sourcemap", "external", "--target", "esnext"],
    &["--sourcemap", "inline"],
];

/// Builds the components in each way and follows their maps: for each the calls that were followed,
/// and those that led elsewhere.
#[track_caller]
fn follow(components: &[PathBuf]) -> Vec<(String, u64, Vec<String>)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut cases = Vec::new();
    for (index, way) in WAYS.iter().enumerate() {
        let place = folder.path().join(index.to_string());
        let mut command = vasca(["build", "--out"]);
        let _ = run(command.arg(&place).args(*way).args(components)).expect_code(0);
        for component in components {
            cases.push(case(component, &place, way));
        }
    }
    let count = cases.len();
    let request = json!({ "cases": cases });
    let printed = run_script("maps.mjs", &request.to_string(), LIMIT);
    let report: Value = serde_json::from_str(&printed).expect("the report is JSON");
    let told = report["cases"].as_array().cloned().unwrap_or_default();
    assert_eq!(told.len(), count, "every case is reported");
    told.iter().map(told_of).collect()
}

fn case(component: &Path, place: &Path, way: &[&str]) -> Value {
    let module = place.join(format!("{}.js", name_of(component)));
    let map = place.join(format!("{}.js.map", name_of(component)));
    json!({
        "name": format!("{} {}", name_of(component), way.join(" ")),
        "source_path": component,
        "module_path": module,
        "map_path": map.exists().then_some(map),
    })
}

fn told_of(case: &Value) -> (String, u64, Vec<String>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let wrong = case["wrong"].as_array().map(Vec::as_slice);
    (
        text(&case["name"]),
        case["calls"].as_u64().unwrap_or_default(),
        wrong.unwrap_or_default().iter().map(text).collect(),
    )
}

#[track_caller]
fn assert_all_led_home(told: &[(String, u64, Vec<String>)]) {
    let wrong: Vec<String> = told
        .iter()
        .filter(|(_, _, wrong)| !wrong.is_empty())
        .map(|(name, _, wrong)| format!("{name}: {}", wrong.join("\n  ")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn calls_and_elements_of_every_component_lead_back_to_their_source() {
    let components = fixtures::good();
    let told = follow(&components);
    assert_all_led_home(&told);
    let calls: u64 = told.iter().map(|(_, calls, _)| calls).sum();
    let least = 20 * told.len() as u64;
    assert!(
        calls > least,
        "{calls} calls were followed, in {}",
        told.len()
    );
}

#[test]
fn an_error_leads_back_to_the_line_and_column_that_threw() {
    assert_all_led_home(&follow(&fixtures::throwing()));
}
