//! The committer's own thread: takes what waits, applies it as one, tells everybody.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::records::committer::message::{Commit, Message, Observer, Shared, is_kept};
use crate::records::committer::room::{LOOK_EVERY, Room};
use crate::records::store::{Change, RecordStore, StoreError};

/// Changes of one batch. More would make the first of them wait, and save nothing: a sync costs
/// what it costs, and 64 share it.
pub const BATCH_MAX: usize = 64;
/// Between two attempts to open a store that has failed: first, and at most.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The writer's side.
pub(super) struct Writer {
    pub(super) store: Arc<dyn RecordStore>,
    pub(super) receiver: Receiver<Message>,
    pub(super) shared: Arc<Shared>,
    pub(super) observer: Observer,
    /// What a failed store still has to take, the oldest first.
    pub(super) kept: VecDeque<Message>,
    pub(super) room: Room,
}

impl Writer {
    /// Writes until everybody else is gone.
    pub(super) fn run(mut self) {
        loop {
            match self.receiver.recv_timeout(LOOK_EVERY) {
                Ok(first) => {
                    let batch = self.gather(first);
                    let batch = self.turn_away(batch);
                    if self.write(batch).is_err() {
                        self.wait_for_the_store();
                    }
                }
                // Also while nobody submits: a disk that was made room on takes builds again.
                Err(RecvTimeoutError::Timeout) => drop(self.turn_away(Vec::new())),
                Err(RecvTimeoutError::Disconnected) => return,
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
        self.shared.tell_trouble(trouble.clone());
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
        let applied = calmly(|| self.store.apply(&changes));
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
                // Before anybody is refused: whoever asks why then gets an answer.
                self.failing(&error);
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
    fn wait_for_the_store(&mut self) {
        let mut pause = RETRY.0;
        loop {
            let is_alone = self.receive_for(pause);
            pause = (pause * 2).min(RETRY.1);
            match calmly(|| self.store.recover()) {
                Ok(()) if self.write_kept().is_ok() => break,
                Ok(()) => {}
                Err(error) => self.failing(&error),
            }
            // A server that ends cannot wait for a disk for ever: what is lost is run again.
            if is_alone {
                return;
            }
        }
        self.shared.is_failing.store(false, Ordering::Release);
        self.shared.tell_trouble(None);
        (self.observer)(Commit::Recovered);
    }

    fn failing(&mut self, error: &StoreError) {
        self.shared.tell_trouble(Some(error.clone()));
        self.shared.is_failing.store(true, Ordering::Release);
        (self.observer)(Commit::Failed { error });
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
            let rest = self.kept.split_off(count);
            let batch = std::mem::take(&mut self.kept);
            let written = self.write(batch.into());
            // What could not be written stands before the rest again, in its order.
            self.kept.extend(rest);
            written?;
        }
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // However it ends: nobody must believe that something is still written.
        let what = "its writer has ended".to_owned();
        self.shared
            .tell_trouble(Some(StoreError::Unavailable { what }));
        self.shared.is_failing.store(true, Ordering::Release);
    }
}

/// A store that panics is one that fails: the writer has to outlive it.
fn calmly<T>(call: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| {
        let what = "it panicked; the log says where".to_owned();
        Err(StoreError::Unavailable { what })
    })
}
