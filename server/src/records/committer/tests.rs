//! The committer over a store that fails when it is told to.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::{Commit, Committer};
use crate::lifecycle::{BuildId, BuildIds, Outcome};
use crate::records::conformance::{accept, ended, settle, waiting};
use crate::records::memory::MemoryStore;
use crate::records::point::Point;
use crate::records::query::{Page, Query};
use crate::records::record::Record;
use crate::records::store::{Applied, Change, RecordStore, Space, StoreError, Unfinished};

/// A store in memory whose disk can be broken and filled. A batch that fails is written all the
/// same, as when only its sync fails.
#[derive(Debug, Default)]
struct Breakable {
    inner: MemoryStore,
    is_broken: AtomicBool,
    /// Whether a batch that fails is not even written.
    is_lossy: AtomicBool,
    is_nearly_full: AtomicBool,
    is_panicking: AtomicBool,
    batches: Mutex<Vec<usize>>,
    recoveries: AtomicUsize,
}

fn broken() -> StoreError {
    StoreError::Unavailable {
        what: "broken on purpose".to_owned(),
    }
}

impl RecordStore for Breakable {
    fn apply(&self, changes: &[Change]) -> Result<Vec<Applied>, StoreError> {
        self.batches.lock().unwrap().push(changes.len());
        assert!(!self.is_panicking.load(Ordering::SeqCst), "on purpose");
        if self.is_broken.load(Ordering::SeqCst) && self.is_lossy.load(Ordering::SeqCst) {
            return Err(broken());
        }
        let applied = self.inner.apply(changes);
        if self.is_broken.load(Ordering::SeqCst) {
            Err(broken())
        } else {
            applied
        }
    }

    fn recover(&self) -> Result<(), StoreError> {
        self.recoveries.fetch_add(1, Ordering::SeqCst);
        // One that loses batches opens all the same, and fails at the next.
        let opens = self.is_lossy.load(Ordering::SeqCst);
        if self.is_broken.load(Ordering::SeqCst) && !opens {
            return Err(broken());
        }
        Ok(())
    }

    fn record(&self, id: BuildId) -> Result<Option<Record>, StoreError> {
        self.inner.record(id)
    }

    fn request(&self, id: BuildId) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.request(id)
    }

    fn result(&self, id: BuildId) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.result(id)
    }

    fn blob(&self, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.blob(digest)
    }

    fn unfinished(&self) -> Result<Vec<Unfinished>, StoreError> {
        self.inner.unfinished()
    }

    fn last_id(&self) -> Result<Option<BuildId>, StoreError> {
        self.inner.last_id()
    }

    fn page(&self, query: &Query) -> Result<Page, StoreError> {
        self.inner.page(query)
    }

    fn points(&self, name: &str, limit: usize) -> Result<Vec<Point>, StoreError> {
        self.inner.points(name, limit)
    }

    fn free_bytes(&self) -> Result<u64, StoreError> {
        let is_nearly_full = self.is_nearly_full.load(Ordering::SeqCst);
        Ok(if is_nearly_full { 1 } else { u64::MAX })
    }

    fn space(&self) -> Result<Space, StoreError> {
        self.inner.space()
    }
}

/// A committer over such a store, and the log of what it has said.
fn started() -> (Arc<Breakable>, Committer, Arc<Mutex<Vec<String>>>) {
    let store = Arc::new(Breakable::default());
    let said = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&said);
    let observer = Box::new(move |commit: Commit<'_>| {
        let line = match commit {
            Commit::Written { kinds, .. } => format!("written {}", kinds.join(" ")),
            Commit::Lost { kinds, .. } => format!("lost {}", kinds.join(" ")),
            Commit::Failed { .. } => "failed".to_owned(),
            Commit::Recovered => "recovered".to_owned(),
        };
        log.lock().unwrap().push(line);
    });
    let committer = Committer::start(Arc::clone(&store) as _, 1000, observer).unwrap();
    (store, committer, said)
}

#[tokio::test]
async fn a_change_is_there_when_its_commit_is_over() {
    let (store, committer, _) = started();
    let id = BuildIds::after(None).next();
    assert_eq!(
        committer.commit(accept(&waiting(id))).await,
        Ok(Applied::Written)
    );
    assert!(store.record(id).unwrap().is_some());
}

#[tokio::test]
async fn changes_are_applied_in_the_order_in_which_they_were_handed_in() {
    let (_, committer, _) = started();
    let ids = BuildIds::after(None);
    let all: Vec<_> = (0..300)
        .map(|_| {
            let id = ids.next();
            let accepting = committer.begin(accept(&waiting(id))).unwrap();
            (
                accepting,
                committer
                    .begin(settle(&ended(id, Outcome::Success)))
                    .unwrap(),
            )
        })
        .collect();
    for (accepting, settling) in all {
        assert_eq!(accepting.await.unwrap(), Ok(Applied::Written));
        assert_eq!(settling.await.unwrap(), Ok(Applied::Written));
    }
}

#[tokio::test]
async fn a_failing_store_refuses_the_new_keeps_the_ended_and_undoes_what_is_in_doubt() {
    let (store, committer, said) = started();
    let ids = BuildIds::after(None);
    let (old, new) = (ids.next(), ids.next());
    committer.commit(accept(&waiting(old))).await.unwrap();

    store.is_broken.store(true, Ordering::SeqCst);
    assert_eq!(committer.commit(accept(&waiting(new))).await, Err(broken()));
    assert!(store.record(new).unwrap().is_some(), "in doubt, and there");
    assert_eq!(committer.trouble(), Some(broken()));
    let end = ended(old, Outcome::Success);
    let settling = committer.begin(settle(&end)).unwrap();
    assert!(committer.note(Change::Retract { id: ids.next() }).is_ok());
    while store.recoveries.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    assert!(committer.begin(accept(&waiting(ids.next()))).is_err());

    store.is_broken.store(false, Ordering::SeqCst);
    assert_eq!(settling.await.unwrap(), Ok(Applied::Written));
    assert_eq!(store.record(old), Ok(Some(end)));
    assert_eq!(store.record(new), Ok(None), "what was refused is not there");
    let id = ids.next();
    while committer.trouble().is_some() {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        committer.commit(accept(&waiting(id))).await,
        Ok(Applied::Written)
    );
    let said = said.lock().unwrap().join("\n");
    for line in ["lost queued", "failed", "recovered"] {
        assert!(said.contains(line), "{said}");
    }
}

#[tokio::test]
async fn a_disk_that_is_nearly_full_takes_no_builds_and_lets_those_it_has_end() {
    let (store, committer, _) = started();
    let ids = BuildIds::after(None);
    let old = ids.next();
    store.is_nearly_full.store(true, Ordering::SeqCst);
    // The room is looked at now and then: the first look is at the first batch.
    let refused = committer.commit(accept(&waiting(ids.next()))).await;
    assert_eq!(refused.unwrap_err().kind(), "store_full");
    store.inner.apply(&[accept(&waiting(old))]).unwrap();
    let end = ended(old, Outcome::Success);
    assert_eq!(committer.commit(settle(&end)).await, Ok(Applied::Written));
    assert_eq!(committer.trouble().unwrap().kind(), "store_full");
}

#[tokio::test]
async fn a_disk_that_was_made_room_on_takes_builds_again_though_nobody_has_asked() {
    let (store, committer, _) = started();
    let ids = BuildIds::after(None);
    store.is_nearly_full.store(true, Ordering::SeqCst);
    while committer.trouble().is_none() {
        tokio::task::yield_now().await;
    }
    store.is_nearly_full.store(false, Ordering::SeqCst);
    while committer.trouble().is_some() {
        tokio::task::yield_now().await;
    }
    let accepted = committer.commit(accept(&waiting(ids.next()))).await;
    assert_eq!(accepted, Ok(Applied::Written));
}

#[tokio::test]
async fn a_store_that_panics_is_one_that_fails() {
    let (store, committer, _) = started();
    let ids = BuildIds::after(None);
    store.is_panicking.store(true, Ordering::SeqCst);
    assert!(
        committer
            .commit(accept(&waiting(ids.next())))
            .await
            .is_err()
    );
    assert!(committer.trouble().is_some());
    store.is_panicking.store(false, Ordering::SeqCst);
    while committer.trouble().is_some() {
        tokio::task::yield_now().await;
    }
    let accepted = committer.commit(accept(&waiting(ids.next()))).await;
    assert_eq!(accepted, Ok(Applied::Written));
}

#[tokio::test]
async fn what_a_failing_store_still_owes_keeps_its_order_however_often_it_fails() {
    let (store, committer, _) = started();
    let ids = BuildIds::after(None);
    let id = ids.next();
    committer.commit(accept(&waiting(id))).await.unwrap();
    store.is_lossy.store(true, Ordering::SeqCst);
    store.is_broken.store(true, Ordering::SeqCst);
    // More than fit into one batch, with the two that must not change places at either end of one.
    let first = committer.begin(Change::Retract { id }).unwrap();
    let others: Vec<_> = (0..2 * super::BATCH_MAX)
        .map(|_| committer.begin(Change::Retract { id: ids.next() }).unwrap())
        .collect();
    let last = committer
        .begin(settle(&ended(id, Outcome::Success)))
        .unwrap();
    while store.recoveries.load(Ordering::SeqCst) < 3 {
        tokio::task::yield_now().await;
    }
    store.is_broken.store(false, Ordering::SeqCst);
    assert_eq!(first.await.unwrap(), Ok(Applied::Written));
    for other in others {
        assert_eq!(other.await.unwrap(), Ok(Applied::Unknown));
    }
    assert_eq!(last.await.unwrap(), Ok(Applied::Unknown));
    assert_eq!(store.record(id), Ok(None));
}

#[tokio::test]
async fn what_was_handed_in_is_written_when_nobody_is_left() {
    let (store, committer, _) = started();
    let ids = BuildIds::after(None);
    let mut last = None;
    for _ in 0..100 {
        last = Some(committer.begin(accept(&waiting(ids.next()))).unwrap());
    }
    drop(committer);
    assert_eq!(last.unwrap().await.unwrap(), Ok(Applied::Written));
    assert_eq!(store.unfinished().unwrap().len(), 100);
    assert!(
        store
            .batches
            .lock()
            .unwrap()
            .iter()
            .all(|count| *count <= super::BATCH_MAX)
    );
}
