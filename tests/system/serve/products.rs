//! What a build gives besides its module, over HTTP.

use std::path::Path;

use serde_json::{Value, json};
use vasca_tests::server::{Client, Server};

const GOOD: &str = "export default function Title() { return <p>{'mapped'}</p>; }\n";
const BROKEN: &str = "const a = 1;\nconst a = 2;\nexport default () => <p>{a}</p>;\n";

fn submit(client: &Client, source: &str, options: &Value) -> Value {
    let body = json!({ "source": source, "options": options });
    let headers = [("prefer", "wait=30")];
    client
        .post("/v1/builds", &headers, &body)
        .expect(200)
        .json()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{value}"))
}

#[test]
fn a_source_map_and_a_metafile_are_served_as_they_were_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let client = server.client();
    let build = submit(&client, GOOD, &json!({ "sourcemap": "external" }));
    let map = &build["artifact"]["map"];
    let served = client.get(text(map, "url")).expect(200);
    assert_eq!(served.header("content-type"), Some("application/json"));
    assert_eq!(served.header("access-control-allow-origin"), Some("*"));
    assert_eq!(json!(served.body.len()), map["bytes"]);
    assert_eq!(served.json()["sourcesContent"], json!([GOOD]));

    let id = text(&build, "id");
    let code = client.get(&format!("/v1/builds/{id}/code")).expect(200);
    assert_eq!(code.header("sourcemap"), Some(text(map, "url")));
    let of_build = client.get(&format!("/v1/builds/{id}/map")).expect(200);
    assert_eq!(of_build.body, served.body);
    let path = format!("/v1/builds/{id}/metafile");
    let metafile = client.get(&path).expect(200).json();
    let output = &metafile["outputs"]["component.js"];
    assert_eq!(output["bytes"], build["artifact"]["bytes"]["raw"]);
    assert!(build["artifact"]["bytes"]["br"].is_u64(), "{build}");

    drop(server);
    let again = Server::start(&data);
    let kept = again.client().get(text(map, "url")).expect(200);
    assert_eq!(kept.body, served.body, "durable like its module");
}

#[test]
fn a_build_without_a_map_says_why_there_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    let client = server.client();
    let build = submit(&client, GOOD, &json!({}));
    assert_eq!(build["artifact"]["map"], json!(null));
    let id = text(&build, "id");
    let code = client.get(&format!("/v1/builds/{id}/code")).expect(200);
    assert_eq!(code.header("sourcemap"), None);
    let problem = client.get(&format!("/v1/builds/{id}/map")).expect(404);
    assert!(problem.text().contains("sourcemap"), "{}", problem.text());
}

#[test]
fn a_failed_build_serves_the_module_in_its_place_and_is_no_success() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    let client = server.client();
    let build = submit(&client, BROKEN, &json!({ "fallback": true }));
    assert_eq!(
        (&build["status"], &build["artifact"]),
        (&json!("failed"), &json!(null))
    );
    let module = client.get(text(&build["fallback"], "url")).expect(200);
    assert!(
        module.text().contains("component.tsx:2:7"),
        "{}",
        module.text()
    );
    assert_eq!(text(&build, "signature").len(), 16);
    let id = text(&build, "id");
    let again = client.get(&format!("/v1/builds/{id}")).expect(200).json();
    assert_eq!(again, build);
    let problem = client.get(&format!("/v1/builds/{id}/code")).expect(404);
    assert!(problem.text().contains("failed"), "{}", problem.text());
    let plain = submit(&client, BROKEN, &json!({}));
    assert_eq!(plain["fallback"], json!(null));
}

#[test]
fn a_profile_from_a_file_is_on_offer_to_every_build() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.json");
    let profile = r#"{"name":"page","extends":"remotion","modules":{"three":{"global":"THREE"}}}"#;
    std::fs::write(&file, profile).expect("a file");
    let settings = folder.path().join("vasca.toml");
    std::fs::write(&settings, format!("profiles = [{file:?}]\n")).expect("a file");
    let arguments = ["--config", settings.to_str().expect("a path")];
    let server = Server::start_with(&folder.path().join("data"), &arguments, |_| {});
    let client = server.client();
    let source = "import { REVISION } from 'three'; export default () => <p>{REVISION}</p>;";
    let build = submit(&client, source, &json!({ "profile": "page" }));
    assert_eq!(
        build["artifact"]["globals"],
        json!(["THREE", "React"]),
        "{build}"
    );
    assert_eq!(submit(&client, source, &json!({}))["status"], "failed");

    let refused = start_with_profile(folder.path(), r#"{"name":"a b","extends":"remotion"}"#);
    assert!(refused.contains("`profiles` cannot be used"), "{refused}");
    assert!(
        refused.contains("wrong.json: the profile \"a b\""),
        "{refused}"
    );
}

/// Tries to start with a profile that does not hold; gives what the server says.
fn start_with_profile(folder: &Path, profile: &str) -> String {
    let file = folder.join("wrong.json");
    std::fs::write(&file, profile).expect("a file");
    let settings = folder.join("wrong.toml");
    std::fs::write(&settings, format!("profiles = [{file:?}]\n")).expect("a file");
    let arguments = ["--config", settings.to_str().expect("a path")];
    Server::try_start(&folder.join("none"), &arguments, |_| {}).expect_err("no start")
}
