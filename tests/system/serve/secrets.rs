//! A word of a source never shows where operators look: not in the log, the metrics or the table.

use serde_json::{Value, json};

use super::raw::{Connection, submission_head};
use super::service::{Service, ended, id_of, rows, submit};
use crate::sources::busy;

/// In every source below, as a name, a text, a module, a comment.
const CANARY: &str = "canarybird4711";

/// Sources with the word in them, and the outcome of each.
fn sources() -> Vec<(String, &'static str)> {
    let word = CANARY;
    vec![
        (
            format!("export default function {word}() {{ return <b>{word}</b>; }}"),
            "success",
        ),
        (
            format!("// {word}\nexport default () => '{word}';"),
            "success",
        ),
        (format!("export default () => <{word}>;"), "user_error"),
        (
            format!("import x from '{word}'; export default () => x;"),
            "user_error",
        ),
        (
            format!("import x from './{word}'; export default () => x;"),
            "user_error",
        ),
        (
            format!("import {{{word}}} from 'react'; export default () => {word};"),
            "success",
        ),
        (
            format!("const {word} = 1; const {word} = 2; export default () => null;"),
            "user_error",
        ),
        (format!("export const {word} = 1;"), "user_error"),
        (format!("{} // {word}", busy()), "timed_out"),
    ]
}

#[test]
fn a_word_of_a_source_is_neither_in_the_log_nor_in_the_metrics_nor_in_a_row() {
    let service = Service::start();
    let client = service.client();
    for (source, outcome) in sources() {
        let body = json!({ "source": source, "timeout_ms": if outcome == "timed_out" { 300 } else { 9000 } });
        let build = ended(&client, &submit(&client, &body));
        assert_eq!(build["outcome"], outcome, "{source}: {build}");
    }
    for refused in refused() {
        let answer = client.post("/v1/builds", &[], &refused);
        assert!((400..500).contains(&answer.status), "{}", answer.text());
    }
    let not_json = format!("{{\"source\":\"{CANARY}\" {CANARY}");
    let answer = client.try_post("/v1/builds", &[], not_json.as_bytes());
    let _ = answer.expect("it is answered").expect(400);
    let mut gone = Connection::open(service.server.address());
    let cut = submission_head(1000) + "{\"source\":\"" + CANARY;
    gone.send(cut).expect("it is sent");
    drop(gone);
    let cancelled = submit(
        &client,
        &json!({ "source": format!("{}//{CANARY}", busy()) }),
    );
    let path = format!("/v1/builds/{cancelled}/cancel");
    let asked = client.try_post(&path, &[], b"");
    let _ = asked.expect("it is answered").expect(202);
    let _ = ended(&client, &cancelled);
    service.assert_sound();
    let log = service.server.log();
    assert!(log.contains(&cancelled), "the log tells of builds: {log}");
    assert!(!log.contains(CANARY), "{log}");
    let metrics = client.get("/metrics").text();
    assert!(metrics.contains("vasca_builds_total"), "{metrics}");
    assert!(!metrics.contains(CANARY));
    let rows = rows(&client, "", 100);
    assert!(rows.iter().any(|row| id_of(row) == cancelled));
    let row = rows.iter().find(|row| row.to_string().contains(CANARY));
    assert_eq!(row, None);
}

/// Submissions that are refused, with the word in their source.
fn refused() -> Vec<Value> {
    vec![
        json!({ "source": CANARY, "lane": "urgent" }),
        json!({ "source": CANARY, "options": { "minfy": true } }),
        json!({ "source": CANARY, "timeout_ms": 90_000 }),
        json!({ "source": CANARY, "builder": "vue" }),
        json!({ "source": CANARY.repeat(200_000) }),
        json!({ "source": [CANARY] }),
        json!({ "files": { "../a": CANARY }, "entry": "../a" }),
        json!({ "files": { "a.tsx": CANARY }, "entry": "b.tsx" }),
    ]
}

#[test]
fn what_ends_a_worker_does_not_put_its_source_into_the_log() {
    let service = Service::start();
    let client = service.client();
    // Twice this deep ends the compiler's process or is refused; either way it is one build's.
    let nested = format!(
        "const {CANARY} = 1; export default () => {}{CANARY}{};",
        "(".repeat(100_000),
        ")".repeat(100_000)
    );
    let build = client.build(&nested).expect(200).json();
    assert!(build["outcome"].is_string(), "{build}");
    service.assert_sound();
    assert!(
        !service.server.log().contains(CANARY),
        "{}",
        service.server.log()
    );
}

#[test]
fn what_is_kept_on_the_disk_when_a_build_has_ended_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let service = Service::start();
    let _ = service.client().build(&sources()[0].0).expect(200);
    let directory = service.folder.path().join("data");
    let mode = std::fs::metadata(directory)
        .expect("the folder")
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}
