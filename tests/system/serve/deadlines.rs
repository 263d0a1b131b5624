//! Time: what a build may run, how long it is wanted, and who goes first.

use std::time::{Duration, Instant};

use serde_json::json;

use super::service::{Service, end_of, ended, good, id_of, look, occupy, problem, rows, submit};
use crate::sources::busy;

#[test]
fn a_build_that_runs_longer_than_it_may_has_timed_out_and_its_slot_is_free() {
    let service = Service::with_one_slot();
    let client = service.client();
    let start = Instant::now();
    let id = submit(&client, &json!({ "source": busy(), "timeout_ms": 300 }));
    let next = client.build(&good(1)).expect(200).json();
    let took = start.elapsed();
    assert_eq!(next["status"], "succeeded", "{next}");
    assert!(
        took < Duration::from_secs(5),
        "the slot was free after {took:?}"
    );
    let build = ended(&client, &id);
    assert_eq!(end_of(&build), ("timed_out", "timed_out"), "{build}");
    assert_eq!(build["outcome"], "timed_out");
    let ran = build["timings"]["run_ms"].as_f64().expect("a duration");
    assert!((290.0..4000.0).contains(&ran), "it ran {ran} ms");
    let row = &rows(&client, "&code=timed_out", 10)[0];
    assert_eq!(
        (&row["class"], &row["timeout_ms"]),
        (&json!("input_limit"), &json!(300)),
        "a ticket, and nobody is paged"
    );
}

#[test]
fn a_build_may_ask_for_a_minute_and_not_for_more() {
    let service = Service::start();
    let client = service.client();
    let headers = [("prefer", "wait=30")];
    let ask = |timeout_ms| {
        let body = json!({ "source": good(1), "timeout_ms": timeout_ms });
        client.post("/v1/builds", &headers, &body)
    };
    let _ = ask(60_000_u64).expect(200);
    for timeout_ms in [60_001, u64::MAX] {
        let (kind, detail) = problem(&ask(timeout_ms), 422);
        assert_eq!(kind, "invalid_submission");
        assert!(
            detail.contains("timeout_ms") && detail.contains("60000"),
            "{detail}"
        );
    }
    let (_, detail) = problem(&ask(0), 422);
    assert!(detail.contains("timeout_ms"), "{detail}");
    assert_eq!(rows(&client, "", 10).len(), 1, "only one was accepted");
}

#[test]
fn a_build_that_waits_longer_than_it_is_wanted_has_expired() {
    let service = Service::with_one_slot();
    let client = service.client();
    let running = occupy(&client, 20_000);
    let body = json!({ "source": good(1), "expires_in_ms": 300 });
    let id = submit(&client, &body);
    let start = Instant::now();
    let build = ended(&client, &id);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(5), "it was told after {took:?}");
    assert_eq!(end_of(&build), ("expired", "expired"), "{build}");
    assert_eq!(
        (&build["outcome"], &build["started_at"]),
        (&json!("expired"), &json!(null))
    );
    assert_eq!(look(&client, &running)["status"], "running");
    let count = "vasca_builds_total{builder=\"tsx\",outcome=\"expired\",lane=\"normal\"}";
    assert_eq!(client.metric(count), 1.0);
}

#[test]
fn a_build_that_runs_longer_than_it_is_wanted_has_timed_out_at_its_deadline() {
    let service = Service::with_one_slot();
    let client = service.client();
    let body = json!({ "source": busy(), "expires_in_ms": 500, "timeout_ms": 30_000 });
    let id = submit(&client, &body);
    let start = Instant::now();
    let build = ended(&client, &id);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(5), "it was told after {took:?}");
    assert_eq!(end_of(&build), ("timed_out", "deadline"), "{build}");
    assert_eq!(build["outcome"], "timed_out");
    assert_eq!(rows(&client, "&code=deadline", 10).len(), 1);
}

#[test]
fn a_build_that_ends_while_it_is_wanted_knows_nothing_of_that() {
    let service = Service::start();
    let headers = [("prefer", "wait=30")];
    let body = json!({ "source": good(1), "expires_in_ms": u64::MAX });
    let build = service.client().post("/v1/builds", &headers, &body);
    assert_eq!(build.expect(200).json()["status"], "succeeded");
}

#[test]
fn an_interactive_build_starts_before_the_batch_that_was_there_first() {
    let service = Service::with_one_slot();
    let client = service.client();
    let running = occupy(&client, 1500);
    let of_lane =
        |lane: &str, number| submit(&client, &json!({ "source": good(number), "lane": lane }));
    let batch: Vec<_> = (0..15).map(|number| of_lane("batch", number)).collect();
    let urgent = of_lane("interactive", 15);
    assert_eq!(
        look(&client, &running)["status"],
        "running",
        "all of them waited"
    );
    let started = |id: &String| {
        let build = ended(&client, id);
        build["started_at"].as_str().expect("a start").to_owned()
    };
    let urgent = started(&urgent);
    let batch: Vec<_> = batch.iter().map(started).collect();
    for (number, other) in batch.iter().enumerate() {
        assert!(urgent < *other, "{urgent}, and number {number} at {other}");
    }
    assert!(batch.is_sorted(), "within a lane the first comes first");
}

#[test]
fn a_full_queue_refuses_and_says_when_to_come_back() {
    let service = Service::with(&["--slots", "1"], &[("VASCA_QUEUE", "3")]);
    let client = service.client();
    let _ = occupy(&client, 20_000);
    for number in 0..3 {
        let _ = submit(&client, &json!({ "source": good(number) }));
    }
    let refused = client.post("/v1/builds", &[], &json!({ "source": good(3) }));
    assert_eq!(problem(&refused, 503).0, "queue_full");
    let retry = refused.header("retry-after").expect("when to come back");
    assert!(retry.parse::<u32>().is_ok(), "{retry}");
    let count = "vasca_submissions_total{result=\"rejected_queue_full\"}";
    assert_eq!(client.metric(count), 1.0);
    assert_eq!(rows(&client, "", 10).iter().map(id_of).count(), 4);
}
