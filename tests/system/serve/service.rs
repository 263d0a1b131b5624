//! A server of a test's own, and what tests ask of any.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use vasca_tests::fixtures::{broken_one, good_one};
use vasca_tests::server::{Answer, Client, Server};
use vasca_tests::wait::wait_until;

use crate::sources::busy;

/// Far more than anything here takes on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// A server, its folder, and the folder around that.
#[derive(Debug)]
pub(crate) struct Service {
    /// The server.
    pub(crate) server: Server,
    /// Holds the server's folder and its logs.
    pub(crate) folder: TempDir,
}

impl Service {
    /// One with two slots.
    #[track_caller]
    pub(crate) fn start() -> Self {
        Self::with(&["--slots", "2"], &[])
    }

    /// One with a single slot, which a single build holds.
    #[track_caller]
    pub(crate) fn with_one_slot() -> Self {
        Self::with(&["--slots", "1"], &[])
    }

    /// One with these arguments and variables of the environment.
    #[track_caller]
    pub(crate) fn with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start_with(&folder.path().join("data"), arguments, |command| {
            command.envs(variables.iter().copied());
        });
        Self { server, folder }
    }

    /// A client of it.
    pub(crate) fn client(&self) -> Client {
        self.server.client()
    }

    /// It still serves, and nothing in it has panicked.
    #[track_caller]
    pub(crate) fn assert_sound(&self) {
        let _ = self.client().get("/livez").expect(200);
        let build = self.client().build(&good(0)).expect(200).json();
        assert_eq!(build["status"], "succeeded", "{build}");
        let log = self.server.log();
        assert!(!log.contains("panicked"), "{log}");
    }
}

/// A component that builds, unlike that of any other number.
pub(crate) fn good(number: usize) -> String {
    let names = ["title.tsx", "chart.tsx", "hooks.tsx", "lower-third.tsx"];
    let path = good_one(names[number % names.len()]);
    let text = std::fs::read_to_string(path).expect("a fixture");
    format!("{text}\n// {number}\n")
}

/// A component that does not build, unlike that of any other number.
pub(crate) fn broken(number: usize) -> String {
    let names = [
        "unclosed-tag.tsx",
        "misspelt-module.tsx",
        "no-default-export.tsx",
    ];
    let path = broken_one(names[number % names.len()]);
    let text = std::fs::read_to_string(path).expect("a fixture");
    format!("{text}\n// {number}\n")
}

/// Submits a build without waiting for it; gives its id.
#[track_caller]
pub(crate) fn submit(client: &Client, submission: &Value) -> String {
    id_of(&accepted(&client.post("/v1/builds", &[], submission)))
}

/// The build of a submission that was accepted; a small one may have ended by then.
#[track_caller]
pub(crate) fn accepted(answer: &Answer) -> Value {
    assert!([200, 202].contains(&answer.status), "{}", answer.text());
    answer.json()
}

/// Submits a build that keeps its slot until `timeout_ms`, and waits until it has one.
#[track_caller]
pub(crate) fn occupy(client: &Client, timeout_ms: u64) -> String {
    let id = submit(
        client,
        &json!({ "source": busy(), "timeout_ms": timeout_ms }),
    );
    wait_until("the build has its slot", SOON, || {
        look(client, &id)["status"] == "running"
    });
    id
}

/// A build as it stands.
#[track_caller]
pub(crate) fn look(client: &Client, id: &str) -> Value {
    client.get(&format!("/v1/builds/{id}")).expect(200).json()
}

/// Waits for the end of a build.
#[track_caller]
pub(crate) fn ended(client: &Client, id: &str) -> Value {
    let start = Instant::now();
    loop {
        let build = client.get(&format!("/v1/builds/{id}?wait=10")).expect(200);
        let build = build.json();
        if build["outcome"].is_string() {
            return build;
        }
        let within = Duration::from_secs(90);
        assert!(start.elapsed() < within, "it does not end: {build}");
    }
}

/// The id of a build or of a row.
#[track_caller]
pub(crate) fn id_of(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// The status and the code of the first diagnostic.
pub(crate) fn end_of(build: &Value) -> (&str, &str) {
    let code = build.pointer("/diagnostics/0/code");
    let status = build["status"].as_str().unwrap_or_default();
    (status, code.and_then(Value::as_str).unwrap_or_default())
}

/// An error as every error must be: of this status, as a problem that says the same, with a kind, a
/// sentence and the id of the request. Gives the kind and the sentence.
#[track_caller]
pub(crate) fn problem(answer: &Answer, status: u16) -> (String, String) {
    problem_of("the request", answer, status)
}

/// The same for one of several requests, which is named when it does not hold.
#[track_caller]
pub(crate) fn problem_of(name: &str, answer: &Answer, status: u16) -> (String, String) {
    let shown = format!(
        "{name}: {} {:?} {}",
        answer.status,
        answer.headers,
        answer.text()
    );
    assert_eq!(answer.status, status, "{shown}");
    let content_type = answer.header("content-type");
    assert_eq!(content_type, Some("application/problem+json"), "{shown}");
    let id = answer.header("x-request-id").unwrap_or_default();
    assert!(!id.is_empty(), "{shown}");
    let body = answer.json();
    assert_eq!(body["status"], status, "{shown}");
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (kind, detail) = (text("kind"), text("detail"));
    assert!(!kind.is_empty() && !detail.is_empty(), "{shown}");
    (kind, detail)
}

/// All rows that hold `filter`, page by page, the newest first.
#[track_caller]
pub(crate) fn rows(client: &Client, filter: &str, limit: usize) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut cursor = String::new();
    for _ in 0..1000 {
        let path = format!("/v1/records?limit={limit}{filter}{cursor}");
        let page = client.get(&path).expect(200).json();
        let items = page["items"].as_array().expect("rows").clone();
        assert!(items.len() <= limit, "{} rows on a page", items.len());
        rows.extend(items);
        match page["next"].as_str() {
            Some(next) => cursor = format!("&before={next}"),
            None => return rows,
        }
    }
    panic!("the pages have no end");
}
