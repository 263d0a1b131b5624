//! The store on disk: sled, one database with several trees, one transaction for each batch.

mod batch;
#[cfg(test)]
mod tests;
mod watch;

use std::fmt;
use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use sled::transaction::{TransactionError, Transactional};
use sled::{Db, IVec, Tree};

use crate::lifecycle::{BuildId, BuildIds};
use crate::records::files::{self, Mended, probe, space_of};
use crate::records::keys;
use crate::records::point::Point;
use crate::records::query::{Gathering, Page, Query, Way};
use crate::records::record::Record;
use crate::records::sled::batch::{Batch, touched};
use crate::records::sled::watch::Watch;
use crate::records::store::{Applied, Change, RecordStore, Space, StoreError, Unfinished};

/// What sled keeps of the file in memory. The rows that are asked for are the last ones.
const CACHE_BYTES: u64 = 64 << 20;
/// What the log grows by. A page of the tree that exceeds a quarter of it goes to a file of its own,
/// which sled does not sync; the largest page has 17 values of [`BLOB_BYTES_MAX`] and fits.
const SEGMENT_BYTES: usize = 8 << 20;
/// The largest value of a request, a result or a blob.
///
/// The size of a segment depends on it.
pub const BLOB_BYTES_MAX: usize = 64 << 10;

/// A store in a folder of its own.
pub struct SledStore {
    folder: PathBuf,
    open: RwLock<Option<Open>>,
    point_ids: BuildIds,
    said: Said,
    watch: Arc<Watch>,
}

/// Hears of what was mended on the way to an open store.
pub type Said = Box<dyn Fn(&Mended) + Send + Sync>;

/// An open database.
#[derive(Debug)]
struct Open {
    /// A descriptor of sled's log file: sled's own flush does not sync it.
    log: File,
    /// The tree `metrics`: rows and points.
    metrics: Tree,
    /// From fields and values to final rows.
    index: Tree,
    /// Builds that have not ended, with their attempts.
    queue: Tree,
    /// What those were asked for.
    requests: Tree,
    /// What the others said.
    results: Tree,
    /// Small artifacts by digest.
    blobs: Tree,
    db: Db,
}

impl SledStore {
    /// Opens the store in `folder`, which is made if need be and must be this process's alone.
    ///
    /// What an interrupted life has left is put in order first: half a snapshot is deleted; with
    /// snapshots that cannot be read the log is read anew, and they are put aside. `said` hears of
    /// it, now and whenever the store is opened anew.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub fn open(folder: &Path, said: Said) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError::of_io("the store's folder cannot be made", &error))?;
        let open = Open::in_order(folder, &said)?;
        files::sync_names(folder)?;
        let watch = Watch::start()
            .map_err(|error| StoreError::of_io("no thread can be started", &error))?;
        Ok(Self {
            folder: folder.to_owned(),
            open: RwLock::new(Some(open)),
            point_ids: BuildIds::after(None),
            said,
            watch,
        })
    }

    /// What is open, for reading; a writer that waits for its turn holds nobody up for long.
    fn reading(&self) -> RwLockReadGuard<'_, Option<Open>> {
        // Under the lock for writing only whole values are moved.
        self.open.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, read: impl FnOnce(&Open) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match &*self.reading() {
            Some(open) => read(open),
            None => Err(StoreError::Unavailable {
                what: "it is being opened anew".to_owned(),
            }),
        }
    }
}

impl fmt::Debug for SledStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SledStore")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Open {
    /// Puts the folder in order and opens what is in it.
    fn in_order(folder: &Path, said: &Said) -> Result<Self, StoreError> {
        files::put_in_order(folder, said)?;
        match Self::at(folder) {
            Err(StoreError::Corrupt { what }) => {
                said(&Mended::Unreadable { what });
                files::put_snapshots_aside(folder)?;
                Self::at(folder)
            }
            other => other,
        }
    }

    fn at(folder: &Path) -> Result<Self, StoreError> {
        let config = sled::Config::new()
            .path(folder)
            .cache_capacity(CACHE_BYTES)
            .segment_size(SEGMENT_BYTES)
            // The committer flushes after each batch; a timer would only add work between them.
            .flush_every_ms(None);
        // A log that makes no sense may make it panic too.
        let db = catch_unwind(AssertUnwindSafe(|| config.open())).map_err(|_| {
            let what = "sled panicked over it".to_owned();
            StoreError::Corrupt { what }
        })?;
        let db = db.map_err(of_sled)?;
        let tree = |name: &str| db.open_tree(name).map_err(of_sled);
        let open = Self {
            log: File::open(folder.join("db"))
                .map_err(|error| StoreError::of_io("the log cannot be opened", &error))?,
            metrics: tree("metrics")?,
            index: tree("index")?,
            queue: tree("queue")?,
            requests: tree("requests")?,
            results: tree("results")?,
            blobs: tree("blobs")?,
            db,
        };
        open.check_schema()?;
        Ok(open)
    }

    /// Refuses a store of a later release, and marks a new one.
    fn check_schema(&self) -> Result<(), StoreError> {
        let known = keys::SCHEMA_VERSION;
        match self.db.get("schema").map_err(of_sled)? {
            Some(bytes) => match keys::decode::<u32>(&bytes)? {
                found if found > known => Err(StoreError::Newer { found, known }),
                _ => Ok(()),
            },
            None => {
                self.db
                    .insert("schema", keys::encode(&known)?)
                    .map_err(of_sled)?;
                self.db.flush().map(drop).map_err(of_sled)
            }
        }
    }

    /// Makes everything written so far survive the loss of power.
    fn sync(&self, watch: &Watch) -> Result<(), StoreError> {
        watch.flush(&self.db).map_err(of_sled)?;
        let synced = self.log.sync_data();
        synced.map_err(|error| StoreError::of_io("the log cannot be synced", &error))
    }

    /// Reads what a batch has written. The first to read a page that has become too large divides it,
    /// and that is a write: it is done here, while writes succeed, so that nobody who only wants to
    /// read has to do it on a disk that takes none.
    fn touch(&self, changes: &[Change]) -> Result<(), StoreError> {
        for (id, terms, blobs) in changes.iter().filter_map(touched) {
            self.metrics.get(keys::build(id)).map_err(of_sled)?;
            for tree in [&self.queue, &self.requests, &self.results] {
                tree.get(id.to_bytes()).map_err(of_sled)?;
            }
            for (field, value) in terms {
                let key = keys::index(field, &value, id);
                self.index.get(key).map_err(of_sled)?;
            }
            for (digest, _) in blobs {
                self.blobs.get(digest).map_err(of_sled)?;
            }
        }
        Ok(())
    }

    /// A row as it stands now: one that has an attempt under way runs.
    fn row(&self, bytes: &[u8]) -> Result<Record, StoreError> {
        let record: Record = keys::decode(bytes)?;
        if record.status.is_terminal() {
            return Ok(record);
        }
        match self.queue.get(record.id.to_bytes()).map_err(of_sled)? {
            Some(attempts) => Ok(record.under_way(keys::decode(&attempts)?)),
            // It has ended between the two looks: its row is another one by now.
            None => match self.metrics.get(keys::build(record.id)).map_err(of_sled)? {
                Some(bytes) => keys::decode(&bytes),
                None => Ok(record),
            },
        }
    }

    fn row_of(&self, id: BuildId) -> Result<Option<Record>, StoreError> {
        let bytes = self.metrics.get(keys::build(id)).map_err(of_sled)?;
        bytes.map(|bytes| self.row(&bytes)).transpose()
    }

    /// A page by whatever has the fewest rows to look at.
    fn page(&self, query: &Query) -> Result<Page, StoreError> {
        let (tree, prefix) = match query.way() {
            Way::Unfinished => (&self.queue, Vec::new()),
            Way::Term(field, value) => (&self.index, keys::index_of(field, value)),
            Way::All => (&self.metrics, keys::first_build()),
        };
        let (first, end) = query.bounds();
        let end = end.map_or([u8::MAX; 16], BuildId::to_bytes);
        let from = [prefix.as_slice(), &first.to_bytes()].concat();
        let to = [prefix.as_slice(), &end].concat();
        let mut gathering = Gathering::new(query);
        if from >= to {
            return Ok(gathering.page());
        }
        for entry in tree.range(from..to).rev() {
            let (key, value) = entry.map_err(of_sled)?;
            let row = match query.way() {
                Way::All => Some(self.row(&value)?),
                Way::Unfinished | Way::Term(..) => {
                    let id = keys::id_at_end(&key);
                    id.map(|id| self.row_of(id)).transpose()?.flatten()
                }
            };
            if row.is_some_and(|row| !gathering.take(row)) {
                break;
            }
        }
        Ok(gathering.page())
    }
}

impl RecordStore for SledStore {
    fn apply(&self, changes: &[Change]) -> Result<Vec<Applied>, StoreError> {
        self.with(|open| {
            let trees = (
                &open.metrics,
                &open.index,
                &open.queue,
                &open.requests,
                &open.results,
                &open.blobs,
            );
            let applied = trees.transaction(|(metrics, index, queue, requests, results, blobs)| {
                let batch = Batch {
                    metrics,
                    index,
                    queue,
                    requests,
                    results,
                    blobs,
                };
                let one = |change| batch.apply(change, &self.point_ids);
                changes.iter().map(one).collect::<Result<Vec<_>, _>>()
            });
            let applied = applied.map_err(|error| match error {
                TransactionError::Abort(error) => error,
                TransactionError::Storage(error) => of_sled(error),
            })?;
            open.touch(changes)?;
            open.sync(&self.watch)?;
            Ok(applied)
        })
    }

    fn recover(&self) -> Result<(), StoreError> {
        // Not before the disk takes writes: until then what is open can still be read.
        probe(&self.folder)?;
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        // sled locks its file: the old one goes before the new one comes.
        *open = None;
        *open = Some(Open::in_order(&self.folder, &self.said)?);
        Ok(())
    }

    fn record(&self, id: BuildId) -> Result<Option<Record>, StoreError> {
        self.with(|open| open.row_of(id))
    }

    fn request(&self, id: BuildId) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|open| open.requests.get(id.to_bytes()).map(bytes).map_err(of_sled))
    }

    fn result(&self, id: BuildId) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|open| open.results.get(id.to_bytes()).map(bytes).map_err(of_sled))
    }

    fn blob(&self, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|open| open.blobs.get(digest).map(bytes).map_err(of_sled))
    }

    fn unfinished(&self) -> Result<Vec<Unfinished>, StoreError> {
        self.with(|open| {
            let mut found = Vec::new();
            for entry in open.queue.iter() {
                let (key, _) = entry.map_err(of_sled)?;
                let id = keys::id_at_end(&key);
                let record = id.map(|id| open.row_of(id)).transpose()?.flatten();
                let request = open.requests.get(&key).map_err(of_sled)?;
                if let (Some(record), Some(request)) = (record, request) {
                    let request = request.to_vec();
                    found.push(Unfinished { record, request });
                }
            }
            Ok(found)
        })
    }

    fn last_id(&self) -> Result<Option<BuildId>, StoreError> {
        self.with(|open| {
            let mut last = open
                .metrics
                .range(keys::first_build()..keys::after_builds());
            let last = last.next_back().transpose().map_err(of_sled)?;
            Ok(last.and_then(|(key, _)| keys::id_at_end(&key)))
        })
    }

    fn page(&self, query: &Query) -> Result<Page, StoreError> {
        self.with(|open| open.page(query))
    }

    fn points(&self, name: &str, limit: usize) -> Result<Vec<Point>, StoreError> {
        self.with(|open| {
            let entries = open.metrics.scan_prefix(keys::points_of(name)).rev();
            let entries = entries.take(limit).map(|entry| {
                let (_, value) = entry.map_err(of_sled)?;
                keys::decode(&value)
            });
            entries.collect()
        })
    }

    fn free_bytes(&self) -> Result<u64, StoreError> {
        files::free_bytes(&self.folder)
    }

    fn space(&self) -> Result<Space, StoreError> {
        space_of(&self.folder)
    }
}

fn bytes(value: Option<IVec>) -> Option<Vec<u8>> {
    value.map(|value| value.to_vec())
}

fn of_sled(error: sled::Error) -> StoreError {
    match error {
        sled::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            StoreError::Corrupt {
                what: error.to_string(),
            }
        }
        sled::Error::Io(error) => StoreError::of_io("the store failed", &error),
        sled::Error::Corruption { .. } => StoreError::Corrupt {
            what: error.to_string(),
        },
        other => StoreError::Unavailable {
            what: other.to_string(),
        },
    }
}
