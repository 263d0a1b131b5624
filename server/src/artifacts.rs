//! Objects too large for the durable table: modules by their digest, requests and results by the
//! build. They lie on the local disk, and a put comes back when it would survive the loss of power.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path as FilePath;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::lifecycle::BuildId;
use crate::records::store::StoreError;

/// Folders within each other: the kind of an object, and the first digits of an artifact.
const FOLDERS_MAX: usize = 2;

/// Keeps objects. Cheap to clone.
#[derive(Clone)]
pub struct Objects(Arc<dyn ObjectStore>);

/// What an object is, and whose.
#[derive(Debug, Clone, Copy)]
pub enum Object<'a> {
    /// A module, by its digest.
    Artifact(&'a str),
    /// What a build was asked for.
    Request(BuildId),
    /// What a build said.
    Result(BuildId),
}

impl Object<'_> {
    fn path(self) -> Path {
        match self {
            // Two levels, so that no folder has more entries than tools list with ease.
            Self::Artifact(digest) => {
                let shard = digest.get(..2).unwrap_or_default();
                Path::from_iter(["artifacts", shard, &format!("{digest}.js")])
            }
            Self::Request(id) => Path::from_iter(["requests", &id.to_string()]),
            Self::Result(id) => Path::from_iter(["results", &id.to_string()]),
        }
    }
}

impl Objects {
    /// Objects in a folder, which is made if need be.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn local(folder: &FilePath) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError::of_io("the folder for objects cannot be made", &error))?;
        remove_unfinished(folder, FOLDERS_MAX)
            .map_err(|error| StoreError::of_io("unfinished objects cannot be deleted", &error))?;
        let disk = LocalFileSystem::new_with_prefix(folder).map_err(failed)?;
        Ok(Self(Arc::new(disk.with_fsync(true))))
    }

    /// Objects that are gone with the process.
    #[must_use]
    pub fn memory() -> Self {
        Self(Arc::new(InMemory::new()))
    }

    /// Keeps an object, in place of one that is there; durable when it comes back.
    ///
    /// # Errors
    /// When it is not.
    pub async fn put(&self, object: Object<'_>, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.0
            .put(&object.path(), bytes.into())
            .await
            .map(drop)
            .map_err(failed)
    }

    /// An object, if it is there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn get(&self, object: Object<'_>) -> Result<Option<Vec<u8>>, StoreError> {
        let found = match self.0.get(&object.path()).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            other => other.map_err(failed)?,
        };
        let bytes = found.bytes().await.map_err(failed)?;
        Ok(Some(bytes.into()))
    }

    /// Forgets all requests but those of these builds; gives how many there were.
    ///
    /// # Errors
    /// When they cannot be listed, or one is still there.
    pub async fn keep_requests(&self, builds: &BTreeSet<BuildId>) -> Result<usize, StoreError> {
        let folder = Path::from("requests");
        let listed = self.0.list_with_delimiter(Some(&folder)).await;
        let mut count = 0;
        for object in listed.map_err(failed)?.objects {
            let name = object.location.filename().unwrap_or_default();
            if let Ok(id) = name.parse::<BuildId>()
                && !builds.contains(&id)
            {
                self.delete(Object::Request(id)).await?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// Forgets an object; one that is not there is forgotten already.
    ///
    /// # Errors
    /// When it is still there.
    pub async fn delete(&self, object: Object<'_>) -> Result<(), StoreError> {
        match self.0.delete(&object.path()).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            other => other.map_err(failed),
        }
    }
}

/// Deletes what an interrupted put has left: until it is whole an object has a name of its own, which
/// ends in `#` and a number, and which no listing shows.
fn remove_unfinished(folder: &FilePath, depth: usize) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir();
        if is_folder && depth > 0 {
            remove_unfinished(&entry.path(), depth - 1)?;
        } else if !is_folder && entry.file_name().to_string_lossy().contains('#') {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn failed(error: object_store::Error) -> StoreError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return StoreError::of_io("an object cannot be kept or read", io);
        }
        cause = error.source();
    }
    StoreError::Unavailable {
        what: error.to_string(),
    }
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Objects").field(&self.0.to_string()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Object, Objects};
    use crate::lifecycle::BuildIds;

    #[tokio::test]
    async fn objects_come_back_and_are_forgotten_on_disk_and_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("new");
        for objects in [Objects::local(&new).unwrap(), Objects::memory()] {
            let id = BuildIds::after(None).next();
            for object in [
                Object::Artifact("abcd"),
                Object::Request(id),
                Object::Result(id),
            ] {
                assert_eq!(objects.get(object).await, Ok(None));
                objects.put(object, b"one, longer".to_vec()).await.unwrap();
                objects.put(object, b"two".to_vec()).await.unwrap();
                assert_eq!(objects.get(object).await, Ok(Some(b"two".to_vec())));
                objects.delete(object).await.unwrap();
                objects.delete(object).await.unwrap();
                assert_eq!(objects.get(object).await, Ok(None));
            }
        }
    }

    #[tokio::test]
    async fn only_the_requests_of_known_builds_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        for objects in [Objects::local(folder.path()).unwrap(), Objects::memory()] {
            assert_eq!(objects.keep_requests(&[].into()).await, Ok(0));
            let ids = BuildIds::after(None);
            let (known, stray) = (ids.next(), ids.next());
            for object in [
                Object::Request(known),
                Object::Request(stray),
                Object::Result(stray),
            ] {
                objects.put(object, b"it".to_vec()).await.unwrap();
            }
            assert_eq!(objects.keep_requests(&[known].into()).await, Ok(1));
            assert!(objects.get(Object::Request(known)).await.unwrap().is_some());
            assert!(objects.get(Object::Result(stray)).await.unwrap().is_some());
            assert_eq!(objects.get(Object::Request(stray)).await, Ok(None));
        }
    }

    #[test]
    fn what_an_interrupted_put_has_left_is_deleted_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("artifacts/ab");
        std::fs::create_dir_all(&path).unwrap();
        for name in ["abcd.js", "abce.js#1", "abcf.js#27"] {
            std::fs::write(path.join(name), "").unwrap();
        }
        Objects::local(folder.path()).unwrap();
        let names: Vec<_> = std::fs::read_dir(&path)
            .unwrap()
            .flatten()
            .map(|it| it.file_name())
            .collect();
        assert_eq!(names, ["abcd.js"]);
    }
}
