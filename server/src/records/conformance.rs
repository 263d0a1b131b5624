//! What every store must do: one suite, run against each implementor.

use std::collections::BTreeMap;

use crate::lifecycle::{BuildId, BuildIds, Outcome, Status, now};
use crate::records::memory::MemoryStore;
use crate::records::point::Point;
use crate::records::query::Query;
use crate::records::record::{ArtifactRow, Attempt, Field, Record};
use crate::records::sled::SledStore;
use crate::records::store::{Applied, Change, Left, RecordStore};

/// A row of a build that waits.
pub(crate) fn waiting(id: BuildId) -> Record {
    Record {
        id,
        request_id: "request".to_owned(),
        trace_id: None,
        tags: BTreeMap::from([("project".to_owned(), "p1".to_owned())]),
        builder: "tsx".to_owned(),
        builder_version: "1".to_owned(),
        lane: "normal".to_owned(),
        status: Status::Queued,
        outcome: None,
        code: None,
        class: None,
        diagnostics: 0,
        submitted_at: now(),
        started_at: None,
        finished_at: None,
        timeout_ms: 10_000,
        expires_at: None,
        attempts: Vec::new(),
        timings_ms: BTreeMap::new(),
        source_digest: "0".repeat(64),
        source_bytes: 7,
        artifact: None,
        boot_id: "life".to_owned(),
    }
}

/// The same when it has ended.
pub(crate) fn ended(id: BuildId, outcome: Outcome) -> Record {
    Record {
        status: outcome.status(),
        outcome: Some(outcome),
        code: (outcome == Outcome::UserError).then(|| "syntax_error".to_owned()),
        finished_at: Some(now()),
        timings_ms: BTreeMap::from([("total".to_owned(), 1.5)]),
        attempts: vec![attempt(1)],
        artifact: (outcome == Outcome::Success).then(|| ArtifactRow {
            digest: "d".repeat(64),
            raw_bytes: 10,
            gzip_bytes: 9,
        }),
        ..waiting(id)
    }
}

fn attempt(number: u32) -> Attempt {
    Attempt {
        number,
        started_at: now(),
        ended_at: None,
        is_interrupted: false,
        slot: 0,
        boot_id: "life".to_owned(),
    }
}

pub(crate) fn accept(record: &Record) -> Change {
    Change::Accept {
        record: Box::new(record.clone()),
        request: b"request".to_vec(),
    }
}

pub(crate) fn settle(record: &Record) -> Change {
    let blob = |digest: &str, bytes: &[u8]| (digest.to_owned(), bytes.to_vec());
    let blobs = vec![blob("digest", b"code"), blob("map", b"{}")];
    Change::Settle {
        record: Box::new(record.clone()),
        result: b"result".to_vec(),
        blobs,
    }
}

/// Runs a check against every implementor.
fn every_store(check: impl Fn(&dyn RecordStore)) {
    check(&MemoryStore::new());
    let folder = tempfile::tempdir().unwrap();
    check(&SledStore::open(folder.path(), Box::new(|_| {})).unwrap());
}

#[test]
fn a_build_is_there_from_its_acceptance_to_its_end() {
    every_store(|store| {
        let id = BuildIds::after(None).next();
        let row = waiting(id);
        assert_eq!(store.record(id), Ok(None));
        assert_eq!(store.apply(&[accept(&row)]), Ok(vec![Applied::Written]));
        assert_eq!(store.record(id), Ok(Some(row)));
        assert_eq!(store.request(id), Ok(Some(b"request".to_vec())));
        assert_eq!(store.unfinished().unwrap().len(), 1);

        let start = Change::Start {
            id,
            attempt: attempt(1),
        };
        assert_eq!(store.apply(&[start]), Ok(vec![Applied::Written]));
        let running = store.record(id).unwrap().unwrap();
        assert_eq!((running.status, running.attempt()), (Status::Running, 1));
        assert!(running.started_at.is_some());

        let end = ended(id, Outcome::Success);
        assert_eq!(store.apply(&[settle(&end)]), Ok(vec![Applied::Written]));
        assert_eq!(store.record(id), Ok(Some(end)));
        assert_eq!(store.result(id), Ok(Some(b"result".to_vec())));
        assert_eq!(store.blob("digest"), Ok(Some(b"code".to_vec())));
        assert_eq!(store.blob("map"), Ok(Some(b"{}".to_vec())));
        assert_eq!(store.request(id), Ok(None));
        assert_eq!(store.unfinished(), Ok(Vec::new()));
        assert_eq!(store.last_id(), Ok(Some(id)));
    });
}

#[test]
fn a_build_ends_once() {
    every_store(|store| {
        let ids = BuildIds::after(None);
        let id = ids.next();
        let end = ended(id, Outcome::Success);
        assert_eq!(store.apply(&[settle(&end)]), Ok(vec![Applied::Unknown]));
        assert_eq!(store.record(id), Ok(None));
        let both = store.apply(&[accept(&waiting(id)), settle(&end)]);
        assert_eq!(both, Ok(vec![Applied::Written; 2]));
        // The same batch again, as after a sync that failed and may have been one.
        assert_eq!(store.apply(&[settle(&end)]), Ok(vec![Applied::Written]));
        let other = ended(id, Outcome::UserError);
        let start = Change::Start {
            id,
            attempt: attempt(2),
        };
        let later = store.apply(&[settle(&other), start]);
        assert_eq!(later, Ok(vec![Applied::AlreadyEnded; 2]));
        assert_eq!(store.record(id), Ok(Some(end)));
    });
}

#[test]
fn a_retracted_build_was_never_there() {
    every_store(|store| {
        let id = BuildIds::after(None).next();
        store
            .apply(&[accept(&waiting(id)), Change::Retract { id }])
            .unwrap();
        assert_eq!(store.record(id), Ok(None));
        assert_eq!(store.request(id), Ok(None));
        assert_eq!(store.unfinished(), Ok(Vec::new()));
        assert_eq!(
            store.apply(&[Change::Retract { id }]),
            Ok(vec![Applied::Unknown])
        );
    });
}

#[test]
fn a_build_that_had_ended_when_it_was_retracted_was_never_there_either() {
    every_store(|store| {
        let id = BuildIds::after(None).next();
        let end = settle(&ended(id, Outcome::UserError));
        let start = Change::Start {
            id,
            attempt: attempt(1),
        };
        store
            .apply(&[accept(&waiting(id)), start, end.clone()])
            .unwrap();
        let again = store.apply(&[Change::Retract { id }, end]);
        assert_eq!(again, Ok(vec![Applied::Written, Applied::Unknown]));
        assert_eq!((store.record(id), store.result(id)), (Ok(None), Ok(None)));
        let terms = vec![(Field::Outcome, "user_error".to_owned())];
        let query = Query {
            terms,
            limit: 10,
            ..Query::default()
        };
        assert_eq!(store.page(&query).unwrap().rows, []);
    });
}

#[test]
fn an_attempt_is_taken_back_or_ended_however_often_that_is_said() {
    every_store(|store| {
        let id = BuildIds::after(None).next();
        let start = |number| Change::Start {
            id,
            attempt: attempt(number),
        };
        let requeue = |number, how| Change::Requeue { id, number, how };
        store.apply(&[accept(&waiting(id)), start(1)]).unwrap();
        let untouched = requeue(1, Left::Untouched);
        store.apply(&[untouched.clone(), untouched]).unwrap();
        let row = store.record(id).unwrap().unwrap();
        assert_eq!((row.status, row.attempts.len()), (Status::Queued, 0));

        let at = now();
        let changes = [
            start(1),
            requeue(1, Left::Died { at }),
            start(2),
            requeue(2, Left::Interrupted { at }),
            requeue(2, Left::Interrupted { at }),
        ];
        store.apply(&changes).unwrap();
        let row = store.unfinished().unwrap().remove(0).record;
        assert_eq!((row.status, row.attempt()), (Status::Queued, 2));
        let ends: Vec<_> = row
            .attempts
            .iter()
            .map(|it| (it.ended_at, it.is_interrupted))
            .collect();
        assert_eq!(ends, [(Some(at), false), (Some(at), true)]);
    });
}

#[test]
fn pages_follow_on_each_other_the_newest_row_first() {
    every_store(|store| {
        let ids = BuildIds::after(None);
        let all: Vec<_> = (0..25).map(|_| ids.next()).collect();
        for (number, id) in all.iter().enumerate() {
            let outcome = [Outcome::Success, Outcome::UserError][number % 2];
            store
                .apply(&[accept(&waiting(*id)), settle(&ended(*id, outcome))])
                .unwrap();
        }
        for terms in [vec![], vec![(Field::Outcome, "success".to_owned())]] {
            let step = terms.len() + 1;
            let mut query = Query {
                terms,
                limit: 4,
                ..Query::default()
            };
            let mut seen = Vec::new();
            loop {
                let page = store.page(&query).unwrap();
                assert!(page.rows.len() <= 4);
                seen.extend(page.rows.iter().map(|row| row.id));
                match page.next {
                    Some(next) => query.before = Some(next),
                    None => break,
                }
            }
            let wanted: Vec<_> = all.iter().step_by(step).rev().copied().collect();
            assert_eq!(seen, wanted);
        }
    });
}

#[test]
fn filters_hold_together_and_so_do_times() {
    every_store(|store| {
        let ids = BuildIds::after(None);
        let (one, other, open) = (ids.next(), ids.next(), ids.next());
        for (id, outcome) in [(one, Outcome::Success), (other, Outcome::UserError)] {
            store
                .apply(&[accept(&waiting(id)), settle(&ended(id, outcome))])
                .unwrap();
        }
        store.apply(&[accept(&waiting(open))]).unwrap();
        let count = |terms: &[(Field, &str)]| {
            let terms = terms
                .iter()
                .map(|(field, value)| (*field, (*value).to_owned()))
                .collect();
            store
                .page(&Query {
                    terms,
                    limit: 10,
                    ..Query::default()
                })
                .unwrap()
                .rows
                .len()
        };
        assert_eq!(count(&[]), 3);
        assert_eq!(count(&[(Field::Code, "syntax_error")]), 1);
        assert_eq!(
            count(&[(Field::Tag, "project=p1"), (Field::Status, "failed")]),
            1
        );
        assert_eq!(
            count(&[(Field::Tag, "project=p1"), (Field::Builder, "css")]),
            0
        );
        assert_eq!(count(&[(Field::Tag, "project=p")]), 0);
        assert_eq!(count(&[(Field::Status, "queued")]), 1);
        assert_eq!(count(&[(Field::Status, "running")]), 0);
        let attempt = attempt(1);
        store.apply(&[Change::Start { id: open, attempt }]).unwrap();
        assert_eq!(
            count(&[(Field::Status, "running"), (Field::Lane, "normal")]),
            1
        );
        assert_eq!(
            count(&[(Field::Status, "running"), (Field::Lane, "batch")]),
            0
        );
        let after = now() + jiff::SignedDuration::from_secs(1);
        let later = Query {
            since: Some(after),
            limit: 10,
            ..Query::default()
        };
        let earlier = Query {
            until: Some(after),
            limit: 10,
            ..Query::default()
        };
        assert_eq!(store.page(&later).unwrap().rows.len(), 0);
        assert_eq!(store.page(&earlier).unwrap().rows.len(), 3);
    });
}

#[test]
fn points_come_back_by_their_name_the_newest_first() {
    every_store(|store| {
        for (name, value) in [("a", 1.0), ("ab", 2.0), ("a", 3.0)] {
            let (name, tags) = (name.to_owned(), BTreeMap::new());
            let point = Point {
                name,
                value,
                tags,
                at: now(),
                outcome: None,
            };
            store.apply(&[Change::Point(point)]).unwrap();
        }
        let values = |name, limit| {
            let points = store.points(name, limit).unwrap();
            points.iter().map(|point| point.value).collect::<Vec<_>>()
        };
        assert_eq!(values("a", 10), [3.0, 1.0]);
        assert_eq!(values("a", 1), [3.0]);
        assert_eq!(values("none", 10), [0.0; 0]);
    });
}
