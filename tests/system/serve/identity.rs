//! By what a request is known: its own id, its trace, and what the service says of itself.

use serde_json::{Value, json};
use vasca_tests::server::{Answer, Client};

use super::raw::exchange;
use super::service::{Service, good, id_of, look, problem, problem_of, rows};
use crate::sources::busy;

/// A request of every kind, and the status of its answer.
fn requests(client: &Client) -> Vec<(&'static str, String, Option<String>, u16)> {
    let build = client.build(&good(1)).expect(200).json();
    let (id, url) = (id_of(&build), build["artifact"]["url"].as_str());
    let url = url.expect("an address").to_owned();
    // It holds its slot for longer than its answer takes.
    let slow = json!({ "source": busy(), "timeout_ms": 200 }).to_string();
    let text = |text: &str| Some(text.to_owned());
    vec![
        ("POST", "/v1/builds".to_owned(), Some(slow), 202),
        ("POST", "/v1/builds".to_owned(), text("{"), 400),
        ("POST", "/v1/builds".to_owned(), text("{}"), 422),
        ("POST", "/v1/records".to_owned(), text("{}"), 405),
        ("GET", format!("/v1/builds/{id}"), None, 200),
        ("GET", "/v1/builds/none".to_owned(), None, 404),
        ("POST", format!("/v1/builds/{id}/cancel"), text(""), 409),
        ("GET", url.clone(), None, 200),
        ("HEAD", url, None, 200),
        ("GET", "/v1/records".to_owned(), None, 200),
        ("GET", "/v1/records?limit=0".to_owned(), None, 400),
        ("GET", "/metrics".to_owned(), None, 200),
        ("GET", "/livez".to_owned(), None, 200),
        ("GET", "/readyz".to_owned(), None, 200),
        ("GET", "/version".to_owned(), None, 200),
        ("GET", "/nowhere".to_owned(), None, 404),
        ("BREW", "/v1/records".to_owned(), None, 405),
    ]
}

/// Sends one with this line among its headers.
#[track_caller]
fn send(service: &Service, method: &str, path: &str, body: Option<&str>, line: &str) -> Answer {
    let body = body.unwrap_or_default();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\n{line}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let address = service.server.address();
    if method != "HEAD" {
        return exchange(address, request).expect("an answer");
    }
    let mut connection = super::raw::Connection::open(address);
    connection.send(request).expect("it is sent");
    connection.head().expect("an answer")
}

#[test]
fn every_answer_carries_the_id_of_its_request() {
    let service = Service::start();
    for (method, path, body, status) in requests(&service.client()) {
        let given = send(
            &service,
            method,
            &path,
            body.as_deref(),
            "X-Request-Id: client-7/a.b\r\n",
        );
        assert_eq!(given.status, status, "{method} {path}: {}", given.text());
        let kept = given.header("x-request-id");
        assert_eq!(kept, Some("client-7/a.b"), "{method} {path}");
        let made = |line| {
            let answer = send(&service, method, &path, body.as_deref(), line);
            answer.header("x-request-id").unwrap_or_default().to_owned()
        };
        let (one, other) = (made(""), made("X-Request-Id: <b>not\tplain\r\n"));
        assert!(one.len() >= 16 && one != other, "{method} {path}: {one}");
        assert!(!other.contains('<'), "{other}");
    }
}

#[test]
fn every_error_is_a_problem_that_says_its_status() {
    let service = Service::start();
    for (method, path, body, status) in requests(&service.client()) {
        if status >= 400 {
            let answer = send(&service, method, &path, body.as_deref(), "");
            let _ = problem_of(&format!("{method} {path}"), &answer, status);
        }
    }
}

#[test]
fn the_ids_of_the_request_and_of_the_trace_are_in_the_row() {
    let service = Service::start();
    let client = service.client();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let traceparent = format!("00-{trace}-00f067aa01a902b7-01");
    let submit = |traceparent: &str, number| {
        let headers = [
            ("prefer", "wait=30"),
            ("traceparent", traceparent),
            ("x-request-id", "mine-1"),
        ];
        let answer = client.post("/v1/builds", &headers, &json!({ "source": good(number) }));
        let id = id_of(&answer.expect(200).json());
        let rows = rows(&client, "", 100);
        let row = rows.into_iter().find(|row| id_of(row) == id);
        row.expect("a row")
    };
    let row = submit(&traceparent, 1);
    assert_eq!(
        (&row["trace_id"], &row["request_id"]),
        (&json!(trace), &json!("mine-1"))
    );
    for wrong in [
        "",
        "00-xyz",
        &format!("00-{}-00f067aa01a902b7-01", "0".repeat(32)),
    ] {
        assert_eq!(submit(wrong, 2)["trace_id"], Value::Null, "{wrong:?}");
    }
    assert!(
        service.server.log().contains(trace),
        "the log's line has it too"
    );
}

#[test]
fn the_service_says_that_it_is_ready_and_what_it_is() {
    let service = Service::start();
    let client = service.client();
    let ready = client.get("/readyz").expect(200).json();
    assert_eq!(ready, json!({ "ready": true, "reasons": [] }));
    assert_eq!(client.get("/livez").expect(200).text(), "ok\n");
    let version = client.get("/version").expect(200).json();
    let mut command = vasca_tests::run::vasca(["--version"]);
    let said = vasca_tests::run::run(&mut command).expect_code(0).stdout;
    let told = version["version"].as_str().expect("a version");
    assert!(said.trim().ends_with(told), "{said} {told}");
    let tsx = version["builders"]["tsx"].as_str().expect("a builder");
    assert!(tsx.contains("swc_core"), "{tsx}");
}

#[test]
fn options_that_no_builder_has_are_refused_and_named() {
    let service = Service::start();
    let client = service.client();
    for (options, named) in [
        (json!({ "minfy": true }), "minfy"),
        (json!({ "minify": "yes" }), "yes"),
        (json!({ "target": "es3" }), "es3"),
        (json!({ "profile": "angular" }), "angular"),
    ] {
        let body = json!({ "source": good(1), "options": options });
        let answer = client.post("/v1/builds", &[], &body);
        let (kind, detail) = problem(&answer, 422);
        assert_eq!(kind, "invalid_submission", "{detail}");
        assert!(detail.contains(named), "{named}: {detail}");
        let code = &answer.json()["diagnostics"][0]["code"];
        assert_eq!(code, "invalid_options", "{options}");
    }
    for (key, value) in [
        ("lane", json!("urgent")),
        ("builder", json!("vue")),
        ("sauce", json!(1)),
    ] {
        let mut body = json!({ "source": good(1) });
        body[key] = value;
        let (_, detail) = problem(&client.post("/v1/builds", &[], &body), 422);
        let named = [key, "urgent", "vue"].iter().any(|it| detail.contains(it));
        assert!(named, "{key}: {detail}");
    }
    assert!(rows(&client, "", 10).is_empty(), "nothing is recorded");
    let refused = "vasca_submissions_total{result=\"rejected_invalid\"}";
    assert_eq!(client.metric(refused), 7.0);
}

#[test]
fn options_that_are_no_object_are_refused() {
    let service = Service::start();
    let client = service.client();
    for options in [
        json!([]),
        json!(["external"]),
        json!("minify"),
        json!(7),
        json!(true),
    ] {
        let body = json!({ "source": good(1), "options": options });
        let answer = client.post("/v1/builds", &[], &body);
        let (kind, _) = problem_of(&options.to_string(), &answer, 422);
        assert_eq!(kind, "invalid_submission");
    }
}

#[test]
fn options_change_what_is_built() {
    let service = Service::start();
    let client = service.client();
    let built = |options: Value| {
        let body = json!({ "source": good(0), "options": options });
        let answer = client.post("/v1/builds?include=code", &[("prefer", "wait=30")], &body);
        answer.expect(200).json()
    };
    let (small, readable) = (built(json!({})), built(json!({ "minify": false })));
    let length = |build: &Value| build["code"].as_str().expect("the module").len();
    assert!(length(&small) < length(&readable));
    let external = built(json!({ "imports": "external" }));
    let imports = external["artifact"]["imports"].as_array().expect("a list");
    assert!(imports.contains(&json!("remotion")), "{external}");
    assert_eq!(look(&client, &id_of(&small))["artifact"], small["artifact"]);
}
