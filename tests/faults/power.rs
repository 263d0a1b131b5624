//! The power goes: only what was synced is there again.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use vasca_tests::wait::wait_until;

use crate::chance::Chance;
use crate::ledger::Ledger;
use crate::load::Load;
use crate::place::Place;
use crate::sources::busy;

/// Losses of one data directory.
const LOSSES: usize = 4;
/// What a busy machine needs for a look.
const SOON: Duration = Duration::from_secs(10);

#[test]
fn losses_of_power_under_load_lose_nothing_that_was_acknowledged() {
    let place = Place::new();
    let (mut chance, ledger) = (Chance::new(), Arc::new(Ledger::default()));
    for loss in 0..LOSSES {
        let server = place.start();
        ledger.check(&server.client());
        let load = Load::on(&server, &ledger);
        load.go_on_for(chance.milliseconds(500, 2000));
        server.kill();
        load.stop();
        ledger.next_life();
        if loss % 2 == 1 {
            // A life in between that sees what only the page cache holds, and tells of it.
            let server = place.start();
            ledger.check(&server.client());
            server.kill();
            ledger.next_life();
        }
        place.disk.lose_power();
    }
    let server = place.start();
    let rows = ledger.check_rows(&server.client());
    eprintln!(
        "{LOSSES} losses, {:?}, {} rows",
        ledger.counts(),
        rows.len()
    );
}

/// The end is in the log and not on the disk when the process dies; the next one finds it there,
/// and must not tell of it before it is.
#[test]
fn an_end_that_a_restart_finds_in_the_page_cache_outlives_the_loss_of_power_once_it_is_told() {
    let place = Place::new();
    let server = place.start();
    let client = server.client();
    let body = json!({ "source": busy(), "timeout_ms": 1500 });
    let build = client.post("/v1/builds", &[], &body).expect(202).json();
    let path = format!("/v1/builds/{}", build["id"].as_str().expect("an id"));
    wait_until("the start of the build", SOON, || {
        client.get(&path).expect(200).json()["status"] == "running"
    });
    // Its commits follow on the mark of that start: the next one is the end.
    let _ = client.build("export default () => <p/>;").expect(200);
    place.disk.fail_syncs();
    wait_until("the failure of a sync", SOON, || {
        server.log().contains("out of order")
    });
    server.kill();
    place.disk.heal();
    let server = place.start();
    let told = server.client().get(&path).expect(200).json();
    assert_eq!(told["status"], "timed_out");
    server.kill();
    place.disk.lose_power();
    let server = place.start();
    let after = server.client().get(&path).expect(200).json();
    assert_eq!(after, told);
}
