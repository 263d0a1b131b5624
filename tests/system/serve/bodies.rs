//! Bodies that are too large, shorter or longer than they say, encoded, or of another type.

use std::thread;
use std::time::{Duration, Instant};

use vasca_tests::processes::peak_memory_bytes;
use vasca_tests::server::Answer;

use super::raw::{Connection, exchange, submission_head};
use super::service::{Service, accepted, good, problem};

/// What a request may bring.
const BODY_BYTES: usize = 8 << 20;
/// What one such request may cost: what has come of the body, and as much again while it is put
/// together, with room for the allocator.
const GROWTH_BYTES: u64 = 48 << 20;

fn peak(service: &Service) -> u64 {
    peak_memory_bytes(service.server.pid()).expect("the server runs")
}

/// Sends pieces of a body until the server takes no more of it, at most `limit` bytes; gives its
/// answer. Answers are read meanwhile, as clients do: one that comes early must not be lost.
#[track_caller]
fn pour(service: &Service, head: &str, piece: &[u8], limit: usize) -> (Option<Answer>, usize) {
    let mut connection = Connection::open(service.server.address());
    connection.send(head).expect("the head is sent");
    let mut writer = connection.writer();
    thread::scope(|scope| {
        let pouring = scope.spawn(move || {
            let mut sent = 0;
            while sent < limit && writer.send(piece).is_ok() {
                sent += piece.len();
            }
            sent
        });
        let answer = connection.answer();
        drop(connection);
        (answer, pouring.join().expect("it stops"))
    })
}

#[test]
fn a_body_that_is_said_to_be_too_large_is_refused_before_it_comes() {
    let service = Service::start();
    for length in [BODY_BYTES as u64 + 1, 1 << 40, 1 << 60] {
        let start = Instant::now();
        let answer = exchange(service.server.address(), submission_head(length));
        let took = start.elapsed();
        let (kind, detail) = problem(&answer.expect("an answer"), 413);
        assert_eq!(kind, "body_too_large", "{length}");
        assert!(detail.contains(&BODY_BYTES.to_string()), "{detail}");
        assert!(took < Duration::from_secs(5), "after {took:?}");
    }
    service.assert_sound();
}

#[test]
fn a_body_that_is_too_large_is_refused_while_it_comes_and_costs_no_more_than_its_limit() {
    let service = Service::start();
    service.assert_sound();
    let before = peak(&service);
    let piece = vec![b' '; 64 << 10];
    for _ in 0..4 {
        let head = submission_head(256 << 20);
        let (answer, _) = pour(&service, &head, &piece, 256 << 20);
        assert_eq!(
            problem(&answer.expect("an answer"), 413).0,
            "body_too_large"
        );
    }
    let grown = peak(&service) - before;
    assert!(grown < GROWTH_BYTES, "it took {grown} bytes more");
    service.assert_sound();
}

#[test]
fn chunks_without_end_are_refused_and_cost_no_more_than_the_limit() {
    let service = Service::start();
    service.assert_sound();
    let before = peak(&service);
    let head = "POST /v1/builds HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let large = [b"10000\r\n".to_vec(), vec![b' '; 1 << 16], b"\r\n".to_vec()].concat();
    for _ in 0..4 {
        let (answer, sent) = pour(&service, head, &large, 256 << 20);
        assert_eq!(
            problem(&answer.expect("an answer"), 413).0,
            "body_too_large"
        );
        assert!(sent < 64 << 20, "it took {sent} bytes");
    }
    let grown = peak(&service) - before;
    assert!(grown < GROWTH_BYTES, "it took {grown} bytes more");
    let refused = "vasca_submissions_total{result=\"rejected_size\"}";
    assert_eq!(service.client().metric(refused), 4.0);
    service.assert_sound();
}

#[test]
fn chunks_of_a_byte_cost_no_more_than_their_bytes() {
    let service = Service::start();
    service.assert_sound();
    let before = peak(&service);
    let head = "POST /v1/builds HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    // Half a million chunks: a buffer of its own for each would be a hundred times its byte.
    let chunks = "1\r\n \r\n".repeat(512 << 10);
    let answer = exchange(service.server.address(), format!("{head}{chunks}0\r\n\r\n"));
    assert_eq!(
        problem(&answer.expect("an answer"), 400).0,
        "invalid_request"
    );
    let grown = peak(&service) - before;
    assert!(grown < GROWTH_BYTES, "it took {grown} bytes more");
    service.assert_sound();
}

#[test]
fn a_body_shorter_than_it_says_is_no_submission() {
    let service = Service::start();
    let mut connection = Connection::open(service.server.address());
    let whole = "{\"source\":\"export default () => null;\"}";
    connection
        .send(submission_head(whole.len() + 10) + whole)
        .expect("it is sent");
    connection.finish();
    if let Some(answer) = connection.answer() {
        assert_eq!(problem(&answer, 400).0, "invalid_request");
    }
    assert!(connection.is_closed());
    assert_eq!(
        service
            .client()
            .metric("vasca_submissions_total{result=\"accepted\"}"),
        0.0
    );
    service.assert_sound();
}

#[test]
fn a_body_longer_than_it_says_is_cut_and_the_rest_is_no_request() {
    let service = Service::start();
    let mut connection = Connection::open(service.server.address());
    let whole = "{\"source\":\"export default () => null;\"}";
    connection
        .send(submission_head(10) + whole + "\r\n\r\n")
        .expect("it is sent");
    let cut = connection.answer().expect("an answer");
    assert_eq!(problem(&cut, 400).0, "invalid_request");
    if let Some(rest) = connection.answer() {
        assert_eq!(rest.status, 400, "{}", rest.text());
    }
    assert!(
        connection.is_closed(),
        "what follows cannot be told from a request"
    );
    service.assert_sound();
}

#[test]
fn lengths_that_contradict_each_other_are_refused() {
    let service = Service::start();
    let body = "{\"source\":\"\"}";
    for lines in [
        "Content-Length: 13\r\nContent-Length: 5\r\n",
        "Content-Length: 13, 5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 1e1\r\n",
        "Content-Length: 99999999999999999999999\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
    ] {
        let request = format!(
            "POST /v1/builds HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{lines}\r\n{body}"
        );
        let mut connection = Connection::open(service.server.address());
        connection.send(request).expect("it is sent");
        if let Some(answer) = connection.answer() {
            assert!((400..=501).contains(&answer.status), "{lines}: {answer:?}");
        }
        assert!(connection.is_closed(), "{lines}");
    }
    service.assert_sound();
}

#[test]
fn encoded_bodies_and_other_types_are_refused() {
    let service = Service::start();
    let client = service.client();
    let body = serde_json::json!({ "source": good(1) }).to_string();
    for (name, value) in [
        ("content-encoding", "gzip"),
        ("content-encoding", "br"),
        ("content-encoding", "gzip, gzip"),
        ("content-encoding", "GZIP"),
        ("content-type", "text/plain"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-type", "application/jsonp"),
        ("content-type", ""),
    ] {
        let headers = match name {
            "content-type" => vec![(name, value)],
            _ => vec![("content-type", "application/json"), (name, value)],
        };
        let answer = client.try_post("/v1/builds", &headers, body.as_bytes());
        let (kind, _) = problem(&answer.expect("it is answered"), 415);
        assert_eq!(kind, "unsupported_media_type", "{name}: {value}");
    }
    let headers = [("content-type", "Application/JSON; charset=utf-8")];
    let answer = client.try_post("/v1/builds", &headers, body.as_bytes());
    let _ = accepted(&answer.expect("it is answered"));
}

#[test]
fn a_bomb_in_gzip_is_refused_unopened() {
    let service = Service::start();
    service.assert_sound();
    let before = peak(&service);
    // The first bytes of a stream in gzip; what it would become is of no interest.
    let bomb = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0; 4096]].concat();
    for encoding in ["gzip", "gzip, gzip, gzip"] {
        let headers = [("content-encoding", encoding)];
        let answer = service.client().try_post("/v1/builds", &headers, &bomb);
        let _ = problem(&answer.expect("it is answered"), 415);
    }
    assert!(peak(&service) - before < GROWTH_BYTES);
    service.assert_sound();
}
