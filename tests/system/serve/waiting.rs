//! How long an answer is held back, and what becomes of builds whose clients do not wait.

use std::time::{Duration, Instant};

use serde_json::json;
use vasca_tests::wait::wait_until;

use super::raw::{Connection, submission_head};
use super::service::{
    SOON, Service, accepted, ended, good, id_of, look, occupy, problem, rows, submit,
};
use crate::sources::busy;

#[test]
fn without_a_preference_a_build_is_accepted_and_found_at_its_location() {
    let service = Service::with_one_slot();
    let client = service.client();
    // Behind another one, or it might have ended before it is answered.
    let _ = occupy(&client, 1000);
    let accepted = client.post("/v1/builds", &[], &json!({ "source": good(1) }));
    let accepted = accepted.expect(202);
    assert_eq!(accepted.header("preference-applied"), None);
    let location = accepted.header("location").expect("a location").to_owned();
    let queued = accepted.json();
    assert_eq!(location, format!("/v1/builds/{}", id_of(&queued)));
    let build = client
        .get(&format!("{location}?wait=30"))
        .expect(200)
        .json();
    assert_eq!(build["status"], "succeeded", "{build}");
    assert_eq!(build["id"], queued["id"]);
}

#[test]
fn a_wait_ends_with_its_build_and_is_answered_with_the_end() {
    let service = Service::start();
    let headers = [("prefer", "wait=30")];
    let body = json!({ "source": good(1) });
    let start = Instant::now();
    let answer = service.client().post("/v1/builds", &headers, &body);
    assert!(start.elapsed() < Duration::from_secs(15), "it waited on");
    let answer = answer.expect(200);
    assert_eq!(answer.header("preference-applied"), Some("wait=30"));
    assert_eq!(answer.json()["outcome"], "success");
}

#[test]
fn a_wait_that_is_over_before_its_build_is_answered_with_where_it_stands() {
    let service = Service::with_one_slot();
    let headers = [("prefer", "wait=1")];
    let body = json!({ "source": busy(), "timeout_ms": 6000 });
    let client = service.client();
    let start = Instant::now();
    let answer = client.post("/v1/builds", &headers, &body).expect(202);
    let waited = start.elapsed();
    let about_a_second = Duration::from_millis(950)..Duration::from_secs(5);
    assert!(about_a_second.contains(&waited), "{waited:?}");
    assert_eq!(answer.header("preference-applied"), Some("wait=1"));
    assert!(answer.header("location").is_some());
    assert_eq!(answer.json()["status"], "running");
    let id = id_of(&answer.json());
    let start = Instant::now();
    let looked = client.get(&format!("/v1/builds/{id}?wait=1")).expect(200);
    assert!(about_a_second.contains(&start.elapsed()));
    assert_eq!(looked.json()["status"], "running");
}

#[test]
fn a_wait_beyond_the_limit_is_clamped_and_said_to_be() {
    let service = Service::with(&["--slots", "1"], &[("VASCA_WAIT_MS", "1000")]);
    let client = service.client();
    let _ = occupy(&client, 20_000);
    let headers = [("prefer", "wait=600")];
    let start = Instant::now();
    let answer = client.post("/v1/builds", &headers, &json!({ "source": good(1) }));
    assert!(start.elapsed() < Duration::from_secs(10), "it waited on");
    let answer = answer.expect(202);
    assert_eq!(answer.header("preference-applied"), Some("wait=1"));
    let id = id_of(&answer.json());
    let start = Instant::now();
    let looked = client.get(&format!("/v1/builds/{id}?wait=600")).expect(200);
    assert!(start.elapsed() < Duration::from_secs(10), "it waited on");
    assert_eq!(looked.json()["status"], "queued");
}

#[test]
fn by_default_a_wait_is_clamped_to_a_minute() {
    let service = Service::start();
    let headers = [("prefer", "wait=600")];
    let answer = service
        .client()
        .post("/v1/builds", &headers, &json!({ "source": good(1) }));
    assert_eq!(
        answer.expect(200).header("preference-applied"),
        Some("wait=60")
    );
}

#[test]
fn respond_async_is_not_held_back() {
    let service = Service::start();
    let client = service.client();
    for prefer in [
        "respond-async",
        "respond-async, wait=30",
        "wait=30, respond-async",
    ] {
        let body = json!({ "source": busy(), "timeout_ms": 300 });
        let start = Instant::now();
        let answer = client.post("/v1/builds", &[("prefer", prefer)], &body);
        assert!(start.elapsed() < Duration::from_secs(10), "{prefer}");
        let answer = answer.expect(202);
        assert_eq!(
            answer.header("preference-applied"),
            Some("respond-async"),
            "{prefer}"
        );
    }
}

/// Also one that has ended by the time of the answer: small builds are faster than the disk.
#[test]
fn respond_async_is_answered_with_202_however_fast_the_build_is() {
    let service = Service::start();
    let client = service.client();
    for number in 0..300 {
        let body = json!({ "source": format!("export default () => {number};") });
        let headers = [("prefer", "respond-async")];
        let answer = client.post("/v1/builds", &headers, &body);
        assert_eq!(answer.status, 202, "number {number}: {}", answer.text());
    }
}

#[test]
fn a_preference_that_cannot_be_read_is_none() {
    let service = Service::start();
    let client = service.client();
    for prefer in ["wait=soon", "wait=-1", "wait", "return=minimal"] {
        let headers = [("prefer", prefer)];
        let answer = client.post("/v1/builds", &headers, &json!({ "source": good(1) }));
        let _ = accepted(&answer);
        assert_eq!(answer.header("preference-applied"), None, "{prefer}");
    }
}

#[test]
fn a_query_that_cannot_be_read_is_refused() {
    let service = Service::start();
    let client = service.client();
    let id = submit(&client, &json!({ "source": good(1) }));
    for query in ["wait=soon", "wait=-1", "include=everything", "colour=red"] {
        let looked = client.get(&format!("/v1/builds/{id}?{query}"));
        assert_eq!(problem(&looked, 400).0, "invalid_request", "{query}");
    }
    assert_eq!(ended(&client, &id)["status"], "succeeded");
}

#[test]
fn a_client_that_goes_away_while_it_waits_does_not_end_its_build() {
    let service = Service::with_one_slot();
    let client = service.client();
    let first = occupy(&client, 1500);
    let body = json!({ "source": good(1), "tags": { "client": "gone" } }).to_string();
    let head = submission_head(body.len()).replace("\r\n\r\n", "\r\nPrefer: wait=30\r\n\r\n");
    let mut connection = Connection::open(service.server.address());
    connection.send(head + &body).expect("it is sent");
    let accepted = "vasca_submissions_total{result=\"accepted\"}";
    wait_until("it is accepted", SOON, || client.metric(accepted) == 2.0);
    drop(connection);
    let answered = "vasca_http_requests_total{method=\"POST\",route=\"/v1/builds\",status=\"499\"}";
    wait_until("its client is known to be gone", SOON, || {
        client.metric(answered) == 1.0
    });
    assert_eq!(
        look(&client, &first)["status"],
        "running",
        "it went in time"
    );
    wait_until("the build has ended", SOON, || {
        !rows(&client, "&tag=client%3Dgone", 10).is_empty()
    });
    let rows = rows(&client, "&tag=client%3Dgone", 10);
    assert_eq!(rows[0]["status"], "succeeded", "{}", rows[0]);
    assert_eq!(rows.len(), 1);
}

#[test]
fn a_client_that_goes_away_while_it_looks_does_not_end_its_build() {
    let service = Service::with_one_slot();
    let client = service.client();
    let _ = occupy(&client, 1000);
    let id = submit(&client, &json!({ "source": good(1) }));
    let mut connection = Connection::open(service.server.address());
    let look = format!("GET /v1/builds/{id}?wait=30 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    connection.send(look).expect("it is sent");
    wait_until("both are in flight", SOON, || {
        client.metric("vasca_http_requests_in_flight") == 2.0
    });
    drop(connection);
    assert_eq!(ended(&client, &id)["status"], "succeeded");
}
