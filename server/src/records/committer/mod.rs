//! The one writer of the table. It takes all changes that wait, applies them as one, and says so
//! to everybody at once: many changes share one sync of the disk, and none waits for a timer.
//!
//! When the store fails, what has ended is kept and written once the store is in order again; what
//! was to be accepted is refused, and its row undone; marks and points are dropped and counted.

mod room;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::records::committer::room::Room;
use crate::records::store::{Applied, Change, RecordStore, StoreError};

/// Changes of one batch. More would make the first of them wait, and save nothing: a sync costs
/// what it costs, and 64 share it.
pub const BATCH_MAX: usize = 64;
/// Changes that may wait before builds are refused: the queue twice over, with a mark for each.
const WAITING_MAX: usize = 4096;
/// Between two attempts to open a store that has failed: first, and at most.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// What the committer has done, for whoever counts.
#[derive(Debug)]
pub enum Commit<'a> {
    /// Changes of these kinds were written; the sync with all before it took so long.
    Written {
        /// The kind of each change.
        kinds: &'a [&'static str],
        /// From the batch's start to the end of its sync.
        took: Duration,
    },
    /// Changes of these kinds were not written.
    Lost {
        /// The kind of each change.
        kinds: &'a [&'static str],
        /// Why.
        error: &'a StoreError,
    },
    /// The store has failed, or failed again to be opened.
    Failed {
        /// How.
        error: &'a StoreError,
    },
    /// The store is in order again.
    Recovered,
}

/// Hears of everything that the committer does, on its thread.
pub type Observer = Box<dyn FnMut(Commit<'_>) + Send>;

/// The way to the writer. Cheap to clone; when the last one is gone the writer writes what it has
/// and ends.
#[derive(Debug, Clone)]
pub struct Committer {
    shared: Arc<Shared>,
    sender: Sender<Message>,
}

#[derive(Debug)]
struct Shared {
    waiting: AtomicUsize,
    is_failing: AtomicBool,
    why: Mutex<Option<StoreError>>,
}

/// A change on its way, and who waits for it.
#[derive(Debug)]
struct Message {
    change: Change,
    reply: Option<oneshot::Sender<Result<Applied, StoreError>>>,
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
        let shared = Arc::new(Shared {
            waiting: AtomicUsize::new(0),
            is_failing: AtomicBool::new(false),
            why: Mutex::new(None),
        });
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
        let why = self
            .shared
            .why
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        why.clone()
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
            if self.shared.waiting.load(Ordering::Relaxed) >= WAITING_MAX {
                return Err(StoreError::Overloaded);
            }
        }
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        let sent = self.sender.send(Message { change, reply });
        sent.map_err(|_| gone())
    }
}

/// Whether a change must be written in the end, however long it takes. They are bounded by the
/// builds there are.
const fn is_kept(change: &Change) -> bool {
    match change {
        Change::Settle { .. } | Change::Requeue { .. } | Change::Retract { .. } => true,
        Change::Accept { .. } | Change::Start { .. } | Change::Point(_) | Change::Barrier => false,
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable {
        what: "its writer has ended".to_owned(),
    }
}

/// The writer's side.
struct Writer {
    store: Arc<dyn RecordStore>,
    receiver: Receiver<Message>,
    shared: Arc<Shared>,
    observer: Observer,
    /// What a failed store still has to take, the oldest first.
    kept: VecDeque<Message>,
    room: Room,
}

impl Writer {
    fn run(mut self) {
        while let Ok(first) = self.receiver.recv() {
            let batch = self.gather(first);
            let batch = self.turn_away(batch);
            if let Err(error) = self.write(batch) {
                self.wait_for_the_store(error);
            }
        }
    }

    /// The first change with all that wait behind it.
    fn gather(&self, first: Message) -> Vec<Message> {
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX
            && let Ok(message) = self.receiver.try_recv()
        {
            batch.push(message);
        }
        self.shared
            .waiting
            .fetch_sub(batch.len(), Ordering::Relaxed);
        batch
    }

    /// Refuses builds while the disk has too little room; everything else goes on.
    fn turn_away(&mut self, batch: Vec<Message>) -> Vec<Message> {
        let trouble = self.room.trouble(&*self.store);
        self.tell_trouble(trouble.clone());
        let Some(error) = trouble else {
            return batch;
        };
        let is_new = |message: &Message| matches!(message.change, Change::Accept { .. });
        let (refused, batch): (Vec<_>, Vec<_>) = batch.into_iter().partition(is_new);
        self.lose(refused, &error);
        batch
    }

    /// Applies a batch and tells everybody. After a failure whatever must not be lost is in `kept`.
    fn write(&mut self, batch: Vec<Message>) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        let (changes, replies): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .map(|message| (message.change, message.reply))
            .unzip();
        let start = Instant::now();
        let applied = self.store.apply(&changes);
        let kinds: Vec<_> = changes.iter().map(Change::kind).collect();
        match applied {
            Ok(applied) => {
                (self.observer)(Commit::Written {
                    kinds: &kinds,
                    took: start.elapsed(),
                });
                for (reply, applied) in replies.into_iter().zip(applied) {
                    // Who has gone does not want to know.
                    let _ = reply.map(|reply| reply.send(Ok(applied)));
                }
                Ok(())
            }
            Err(error) => {
                let messages = changes.into_iter().zip(replies);
                self.keep(
                    messages.map(|(change, reply)| Message { change, reply }),
                    &error,
                );
                Err(error)
            }
        }
    }

    /// Sorts a batch that was not written, or is in doubt.
    fn keep(&mut self, batch: impl Iterator<Item = Message>, error: &StoreError) {
        let (kept, lost): (Vec<_>, Vec<_>) = batch.partition(|it| is_kept(&it.change));
        for message in &lost {
            if let Change::Accept { record, .. } = &message.change {
                // Its row may be there all the same, and would be run after a restart.
                let change = Change::Retract { id: record.id };
                self.kept.push_back(Message {
                    change,
                    reply: None,
                });
            }
        }
        self.kept.extend(kept);
        self.lose(lost, error);
    }

    fn lose(&mut self, lost: Vec<Message>, error: &StoreError) {
        if lost.is_empty() {
            return;
        }
        let kinds: Vec<_> = lost.iter().map(|message| message.change.kind()).collect();
        (self.observer)(Commit::Lost {
            kinds: &kinds,
            error,
        });
        for message in lost {
            let _ = message.reply.map(|reply| reply.send(Err(error.clone())));
        }
    }

    /// Opens the store again and again until it takes what it owes, or nobody is left to wait.
    fn wait_for_the_store(&mut self, error: StoreError) {
        self.failing(&error);
        let mut pause = RETRY.0;
        loop {
            let is_alone = self.receive_for(pause);
            pause = (pause * 2).min(RETRY.1);
            match self.store.recover().and_then(|()| self.write_kept()) {
                Ok(()) => break,
                Err(error) => self.failing(&error),
            }
            // A server that ends cannot wait for a disk for ever: what is lost is run again.
            if is_alone {
                return;
            }
        }
        self.shared.is_failing.store(false, Ordering::Release);
        self.tell_trouble(None);
        (self.observer)(Commit::Recovered);
    }

    fn failing(&mut self, error: &StoreError) {
        self.tell_trouble(Some(error.clone()));
        self.shared.is_failing.store(true, Ordering::Release);
        (self.observer)(Commit::Failed { error });
    }

    fn tell_trouble(&self, trouble: Option<StoreError>) {
        *self
            .shared
            .why
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Receives for a while, and keeps what must be kept; true when everybody else is gone.
    fn receive_for(&mut self, pause: Duration) -> bool {
        let end = Instant::now() + pause;
        loop {
            match self
                .receiver
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(message) => {
                    self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
                    let error = StoreError::Unavailable {
                        what: "it failed".to_owned(),
                    };
                    self.keep([message].into_iter(), &error);
                }
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => return true,
            }
        }
    }

    fn write_kept(&mut self) -> Result<(), StoreError> {
        while !self.kept.is_empty() {
            let count = self.kept.len().min(BATCH_MAX);
            let batch = self.kept.drain(..count).collect();
            self.write(batch)?;
        }
        Ok(())
    }
}
