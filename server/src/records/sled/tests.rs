//! What only a store on disk must do: to come back, whatever was left on the disk.

use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::lifecycle::{BuildIds, Outcome};
use crate::records::conformance::{accept, ended, waiting};
use crate::records::files::Mended;
use crate::records::sled::{BLOB_BYTES_MAX, SledStore};
use crate::records::store::{Change, RecordStore};

/// Opens a store, and tells what was mended on the way.
fn opened(folder: &Path) -> (SledStore, Vec<String>) {
    let said = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&said);
    let hear = move |mended: &Mended| log.lock().unwrap().push(mended.to_string());
    let store = SledStore::open(folder, Box::new(hear)).unwrap();
    let said = said.lock().unwrap().clone();
    (store, said)
}

#[test]
fn what_was_applied_is_there_after_the_store_was_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let id = BuildIds::after(None).next();
    let store = SledStore::open(folder.path(), Box::new(|_| {})).unwrap();
    store.apply(&[accept(&waiting(id))]).unwrap();
    store.recover().unwrap();
    assert_eq!(store.unfinished().unwrap().len(), 1);
    drop(store);
    let store = SledStore::open(folder.path(), Box::new(|_| {})).unwrap();
    assert_eq!(store.unfinished().unwrap().len(), 1);
    assert_eq!(store.last_id(), Ok(Some(id)));
}

#[test]
fn not_even_the_largest_values_leave_the_log_for_a_file_that_nobody_syncs() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path(), Box::new(|_| {})).unwrap();
    let ids = BuildIds::after(None);
    for number in 0..100_u32 {
        let record = Box::new(waiting(ids.next()));
        let large = vec![7; BLOB_BYTES_MAX];
        let blobs = vec![(
            blake3::hash(&number.to_be_bytes()).to_hex().to_string(),
            large.clone(),
        )];
        let settled = Box::new(ended(record.id, Outcome::Success));
        store
            .apply(&[Change::Accept {
                record,
                request: large.clone(),
            }])
            .unwrap();
        store
            .apply(&[Change::Settle {
                record: settled,
                result: large,
                blobs,
            }])
            .unwrap();
    }
    let files = std::fs::read_dir(folder.path().join("blobs"))
        .unwrap()
        .count();
    assert_eq!(
        files, 0,
        "sled keeps files of its own, which its flush does not sync"
    );
}

#[test]
fn half_a_snapshot_and_a_torn_end_of_the_log_do_not_keep_the_store_shut() {
    let folder = tempfile::tempdir().unwrap();
    let id = BuildIds::after(None).next();
    let store = SledStore::open(folder.path(), Box::new(|_| {})).unwrap();
    store.apply(&[accept(&waiting(id))]).unwrap();
    drop(store);
    std::fs::write(
        folder.path().join("snap.00000000000000FF.generating"),
        "half",
    )
    .unwrap();
    let log = std::fs::OpenOptions::new()
        .write(true)
        .open(folder.path().join("db"))
        .unwrap();
    let length = log.metadata().unwrap().len();
    log.set_len(length + 1000).unwrap();
    drop(log);
    let (store, said) = opened(folder.path());
    assert_eq!(store.unfinished().unwrap().len(), 1);
    assert!(said[0].contains("unfinished snapshot"), "{said:?}");
}

#[test]
fn snapshots_that_cannot_be_read_are_put_aside_and_the_log_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    let id = BuildIds::after(None).next();
    let store = SledStore::open(folder.path(), Box::new(|_| {})).unwrap();
    store.apply(&[accept(&waiting(id))]).unwrap();
    drop(store);
    // sled writes one when it opens what was written since the last.
    drop(SledStore::open(folder.path(), Box::new(|_| {})).unwrap());
    let snapshots = || {
        let names = std::fs::read_dir(folder.path()).unwrap().flatten();
        names
            .map(|entry| entry.path())
            .filter(|path| path.display().to_string().contains("snap."))
    };
    assert!(
        snapshots().count() > 0,
        "sled leaves a snapshot when it is opened"
    );
    for path in snapshots() {
        std::fs::write(path, [0xff; 64]).unwrap();
    }
    let (store, said) = opened(folder.path());
    assert_eq!(store.unfinished().unwrap().len(), 1, "{said:?}");
}

#[test]
fn a_store_of_a_later_release_is_refused_with_both_versions() {
    let folder = tempfile::tempdir().unwrap();
    {
        let db = sled::Config::new()
            .path(folder.path())
            .segment_size(8 << 20)
            .open()
            .unwrap();
        db.insert("schema", crate::records::keys::encode(&9_u32).unwrap())
            .unwrap();
        db.flush().unwrap();
    }
    let error = SledStore::open(folder.path(), Box::new(|_| {})).unwrap_err();
    assert!(
        error.to_string().contains('9') && error.kind() == "store_newer",
        "{error}"
    );
}
