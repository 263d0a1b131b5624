//! What clients were told, and whether it still holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use vasca_tests::server::{Answer, Client};
use vasca_tests::wait::wait_for;

use crate::sources::{Form, mark};

/// Clients that check at once.
const CHECKERS: usize = 4;
/// What the load leaves is built within this time.
const DONE_WITHIN: Duration = Duration::from_secs(30);

/// Everything that was acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Notes>);

#[derive(Debug, Default)]
struct Notes {
    /// The last number given out.
    number: u64,
    /// The life of the server, from 0.
    life: usize,
    builds: BTreeMap<String, Build>,
    refused: BTreeSet<u64>,
    unanswered: usize,
    /// What must not be.
    faults: Vec<String>,
}

/// A build that was accepted.
#[derive(Debug, Clone)]
struct Build {
    number: u64,
    life: usize,
    /// The answer that told its end.
    end: Option<Value>,
}

/// How much a ledger holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) accepted: usize,
    pub(crate) ended: usize,
    pub(crate) refused: usize,
    pub(crate) unanswered: usize,
}

impl Ledger {
    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that no submission has had.
    pub(crate) fn next_number(&self) -> u64 {
        let mut notes = self.notes();
        notes.number += 1;
        notes.number
    }

    /// The server starts again.
    pub(crate) fn next_life(&self) {
        self.notes().life += 1;
    }

    /// Notes that a request had no answer: whether it was heard is not known.
    pub(crate) fn unanswered(&self) {
        self.notes().unanswered += 1;
    }

    /// Notes the answer to a submission; gives the id of a build that was accepted.
    pub(crate) fn answered(&self, number: u64, answer: &Answer) -> Option<String> {
        match answer.status {
            200 | 202 => {
                let id = answer.json()["id"].as_str().expect("an id").to_owned();
                let mut notes = self.notes();
                let build = Build {
                    number,
                    life: notes.life,
                    end: None,
                };
                if notes.builds.insert(id.clone(), build).is_some() {
                    notes.faults.push(format!("{id} was given out twice"));
                }
                drop(notes);
                self.looked(&id, answer);
                Some(id)
            }
            503 => {
                let fault = flaw_of_refusal(answer);
                let mut notes = self.notes();
                notes.refused.insert(number);
                notes.faults.extend(fault);
                None
            }
            status => {
                let fault = format!("build {number} was answered {status} {}", answer.text());
                self.notes().faults.push(fault);
                None
            }
        }
    }

    /// Notes what was told of an accepted build; true when that has ended.
    pub(crate) fn looked(&self, id: &str, answer: &Answer) -> bool {
        let mut notes = self.notes();
        let Notes { builds, faults, .. } = &mut *notes;
        let build = builds.get_mut(id).expect("an accepted build");
        if answer.status != 200 && answer.status != 202 {
            faults.push(format!("{id} is {} {}", answer.status, answer.text()));
            return false;
        }
        let told = answer.json();
        let is_over = !told["finished_at"].is_null();
        match &build.end {
            Some(end) if *end != told => faults.push(format!("{id} was {end}\nand is {told}")),
            None if is_over => {
                faults.extend(flaw_of_end(build.number, &told));
                build.end = Some(told);
            }
            _ => {}
        }
        is_over
    }

    pub(crate) fn counts(&self) -> Counts {
        let notes = self.notes();
        Counts {
            accepted: notes.builds.len(),
            ended: notes.builds.values().filter(|it| it.end.is_some()).count(),
            refused: notes.refused.len(),
            unanswered: notes.unanswered,
        }
    }

    /// The path of an artifact of a build of this form that has ended.
    pub(crate) fn artifact_of(&self, form: Form) -> Option<String> {
        let notes = self.notes();
        let mut builds = notes.builds.values();
        builds.find_map(|build| {
            let url = build.end.as_ref()?.pointer("/artifact/url")?;
            (Form::of(build.number) == form).then(|| url.as_str().map(str::to_owned))?
        })
    }

    /// Asks for every accepted build and for the artifacts of those that have ended.
    #[track_caller]
    pub(crate) fn check(&self, client: &Client) {
        let builds: Vec<_> = self.notes().builds.clone().into_iter().collect();
        std::thread::scope(|scope| {
            for some in builds.chunks(builds.len() / CHECKERS + 1) {
                scope.spawn(move || {
                    for (id, build) in some {
                        self.looked(id, &client.get(&format!("/v1/builds/{id}")));
                        let fault = flaw_of_artifact(client, build);
                        self.notes().faults.extend(fault);
                    }
                });
            }
        });
        self.assert_faultless();
    }

    /// Waits until nothing is queued or running, and compares the table with what was told.
    #[track_caller]
    pub(crate) fn check_rows(&self, client: &Client) -> Vec<Value> {
        let rows = settled_rows(client);
        let (mut by_id, mut numbers) = (BTreeMap::new(), BTreeSet::new());
        let mut notes = self.notes();
        let Notes {
            builds,
            refused,
            faults,
            ..
        } = &mut *notes;
        for row in &rows {
            let id = row["id"].as_str().expect("an id");
            if by_id.insert(id, row).is_some() {
                faults.push(format!("{id} has two rows"));
            }
            let number = row["tags"]["number"]
                .as_str()
                .and_then(|it| it.parse().ok());
            let Some(number) = number else { continue };
            if !numbers.insert(number) {
                faults.push(format!("build {number} has two rows"));
            }
            if refused.contains(&number) {
                faults.push(format!("build {number} was refused and has the row {row}"));
            }
            faults.extend(flaw_of_attempts(row));
        }
        let mut last_life = 0;
        for (id, build) in builds {
            if by_id
                .get(id.as_str())
                .is_none_or(|row| row["finished_at"].is_null())
            {
                faults.push(format!("{id} was accepted and has no final row"));
            }
            if build.life < last_life {
                faults.push(format!(
                    "{id} is of life {} and follows {last_life}",
                    build.life
                ));
            }
            last_life = build.life;
        }
        drop(notes);
        self.check(client);
        let counts = self.counts();
        assert_eq!(counts.accepted, counts.ended, "all have ended");
        rows
    }

    #[track_caller]
    fn assert_faultless(&self) {
        let notes = self.notes();
        let first: Vec<_> = notes.faults.iter().take(5).collect();
        assert!(
            first.is_empty(),
            "{} faults: {first:#?}",
            notes.faults.len()
        );
    }
}

/// All rows, once none of them is under way; the newest first.
#[track_caller]
pub(crate) fn settled_rows(client: &Client) -> Vec<Value> {
    wait_for("the end of all builds", DONE_WITHIN, || {
        let rows = rows(client);
        let are_over = rows.iter().all(|row| !row["finished_at"].is_null());
        are_over.then_some(rows)
    })
}

/// All rows, page by page, the newest first.
#[track_caller]
fn rows(client: &Client) -> Vec<Value> {
    let mut rows: Vec<Value> = Vec::new();
    let mut path = "/v1/records?limit=500".to_owned();
    loop {
        let page = client.get(&path).expect(200).json();
        let items = page["items"].as_array().expect("a list");
        for row in items {
            let before = rows
                .last()
                .map_or("~", |last| last["id"].as_str().expect("an id"));
            assert!(
                row["id"].as_str().expect("an id") < before,
                "rows are in order"
            );
            rows.push(row.clone());
        }
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/records?limit=500&before={next}"),
            None => return rows,
        }
    }
}

/// What is wrong with a refusal.
fn flaw_of_refusal(answer: &Answer) -> Option<String> {
    let problem = answer.json();
    let holds = answer.header("content-type") == Some("application/problem+json")
        && answer.header("retry-after").is_some()
        && matches!(
            problem["kind"].as_str(),
            Some("store_full" | "store_unavailable")
        );
    (!holds).then(|| format!("a refusal: {:?} {problem}", answer.headers))
}

/// What is wrong with the end of a build.
fn flaw_of_end(number: u64, told: &Value) -> Option<String> {
    let code = told.pointer("/diagnostics/0/code").and_then(Value::as_str);
    let holds = told["outcome"] == Form::of(number).outcome()
        || code == Some("interrupted_repeatedly") && told["attempt"].as_u64() >= Some(3);
    (!holds).then(|| format!("build {number} ended so: {told}"))
}

/// What is wrong with the attempts of a final row: each is counted and has ended.
fn flaw_of_attempts(row: &Value) -> Option<String> {
    let attempts = row["attempts"].as_array()?;
    let holds = (1_u64..)
        .zip(attempts)
        .all(|(number, attempt)| attempt["number"] == number && !attempt["ended_at"].is_null());
    (!holds || attempts.is_empty()).then(|| format!("attempts of {row}"))
}

/// What is wrong with the artifact of a build that has ended.
fn flaw_of_artifact(client: &Client, build: &Build) -> Option<String> {
    let artifact = build.end.as_ref()?.get("artifact")?;
    let url = artifact["url"].as_str()?;
    let answer = client.get(url);
    let holds = answer.status == 200
        && artifact["bytes"]["raw"] == answer.body.len()
        && answer.text().contains(&mark(build.number));
    (!holds).then(|| {
        let start: String = answer.text().chars().take(300).collect();
        format!(
            "{url} of build {} is {} {start}",
            build.number, answer.status
        )
    })
}
