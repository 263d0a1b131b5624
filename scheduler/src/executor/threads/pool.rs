//! A pool of owned threads that run blocking closures.
//!
//! - **No queue**: work goes to an idle thread or to a new one, never behind other work. The pool
//!   sets no limit; whoever hands in no more than so many at once has no more than so many threads,
//!   because a thread is idle again before its work is reported.
//! - **No loss**: what was accepted is run, whatever else happens: idleness, panics, the close.
//! - **No leak**: the threads hold what they share, never a handle; without handles they leave.
//! - User code (work, reports, the observer) never runs under the lock, and its panics stay there.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::nice;
use super::roster::{Arrival, Handed, Roster, Step};
use super::settings::{ThreadChange, ThreadSettings};
use super::work::Work;
use crate::contain::quietly;

/// A handle to a pool; the last one to be dropped closes the pool.
#[derive(Clone)]
pub(crate) struct ThreadPool {
    owner: Arc<Owner>,
}

impl ThreadPool {
    /// Starts `min` threads at once, all of which are idle when this returns. With a niceness set,
    /// blocks until one more thread has tried it and left.
    ///
    /// # Errors
    /// When a thread cannot be started, and none is left then. As
    /// [`check`](ThreadSettings::check), which comes first.
    pub(crate) fn open(settings: ThreadSettings) -> io::Result<Self> {
        settings.check()?;
        let shared = Arc::new(Shared {
            roster: Mutex::new(Roster::new(settings.min)),
            settings,
            over: Notify::new(),
        });
        let owner = Arc::new(Owner { shared });
        let shared = &owner.shared;
        for _ in 0..shared.settings.min {
            let arrival = shared.roster().add_idle();
            // The owner is dropped on a failure, and so those who have come are sent away.
            shared.start(arrival).map_err(|(error, _)| error)?;
        }
        Ok(Self { owner })
    }

    /// Hands `work` to the most recently used idle thread, so that the others can leave, else to a
    /// new thread. Never waits: takes one lock, and starts a thread if need be (some 10 µs).
    ///
    /// There are never more threads than there was, at any time, work at once whose report had not
    /// begun; or `min`.
    ///
    /// # Errors
    /// Gives `work` back when the pool is closed (`is_closed` tells it apart), or when a thread is
    /// needed and cannot be started, be others about to be idle or not.
    pub(crate) fn execute(&self, work: Work) -> Result<(), (io::Error, Work)> {
        let shared = &self.owner.shared;
        // The lock is let go at the end of the statement.
        let handed = shared.roster().hand(work);
        match handed {
            Handed::ToIdle(wake) => wake.notify_one(),
            Handed::ToNew(arrival) => {
                // Only the thread itself takes what it was handed: without a thread, it is there.
                if let Err((error, Some(work))) = shared.start(arrival) {
                    return Err((error, work));
                }
            }
            Handed::Refused(work) => return Err((closed_error(), work)),
        }
        Ok(())
    }

    /// How many threads there are, idle or at work. Takes the lock.
    #[cfg(test)]
    pub(crate) fn threads(&self) -> usize {
        self.owner.shared.roster().members()
    }

    /// How many threads wait for work. Takes the lock.
    #[cfg(test)]
    pub(crate) fn idle(&self) -> usize {
        self.owner.shared.roster().idle()
    }

    /// Takes no more work; the idle threads leave at once, the others after their work. May be
    /// called again.
    pub(crate) fn close(&self) {
        self.owner.shared.close();
    }

    /// Waits until the pool is closed and all threads have left, each of which the observer has been
    /// told by then. For ever, if work never ends. The system may take a moment more to clear a
    /// thread away.
    pub(crate) async fn closed(&self) {
        let shared = &self.owner.shared;
        loop {
            // Signed up before the look, so that no end between the two is missed.
            let mut over = std::pin::pin!(shared.over.notified());
            over.as_mut().enable();
            if shared.roster().is_over() {
                return;
            }
            over.await;
        }
    }
}

/// Whether [`ThreadPool::execute`] failed because the pool is closed.
#[cfg(test)]
pub(crate) fn is_closed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

fn closed_error() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the thread pool is closed")
}

/// What all handles hold together, and no thread does.
struct Owner {
    shared: Arc<Shared>,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.shared.close();
    }
}

/// What handles and threads share.
struct Shared {
    roster: Mutex<Roster>,
    settings: ThreadSettings,
    /// Wakes those who wait for the end.
    over: Notify,
}

impl Shared {
    /// The lock. Nothing panics under it, so a poisoned one is as good as any.
    fn roster(&self) -> MutexGuard<'_, Roster> {
        self.roster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        let idle = self.roster().close();
        for wake in idle {
            wake.notify_one();
        }
        self.tell_if_over();
    }

    fn tell_if_over(&self) {
        if self.roster().is_over() {
            self.over.notify_waiters();
        }
    }

    /// Starts the thread of a new member. Should that fail, gives back what the member was handed.
    fn start(self: &Arc<Self>, arrival: Arrival) -> Result<(), (io::Error, Option<Work>)> {
        let Arrival { number, wake } = arrival;
        let shared = Arc::clone(self);
        let thread = self.settings.thread(number);
        let Err(error) = thread.spawn(move || shared.live(number, &wake)) else {
            return Ok(());
        };
        let work = self.roster().remove(number);
        // The pool may have been closed meanwhile, and this been the last one.
        self.tell_if_over();
        Err((error, work))
    }

    /// The life of the thread `number`.
    fn live(&self, number: usize, wake: &Condvar) {
        self.tell(ThreadChange::Up);
        if let Some(nice) = self.settings.nice {
            // It was permitted when the pool was opened; if it no longer is, work that is done at
            // the wrong speed is better than work that is not done.
            let _ = nice::set_nice(nice);
        }
        let mut is_surplus = false;
        while let Some(work) = self.next(number, wake, is_surplus) {
            let report = quietly(work);
            is_surplus = matches!(report, Some(None));
            // Before the report: whoever learns by it that there is room finds this thread idle.
            self.roster().rest(number);
            if let Some(Some(report)) = report {
                quietly(report);
            }
        }
        self.tell(ThreadChange::Down);
        self.roster().gone();
        self.tell_if_over();
    }

    /// Waits for work for the thread `number`; nothing when it is to leave, at once if it
    /// `is_surplus` and there are others.
    fn next(&self, number: usize, wake: &Condvar, is_surplus: bool) -> Option<Work> {
        let patience = if is_surplus {
            Duration::ZERO
        } else {
            self.settings.idle
        };
        // One that is too far away to be a time never comes.
        let mut deadline = Instant::now().checked_add(patience);
        let mut roster = self.roster();
        loop {
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            let expired = left.is_some_and(|left| left.is_zero());
            match roster.next(number, expired) {
                Step::Work(work) => return Some(work),
                Step::Leave => return None,
                Step::Wait if expired => deadline = None,
                Step::Wait => roster = wait(wake, roster, left),
            }
        }
    }

    fn tell(&self, change: ThreadChange) {
        if let Some(on_change) = &self.settings.on_change {
            quietly(|| on_change(change));
        }
    }
}

/// Waits to be woken, for as long as `limit` if there is one. May return for no reason.
fn wait<'a>(
    wake: &Condvar,
    roster: MutexGuard<'a, Roster>,
    limit: Option<Duration>,
) -> MutexGuard<'a, Roster> {
    match limit {
        None => wake.wait(roster).unwrap_or_else(PoisonError::into_inner),
        Some(limit) => {
            let waited = wake.wait_timeout(roster, limit);
            waited.unwrap_or_else(PoisonError::into_inner).0
        }
    }
}
