//! What the figures were measured on.

use std::fs::File;
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use vasca_tests::binary::vasca_binary;

use crate::figures::Latencies;
use crate::servers::disk;

/// How often the disk is asked: a write takes some fraction of a millisecond, or the disk is so slow
/// that it costs a second.
const WRITES: usize = 50;
/// A page, as databases write them.
const PAGE: [u8; 4096] = [7; 4096];

/// The machine in one line, as it is before the run puts its own load on it.
pub(crate) fn line() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let durable = durable_write().map_or("unknown".to_owned(), |took| {
        format!("{:.2} ms", took.as_secs_f64() * 1000.0)
    });
    format!(
        "Machine: {cores} cores with a load of {} before the run, {} {}, Node {}, `vasca` of profile \
         `{}`; a durable write of 4 KiB takes {durable}.",
        load(),
        std::env::consts::OS,
        kernel.trim(),
        node_version(),
        profile()
    )
}

/// The folder in which cargo has put the binary: it is named like the profile, but for the
/// development profile's, which is named `debug`.
fn profile() -> String {
    let folder = vasca_binary()
        .parent()
        .and_then(|folder| folder.file_name());
    folder.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Whether the binary is of a profile whose speed says little.
pub(crate) fn is_for_development() -> bool {
    profile() == "debug"
}

/// How many threads have wanted a core in the last minute: on a busy machine noise is large.
fn load() -> String {
    let averages = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let last_minute = averages.split_whitespace().next();
    last_minute.unwrap_or("unknown").to_owned()
}

/// What `node --version` says.
fn node_version() -> String {
    let output = Command::new("node").arg("--version").output();
    let version = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    version.unwrap_or_else(|_| "unknown".to_owned())
}

/// The median time of a write that is on the disk when it ends; nothing when the disk refuses.
fn durable_write() -> Option<Duration> {
    let mut file: File = tempfile::tempfile_in(disk()).ok()?;
    let mut all = Vec::new();
    for _ in 0..WRITES {
        let start = Instant::now();
        file.write_all(&PAGE).ok()?;
        file.sync_all().ok()?;
        all.push(start.elapsed());
    }
    Some(Latencies::of(all).p50)
}
