//! What an interrupted life, a tool or a disk leaves in a data directory, and a server that starts.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use vasca_tests::run::{run, vasca};
use vasca_tests::server::Server;
use vasca_tests::wait::wait_until;

use crate::ledger::Ledger;
use crate::sources::submission;

/// Builds in a directory.
const BUILDS: u64 = 16;

/// The data directory of a server that was killed.
struct Left {
    _own: TempDir,
    path: PathBuf,
    /// After each build: the length of the log, and the build.
    builds: Vec<(u64, Value)>,
    ledger: Ledger,
}

impl Left {
    /// By servers of two lives, as most are.
    fn behind() -> Self {
        Self::behind_lives(2)
    }

    /// By servers that have built this and that, one build after the other.
    fn behind_lives(lives: u64) -> Self {
        let own = tempfile::tempdir().expect("a folder");
        let path = own.path().join("vasca");
        let (mut builds, ledger) = (Vec::new(), Ledger::default());
        for _ in 0..lives {
            let server = Server::start(&path);
            let client = server.client();
            for _ in 0..BUILDS / lives {
                let number = ledger.next_number();
                let body = submission(number);
                let answer = client.post("/v1/builds", &[("prefer", "wait=30")], &body);
                ledger.answered(number, &answer);
                let log = fs::metadata(path.join("store/db")).expect("a log");
                builds.push((log.len(), answer.expect(200).json()));
            }
            server.kill();
            ledger.next_life();
        }
        Self {
            _own: own,
            path,
            builds,
            ledger,
        }
    }

    fn log(&self) -> PathBuf {
        self.path.join("store/db")
    }

    fn snapshots(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path.join("store")).expect("a folder");
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| name(path).starts_with("snap."));
        paths
    }

    /// A server starts, and everything is there.
    #[track_caller]
    fn is_whole(&self) -> Server {
        let server = Server::start(&self.path);
        self.ledger.check_rows(&server.client());
        let client = server.client();
        let build = client.build("export default () => <p/>;").expect(200);
        assert_eq!(build.json()["status"], "succeeded");
        assert!(!server.log().contains("panicked"), "{}", server.log());
        server
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[test]
fn an_unfinished_snapshot_is_deleted_and_that_is_said() {
    let left = Left::behind();
    let unfinished = left.path.join("store/snap.00000000000000FF.generating");
    fs::write(&unfinished, "half a snapshot").expect("a file");
    let server = left.is_whole();
    assert!(!unfinished.exists());
    let log = server.log();
    assert!(log.contains("unfinished snapshot"), "{log}");
}

#[test]
fn a_log_without_its_end_opens_and_has_everything_before_the_cut() {
    // In its first life a log ends where it was written last; later ones fill it up.
    let left = Left::behind_lives(1);
    let whole = fs::read(left.log()).expect("a log");
    let length = whole.len() as u64;
    let last = left.builds.iter().map(|(length, _)| length).rev().nth(1);
    assert!(last < Some(&length), "the log ends with the last build");
    for cut in [1, 2, 17, 100, 500, 1000, 2000, 5000, 50_000, length] {
        let remains = length.saturating_sub(cut);
        for path in left.snapshots() {
            fs::remove_file(path).expect("a snapshot of the last cut");
        }
        fs::write(left.log(), &whole).expect("the log");
        let log = OpenOptions::new().write(true).open(left.log());
        log.and_then(|log| log.set_len(remains)).expect("a cut");
        let server = Server::start(&left.path);
        let client = server.client();
        let before = left.builds.iter().filter(|(length, _)| *length <= remains);
        for (length, build) in before {
            let path = format!("/v1/builds/{}", build["id"].as_str().expect("an id"));
            let told = client.get(&path);
            let what = format!("cut of {cut} from {length} of {}", whole.len());
            assert_eq!(told.status, 200, "{what}: {}", told.text());
            assert_eq!(told.json(), *build, "{what}");
        }
        let build = client.build("export default () => <p/>;").expect(200);
        assert_eq!(build.json()["status"], "succeeded");
        assert!(!server.log().contains("panicked"), "{}", server.log());
        server.kill();
    }
}

#[test]
fn a_log_with_garbage_behind_it_opens_whole() {
    for garbage in [
        vec![0; 4096],
        vec![0xff; 1],
        vec![0xa5; 100_000],
        vec![7; 9 << 20],
    ] {
        let left = Left::behind();
        let log = OpenOptions::new().append(true).open(left.log());
        let appended = log.and_then(|mut log| log.write_all(&garbage));
        appended.expect("the log is ours");
        // And once more with what it has made of that.
        left.is_whole().kill();
        left.is_whole().kill();
    }
}

#[test]
fn snapshots_that_cannot_be_read_are_put_aside_and_everything_is_back() {
    let flip: fn(&mut Vec<u8>) = |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0xff;
    };
    let spoils: [fn(&mut Vec<u8>); 4] = [
        flip,
        |bytes| bytes.truncate(5),
        |bytes| bytes.clear(),
        |bytes| bytes.fill(0xa5),
    ];
    for spoil in spoils {
        let left = Left::behind();
        let snapshots = left.snapshots();
        assert!(!snapshots.is_empty(), "there is no snapshot to spoil");
        for path in &snapshots {
            let mut bytes = fs::read(path).expect("a snapshot");
            spoil(&mut bytes);
            fs::write(path, bytes).expect("the file is ours");
        }
        let server = left.is_whole();
        for path in &snapshots {
            assert!(left.path.join("store/aside").join(name(path)).exists());
        }
        let log = server.log();
        assert!(log.contains("read anew"), "{log}");
    }
}

/// A kill leaves them: between the file and the row, or between the row and the end of the file.
/// They are somebody's source, and nothing else would ever delete them.
#[test]
fn files_of_requests_that_no_build_waits_for_are_deleted() {
    let left = Left::behind();
    let objects = left.path.join("objects");
    let (_, ended) = left.builds.first().expect("a build");
    let ended = ended["id"].as_str().expect("an id");
    let unknown = ended.replace(|letter: char| letter > '5', "4");
    let names = [ended.to_owned(), unknown.clone(), format!("{unknown}#1")];
    let mut orphans = names
        .map(|name| objects.join("requests").join(name))
        .to_vec();
    let half = objects.join("artifacts/00");
    fs::create_dir_all(&half).expect("a folder");
    orphans.push(half.join(format!("{}.js#1", "0".repeat(64))));
    for orphan in &orphans {
        fs::write(orphan, "{}").expect("a file");
    }
    let _server = left.is_whole();
    for orphan in &orphans {
        let what = format!("the end of {}", orphan.display());
        wait_until(&what, Duration::from_secs(5), || !orphan.exists());
    }
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named_and_ends_with_3() {
    let own = tempfile::tempdir().expect("a folder");
    let file = own.path().join("file");
    fs::write(&file, "no folder").expect("a file");
    let path = file.join("vasca");
    let mut command = vasca(["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
    let run = run(command.arg(&path)).expect_code(3);
    assert!(
        run.stderr.contains(&path.display().to_string()),
        "{}",
        run.stderr
    );
    assert!(run.took < Duration::from_secs(10));
}
