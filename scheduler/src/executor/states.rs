//! What the slots keep warm from one job to the next.

use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::watch;

use crate::contain::Contained;
use crate::id::JobId;
use crate::link::Link;
use crate::observe::observer::Happening;

use super::sealed::Surroundings;

/// Why a state could not be opened.
pub(crate) type OpenError = Arc<dyn Error + Send + Sync>;

/// Lets go of a state.
pub(crate) type Close<S> =
    Arc<dyn Fn(Arc<S>) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// The states of slots that nobody uses just now.
///
/// A state is in here or with the job on its slot, and is closed once: when its slot is no more,
/// when there is another one in its place, or with the scheduler.
pub(crate) struct States<S: Send + Sync + 'static> {
    kept: Mutex<Kept<S>>,
    close: Close<S>,
    around: Surroundings,
    /// How many are being closed.
    closing: Arc<watch::Sender<usize>>,
}

struct Kept<S> {
    idle: BTreeMap<usize, Arc<S>>,
    slots: usize,
    is_closed: bool,
}

impl<S: Send + Sync + 'static> States<S> {
    /// No states yet.
    pub(crate) fn new(around: &Surroundings, close: Close<S>) -> Arc<Self> {
        let kept = Kept {
            idle: BTreeMap::new(),
            slots: around.slots,
            is_closed: false,
        };
        Arc::new(Self {
            kept: Mutex::new(kept),
            close,
            around: around.clone(),
            closing: Arc::new(watch::Sender::new(0)),
        })
    }

    /// Takes the state of the slot that a job sits on, if there is one.
    pub(crate) fn take(self: &Arc<Self>, link: &Arc<Link>) -> Option<Lease<S>> {
        let state = self.kept().idle.remove(&link.slot())?;
        Some(self.lease(link, state))
    }

    /// Notes what came of opening a state: itself, which is then taken; or an error; or a panic.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn settle(
        self: &Arc<Self>,
        link: &Arc<Link>,
        opened: Result<Result<S, OpenError>, String>,
    ) -> Result<Lease<S>, OpenError> {
        let (slot, observers) = (link.slot(), &self.around.observers);
        let opened = opened.unwrap_or_else(|message| Err(Arc::new(io::Error::other(message))));
        match opened {
            Ok(state) => {
                observers.tell(Happening::SlotOpened { slot });
                Ok(self.lease(link, Arc::new(state)))
            }
            Err(error) => {
                let text = error.to_string();
                observers.tell(Happening::SlotFailed { slot, error: text });
                Err(error)
            }
        }
    }

    /// There are so many slots; the states of those beyond are closed.
    pub(crate) fn resize(self: &Arc<Self>, slots: usize) {
        let gone = {
            let mut kept = self.kept();
            kept.slots = slots;
            kept.idle.split_off(&slots)
        };
        for (slot, state) in gone {
            self.let_go(slot, state);
        }
    }

    /// Closes all states at once, those in use when they come back, and waits for those that are
    /// here. Whoever waits no longer keeps none of them from being closed.
    pub(crate) async fn close(&self) {
        let gone = {
            let mut kept = self.kept();
            kept.is_closed = true;
            std::mem::take(&mut kept.idle)
        };
        for (slot, state) in gone {
            self.let_go(slot, state);
        }
        // The sender lives in `self`, so the channel cannot close under the wait.
        let _ = self.closing.subscribe().wait_for(|count| *count == 0).await;
    }

    fn lease(self: &Arc<Self>, link: &Arc<Link>, state: Arc<S>) -> Lease<S> {
        Lease {
            slot: link.slot(),
            link: Arc::clone(link),
            state,
            states: Arc::downgrade(self),
        }
    }

    fn put_back(self: &Arc<Self>, slot: usize, state: Arc<S>) {
        let surplus = {
            let mut kept = self.kept();
            if kept.is_closed || slot >= kept.slots {
                Some(state)
            } else {
                kept.idle.insert(slot, state)
            }
        };
        if let Some(state) = surplus {
            self.let_go(slot, state);
        }
    }

    /// Closes a state without waiting.
    fn let_go(&self, slot: usize, state: Arc<S>) {
        let (close, closing) = (Arc::clone(&self.close), Arc::clone(&self.closing));
        let observers = Arc::clone(&self.around.observers);
        closing.send_modify(|count| *count += 1);
        let closed = async move {
            // The users' code; its panic is not the scheduler's.
            let _ = Contained::new(async move { close(state).await }).await;
            observers.tell(Happening::SlotClosed { slot });
            closing.send_modify(|count| *count -= 1);
        };
        self.around.timing.spawn(JobId::from_u64(0), closed);
    }

    fn kept(&self) -> MutexGuard<'_, Kept<S>> {
        // Only moves happen under this lock, so a poisoned one is as good as new.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Send + Sync + 'static> Drop for States<S> {
    fn drop(&mut self) {
        let idle = std::mem::take(&mut self.kept().idle);
        for (slot, state) in idle {
            self.let_go(slot, state);
        }
    }
}

/// A state in the hands of a job; it goes back when dropped.
pub(crate) struct Lease<S: Send + Sync + 'static> {
    slot: usize,
    link: Arc<Link>,
    state: Arc<S>,
    states: Weak<States<S>>,
}

impl<S: Send + Sync + 'static> Lease<S> {
    /// The state.
    pub(crate) const fn state(&self) -> &Arc<S> {
        &self.state
    }
}

impl<S: Send + Sync + 'static> Drop for Lease<S> {
    fn drop(&mut self) {
        if let Some(states) = self.states.upgrade() {
            let state = Arc::clone(&self.state);
            if self.link.is_state_spoilt() {
                states.let_go(self.slot, state);
            } else {
                states.put_back(self.slot, state);
            }
        }
    }
}
