//! Where jobs run that are driven by hand: a list of futures and a clock that stands still.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use crate::id::JobId;
use crate::moment::Moment;

/// The futures and the time of a scheduler that is driven by hand.
#[derive(Default)]
pub(crate) struct Stage {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    now: Moment,
    is_cleared: bool,
    /// All that have not ended: nobody else may hold one that waits.
    acts: BTreeMap<u64, Arc<Act>>,
    next_act: u64,
    ready: VecDeque<Arc<Act>>,
    sleepers: BTreeMap<(Moment, u64), Waker>,
    next_sleeper: u64,
}

/// One future.
struct Act {
    id: JobId,
    number: u64,
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    is_ready: AtomicBool,
    stage: Weak<Stage>,
}

impl Wake for Act {
    fn wake(self: Arc<Self>) {
        if self.is_ready.swap(true, Ordering::AcqRel) {
            return;
        }
        if let Some(stage) = self.stage.upgrade() {
            stage.state().ready.push_back(self);
        }
    }
}

impl Stage {
    /// The present.
    pub(crate) fn now(&self) -> Moment {
        self.state().now
    }

    /// Puts a future of the job `id` on the list; nothing of it runs before [`step`](Self::step).
    pub(crate) fn spawn(
        self: &Arc<Self>,
        id: JobId,
        future: Pin<Box<dyn Future<Output = ()> + Send>>,
    ) {
        let mut state = self.state();
        if state.is_cleared {
            drop(state);
            drop(future);
            return;
        }
        let number = state.next_act;
        state.next_act += 1;
        let act = Arc::new(Act {
            id,
            number,
            future: Mutex::new(Some(future)),
            is_ready: AtomicBool::new(true),
            stage: Arc::downgrade(self),
        });
        state.acts.insert(number, Arc::clone(&act));
        state.ready.push_back(act);
    }

    /// Runs the future that has been ready for longest to its next await; whose it was.
    pub(crate) fn step(&self) -> Option<JobId> {
        let act = self.state().ready.pop_front()?;
        act.is_ready.store(false, Ordering::Release);
        let waker = Waker::from(Arc::clone(&act));
        let mut future = act.future.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = future.as_mut() {
            let polled = running.as_mut().poll(&mut Context::from_waker(&waker));
            if polled.is_ready() {
                *future = None;
                self.state().acts.remove(&act.number);
            }
        }
        drop(future);
        Some(act.id)
    }

    /// Drops all futures, and those that are still to come.
    pub(crate) fn clear(&self) {
        let State { acts, sleepers, .. } = {
            let mut state = self.state();
            let now = state.now;
            let empty = State {
                now,
                is_cleared: true,
                ..State::default()
            };
            std::mem::replace(&mut *state, empty)
        };
        for act in acts.into_values() {
            // Wakers may hold the act itself.
            let future = act
                .future
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            drop(future);
        }
        drop(sleepers);
    }

    /// The moment at which the first sleeper wakes.
    pub(crate) fn first_wake(&self) -> Option<Moment> {
        let state = self.state();
        state.sleepers.first_key_value().map(|((at, _), _)| *at)
    }

    /// Moves the present on, never back, and wakes whoever has slept long enough.
    pub(crate) fn set_now(&self, now: Moment) {
        let woken = {
            let mut state = self.state();
            state.now = state.now.max(now);
            let present = state.now;
            let later = state.sleepers.split_off(&(present, u64::MAX));
            std::mem::replace(&mut state.sleepers, later)
        };
        for waker in woken.into_values() {
            waker.wake();
        }
    }

    /// Sleeps until the present has moved on so far.
    pub(crate) fn sleep(self: &Arc<Self>, length: Duration) -> Sleep {
        let mut state = self.state();
        state.next_sleeper += 1;
        Sleep {
            at: state.now.saturating_add(length),
            number: state.next_sleeper,
            stage: Arc::downgrade(self),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Only moves happen under this lock, so a poisoned one is as good as new.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage")
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

/// A sleep on a clock that is moved by hand.
pub(crate) struct Sleep {
    at: Moment,
    number: u64,
    stage: Weak<Stage>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(stage) = self.stage.upgrade() else {
            return Poll::Ready(());
        };
        let mut state = stage.state();
        if state.now >= self.at {
            return Poll::Ready(());
        }
        let key = (self.at, self.number);
        state.sleepers.insert(key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(stage) = self.stage.upgrade() {
            let waker = stage.state().sleepers.remove(&(self.at, self.number));
            drop(waker);
        }
    }
}
