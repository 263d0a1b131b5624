//! What each change does to the trees, within the one transaction of its batch.

use sled::transaction::{ConflictableTransactionError, TransactionalTree};

use crate::lifecycle::{BuildId, BuildIds};
use crate::records::keys;
use crate::records::record::{Attempt, Field, Record};
use crate::records::store::{Applied, Blob, Change, StoreError};

/// What a step within a transaction gives.
pub(super) type InTransaction<T> = Result<T, ConflictableTransactionError<StoreError>>;

/// The trees within a transaction.
pub(super) struct Batch<'a> {
    pub(super) metrics: &'a TransactionalTree,
    pub(super) index: &'a TransactionalTree,
    pub(super) queue: &'a TransactionalTree,
    pub(super) requests: &'a TransactionalTree,
    pub(super) results: &'a TransactionalTree,
    pub(super) blobs: &'a TransactionalTree,
}

impl Batch<'_> {
    /// Applies one change; an abort undoes all before it.
    pub(super) fn apply(&self, change: &Change, point_ids: &BuildIds) -> InTransaction<Applied> {
        match change {
            Change::Accept { record, request } => self.accept(record, request),
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
                    if self.blobs.get(digest.as_str())?.is_none() {
                        self.blobs.insert(digest.as_str(), bytes.as_slice())?;
                    }
                }
                self.settle(record, result)
            }
            Change::Retract { id } => self.retract(*id),
            Change::Barrier => Ok(Applied::Written),
            Change::Point(point) => {
                let key = keys::point(&point.name, point_ids.next());
                self.metrics.insert(key, encode(point)?)?;
                Ok(Applied::Written)
            }
        }
    }

    fn accept(&self, record: &Record, request: &[u8]) -> InTransaction<Applied> {
        let id = record.id.to_bytes();
        self.metrics
            .insert(keys::build(record.id), encode(record)?)?;
        self.queue.insert(&id, encode(&record.attempts)?)?;
        self.requests.insert(&id, request)?;
        Ok(Applied::Written)
    }

    fn attempts(
        &self,
        id: BuildId,
        change: impl FnOnce(&mut Vec<Attempt>),
    ) -> InTransaction<Applied> {
        let Some(bytes) = self.queue.get(id.to_bytes())? else {
            return self.why_not(id);
        };
        let mut attempts = decode(&bytes)?;
        change(&mut attempts);
        self.queue.insert(&id.to_bytes(), encode(&attempts)?)?;
        Ok(Applied::Written)
    }

    /// A build that is not in the queue has ended, or is not known.
    fn why_not(&self, id: BuildId) -> InTransaction<Applied> {
        Ok(match self.metrics.get(keys::build(id))? {
            Some(_) => Applied::AlreadyEnded,
            None => Applied::Unknown,
        })
    }

    /// Ends a build, once: what has ended stays as it is.
    fn settle(&self, record: &Record, result: &[u8]) -> InTransaction<Applied> {
        let (key, id) = (keys::build(record.id), record.id.to_bytes());
        if self.queue.get(id)?.is_none() {
            // The same end again is a batch that was in doubt and is repeated.
            return match self.metrics.get(&key)? {
                Some(bytes) if decode::<Record>(&bytes)? == *record => Ok(Applied::Written),
                Some(_) => Ok(Applied::AlreadyEnded),
                None => Ok(Applied::Unknown),
            };
        }
        self.metrics.insert(key, encode(record)?)?;
        for (field, value) in record.terms() {
            self.index
                .insert(keys::index(field, &value, record.id), &[])?;
        }
        self.queue.remove(&id)?;
        self.requests.remove(&id)?;
        self.results.insert(&id, result)?;
        Ok(Applied::Written)
    }

    /// Undoes an acceptance, and whatever came of it meanwhile: nobody was told of any of it.
    fn retract(&self, id: BuildId) -> InTransaction<Applied> {
        let Some(row) = self.metrics.remove(keys::build(id))? else {
            return Ok(Applied::Unknown);
        };
        for (field, value) in decode::<Record>(&row)?.terms() {
            self.index.remove(keys::index(field, &value, id))?;
        }
        let id = id.to_bytes();
        self.queue.remove(&id)?;
        self.requests.remove(&id)?;
        self.results.remove(&id)?;
        Ok(Applied::Written)
    }
}

fn encode(value: &impl serde::Serialize) -> InTransaction<Vec<u8>> {
    keys::encode(value).map_err(ConflictableTransactionError::Abort)
}

fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> InTransaction<T> {
    keys::decode(bytes).map_err(ConflictableTransactionError::Abort)
}

/// What a change has written: of which build, the terms of its row, and its blobs.
pub(super) type Touched<'a> = (BuildId, Vec<(Field, String)>, &'a [Blob]);

/// What a change has written, if it is about a build.
pub(super) fn touched(change: &Change) -> Option<Touched<'_>> {
    match change {
        Change::Accept { record, .. } => Some((record.id, Vec::new(), &[])),
        Change::Start { id, .. } | Change::Requeue { id, .. } | Change::Retract { id } => {
            Some((*id, Vec::new(), &[]))
        }
        Change::Settle { record, blobs, .. } => Some((record.id, record.terms(), blobs)),
        Change::Point(_) | Change::Barrier => None,
    }
}
