//! What the committer writes in a second, by the number of builds that end at once, beside the bare
//! cost of a sync on the same disk: `cargo bench -p vasca-server --bench committer`.
//!
//! Each producer accepts a build (row, queue entry, request) and settles it (final row, index
//! entries, result, a small artifact), and waits for both to be durable before its next one.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use vasca_server::lifecycle::{BuildIds, Outcome, Status, now};
use vasca_server::records::committer::{Commit, Committer};
use vasca_server::records::record::{ArtifactRow, Attempt, Record};
use vasca_server::records::sled::SledStore;
use vasca_server::records::store::{Applied, Change};

/// A component of the fixtures, and the module made of it.
const REQUEST_BYTES: usize = 3000;
const ARTIFACT_BYTES: usize = 1500;
const RESULT_BYTES: usize = 400;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench` says `--bench` too.
    let is_short = std::env::args().any(|argument| argument == "--short");
    let length = Duration::from_millis(if is_short { 100 } else { 3000 });
    // Not in the system's folder for temporary files, which may be in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut out = std::io::stdout().lock();
    let bare = syncs_per_second(&folder.path().join("bare"), length)?;
    writeln!(
        out,
        "4 KiB written and synced, over and over: {bare:.0}/s\n"
    )?;
    writeln!(
        out,
        "| producers | builds/s | changes/s | to a bare sync | changes a sync | batch p50 | p99 |"
    )?;
    writeln!(out, "|---:|---:|---:|---:|---:|---:|---:|")?;
    for producers in [1, 2, 4, 8, 16, 32, 64] {
        let row = measure(
            &folder.path().join(producers.to_string()),
            producers,
            length,
        )?;
        writeln!(
            out,
            "| {producers} | {:.0} | {:.0} | {:.1}x | {:.1} | {:.2} ms | {:.2} ms |",
            row.changes / 2.0,
            row.changes,
            row.changes / bare,
            row.changes_a_batch,
            row.p50_ms,
            row.p99_ms
        )?;
    }
    Ok(())
}

/// What the disk alone can do.
fn syncs_per_second(path: &Path, length: Duration) -> std::io::Result<f64> {
    let mut file = File::create(path)?;
    let start = Instant::now();
    let mut count = 0.0;
    while start.elapsed() < length {
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        count += 1.0;
    }
    Ok(count / start.elapsed().as_secs_f64())
}

struct Row {
    /// In a second.
    changes: f64,
    changes_a_batch: f64,
    p50_ms: f64,
    p99_ms: f64,
}

fn measure(folder: &Path, producers: usize, length: Duration) -> Result<Row, Box<dyn Error>> {
    let batches = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&batches);
    let observer = Box::new(move |commit: Commit<'_>| {
        if let (Commit::Written { kinds, took }, Ok(mut batches)) = (commit, log.lock()) {
            batches.push((kinds.len(), took));
        }
    });
    let store = Arc::new(SledStore::open(folder, Box::new(|_| {}))?);
    let committer = Committer::start(store, 0, observer)?;
    let ids = Arc::new(BuildIds::after(None));
    let start = Instant::now();
    let producing: Vec<_> = (0..producers)
        .map(|_| {
            let (committer, ids) = (committer.clone(), Arc::clone(&ids));
            thread::spawn(move || produce(&committer, &ids, start + length))
        })
        .collect();
    let mut builds = 0;
    for producer in producing {
        builds += producer.join().map_err(|_| "a producer panicked")??;
    }
    let took = start.elapsed().as_secs_f64();
    let batches = batches.lock().map_err(|_| "the observer panicked")?;
    let mut lengths: Vec<_> = batches
        .iter()
        .map(|(_, took)| took.as_secs_f64() * 1e3)
        .collect();
    lengths.sort_by(f64::total_cmp);
    let quantile = |share: f64| {
        let rank = (lengths.len() as f64 * share) as usize;
        lengths
            .get(rank.min(lengths.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    };
    let changes = (2 * builds) as f64;
    Ok(Row {
        changes: changes / took,
        changes_a_batch: changes / lengths.len().max(1) as f64,
        p50_ms: quantile(0.5),
        p99_ms: quantile(0.99),
    })
}

/// Accepts and settles builds until the end; gives their number.
fn produce(committer: &Committer, ids: &BuildIds, end: Instant) -> Result<u64, String> {
    let mut builds = 0;
    while Instant::now() < end {
        let record = row(ids);
        let digest = blake3::hash(&record.id.to_bytes()).to_hex().to_string();
        let ended = Record {
            status: Status::Succeeded,
            outcome: Some(Outcome::Success),
            finished_at: Some(now()),
            artifact: Some(ArtifactRow {
                digest: digest.clone(),
                raw_bytes: 1500,
                gzip_bytes: 800,
            }),
            ..record.clone()
        };
        durable(
            committer,
            Change::Accept {
                record: Box::new(record),
                request: vec![1; REQUEST_BYTES],
            },
        )?;
        let (result, blobs) = (
            vec![2; RESULT_BYTES],
            vec![(digest, vec![3; ARTIFACT_BYTES])],
        );
        durable(
            committer,
            Change::Settle {
                record: Box::new(ended),
                result,
                blobs,
            },
        )?;
        builds += 1;
    }
    Ok(builds)
}

fn durable(committer: &Committer, change: Change) -> Result<(), String> {
    let committing = committer.begin(change).map_err(|error| error.to_string())?;
    match committing
        .blocking_recv()
        .map_err(|error| error.to_string())?
    {
        Ok(Applied::Written) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

/// A row of the usual size.
fn row(ids: &BuildIds) -> Record {
    let stages = [
        "queue",
        "parse",
        "transform",
        "policy",
        "wrap",
        "minify",
        "verify",
        "total",
    ];
    let attempt = Attempt {
        number: 1,
        started_at: now(),
        ended_at: Some(now()),
        is_interrupted: false,
        slot: 0,
        boot_id: "01J00000000000000000000000".to_owned(),
    };
    Record {
        id: ids.next(),
        request_id: "01J00000000000000000000000".to_owned(),
        trace_id: None,
        tags: BTreeMap::from([("project".to_owned(), "p1".to_owned())]),
        builder: "tsx".to_owned(),
        builder_version: "0.1.0+swc_core-83.0.0".to_owned(),
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
        attempts: vec![attempt],
        timings_ms: stages.map(|stage| (stage.to_owned(), 1.25)).into(),
        source_digest: "0".repeat(64),
        source_bytes: REQUEST_BYTES as u64,
        artifact: None,
        boot_id: "01J00000000000000000000000".to_owned(),
    }
}
