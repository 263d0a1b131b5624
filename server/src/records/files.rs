//! The files below a store: what an interrupted life leaves, what room there is.

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use rustix::fs::statvfs;

use crate::records::store::{Space, StoreError};

/// What was mended on the way to an open store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mended {
    /// A snapshot that was not finished was deleted.
    UnfinishedSnapshot,
    /// The store could not be read; its snapshots are put aside, and its log is read anew.
    Unreadable {
        /// What was wrong with it.
        what: String,
    },
}

impl fmt::Display for Mended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnfinishedSnapshot => {
                f.write_str("an unfinished snapshot of the store was deleted")
            }
            Self::Unreadable { what } => write!(
                f,
                "the store could not be read ({what}): its snapshots are put aside, and its log is \
                 read anew"
            ),
        }
    }
}

/// Puts in order what an interrupted life has left: a snapshot that was not finished keeps the store
/// from being opened, and is of no use; the log has everything that is in it.
///
/// # Errors
/// When the folder cannot be read or written.
pub(super) fn put_in_order(folder: &Path, said: &dyn Fn(&Mended)) -> Result<(), StoreError> {
    for path in snapshots(folder)? {
        if path.extension().is_some_and(|last| last == "generating") {
            said(&Mended::UnfinishedSnapshot);
            fs::remove_file(&path)
                .map_err(|error| StoreError::of_io("a snapshot cannot be deleted", &error))?;
        }
    }
    Ok(())
}

/// Moves the snapshots aside, so that the next opening reads the log from its beginning.
///
/// # Errors
/// When they cannot be moved.
pub(super) fn put_snapshots_aside(folder: &Path) -> Result<(), StoreError> {
    let moved = |error| StoreError::of_io("the snapshots cannot be put aside", &error);
    let aside = folder.join("aside");
    fs::create_dir_all(&aside).map_err(moved)?;
    for path in snapshots(folder)? {
        if let Some(name) = path.file_name() {
            fs::rename(&path, aside.join(name)).map_err(moved)?;
        }
    }
    Ok(())
}

/// Makes the names of the files in a folder, and its own, survive the loss of power: syncing a file
/// does not promise that it is found again.
///
/// # Errors
/// When they do not.
pub(super) fn sync_names(folder: &Path) -> Result<(), StoreError> {
    for folder in folder.ancestors().take(3).filter(|folder| folder.is_dir()) {
        let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| StoreError::of_io("a folder cannot be synced", &error))?;
    }
    Ok(())
}

/// Sees whether the disk takes a write, with a file of its own.
///
/// # Errors
/// Why it does not.
pub(super) fn probe(folder: &Path) -> Result<(), StoreError> {
    let path = folder.join("probe");
    let written = fs::File::create(&path).and_then(|mut file| {
        // More than a file system keeps within the file's entry.
        file.write_all(&[0; 64 << 10])?;
        file.sync_all()
    });
    let removed = fs::remove_file(&path);
    written
        .and(removed)
        .map_err(|error| StoreError::of_io("the disk takes no writes", &error))
}

/// The room that a folder's disk has left.
///
/// # Errors
/// When it cannot be asked.
pub(super) fn free_bytes(folder: &Path) -> Result<u64, StoreError> {
    let disk = statvfs(folder)
        .map_err(|error| StoreError::of_io("the disk cannot be asked", &error.into()))?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The room that a folder's files take, and that is left beside them.
///
/// # Errors
/// When the folder cannot be looked at.
pub(super) fn space_of(folder: &Path) -> Result<Space, StoreError> {
    let entries = fs::read_dir(folder)
        .map_err(|error| StoreError::of_io("the store's folder cannot be read", &error))?;
    let files = entries.flatten().filter_map(|entry| entry.metadata().ok());
    let files = files.filter(std::fs::Metadata::is_file);
    Ok(Space {
        used_bytes: files.map(|file| file.len()).sum(),
        free_bytes: free_bytes(folder)?,
    })
}

/// sled's snapshots, whole and unfinished.
fn snapshots(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = fs::read_dir(folder)
        .map_err(|error| StoreError::of_io("the store's folder cannot be read", &error))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let is_snapshot = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("snap.")
    };
    Ok(paths.filter(is_snapshot).collect())
}
