//! A submission and what comes of it.

use serde_json::json;
use vasca_tests::fixtures::{broken_one, good_one};
use vasca_tests::server::Server;

fn read(path: &std::path::Path) -> String {
    std::fs::read_to_string(path).expect("a fixture")
}

#[test]
fn a_component_is_built_recorded_and_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    let client = server.client();
    let build = client
        .build(&read(&good_one("title.tsx")))
        .expect(200)
        .json();
    assert_eq!(
        (&build["status"], &build["outcome"]),
        (&json!("succeeded"), &json!("success"))
    );
    let url = build["artifact"]["url"].as_str().expect("a URL").to_owned();
    let module = client.get(&url).expect(200);
    assert_eq!(
        module.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert_eq!(module.header("access-control-allow-origin"), Some("*"));
    assert_eq!(json!(module.body.len()), build["artifact"]["bytes"]["raw"]);
    let id = build["id"].as_str().expect("an id");
    let again = client.get(&format!("/v1/builds/{id}")).expect(200).json();
    assert_eq!(again, build, "the same after its end as at its end");
}

#[test]
fn a_broken_component_is_an_answer_with_diagnostics_and_a_record_with_its_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    let client = server.client();
    let build = client
        .build(&read(&broken_one("unclosed-tag.tsx")))
        .expect(200)
        .json();
    assert_eq!(
        (&build["status"], &build["outcome"]),
        (&json!("failed"), &json!("user_error"))
    );
    assert_eq!(build["artifact"], json!(null));
    let diagnostic = &build["diagnostics"][0];
    assert_eq!(
        (&diagnostic["code"], &diagnostic["class"]),
        (&json!("syntax_error"), &json!("user"))
    );
    assert!(diagnostic["line"].is_u64() && diagnostic["frame"].is_string());
    let rows = client
        .get("/v1/records?outcome=user_error&code=syntax_error")
        .expect(200)
        .json();
    let row = &rows["items"][0];
    assert_eq!(
        (&row["id"], &row["code"]),
        (&build["id"], &json!("syntax_error"))
    );
    assert!(row["timings_ms"]["total"].as_f64().expect("a duration") > 0.0);
    assert!(row["timings_ms"]["run"].as_f64().expect("a duration") > 0.0);
}

#[test]
fn faults_are_mended_where_the_options_ask_for_it_and_the_answer_lists_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    let client = server.client();
    let source = read(&broken_one("duplicate-default-export.tsx"));
    let submit = |repair: serde_json::Value| {
        let body = json!({ "source": source, "options": { "repair": repair } });
        client.post("/v1/builds", &[("Prefer", "wait=10")], &body)
    };
    let strict = submit(json!("off")).expect(200).json();
    assert_eq!(strict["status"], json!("failed"));
    assert_eq!(strict["repairs"], json!([]));
    for repair in [json!("all"), json!(["duplicate_export"])] {
        let build = submit(repair).expect(200).json();
        assert_eq!(build["status"], json!("succeeded"));
        assert_eq!(build["repairs"], json!(["duplicate_export"]));
        let diagnostic = &build["diagnostics"][0];
        assert_eq!(
            (&diagnostic["code"], &diagnostic["severity"]),
            (&json!("duplicate_export"), &json!("warning"))
        );
        let id = build["id"].as_str().expect("an id");
        let again = client.get(&format!("/v1/builds/{id}")).expect(200).json();
        assert_eq!(again["repairs"], build["repairs"], "the same after its end");
    }
    let problem = submit(json!(["tidy_up"])).expect(422).json();
    let said = problem["diagnostics"][0]["message"].as_str();
    let said = said.expect("a message");
    assert!(
        said.contains("tidy_up") && said.contains("markdown_fence"),
        "{said}"
    );
}
