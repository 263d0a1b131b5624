//! Paths and methods that lead nowhere.

use std::fs;

use super::raw::exchange;
use super::service::{Service, good, problem_of};

/// Asks for a path as it stands: no client tidies it up first.
#[track_caller]
fn get(service: &Service, path: &str) -> vasca_tests::server::Answer {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    exchange(service.server.address(), request).expect("an answer")
}

#[test]
fn artifacts_are_found_by_their_digest_and_nothing_else_is_by_a_path() {
    let service = Service::start();
    let build = service.client().build(&good(1)).expect(200).json();
    let digest = build["artifact"]["digest"].as_str().expect("a digest");
    let secret = service
        .folder
        .path()
        .join("data/objects/artifacts/secret.js");
    fs::create_dir_all(secret.parent().expect("a folder")).expect("a folder can be made");
    fs::write(&secret, "the secret").expect("a file can be written");
    for path in [
        "/v1/artifacts/secret.js".to_owned(),
        "/v1/artifacts/../secret.js".to_owned(),
        "/v1/artifacts/../../../vasca.lock".to_owned(),
        "/v1/artifacts/..%2fsecret.js".to_owned(),
        "/v1/artifacts/..%2f..%2f..%2fvasca.lock".to_owned(),
        "/v1/artifacts/%2e%2e%2f%2e%2e%2fetc%2fpasswd".to_owned(),
        "/v1/artifacts/..%5c..%5cvasca.lock".to_owned(),
        "/v1/artifacts/%252e%252e%252fsecret.js".to_owned(),
        "/v1/artifacts//etc/passwd".to_owned(),
        "/v1/artifacts/%2fetc%2fpasswd".to_owned(),
        "/v1/artifacts/".to_owned(),
        "/v1/artifacts".to_owned(),
        "/v1/artifacts/.js".to_owned(),
        format!("/v1/artifacts/{digest}.js/"),
        format!("/v1/artifacts/{digest}.js%00"),
        format!("/v1/artifacts/{digest}.js.map"),
        format!("/v1/artifacts/./{digest}.js"),
        format!("/v1/artifacts/{digest}%2ejs%2f..%2fsecret.js"),
        format!("/v1/artifacts/{}.js", "é".repeat(32).replace('é', "%c3%a9")),
        "/../../../etc/passwd".to_owned(),
        "//etc/passwd".to_owned(),
        "/".to_owned(),
    ] {
        let answer = get(&service, &path);
        assert_eq!(problem_of(&path, &answer, 404).0, "not_found");
    }
    let found = get(&service, &format!("/v1/artifacts/{digest}.js"));
    assert_eq!(found.status, 200);
    service.assert_sound();
}

#[test]
fn a_path_that_is_no_text_leads_nowhere() {
    let service = Service::start();
    for path in [
        "/v1/artifacts/%ff.js",
        "/v1/artifacts/%c0%ae%c0%ae.js",
        "/v1/builds/%ff",
        "/v1/builds/%ff/code",
        "/%ff",
    ] {
        assert_eq!(problem_of(path, &get(&service, path), 404).0, "not_found");
    }
    service.assert_sound();
}

#[test]
fn a_method_that_a_resource_does_not_have_is_not_allowed() {
    let service = Service::start();
    let address = service.server.address();
    let digest = "0".repeat(64);
    for (method, path) in [
        ("DELETE", "/v1/builds"),
        ("GET", "/v1/builds"),
        ("PUT", "/v1/builds/01J00000000000000000000000"),
        ("GET", "/v1/builds/01J00000000000000000000000/cancel"),
        ("POST", "/v1/records"),
        ("PATCH", "/v1/records"),
        ("POST", "/metrics"),
        ("TRACE", "/livez"),
        ("BREW", "/livez"),
        ("PROPFIND", "/readyz"),
        ("get", "/version"),
        ("POST", &format!("/v1/artifacts/{digest}.js")),
    ] {
        let request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let answer = exchange(address, request).expect("an answer");
        let (kind, _) = problem_of(&format!("{method} {path}"), &answer, 405);
        assert_eq!(kind, "method_not_allowed");
        let allowed = answer.header("allow").expect("what is allowed");
        assert!(
            allowed.contains("GET") || allowed.contains("POST"),
            "{allowed}"
        );
    }
    let other = "vasca_http_requests_total{method=\"other\",route=\"/livez\",status=\"405\"}";
    let count = service.client().metric(other);
    assert_eq!(count, 2.0, "neither TRACE nor BREW has a series of its own");
    service.assert_sound();
}

#[test]
fn paths_without_end_add_no_series_to_the_metrics() {
    let service = Service::start();
    let client = service.client();
    let series = || client.get("/metrics").text().lines().count();
    let _ = get(&service, "/nowhere");
    let _ = client.get("/v1/builds/none");
    let before = series();
    for number in 0..200 {
        let _ = client.get(&format!("/nowhere/{number}")).expect(404);
        let _ = client.get(&format!("/v1/builds/none{number}")).expect(404);
        let request = format!("M{number} /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let _ = exchange(service.server.address(), request);
    }
    // What 200 new methods, paths and ids may add: one status of one route for other methods.
    let added = series() - before;
    assert!(added < 40, "{added} lines more");
}
