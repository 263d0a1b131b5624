//! Clients that are slow, or say nothing at all: they are let go, and others are served meanwhile.

use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use vasca_tests::server::Client;
use vasca_tests::wait::try_wait_for;

use super::raw::{Connection, submission_head};
use super::service::{Service, good, problem};

/// How long a head or a body may take to come.
const REQUEST_MS: (&str, &str) = ("VASCA_REQUEST_MS", "500");
const IDLE_MS: (&str, &str) = ("VASCA_IDLE_MS", "500");
/// When a slow client must be gone: some times that, for a busy machine.
const GONE_WITHIN: Duration = Duration::from_secs(5);
/// Between two bytes: each comes within any limit on its own.
const PACE: Duration = Duration::from_millis(50);
const IDLE: usize = 2000;

/// Sends a byte now and then until the server has had enough. Gives how long that took.
#[track_caller]
fn trickle(connection: &Connection, bytes: &[u8]) -> Duration {
    let start = Instant::now();
    let mut writer = connection.writer();
    let mut left = bytes.iter().cycle();
    let mut last = Instant::now();
    let stopped = try_wait_for(GONE_WITHIN * 2, || {
        if last.elapsed() < PACE {
            return None;
        }
        last = Instant::now();
        let byte = *left.next().expect("an endless row");
        writer.send([byte]).is_err().then_some(())
    });
    assert_eq!(stopped, Some(()), "it takes one byte after the other");
    start.elapsed()
}

/// Others are served, all the time that `meanwhile` takes.
#[track_caller]
fn served<T: Send>(client: &Client, meanwhile: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let slow = scope.spawn(meanwhile);
        let mut number = 0;
        while !slow.is_finished() {
            number += 1;
            let start = Instant::now();
            let build = client.build(&good(number)).expect(200).json();
            assert_eq!(build["status"], "succeeded", "{build}");
            let took = start.elapsed();
            assert!(took < Duration::from_secs(3), "another waited {took:?}");
        }
        slow.join().expect("it holds")
    })
}

#[test]
fn a_head_that_comes_slowly_is_given_up_and_others_are_served() {
    let service = Service::with(&[], &[REQUEST_MS, IDLE_MS]);
    let address = service.server.address();
    served(&service.client(), || {
        let mut connection = Connection::open(address);
        connection
            .send("GET /livez HTTP/1.1\r\nHost: ")
            .expect("it is sent");
        let took = trickle(&connection, b"x");
        assert!(took < GONE_WITHIN, "it was given up after {took:?}");
        if let Some(answer) = connection.answer() {
            assert_eq!(answer.status, 408, "{}", answer.text());
        }
    });
    service.assert_sound();
}

#[test]
fn a_connection_on_which_nothing_comes_is_closed() {
    let service = Service::with(&[], &[REQUEST_MS, IDLE_MS]);
    let client = service.client();
    for begin in [
        "",
        "GET /livez HTTP/1.1\r\n",
        "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ] {
        let mut connection = Connection::open(service.server.address());
        connection.send(begin).expect("it is sent");
        if begin.ends_with("\r\n\r\n") {
            let answer = connection.answer().expect("an answer");
            assert_eq!(answer.status, 200, "kept open for the next one");
        }
        let start = Instant::now();
        let closed = served(&client, move || connection.is_closed_or_408());
        assert!(closed, "{begin:?}");
        assert!(
            start.elapsed() < GONE_WITHIN,
            "{begin:?}: {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn a_body_that_comes_slowly_is_a_request_timeout() {
    let service = Service::with(&[], &[REQUEST_MS, IDLE_MS]);
    let address = service.server.address();
    for body in ["{\"source\":\"", ""] {
        let answer = served(&service.client(), || {
            let mut connection = Connection::open(address);
            let head = submission_head(1 << 20) + body;
            connection.send(head).expect("it is sent");
            let writer = connection.writer();
            thread::scope(|scope| {
                let start = Instant::now();
                let slow = scope.spawn(move || trickle(&writer, b"x"));
                let answer = connection.answer().expect("an answer");
                assert!(start.elapsed() < GONE_WITHIN, "{:?}", start.elapsed());
                drop(connection);
                let _ = slow.join().expect("the connection is closed");
                answer
            })
        });
        let (kind, detail) = problem(&answer, 408);
        assert_eq!(kind, "request_timeout");
        assert!(detail.contains("500"), "{detail}");
    }
    service.assert_sound();
}

#[test]
fn an_answer_that_nobody_reads_holds_nobody_up() {
    let service = Service::start();
    let client = service.client();
    let mut deaf = Vec::new();
    for _ in 0..50 {
        let mut connection = Connection::open(service.server.address());
        // More answers than any buffer on the way takes.
        let asks = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(200);
        connection.send(asks).expect("it is sent");
        deaf.push(connection);
    }
    let build = client.build(&good(1)).expect(200).json();
    assert_eq!(build["status"], "succeeded", "{build}");
    drop(deaf);
    service.assert_sound();
}

#[test]
fn two_thousand_idle_connections_hold_nobody_up() {
    allow_descriptors(IDLE as u64 + 500);
    let service = Service::start();
    let client = service.client();
    let address = service.server.address();
    let open = |_| TcpStream::connect(address).expect("a connection");
    let mut idle: Vec<_> = (0..IDLE).map(open).collect();
    for number in 0..10 {
        let start = Instant::now();
        let fresh = service.client().build(&good(number)).expect(200).json();
        let took = start.elapsed();
        assert_eq!(fresh["status"], "succeeded", "{fresh}");
        assert!(took < Duration::from_secs(3), "it took {took:?}");
    }
    let _ = client.get("/livez").expect(200);
    // The idle ones are not forgotten: the last still gets an answer.
    let last = idle.pop().expect("a connection");
    let mut last = Connection::of(last);
    last.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("it is sent");
    assert_eq!(last.answer().expect("an answer").status, 200);
    drop(idle);
    service.assert_sound();
}

#[test]
fn beyond_the_limit_on_connections_others_wait_until_one_is_closed() {
    let service = Service::with(&[], &[("VASCA_CONNECTIONS", "10"), REQUEST_MS, IDLE_MS]);
    let address = service.server.address();
    let idle: Vec<_> = (0..40).map(|_| TcpStream::connect(address)).collect();
    // Each of them is closed in its time, and the next one is accepted then.
    let start = Instant::now();
    let mut late = Connection::open(address);
    late.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("it is sent");
    assert_eq!(late.answer().expect("an answer").status, 200);
    let waited = start.elapsed();
    assert!(
        waited > Duration::from_millis(500),
        "it waited only {waited:?}"
    );
    drop(idle);
    service.assert_sound();
}

/// Raises this process's limit on descriptors, which the server inherits, if it is lower.
#[track_caller]
fn allow_descriptors(count: u64) {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= count) {
        return;
    }
    let wanted = Rlimit {
        current: Some(count),
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, wanted)
        .unwrap_or_else(|error| panic!("{count} descriptors cannot be had: {error}"));
}
