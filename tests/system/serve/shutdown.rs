//! The end of a server by SIGTERM: in order, within its grace, and without losing a build.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use vasca_tests::server::Server;
use vasca_tests::wait::{try_wait_for, wait_until};

use super::service::{
    SOON, Service, end_of, ended, good, id_of, look, occupy, problem, rows, submit,
};

/// The last commits and the last answers, on a busy machine.
const AFTER_THE_GRACE: Duration = Duration::from_secs(4);

#[test]
fn what_was_accepted_ends_after_the_next_start_and_each_once() {
    let service = Service::with(&["--slots", "1"], &[("VASCA_GRACE_MS", "500")]);
    let client = service.client();
    let running = occupy(&client, 3000);
    let waiting: Vec<_> = (0..20)
        .map(|number| submit(&client, &json!({ "source": good(number) })))
        .collect();
    let Service { server, folder } = service;
    let start = Instant::now();
    let status = server.end(SOON);
    let took = start.elapsed();
    assert!(status.success(), "{status}");
    let limit = Duration::from_millis(500) + AFTER_THE_GRACE;
    assert!(took < limit, "it took {took:?}");
    let server = Server::start_with(&folder.path().join("data"), &["--slots", "1"], |_| {});
    let client = server.client();
    assert_eq!(end_of(&ended(&client, &running)).0, "timed_out");
    for id in &waiting {
        let build = ended(&client, id);
        assert_eq!(build["status"], "succeeded", "{build}");
        assert_eq!(build["attempt"], 1, "{build}");
    }
    let all: Vec<_> = rows(&client, "", 1000).iter().map(id_of).collect();
    let mut once: Vec<_> = waiting.into_iter().chain([running]).collect();
    once.sort_unstable_by(|one, other| other.cmp(one));
    assert_eq!(all, once, "each has one row, the newest first");
    assert_eq!(
        client.metric("vasca_records_written_total{kind=\"final\",result=\"ok\"}"),
        once.len() as f64
    );
}

#[test]
fn a_build_that_runs_may_end_within_the_grace() {
    let service = Service::with_one_slot();
    let running = occupy(&service.client(), 1200);
    let Service { server, folder } = service;
    let start = Instant::now();
    assert!(server.end(SOON).success());
    let took = start.elapsed();
    assert!(
        took < Duration::from_secs(15),
        "it took {took:?}: the whole grace"
    );
    let server = Server::start(&folder.path().join("data"));
    let build = look(&server.client(), &running);
    assert_eq!(end_of(&build), ("timed_out", "timed_out"), "{build}");
    assert_eq!(build["attempt"], 1, "{build}");
}

#[test]
fn a_server_with_nothing_to_do_ends_at_once() {
    let mut service = Service::start();
    let _ = service.client().get("/livez").expect(200);
    let start = Instant::now();
    service.server.terminate();
    assert!(
        service
            .server
            .status_within(SOON)
            .expect("it ends")
            .success()
    );
    let took = start.elapsed();
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[test]
fn while_it_ends_builds_are_refused_and_what_is_there_is_told() {
    let mut service = Service::with_one_slot();
    let client = service.client();
    let running = occupy(&client, 3000);
    service.server.terminate();
    let refused = try_wait_for(SOON, || {
        let answer = client.post("/v1/builds", &[], &json!({ "source": good(1) }));
        (answer.status != 202).then_some(answer)
    });
    let refused = refused.expect("builds are refused");
    assert_eq!(problem(&refused, 503).0, "draining");
    let retry = refused.header("retry-after").expect("when to come back");
    assert!(retry.parse::<u32>().is_ok(), "{retry}");
    let ready = client.get("/readyz").expect(503).json();
    assert_eq!(
        (&ready["ready"], &ready["reasons"][0]["kind"]),
        (&json!(false), &json!("draining"))
    );
    let _ = client.get("/livez").expect(200);
    assert_eq!(look(&client, &running)["status"], "running");
    assert_eq!(
        client.metric("vasca_submissions_total{result=\"rejected_draining\"}"),
        1.0
    );
    assert!(
        service
            .server
            .status_within(SOON)
            .expect("it ends")
            .success()
    );
}

#[test]
fn whoever_waits_when_it_ends_is_told_that_the_build_waits() {
    let mut service = Service::with(&["--slots", "1"], &[("VASCA_GRACE_MS", "300")]);
    let client = service.client();
    let _ = occupy(&client, 30_000);
    let patient = service.client();
    let answer = thread::scope(|scope| {
        let waiting = scope.spawn(|| patient.build(&good(1)));
        wait_until("the build waits", SOON, || {
            client.metric("vasca_queue_depth{lane=\"normal\"}") == 1.0
        });
        service.server.terminate();
        waiting.join().expect("it was answered")
    });
    assert_eq!(answer.expect(202).json()["status"], "queued");
    assert!(
        service
            .server
            .status_within(SOON)
            .expect("it ends")
            .success()
    );
}

#[test]
fn ctrl_c_ends_it_as_sigterm_does() {
    let mut service = Service::start();
    let pid = Pid::from_raw(service.server.pid().cast_signed()).expect("a pid is not zero");
    kill_process(pid, Signal::INT).expect("the server is ours to end");
    assert!(
        service
            .server
            .status_within(SOON)
            .expect("it ends")
            .success()
    );
    assert!(!service.server.log().contains("panicked"));
}
