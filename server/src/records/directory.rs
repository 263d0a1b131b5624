//! The data directory: what lies where, and which process holds it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::lifecycle::now;

/// The file whose lock is the hold on the directory; it says who has it.
const LOCK: &str = "vasca.lock";
/// The longest text of a holder that is read.
const HOLDER_BYTES_MAX: u64 = 4096;

/// A data directory that this process holds, until it is dropped or the process ends.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    lock: File,
}

/// Who holds a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// Where it listens, once it does.
    pub address: Option<String>,
    /// Since when.
    pub since: String,
}

/// Why a directory cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// Another process has it.
    #[error("{} is held by {}; stop that one, or choose another directory with --data-dir", path.display(), describe(holder.as_ref()))]
    Held {
        /// The directory.
        path: PathBuf,
        /// Who, if the file says it.
        holder: Option<Holder>,
    },
    /// It cannot be made, read or written.
    #[error("{} cannot be used as the data directory: {error}", path.display())]
    Unusable {
        /// The directory.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

fn describe(holder: Option<&Holder>) -> String {
    match holder {
        Some(Holder {
            pid,
            address,
            since,
        }) => {
            let address = address
                .as_deref()
                .map(|it| format!(" at {it}"))
                .unwrap_or_default();
            format!("the process {pid}{address} since {since}")
        }
        None => "another process".to_owned(),
    }
}

impl Directory {
    /// Takes the directory, which is made if need be, readable by its owner alone.
    ///
    /// # Errors
    /// When another process holds it, which the error names, or it cannot be used.
    pub fn hold(path: &Path) -> Result<Self, DirectoryError> {
        let unusable = |error| DirectoryError::Unusable {
            path: path.to_owned(),
            error,
        };
        make(path).map_err(unusable)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut lock = options.open(path.join(LOCK)).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let (path, holder) = (path.to_owned(), read_holder(&mut lock));
                return Err(DirectoryError::Held { path, holder });
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        let mut directory = Self {
            path: path.to_owned(),
            lock,
        };
        // On a full disk it is held without a word; the lock is what counts.
        match directory.say_holder(None) {
            Err(error) if error.kind() != std::io::ErrorKind::StorageFull => Err(unusable(error)),
            _ => Ok(directory),
        }
    }

    /// Writes down where this process listens, for whoever finds the directory held.
    ///
    /// # Errors
    /// When it cannot be written; the hold is not touched by that.
    pub fn say_holder(&mut self, address: Option<String>) -> std::io::Result<()> {
        let (pid, since) = (std::process::id(), now().to_string());
        let text = serde_json::to_string(&Holder {
            pid,
            address,
            since,
        })?;
        self.lock.set_len(0)?;
        self.lock.rewind()?;
        self.lock.write_all(text.as_bytes())
    }

    /// Where the store lies.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.path.join("store")
    }

    /// Where objects lie that are too large for the store.
    #[must_use]
    pub fn objects(&self) -> PathBuf {
        self.path.join("objects")
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn make(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.take(HOLDER_BYTES_MAX).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::{Directory, DirectoryError, LOCK};

    #[test]
    fn a_directory_that_is_held_names_its_holder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/data");
        let mut held = Directory::hold(&path).unwrap();
        held.say_holder(Some("http://127.0.0.1:4040".to_owned()))
            .unwrap();
        let error = Directory::hold(&path).unwrap_err();
        let said = error.to_string();
        assert!(matches!(error, DirectoryError::Held { .. }));
        for part in [
            std::process::id().to_string().as_str(),
            "127.0.0.1:4040",
            "--data-dir",
        ] {
            assert!(said.contains(part), "{said}");
        }
        drop(held);
        assert!(Directory::hold(&path).is_ok());
    }

    #[test]
    fn a_holder_that_says_nonsense_is_still_a_holder() {
        let folder = tempfile::tempdir().unwrap();
        let held = Directory::hold(folder.path()).unwrap();
        std::fs::write(folder.path().join(LOCK), "{\"pid\":").unwrap();
        let said = Directory::hold(folder.path()).unwrap_err().to_string();
        assert!(said.contains("held by another process"), "{said}");
        drop(held);
    }

    #[test]
    fn a_path_that_is_a_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "").unwrap();
        let said = Directory::hold(&path).unwrap_err().to_string();
        assert!(said.contains("file cannot be used"), "{said}");
    }
}
