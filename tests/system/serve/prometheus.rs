//! `/metrics` as Prometheus meets it.

use std::io::ErrorKind;
use std::process::Command;

use serde_json::json;
use vasca_tests::run::{Run, run_with};
use vasca_tests::server::{Client, Server};
use vasca_tests::wait::wait_until;

use super::service::{SOON, Service, broken, ended, good, occupy, rows, submit};

/// Whether Prometheus' own tool has a fault to find.
#[track_caller]
fn checked(metrics: &[u8]) -> Run {
    // `setsid` hides whether the tool is there, so that is asked first.
    match Command::new("promtool").arg("--version").output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            panic!("promtool is missing: run tests/run, which installs it")
        }
        Err(error) => panic!("promtool does not start: {error}"),
        Ok(_) => {}
    }
    let mut command = Command::new("setsid");
    command.args(["promtool", "check", "metrics"]);
    run_with(&mut command, metrics)
}

/// Ends of every kind, refusals, and requests that fail.
#[track_caller]
fn mixed_load(client: &Client) {
    for number in 0..6 {
        let lane = ["interactive", "normal", "batch"][number % 3];
        let source = if number < 3 {
            good(number)
        } else {
            broken(number)
        };
        let body = json!({ "source": source, "lane": lane });
        let _ = ended(client, &submit(client, &body));
    }
    let running = occupy(client, 20_000);
    let expired = submit(client, &json!({ "source": good(7), "expires_in_ms": 1 }));
    let _ = ended(client, &expired);
    let path = format!("/v1/builds/{running}/cancel");
    let asked = client.try_post(&path, &[], b"");
    let _ = asked.expect("it is answered").expect(202);
    let _ = ended(client, &running);
    let _ = ended(client, &occupy(client, 300));
    let _ = client.post("/v1/builds", &[], &json!({})).expect(422);
    let _ = client.get("/nowhere").expect(404);
    let _ = client.get("/v1/records").expect(200);
}

#[test]
fn promtool_has_nothing_to_say_about_the_metrics() {
    let service = Service::with_one_slot();
    let client = service.client();
    let fresh = checked(&client.get("/metrics").expect(200).body);
    mixed_load(&client);
    let loaded = checked(&client.get("/metrics").expect(200).body);
    for (when, run) in [("at the start", fresh), ("after a load", loaded)] {
        assert_eq!(run.code, Some(0), "{when}: {run}");
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str()),
            ("", ""),
            "{when}"
        );
    }
}

#[test]
fn promtool_finds_a_fault_where_there_is_one() {
    let run = checked(b"# TYPE vasca_things counter\nvasca_things 1\n");
    assert_ne!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
}

#[test]
fn the_metrics_are_of_the_type_that_prometheus_reads() {
    let service = Service::start();
    let answer = service.client().get("/metrics").expect(200);
    let kind = answer.header("content-type").expect("a type");
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    let text = answer.text();
    let summaries = text.lines().filter(|line| line.ends_with(" summary"));
    assert_eq!(summaries.count(), 0, "histograms have buckets");
}

#[test]
fn a_listener_of_their_own_has_the_metrics_and_nothing_else_has_them() {
    let service = Service::with(&["--metrics-listen", "127.0.0.1:0"], &[]);
    let client = service.client();
    let answer = client.get("/metrics");
    assert_eq!(super::service::problem(&answer, 404).0, "not_found");
    wait_until("the second line is printed", SOON, || {
        service.server.printed().ends_with('\n')
    });
    let printed = service.server.printed();
    let url = printed.trim_end().strip_prefix("metrics on ");
    let url = url.unwrap_or_else(|| panic!("the second line is {printed:?}"));
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let _ = client.build(&good(1)).expect(200);
    let metrics = Client::new(url);
    let built = "vasca_builds_total{builder=\"tsx\",outcome=\"success\",lane=\"normal\"}";
    assert_eq!(metrics.metric(built), 1.0);
    for path in ["/v1/records", "/v1/builds", "/livez", "/version"] {
        let answer = metrics.get(path);
        assert_eq!(
            super::service::problem(&answer, 404).0,
            "not_found",
            "{path}"
        );
    }
}

#[test]
fn beside_everything_else_the_metrics_need_no_line_of_their_own() {
    let service = Service::start();
    let _ = service.client().get("/metrics").expect(200);
    assert_eq!(service.server.printed(), "");
}

#[test]
fn what_alerts_compare_with_is_there_before_anything_has_happened() {
    let service = Service::start();
    let text = service.client().get("/metrics").expect(200).text();
    for line in [
        "vasca_builds_total{builder=\"tsx\",outcome=\"system_error\",lane=\"batch\"} 0",
        "vasca_submissions_total{result=\"accepted\"} 0",
        "vasca_submissions_total{result=\"rejected_queue_full\"} 0",
        "vasca_records_written_total{kind=\"final\",result=\"ok\"} 0",
        "vasca_records_written_total{kind=\"final\",result=\"error\"} 0",
        "vasca_records_pending 0",
        "vasca_store_corruption_total 0",
        "vasca_slot_busy_seconds_total 0",
        "vasca_queue_depth{lane=\"interactive\"} 0",
        "vasca_queue_oldest_job_age_seconds{lane=\"batch\"} 0",
        "vasca_slots 2",
        "vasca_slots_busy 0",
    ] {
        assert!(
            text.lines().any(|it| it == line),
            "no line {line:?} in\n{text}"
        );
    }
}

#[test]
fn the_time_that_slots_were_held_is_counted_as_the_rows_have_it() {
    let service = Service::with_one_slot();
    let client = service.client();
    let _ = ended(&client, &occupy(&client, 1700));
    let _ = ended(&client, &occupy(&client, 1700));
    let _ = client.build(&good(1)).expect(200);
    let rows = rows(&client, "", 10);
    let run_ms = |row: &serde_json::Value| row["timings_ms"]["run"].as_f64();
    let held: f64 = rows.iter().filter_map(run_ms).sum();
    let counted = client.metric("vasca_slot_busy_seconds_total");
    let difference = (counted - held / 1e3).abs();
    assert!(
        held > 3300.0 && difference <= 1.0,
        "{counted} s, and {held} ms"
    );
}

#[test]
fn counters_begin_anew_with_the_server_and_rows_tell_the_lives_apart() {
    let Service { server, folder } = Service::start();
    let _ = server.client().build(&good(1)).expect(200);
    assert!(server.end(SOON).success());
    let server = Server::start(&folder.path().join("data"));
    let client = server.client();
    let built = "vasca_builds_total{builder=\"tsx\",outcome=\"success\",lane=\"normal\"}";
    assert_eq!(client.metric(built), 0.0);
    let _ = client.build(&good(2)).expect(200);
    let rows = rows(&client, "", 10);
    let lives: Vec<_> = rows.iter().map(|row| row["boot_id"].clone()).collect();
    assert_eq!(lives.len(), 2);
    assert_ne!(lives[0], lives[1]);
    let of_this_life = lives.iter().filter(|life| **life == lives[0]).count();
    assert_eq!(client.metric(built), of_this_life as f64);
}
