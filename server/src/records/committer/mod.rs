//! The one writer of the table. It takes all changes that wait, applies them as one, and says so
//! to everybody at once: many changes share one sync of the disk, and none waits for a timer.
//!
//! When the store fails, what has ended is kept and written once the store is in order again; what
//! was to be accepted is refused, and its row undone; marks and points are dropped and counted.

mod message;
mod room;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Sender};
use std::thread;

use tokio::sync::oneshot;

use crate::records::committer::message::{Message, Shared, is_kept};
use crate::records::committer::room::Room;
use crate::records::committer::writer::Writer;
use crate::records::store::{Applied, Change, RecordStore, StoreError};

pub use crate::records::committer::message::{Commit, Observer};
pub use crate::records::committer::writer::BATCH_MAX;

/// Changes that may wait before builds are refused: two seconds of a slow disk's work, and a hundred
/// MiB at the most.
const WAITING_MAX: usize = 4096;
/// Of these, as many marks and points: what may be lost must not keep builds out.
const NOTES_MAX: usize = WAITING_MAX / 2;

/// The way to the writer. Cheap to clone; when the last one is gone the writer writes what it has
/// and ends.
#[derive(Debug, Clone)]
pub struct Committer {
    shared: Arc<Shared>,
    sender: Sender<Message>,
}

/// A change that has been handed in. Await it to know what it came to; it is written all the same.
pub type Committing = oneshot::Receiver<Result<Applied, StoreError>>;

impl Committer {
    /// Starts the writer of `store`, on a thread of its own. While the disk has less than
    /// `reserve_bytes` left no build is accepted, so that those that were can end.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(
        store: Arc<dyn RecordStore>,
        reserve_bytes: u64,
        observer: Observer,
    ) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel();
        let shared = Arc::new(Shared::new());
        let writer = Writer {
            store,
            receiver,
            shared: Arc::clone(&shared),
            observer,
            kept: VecDeque::new(),
            room: Room::keeping(reserve_bytes),
        };
        thread::Builder::new()
            .name("records".to_owned())
            .spawn(move || writer.run())?;
        Ok(Self { shared, sender })
    }

    /// Hands a change in, in the order of the calls; whoever awaits what is given knows what it
    /// came to. A build that is to be accepted, and whatever may be lost, is refused when too much
    /// waits; what ends a build never is.
    ///
    /// # Errors
    /// When the store is failing or has too much to write.
    pub fn begin(&self, change: Change) -> Result<Committing, StoreError> {
        let (reply, committing) = oneshot::channel();
        self.send(change, Some(reply))?;
        Ok(committing)
    }

    /// Hands in a change that nobody waits for, and that may be lost with the server.
    ///
    /// # Errors
    /// When the store is failing or has too much to write; the change is dropped.
    pub fn note(&self, change: Change) -> Result<(), StoreError> {
        self.send(change, None)
    }

    /// Hands a change in and waits until it is durable.
    ///
    /// # Errors
    /// When it is not.
    pub async fn commit(&self, change: Change) -> Result<Applied, StoreError> {
        let committing = self.begin(change)?;
        committing.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Why the store does not take builds, if it does not.
    #[must_use]
    pub fn trouble(&self) -> Option<StoreError> {
        self.shared.trouble()
    }

    fn send(
        &self,
        change: Change,
        reply: Option<oneshot::Sender<Result<Applied, StoreError>>>,
    ) -> Result<(), StoreError> {
        if !is_kept(&change) {
            if self.shared.is_failing.load(Ordering::Acquire) {
                let unknown = || StoreError::Unavailable {
                    what: "it failed".to_owned(),
                };
                return Err(self.trouble().unwrap_or_else(unknown));
            }
            let most = match change {
                Change::Accept { .. } | Change::Barrier => WAITING_MAX,
                _ => NOTES_MAX,
            };
            if self.shared.waiting.load(Ordering::Relaxed) >= most {
                return Err(StoreError::Overloaded);
            }
        }
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        let sent = self.sender.send(Message { change, reply });
        sent.map_err(|_| gone())
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable {
        what: "its writer has ended".to_owned(),
    }
}
