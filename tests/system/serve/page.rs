//! What a page gets: the module that is served renders in it, with the page's own React and
//! Remotion, as esbuild's build of the same source does.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use vasca_tests::fixtures::good;
use vasca_tests::node::run_script;

use super::service::Service;

/// The first frame, one in the middle of movement, and the last.
const FRAMES: [u32; 3] = [0, 20, 59];
/// Some components render within seconds.
const RENDER_LIMIT: Duration = Duration::from_secs(60);

/// Renders a module by globals, and the component that it was built from; gives the markup of each
/// frame, which must be that of esbuild's build of it.
#[track_caller]
pub(crate) fn rendered(source: &Path, module: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("module.js");
    std::fs::write(&path, module).expect("a file can be written");
    let case = json!({ "name": "served", "source_path": source, "globals_module_path": path });
    let request = json!({ "cases": [case], "frames": FRAMES });
    let printed = run_script("render.mjs", &request.to_string(), RENDER_LIMIT);
    let report: Value = serde_json::from_str(&printed).expect("the report is JSON");
    let variants = &report["cases"][0]["variants"];
    let (ours, theirs) = (&variants["globals"], &variants["esbuild"]);
    let markup = |frame: &Value| frame["markup"].as_str().map(str::to_owned);
    let frames = ours["frames"].as_array().into_iter().flatten();
    let frames: Option<Vec<_>> = frames.map(markup).collect();
    let frames = frames.filter(|frames| frames.len() == FRAMES.len());
    let frames = frames.unwrap_or_else(|| panic!("{}: {ours}", source.display()));
    assert!(frames.iter().all(|markup| !markup.is_empty()), "{ours}");
    assert_eq!(ours["frames"], theirs["frames"], "{}", source.display());
    assert_eq!(ours["exports"], theirs["exports"], "{}", source.display());
    frames
}

#[test]
fn what_an_artifacts_address_serves_renders_with_the_pages_react_and_remotion() {
    let service = Service::start();
    let client = service.client();
    let mut moving = 0;
    for path in good().into_iter().step_by(8) {
        let source = std::fs::read_to_string(&path).expect("a fixture");
        let build = client.build(&source).expect(200).json();
        let url = build["artifact"]["url"].as_str().expect("an address");
        let module = client.get(url).expect(200);
        let frames = rendered(&path, &module.body);
        moving += usize::from(frames[0] != frames[1]);
    }
    assert!(moving > 0, "no component moves: the frames prove nothing");
}

#[test]
fn the_module_is_the_same_at_each_of_its_addresses() {
    let service = Service::start();
    let client = service.client();
    let headers = [("prefer", "wait=30")];
    let body = json!({ "source": super::service::good(1) });
    let built = client.post("/v1/builds?include=code", &headers, &body);
    let build = built.expect(200).json();
    let inlined = build["code"].as_str().expect("the module");
    let id = build["id"].as_str().expect("an id");
    let url = build["artifact"]["url"].as_str().expect("an address");
    let of_build = client.get(&format!("/v1/builds/{id}/code")).expect(200);
    let of_artifact = client.get(url).expect(200);
    let looked = client.get(&format!("/v1/builds/{id}?include=code"));
    let looked = looked.expect(200).json();
    assert_eq!(looked["code"], inlined);
    assert_eq!(
        (of_build.text().as_str(), of_artifact.text().as_str()),
        (inlined, inlined)
    );
    assert_eq!(
        of_build.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    let plain = client.get(&format!("/v1/builds/{id}")).expect(200).json();
    assert_eq!(plain.get("code"), None, "only where it is asked for");
}

#[test]
fn a_build_without_a_module_has_no_code() {
    let service = Service::start();
    let client = service.client();
    let headers = [("prefer", "wait=30")];
    let body = json!({ "source": super::service::broken(0) });
    let built = client.post("/v1/builds?include=code", &headers, &body);
    let build = built.expect(200).json();
    assert_eq!(build.get("code"), None, "{build}");
    let id = build["id"].as_str().expect("an id");
    let code = client.get(&format!("/v1/builds/{id}/code"));
    let (kind, detail) = super::service::problem(&code, 404);
    assert_eq!(kind, "not_found");
    assert!(detail.contains("failed"), "{detail}");
}
