//! Answers that a client may have already, and those without a body.

use serde_json::json;
use vasca_tests::server::{Answer, Client};

use super::raw::{Connection, exchange};
use super::service::{Service, ended, good, id_of, occupy, problem, submit};

#[track_caller]
fn ask(client: &Client, path: &str, known: &str) -> Answer {
    let headers = [("if-none-match", known)];
    client.try_get(path, &headers).expect("it is answered")
}

#[track_caller]
fn tag_of(answer: &Answer) -> String {
    let tag = answer.header("etag").expect("an ETag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "strong: {tag}");
    tag
}

#[test]
fn a_build_that_has_not_changed_is_not_sent_again() {
    let service = Service::with_one_slot();
    let client = service.client();
    let _ = occupy(&client, 1200);
    let id = submit(&client, &json!({ "source": good(1) }));
    let path = format!("/v1/builds/{id}");
    let waits = client.get(&path).expect(200);
    assert_eq!(waits.json()["status"], "queued");
    let tag = tag_of(&waits);
    let same = ask(&client, &path, &tag).expect(304);
    assert_eq!((same.body.len(), tag_of(&same)), (0, tag.clone()));
    let _ = ended(&client, &id);
    let done = ask(&client, &path, &tag).expect(200);
    assert_ne!(tag_of(&done), tag, "it has ended since");
    for known in [
        tag_of(&done),
        format!("\"x\", W/{}", tag_of(&done)),
        "*".to_owned(),
    ] {
        let _ = ask(&client, &path, &known).expect(304);
    }
    let with_code = client.get(&format!("{path}?include=code")).expect(200);
    assert_ne!(tag_of(&with_code), tag_of(&done), "another representation");
}

#[test]
fn an_artifact_is_immutable_and_known_by_its_digest() {
    let service = Service::start();
    let client = service.client();
    let build = client.build(&good(1)).expect(200).json();
    let url = build["artifact"]["url"].as_str().expect("an address");
    let digest = build["artifact"]["digest"].as_str().expect("a digest");
    let module = client.get(url).expect(200);
    assert_eq!(tag_of(&module), format!("\"{digest}\""));
    let caching = module.header("cache-control").expect("for how long");
    assert!(caching.contains("immutable") && caching.contains("max-age=31536000"));
    for known in [tag_of(&module), "*".to_owned()] {
        let same = ask(&client, url, &known).expect(304);
        assert_eq!((same.body.len(), tag_of(&same)), (0, tag_of(&module)));
    }
    assert_eq!(ask(&client, url, "\"other\"").expect(200).body, module.body);
    for (name, value) in [
        ("content-type", "text/javascript; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
        ("access-control-allow-origin", "*"),
    ] {
        assert_eq!(module.header(name), Some(value), "{name}");
    }
    let policy = module.header("content-security-policy").expect("a policy");
    assert!(
        policy.contains("sandbox"),
        "nothing runs as a page: {policy}"
    );
}

#[test]
fn head_tells_what_get_would_without_the_body() {
    let service = Service::start();
    let client = service.client();
    let build = client.build(&good(1)).expect(200).json();
    let url = build["artifact"]["url"].as_str().expect("an address");
    let id = id_of(&build);
    for path in [url, &format!("/v1/builds/{id}"), "/livez"] {
        let got = client.get(path).expect(200);
        let mut connection = Connection::open(service.server.address());
        // Should a body come all the same, the second answer would begin with it.
        let head = format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let next = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        connection.send(head + next).expect("it is sent");
        let headers = connection.head().expect("an answer");
        assert_eq!(headers.status, 200, "{path}");
        for name in ["content-length", "content-type", "etag"] {
            assert_eq!(headers.header(name), got.header(name), "{path}: {name}");
        }
        assert_eq!(connection.answer().expect("the next").text(), "ok\n");
    }
}

#[test]
fn an_artifact_that_is_not_there_is_not_found() {
    let service = Service::start();
    let digest = "0123456789abcdef".repeat(4);
    for path in [
        format!("/v1/artifacts/{digest}.js"),
        format!("/v1/artifacts/{digest}"),
        format!("/v1/artifacts/{}.js", digest.to_uppercase()),
        format!("/v1/artifacts/{digest}0.js"),
    ] {
        let answer = service.client().get(&path);
        assert_eq!(problem(&answer, 404).0, "not_found", "{path}");
    }
    let head = format!(
        "HEAD /v1/artifacts/{digest}.js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    );
    let mut connection = Connection::open(service.server.address());
    connection.send(head).expect("it is sent");
    assert_eq!(connection.head().expect("an answer").status, 404);
    assert!(connection.is_closed(), "a body came");
    let livez = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
    assert_eq!(
        exchange(service.server.address(), livez)
            .expect("an answer")
            .status,
        200
    );
}
