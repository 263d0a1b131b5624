//! The store in memory, for tests and for hosts that keep nothing.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::lifecycle::BuildId;
use crate::records::point::Point;
use crate::records::query::{Gathering, Page, Query, Way};
use crate::records::record::{Attempt, Record};
use crate::records::store::{Applied, Change, RecordStore, Space, StoreError, Unfinished};

/// A store that forgets everything with its process.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Rows>);

#[derive(Debug, Default)]
struct Rows {
    records: BTreeMap<BuildId, Record>,
    queue: BTreeMap<BuildId, (Vec<Attempt>, Vec<u8>)>,
    results: BTreeMap<BuildId, Vec<u8>>,
    blobs: BTreeMap<String, Vec<u8>>,
    points: Vec<Point>,
}

impl MemoryStore {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    fn apply(&mut self, change: &Change) -> Applied {
        match change {
            Change::Accept { record, request } => {
                let entry = (record.attempts.clone(), request.clone());
                self.queue.insert(record.id, entry);
                self.records.insert(record.id, (**record).clone());
                Applied::Written
            }
            Change::Start { id, attempt } => {
                self.attempts(*id, |attempts| attempts.push(attempt.clone()))
            }
            Change::Requeue { id, number, how } => {
                self.attempts(*id, |attempts| how.apply(*number, attempts))
            }
            Change::Settle {
                record,
                result,
                blobs,
            } => {
                for (digest, bytes) in blobs {
                    self.blobs.insert(digest.clone(), bytes.clone());
                }
                self.settle(record, result)
            }
            Change::Retract { id } => {
                self.queue.remove(id);
                self.results.remove(id);
                match self.records.remove(id) {
                    Some(_) => Applied::Written,
                    None => Applied::Unknown,
                }
            }
            Change::Barrier => Applied::Written,
            Change::Point(point) => {
                self.points.push(point.clone());
                Applied::Written
            }
        }
    }

    fn attempts(&mut self, id: BuildId, change: impl FnOnce(&mut Vec<Attempt>)) -> Applied {
        match self.queue.get_mut(&id) {
            Some((attempts, _)) => {
                change(attempts);
                Applied::Written
            }
            None => self.why_not(id),
        }
    }

    fn why_not(&self, id: BuildId) -> Applied {
        match self.records.contains_key(&id) {
            true => Applied::AlreadyEnded,
            false => Applied::Unknown,
        }
    }

    fn settle(&mut self, record: &Record, result: &[u8]) -> Applied {
        if self.queue.remove(&record.id).is_none() {
            return match self.records.get(&record.id) {
                Some(row) if row == record => Applied::Written,
                Some(_) => Applied::AlreadyEnded,
                None => Applied::Unknown,
            };
        }
        self.results.insert(record.id, result.to_vec());
        self.records.insert(record.id, record.clone());
        Applied::Written
    }

    fn row(&self, id: BuildId) -> Option<Record> {
        let record = self.records.get(&id)?.clone();
        Some(match self.queue.get(&id) {
            Some((attempts, _)) => record.under_way(attempts.clone()),
            None => record,
        })
    }
}

impl RecordStore for MemoryStore {
    fn apply(&self, changes: &[Change]) -> Result<Vec<Applied>, StoreError> {
        let mut rows = self.rows();
        Ok(changes.iter().map(|change| rows.apply(change)).collect())
    }

    fn recover(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn record(&self, id: BuildId) -> Result<Option<Record>, StoreError> {
        Ok(self.rows().row(id))
    }

    fn request(&self, id: BuildId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .rows()
            .queue
            .get(&id)
            .map(|(_, request)| request.clone()))
    }

    fn result(&self, id: BuildId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.rows().results.get(&id).cloned())
    }

    fn blob(&self, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.rows().blobs.get(digest).cloned())
    }

    fn unfinished(&self) -> Result<Vec<Unfinished>, StoreError> {
        let rows = self.rows();
        let found = rows.queue.iter().filter_map(|(id, (_, request))| {
            let (record, request) = (rows.row(*id)?, request.clone());
            Some(Unfinished { record, request })
        });
        Ok(found.collect())
    }

    fn last_id(&self) -> Result<Option<BuildId>, StoreError> {
        Ok(self.rows().records.keys().next_back().copied())
    }

    fn page(&self, query: &Query) -> Result<Page, StoreError> {
        let rows = self.rows();
        let (first, end) = query.bounds();
        let mut gathering = Gathering::new(query);
        for id in rows.records.keys().rev() {
            let is_within = *id >= first && end.is_none_or(|end| *id < end);
            let is_found = match query.way() {
                Way::Unfinished => rows.queue.contains_key(id),
                Way::Term(..) => !rows.queue.contains_key(id),
                Way::All => true,
            };
            if let (true, true, Some(row)) = (is_within, is_found, rows.row(*id))
                && !gathering.take(row)
            {
                break;
            }
        }
        Ok(gathering.page())
    }

    fn points(&self, name: &str, limit: usize) -> Result<Vec<Point>, StoreError> {
        let rows = self.rows();
        let newest = rows.points.iter().rev().filter(|point| point.name == name);
        Ok(newest.take(limit).cloned().collect())
    }

    fn free_bytes(&self) -> Result<u64, StoreError> {
        Ok(u64::MAX)
    }

    fn space(&self) -> Result<Space, StoreError> {
        Ok(Space {
            used_bytes: 0,
            free_bytes: u64::MAX,
        })
    }
}
