//! Wakes a flush that waits for nothing.
//!
//! When sled 0.34 fails to write while another thread is about to use its buffer, it notes the error
//! and does not wake the flush that waits for that write: it would wait for ever. Any other flush sees
//! the error and wakes all that wait.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use sled::Db;

/// A flush takes milliseconds, and on a busy disk their multiple; another flush beside it does no harm.
const STUCK_AFTER: Duration = Duration::from_secs(1);
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The flush that is under way, and since when.
#[derive(Debug, Default)]
pub(super) struct Watch(Mutex<Option<(Instant, Db)>>);

impl Watch {
    /// Starts to watch, for as long as somebody holds what is given.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(super) fn start() -> std::io::Result<Arc<Self>> {
        let watch = Arc::new(Self::default());
        let weak = Arc::downgrade(&watch);
        let thread = thread::Builder::new().name("records-watch".to_owned());
        thread.spawn(move || look(&weak))?;
        Ok(watch)
    }

    /// Flushes `db`, watched.
    pub(super) fn flush(&self, db: &Db) -> Result<usize, sled::Error> {
        self.set(Some((Instant::now(), db.clone())));
        let flushed = db.flush();
        self.set(None);
        flushed
    }

    fn set(&self, flush: Option<(Instant, Db)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = flush;
    }

    /// The database whose flush is stuck, if one is.
    fn stuck(&self) -> Option<Db> {
        let flush = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, db) = flush.as_ref()?;
        (since.elapsed() >= STUCK_AFTER).then(|| db.clone())
    }
}

fn look(watch: &Weak<Watch>) {
    while let Some(watch) = watch.upgrade() {
        if let Some(db) = watch.stuck() {
            // Its result is the other's too.
            let _ = db.flush();
        }
        drop(watch);
        thread::sleep(LOOK_EVERY);
    }
}
