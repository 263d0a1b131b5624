//! The end of a build at its submitter's wish.

use std::time::{Duration, Instant};

use serde_json::json;
use vasca_tests::server::{Answer, Client};

use super::service::{
    Service, broken, end_of, ended, good, id_of, look, occupy, problem, problem_of, rows, submit,
};

#[track_caller]
fn cancel(client: &Client, id: &str) -> Answer {
    let answer = client.try_post(&format!("/v1/builds/{id}/cancel"), &[], b"");
    answer.expect("it is answered")
}

#[test]
fn a_build_that_waits_is_cancelled_without_ever_running() {
    let service = Service::with_one_slot();
    let client = service.client();
    let running = occupy(&client, 30_000);
    let id = submit(&client, &json!({ "source": good(1) }));
    let _ = cancel(&client, &id).expect(202);
    let build = ended(&client, &id);
    assert_eq!(end_of(&build), ("cancelled", "cancelled"), "{build}");
    assert_eq!(
        (&build["outcome"], &build["started_at"], &build["attempt"]),
        (&json!("cancelled"), &json!(null), &json!(0))
    );
    assert_eq!(look(&client, &running)["status"], "running");
    let again = cancel(&client, &id).expect(200).json();
    assert_eq!(again, build, "the second time nothing changes");
}

#[test]
fn a_build_that_runs_is_cancelled_and_its_slot_is_free() {
    let service = Service::with_one_slot();
    let client = service.client();
    let id = occupy(&client, 60_000);
    let asked = cancel(&client, &id).expect(202).json();
    assert_eq!(
        (&asked["status"], &asked["outcome"]),
        (&json!("cancelling"), &json!(null))
    );
    let start = Instant::now();
    let next = client.build(&good(1)).expect(200).json();
    let took = start.elapsed();
    assert_eq!(next["status"], "succeeded", "{next}");
    assert!(
        took < Duration::from_secs(4),
        "the slot was free after {took:?}"
    );
    let build = ended(&client, &id);
    assert_eq!(end_of(&build), ("cancelled", "cancelled"), "{build}");
    assert!(build["started_at"].is_string(), "{build}");
    let _ = cancel(&client, &id).expect(200);
    let lane = "vasca_builds_total{builder=\"tsx\",outcome=\"cancelled\",lane=\"normal\"}";
    assert_eq!(client.metric(lane), 1.0);
    assert_eq!(rows(&client, "&outcome=cancelled", 10).len(), 1);
}

#[test]
fn whoever_waits_for_a_build_is_told_that_it_was_cancelled() {
    let service = Service::with_one_slot();
    let client = service.client();
    let id = occupy(&client, 60_000);
    let (patient, path) = (service.client(), format!("/v1/builds/{id}?wait=60"));
    let build = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| patient.get(&path));
        vasca_tests::wait::wait_until("both are in flight", super::service::SOON, || {
            client.metric("vasca_http_requests_in_flight") == 2.0
        });
        let _ = cancel(&client, &id).expect(202);
        waiting.join().expect("it was answered").expect(200).json()
    });
    assert_eq!(build["status"], "cancelled", "{build}");
}

#[test]
fn a_build_that_has_ended_otherwise_cannot_be_cancelled() {
    let service = Service::start();
    let client = service.client();
    for (source, status) in [(good(1), "succeeded"), (broken(1), "failed")] {
        let build = client.build(&source).expect(200).json();
        let (kind, detail) = problem(&cancel(&client, &id_of(&build)), 409);
        assert_eq!(kind, "already_ended");
        assert!(detail.contains(status), "{detail}");
        assert_eq!(look(&client, &id_of(&build)), build, "it is as it was");
    }
}

#[test]
fn a_build_that_is_not_known_is_not_found_and_one_that_was_forgotten_is_gone() {
    let service = Service::start();
    let client = service.client();
    let known = submit(&client, &json!({ "source": good(1) }));
    // Its neighbour: of the same millisecond, and nobody's.
    let last = if known.ends_with('0') { "1" } else { "0" };
    let unknown = format!("{}{last}", &known[..25]);
    let malformed = [
        "x",
        "01J",
        "../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "01J0000000000000000000000U",
        &format!("{known}0"),
        "%00",
    ];
    let tails = ["", "/code", "/cancel"];
    let ask = |id: &str, tail: &str| match tail {
        "/cancel" => cancel(&client, id),
        _ => client.get(&format!("/v1/builds/{id}{tail}")),
    };
    for tail in tails {
        assert_eq!(problem(&ask(&unknown, tail), 404).0, "not_found", "{tail}");
        for id in malformed {
            let name = format!("{id}{tail}");
            assert_eq!(problem_of(&name, &ask(id, tail), 404).0, "not_found");
        }
        // The first ten characters are the time: all zeros are the year 1970.
        let old = "00000000000000000000000001";
        let (kind, detail) = problem(&ask(old, tail), 410);
        assert_eq!(kind, "gone", "{tail}");
        assert!(detail.contains("30 days"), "{detail}");
    }
    assert_eq!(ended(&client, &known)["status"], "succeeded");
}
