//! HTTP as nobody should speak it, and its rarer corners.

use std::time::{Duration, Instant};

use serde_json::json;

use super::raw::{Connection, exchange, submission_head};
use super::service::{SOON, Service, good, problem, problem_of};

const LIVEZ: &str = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[test]
fn requests_that_come_at_once_are_answered_in_their_order() {
    let service = Service::start();
    let mut connection = Connection::open(service.server.address());
    let body = json!({ "source": good(1) }).to_string();
    let build = submission_head(body.len()).replace("\r\n\r\n", "\r\nPrefer: wait=30\r\n\r\n");
    let missing = "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let sent = format!("{build}{body}{LIVEZ}{missing}{LIVEZ}");
    connection.send(sent).expect("it is sent");
    let built = connection.answer().expect("the first answer");
    assert_eq!(built.expect(200).json()["status"], "succeeded");
    let statuses: Vec<_> = (0..3)
        .map(|_| connection.answer().expect("a further answer").status)
        .collect();
    assert_eq!(statuses, [200, 404, 200]);
}

#[test]
fn a_thousand_requests_on_one_connection_are_answered() {
    let service = Service::start();
    let mut connection = Connection::open(service.server.address());
    let mut writer = connection.writer();
    std::thread::scope(|scope| {
        scope.spawn(move || writer.send(LIVEZ.repeat(1000)).expect("it is sent"));
        for number in 0..1000 {
            let answer = connection.answer();
            assert_eq!(answer.expect("an answer").status, 200, "{number}");
        }
    });
    service.assert_sound();
}

#[test]
fn whoever_expects_to_be_told_to_continue_is() {
    let service = Service::start();
    let mut connection = Connection::open(service.server.address());
    let body = json!({ "source": good(1) }).to_string();
    let expect = "\r\nExpect: 100-continue\r\nPrefer: wait=30\r\n\r\n";
    let head = submission_head(body.len()).replace("\r\n\r\n", expect);
    connection.send(head).expect("it is sent");
    assert_eq!(connection.head().expect("a word").status, 100);
    connection.send(body).expect("it is sent");
    let build = connection.answer().expect("an answer").expect(200).json();
    assert_eq!(build["status"], "succeeded", "{build}");
}

#[test]
fn whoever_expects_to_send_too_much_is_told_without_sending_it() {
    let service = Service::start();
    let mut connection = Connection::open(service.server.address());
    let expect = "\r\nExpect: 100-continue\r\n\r\n";
    let head = submission_head(1_u64 << 40).replace("\r\n\r\n", expect);
    let start = Instant::now();
    connection.send(head).expect("it is sent");
    let first = connection.answer().expect("an answer");
    assert_eq!(problem(&first, 413).0, "body_too_large");
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

/// Heads that are too large, or no heads.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let head =
        |lines: &str| format!("GET /livez HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n").into_bytes();
    let many: String = (0..1000).map(|n| format!("X-{n}: y\r\n")).collect();
    let path = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes();
    vec![
        (
            "a header of 1 MiB",
            head(&format!("X: {}\r\n", "y".repeat(1 << 20))),
        ),
        (
            "a header's name of 1 MiB",
            head(&format!("{}: y\r\n", "x".repeat(1 << 20))),
        ),
        ("a thousand headers", head(&many)),
        (
            "a path of 1 MiB",
            path(&format!("/{}", "p".repeat(1 << 20))),
        ),
        (
            "a path of 100 KiB",
            path(&format!("/{}", "p".repeat(100 << 10))),
        ),
        ("a method of 1 MiB", "M".repeat(1 << 20).into_bytes()),
        ("a header without a colon", head("no colon\r\n")),
        ("a header with NUL", head("X: a\0b\r\n")),
        ("a header that is folded", head("X: a\r\n b\r\n")),
        ("a space before the colon", head("X : a\r\n")),
        ("a space in the path", path("/a b")),
        ("HTTP/9.9", b"GET / HTTP/9.9\r\n\r\n".to_vec()),
        ("HTTP/0.9", b"GET /\r\n\r\n".to_vec()),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        (
            "TLS",
            [
                &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..],
                &[7; 512],
                b"\r\n\r\n",
            ]
            .concat(),
        ),
        ("noise", [&[0xff; 300][..], b"\r\n\r\n"].concat()),
        (
            "a proxy's word",
            b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n\r\n".to_vec(),
        ),
    ]
}

#[test]
fn what_is_no_http_ends_its_own_connection_and_nothing_else() {
    let service = Service::start();
    for (name, bytes) in malformed() {
        let mut connection = Connection::open(service.server.address());
        let mut bystander = Connection::open(service.server.address());
        let _ = connection.send(bytes);
        let answer = connection.answer();
        if let Some(answer) = answer {
            assert!(
                [400, 404, 414, 431, 505].contains(&answer.status),
                "{name}: {answer:?}"
            );
        }
        bystander.send(LIVEZ).expect("it is sent");
        assert_eq!(bystander.answer().expect("an answer").status, 200, "{name}");
    }
    service.assert_sound();
}

#[test]
fn targets_and_versions_of_other_kinds_are_answered() {
    let service = Service::start();
    for (request, status) in [
        ("GET /livez HTTP/1.0\r\n\r\n", 200),
        (
            "GET http://example.com/livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
            200,
        ),
        (
            "GET /livez?x=%ff#y HTTP/1.1\r\nHost: localhost\r\n\r\n",
            200,
        ),
        ("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (
            "CONNECT example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
            404,
        ),
        (
            "GET http://example.com HTTP/1.1\r\nHost: localhost\r\n\r\n",
            404,
        ),
    ] {
        let answer = exchange(service.server.address(), request).expect("an answer");
        assert_eq!(answer.status, status, "{request}{}", answer.text());
        if status >= 400 {
            let _ = problem_of(request, &answer, status);
        }
    }
    service.assert_sound();
}

/// A page whose own name was made to lead here must not use the service as its own.
#[test]
fn a_request_for_a_name_that_is_not_ours_is_refused() {
    let service = Service::with(&[], &[("VASCA_ALLOWED_HOSTS", "[\"vasca.example\"]")]);
    let address = service.server.address();
    let ask = |path: &str, host: &str| {
        exchange(
            address,
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        )
    };
    for host in [
        "evil.example",
        "evil.example:4040",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "vasca.example.evil.example",
        "not-vasca.example",
    ] {
        for path in ["/v1/records", "/v1/builds", "/metrics"] {
            let answer = ask(path, host).expect("an answer");
            assert_eq!(problem_of(host, &answer, 403).0, "forbidden_host");
        }
    }
    for host in [
        address,
        "127.0.0.1",
        "[::1]:4040",
        "localhost",
        "LOCALHOST:1",
        "vasca.example",
        "Vasca.Example:443",
    ] {
        let answer = ask("/v1/records", host).expect("an answer");
        assert_eq!(answer.status, 200, "{host}: {}", answer.text());
    }
}

/// A client that sends a head and its body in two steps keeps the connection for its next request,
/// unless it is told not to.
#[test]
fn an_answer_that_does_not_wait_for_the_body_keeps_the_connection_or_says_that_it_ends() {
    let service = Service::start();
    for path in [
        "/v1/builds/none/cancel",
        "/v1/builds/01J00000000000000000000000/cancel",
        "/nowhere",
        "/livez",
    ] {
        let mut connection = Connection::open(service.server.address());
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n");
        connection.send(head).expect("it is sent");
        let early = connection.try_answer(Duration::from_millis(500));
        connection.send("{}").expect("it is sent");
        let answer = early.or_else(|| connection.answer()).expect("an answer");
        if answer.header("connection") != Some("close") {
            let _ = connection.send(LIVEZ);
            let next = connection.answer();
            assert_eq!(next.map(|it| it.status), Some(200), "after {path}");
        }
    }
}

#[test]
fn an_upgrade_that_is_asked_for_is_not_made() {
    let service = Service::start();
    let upgrade = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c, websocket\r\n\r\n";
    let answer = exchange(service.server.address(), upgrade).expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[test]
fn a_client_that_is_gone_before_its_answer_harms_nobody() {
    let service = Service::start();
    for _ in 0..200 {
        let mut connection = Connection::open(service.server.address());
        let body = json!({ "source": good(1) }).to_string();
        let _ = connection.send(submission_head(body.len()) + &body[..body.len() / 2]);
    }
    let client = service.client();
    vasca_tests::wait::wait_until("none is in flight any more", SOON, || {
        client.metric("vasca_http_requests_in_flight") == 1.0
    });
    assert_eq!(
        client.metric("vasca_submissions_total{result=\"accepted\"}"),
        0.0
    );
    service.assert_sound();
}
