//! A data directory on a disk that fails as told.

use std::path::PathBuf;

use tempfile::TempDir;
use vasca_tests::disk::FaultyDisk;
use vasca_tests::server::Server;

/// One that is gone with its test.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) disk: FaultyDisk,
    pub(crate) path: PathBuf,
    _own: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let own = tempfile::tempdir().expect("a folder");
        let path = own.path().join("vasca");
        Self {
            disk: FaultyDisk::of(&path),
            path,
            _own: own,
        }
    }

    /// A server of two slots on it.
    #[track_caller]
    pub(crate) fn start(&self) -> Server {
        Server::start_with(&self.path, &["--slots", "2"], |command| {
            self.disk.preload(command);
        })
    }
}
