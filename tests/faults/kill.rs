//! The process is killed at any moment, and nothing that was acknowledged is lost.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use vasca_tests::processes::{children_of, computed_ticks};
use vasca_tests::server::{Client, Server};
use vasca_tests::wait::wait_until;

use crate::chance::Chance;
use crate::ledger::{Ledger, settled_rows};
use crate::load::Load;
use crate::sources::busy;

/// Kills of one data directory.
const KILLS: usize = 10;
/// What a busy machine needs for a look.
const SOON: Duration = Duration::from_secs(10);

fn start(place: &Path, slots: &str) -> Server {
    Server::start_with(place, &["--slots", slots], |_| {})
}

#[test]
fn ten_kills_under_load_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("vasca");
    let (mut chance, ledger) = (Chance::new(), Arc::new(Ledger::default()));
    for kill in 0..KILLS {
        let server = start(&place, "2");
        // Every third dies while it takes up what the last one has left.
        let longest = if kill % 3 == 2 { 50 } else { 1000 };
        if longest > 50 {
            ledger.check(&server.client());
        }
        let load = Load::on(&server, &ledger);
        load.go_on_for(chance.milliseconds(0, longest));
        server.kill();
        load.stop();
        ledger.next_life();
    }
    let server = start(&place, "2");
    let rows = ledger.check_rows(&server.client());
    let (count, again) = (rows.len(), rows.iter().filter(|row| attempts(row) > 1));
    let (again, counts) = (again.count(), ledger.counts());
    eprintln!("{KILLS} kills, {counts:?}, {count} rows, {again} with a second attempt");
    assert!(again > 0, "no build was interrupted");
}

fn attempts(row: &Value) -> usize {
    row["attempts"].as_array().map_or(0, Vec::len)
}

fn have_all_ended(row: &Value) -> bool {
    let mut attempts = row["attempts"].as_array().expect("a list").iter();
    attempts.all(|attempt| !attempt["ended_at"].is_null())
}

fn submit(client: &Client, body: &Value) -> String {
    let answer = client.post("/v1/builds", &[], body).expect(202).json();
    answer["id"].as_str().expect("an id").to_owned()
}

#[track_caller]
fn wait_until_running(client: &Client, build: &str) {
    wait_until("the start of the build", SOON, || {
        let rows = client.get("/v1/records").expect(200).json();
        let mut rows = rows["items"].as_array().expect("a list").iter();
        rows.any(|row| row["id"] == build && row["status"] == "running")
    });
}

#[test]
fn a_build_that_three_kills_interrupt_is_failed_and_those_behind_it_go_on_in_their_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("vasca");
    let mut server = start(&place, "1");
    let suspect = json!({ "source": busy(), "timeout_ms": 60_000 });
    let suspect = submit(&server.client(), &suspect);
    let path = format!("/v1/builds/{suspect}");
    let mut ids = vec![suspect.clone()];
    for life in 1..=3 {
        let client = server.client();
        wait_until_running(&client, &suspect);
        let told = client.get(&path).expect(200).json();
        assert_eq!(told["attempt"], life);
        // Its commit follows on the mark of the start, so that both are durable.
        let behind = json!({ "source": "export default () => <p/>;" });
        ids.push(submit(&client, &behind));
        server.kill();
        server = start(&place, "1");
    }
    let client = server.client();
    let mut rows = settled_rows(&client);
    rows.reverse();
    let told: Vec<_> = rows.iter().map(|row| row["id"].as_str()).collect();
    let expected: Vec<_> = ids.iter().map(|id| Some(id.as_str())).collect();
    assert_eq!(told, expected);
    let (first, behind) = rows.split_first().expect("rows");
    let end = ["status", "outcome", "code"].map(|name| first[name].as_str());
    let expected = ["failed", "system_error", "interrupted_repeatedly"];
    assert_eq!(end, expected.map(Some));
    assert_eq!(attempts(first), 3);
    assert!(have_all_ended(first), "{first}");
    let told = client.get(&path).expect(200).json();
    assert_eq!(told["diagnostics"][0]["code"], "interrupted_repeatedly");
    let starts = behind.iter().map(|row| {
        assert_eq!(
            (row["outcome"].as_str(), attempts(row)),
            (Some("success"), 1)
        );
        row["started_at"].as_str()
    });
    assert!(starts.collect::<Vec<_>>().is_sorted(), "{behind:?}");
}

#[test]
fn a_build_whose_worker_is_killed_is_run_again_and_both_attempts_have_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(&folder.path().join("vasca"), "1");
    let client = server.client();
    let build = submit(&client, &json!({ "source": busy(), "timeout_ms": 1500 }));
    wait_until_running(&client, &build);
    let mut workers = children_of(server.pid());
    // Some tenths of a second: more than a start takes.
    wait_until("a worker that computes", SOON, || {
        workers.sort_by_key(|worker| computed_ticks(*worker));
        let busiest = workers.last().and_then(|last| computed_ticks(*last));
        busiest > Some(30)
    });
    let busiest = workers
        .last()
        .and_then(|worker| i32::try_from(*worker).ok());
    let busiest = busiest.and_then(Pid::from_raw).expect("a worker");
    kill_process(busiest, Signal::KILL).expect("it is a child of our server");
    let rows = settled_rows(&client);
    let row = rows.first().expect("a row");
    let end = (row["status"].as_str(), attempts(row));
    assert_eq!(end, (Some("timed_out"), 2));
    assert!(have_all_ended(row), "{row}");
}
