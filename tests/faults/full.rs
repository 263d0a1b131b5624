//! The disk is full or fails: reads go on, builds are refused, and all is well once it is healed.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vasca_tests::disk::FaultyDisk;
use vasca_tests::server::{Client, Server};
use vasca_tests::wait::{wait_for, wait_until};

use crate::ledger::Ledger;
use crate::load::Load;
use crate::place::Place;
use crate::sources::{Form, busy};

/// Faults of one life of a server.
const FAULTS: usize = 2;
/// Faults after them that are healed at the first refusal: each comes at another moment of a batch.
const FLICKERS: usize = 10;
/// Within this time after a disk is healed builds are taken again.
const TAKEN_AGAIN_WITHIN: Duration = Duration::from_secs(20);
/// What a busy machine needs for some builds.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn a_disk_that_fills_under_load_costs_refusals_and_nothing_else() {
    survive(FaultyDisk::fill);
}

#[test]
fn a_disk_whose_syncs_fail_under_load_costs_refusals_and_nothing_else() {
    survive(FaultyDisk::fail_syncs);
}

#[track_caller]
fn survive(fail: fn(&FaultyDisk)) {
    let (place, ledger) = (Place::new(), Arc::new(Ledger::default()));
    let server = place.start();
    let client = server.client();
    let load = Load::on(&server, &ledger);
    for fault in 1..=FAULTS {
        one_of_each_has_ended(&ledger);
        let slow = running_for(&client, Duration::from_millis(700));
        let (before, timed_out) = (ledger.counts(), timed_out(&client));
        fail(&place.disk);
        wait_until("refusals", SOON, || {
            ledger.counts().refused > before.refused
        });
        wait_until("the end of the slow build", SOON, || {
            self::timed_out(&client) > timed_out
        });
        reads_go_on(&client, &ledger, &slow);
        place.disk.heal();
        taken_again(&client);
        let told = client.get(&format!("{slow}?wait=20")).expect(200).json();
        assert_eq!(told["status"], "timed_out", "fault {fault}");
    }
    for _ in 0..FLICKERS {
        let before = ledger.counts();
        fail(&place.disk);
        wait_until("a refusal", SOON, || {
            ledger.counts().refused > before.refused
        });
        place.disk.heal();
        wait_until("builds that are taken", TAKEN_AGAIN_WITHIN, || {
            ledger.counts().accepted >= before.accepted + 20
        });
    }
    load.stop();
    assert_eq!(ledger.counts().unanswered, 0, "{}", server.log());
    ledger.check_rows(&client);
    assert!(!server.log().contains("panicked"), "{}", server.log());
    server.kill();
    let server = place.start();
    let rows = ledger.check_rows(&server.client());
    eprintln!(
        "{FAULTS} faults, {:?}, {} rows",
        ledger.counts(),
        rows.len()
    );
}

/// Waits for an artifact in the table and one beside it, so that both are read.
#[track_caller]
fn one_of_each_has_ended(ledger: &Ledger) {
    let ended = ledger.counts().ended;
    wait_until("some builds", SOON, || {
        let forms = [Form::Good, Form::LongSource, Form::LongModule];
        let all = forms.iter().all(|form| ledger.artifact_of(*form).is_some());
        all && ledger.counts().ended >= ended + 20
    });
}

/// Submits a build that runs for so long, and waits until it does; gives its path.
#[track_caller]
fn running_for(client: &Client, length: Duration) -> String {
    let timeout_ms = u64::try_from(length.as_millis()).expect("a short time");
    let body = json!({ "source": busy(), "timeout_ms": timeout_ms, "lane": "interactive" });
    let build = client.post("/v1/builds", &[], &body).expect(202).json();
    let path = format!("/v1/builds/{}", build["id"].as_str().expect("an id"));
    wait_until("a slot for the slow build", SOON, || {
        client.get(&path).expect(200).json()["status"] == "running"
    });
    path
}

/// Builds that ran out of their time, recorded or not yet.
fn timed_out(client: &Client) -> f64 {
    let text = client.get("/metrics").expect(200).text();
    let lines = text
        .lines()
        .filter(|line| line.contains("builds_total{") && line.contains("outcome=\"timed_out\""));
    let values = lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok());
    values.sum()
}

/// Everything that can be read is read while builds are refused.
#[track_caller]
fn reads_go_on(client: &Client, ledger: &Ledger, slow: &str) {
    ledger.check(client);
    let rows = client.get("/v1/records?limit=1000");
    if rows.status == 503 {
        // The store divides pages on reading, and may need the disk for the pages that its last
        // write has touched: the whole table may then be out of reach, and says why.
        assert_eq!(rows.json()["kind"], "store_full", "{}", rows.text());
    } else {
        let rows = rows.expect(200).json();
        let items = rows["items"].as_array();
        assert!(items.is_some_and(|rows| !rows.is_empty()));
    }
    let _ = client.get("/livez").expect(200);
    let ready = client.get("/readyz").expect(503).json();
    let kind = ready["reasons"][0]["kind"].as_str();
    assert!(
        matches!(kind, Some("store_full" | "store_unavailable")),
        "{ready}"
    );
    let slow = client.get(slow).expect(200).json();
    assert_eq!(
        slow["finished_at"],
        Value::Null,
        "it is not durable: {slow}"
    );
}

#[track_caller]
fn taken_again(client: &Client) {
    let build = wait_for("a build that is taken", TAKEN_AGAIN_WITHIN, || {
        let body = json!({ "source": "export default () => <p/>;" });
        let answer = client.post("/v1/builds", &[("prefer", "wait=20")], &body);
        (answer.status != 503).then_some(answer)
    });
    assert_eq!(build.expect(200).json()["status"], "succeeded");
    let ready = client.get("/readyz").expect(200).json();
    assert_eq!(ready["ready"], true);
}

/// A server that wants so much of its disk to be left.
fn reserving(place: &Place, bytes: u64) -> Server {
    Server::start_with(&place.path, &[], |command| {
        command.env("VASCA_RESERVE_BYTES", bytes.to_string());
    })
}

#[test]
fn a_disk_without_the_room_that_is_wanted_takes_no_builds_and_is_read() {
    let place = Place::new();
    let server = place.start();
    let build = server.client().build("export default () => <p/>;");
    let build = build.expect(200).json();
    server.kill();
    let server = reserving(&place, 1_000_000_000_000_000_000);
    let client = server.client();
    for _ in 0..3 {
        let refusal = client.build("export default () => <p/>;").expect(503);
        assert_eq!(refusal.json()["kind"], "store_full");
        assert_eq!(
            refusal.header("content-type"),
            Some("application/problem+json")
        );
        assert!(refusal.header("retry-after").is_some());
    }
    let url = build["artifact"]["url"].as_str().expect("a URL");
    let _ = client.get(url).expect(200);
    let rows = client.get("/v1/records").expect(200).json();
    assert_eq!(rows["items"].as_array().map(Vec::len), Some(1));
    let path = format!("/v1/builds/{}", build["id"].as_str().expect("an id"));
    assert_eq!(client.get(&path).expect(200).json(), build);
    let _ = client.get("/livez").expect(200);
    let ready = client.get("/readyz").expect(503).json();
    assert_eq!(ready["reasons"][0]["kind"], "store_full");
}

/// Nothing is under way meanwhile, so that nothing but the clock says when to look again.
#[test]
fn a_disk_that_has_room_again_takes_builds_again() {
    let place = Place::new();
    let own = tempfile::tempdir().expect("a folder");
    let free = free_bytes(own.path());
    // Others use the disk too: what they take and give back is little against this.
    let hog_bytes = (free / 2).min(4 << 30);
    let server = reserving(&place, free - hog_bytes / 2);
    let client = server.client();
    let _ = client.build("export default () => <p/>;").expect(200);
    let hog = own.path().join("hog");
    let mut fallocate = Command::new("fallocate");
    fallocate
        .args(["--length", &hog_bytes.to_string()])
        .arg(&hog);
    assert!(fallocate.status().expect("fallocate").success());
    wait_until("a refusal", SOON, || {
        client.build("export default () => <p/>;").status == 503
    });
    std::fs::remove_file(&hog).expect("the file is ours");
    taken_again(&client);
}

fn free_bytes(folder: &std::path::Path) -> u64 {
    let mut df = Command::new("df");
    let output = df
        .args(["--output=avail", "--block-size=1"])
        .arg(folder)
        .output();
    let text = String::from_utf8(output.expect("df").stdout).expect("text");
    let number = text
        .lines()
        .last()
        .and_then(|line| line.trim().parse().ok());
    number.expect("the bytes that are free")
}
