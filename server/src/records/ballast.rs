//! Room that is taken while there is plenty, to be given back when there is none: a store cannot even
//! be opened on a disk that is full to the last byte.

use std::fs::{self, File};
use std::path::PathBuf;

use rustix::fs::{FallocateFlags, fallocate};

use crate::records::directory::Directory;
use crate::records::files::free_bytes;

/// What opening takes at the most: a segment of the log and a snapshot, several times over.
const BALLAST_BYTES: u64 = 32 << 20;

/// A file that only takes room.
#[derive(Debug)]
pub struct Ballast {
    path: PathBuf,
    folder: PathBuf,
}

impl Ballast {
    /// That of a data directory, whether or not it is there.
    #[must_use]
    pub fn of(directory: &Directory) -> Self {
        let folder = directory.path().to_owned();
        Self {
            path: folder.join("ballast"),
            folder,
        }
    }

    /// Gives the room back; false when there is none to give.
    #[must_use]
    pub fn release(&self) -> bool {
        fs::remove_file(&self.path).is_ok()
    }

    /// Takes the room, if there is `spare_bytes` more than that. A disk that cannot promise room
    /// to a file goes without.
    pub fn restore(&self, spare_bytes: u64) {
        let is_there = fs::metadata(&self.path).is_ok_and(|it| it.len() == BALLAST_BYTES);
        let has_room = |free: u64| free > spare_bytes.saturating_add(BALLAST_BYTES);
        if is_there || !free_bytes(&self.folder).is_ok_and(has_room) {
            return;
        }
        let taken = File::create(&self.path).and_then(|file| {
            fallocate(&file, FallocateFlags::empty(), 0, BALLAST_BYTES)?;
            Ok(())
        });
        if let Err(error) = taken {
            tracing::debug!(%error, "no room is kept for a full disk");
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BALLAST_BYTES, Ballast};
    use crate::records::directory::Directory;

    #[test]
    fn room_is_taken_where_there_is_plenty_and_given_back_once() {
        let folder = tempfile::tempdir().unwrap();
        let directory = Directory::hold(folder.path()).unwrap();
        let ballast = Ballast::of(&directory);
        ballast.restore(u64::MAX);
        assert!(!ballast.release(), "there was no room to spare");
        ballast.restore(0);
        let bytes = std::fs::metadata(folder.path().join("ballast"))
            .unwrap()
            .len();
        assert_eq!(bytes, BALLAST_BYTES);
        assert!(ballast.release());
        assert!(!ballast.release());
    }
}
