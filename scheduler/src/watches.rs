//! What those follow who look at a scheduler as a whole: pressure, idleness, the end.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// How full the queue is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pressure {
    /// There is room.
    #[default]
    Low,
    /// The next job would find no room to wait; or that was so, and less than half of the room is
    /// free since.
    High,
}

/// The states as they were last decided.
#[derive(Debug)]
pub(crate) struct Watches {
    drained: watch::Sender<bool>,
    /// How often nothing was left to do.
    idle_times: watch::Sender<u64>,
    pressure: watch::Sender<Pressure>,
    /// The number of the crossing that is shown: two of them may arrive in either order.
    crossing: AtomicU64,
}

impl Watches {
    /// Nothing has happened.
    pub(crate) fn new() -> Self {
        Self {
            drained: watch::Sender::new(false),
            idle_times: watch::Sender::new(0),
            pressure: watch::Sender::new(Pressure::Low),
            crossing: AtomicU64::new(0),
        }
    }

    /// The scheduler is closed and nothing is left in it.
    pub(crate) fn set_drained(&self) {
        self.drained.send_replace(true);
    }

    /// Waits for that. The senders live in `self`, so no channel closes under a wait.
    pub(crate) async fn drained(&self) {
        let _ = self.drained.subscribe().wait_for(|&drained| drained).await;
    }

    /// Nothing is left to do, just now.
    pub(crate) fn set_idle(&self) {
        self.idle_times.send_modify(|times| *times += 1);
    }

    /// Waits for the next time that this is so, counted from the call.
    pub(crate) fn next_idle(&self) -> impl Future<Output = ()> + use<> {
        let mut times = self.idle_times.subscribe();
        let before = *times.borrow_and_update();
        async move {
            let _ = times.wait_for(|now| *now > before).await;
        }
    }

    /// Shows a crossing of the pressure, unless a later one is shown already.
    pub(crate) fn set_pressure(&self, number: u64, is_high: bool) {
        self.pressure.send_if_modified(|shown| {
            // Under the channel's own lock; the wakers are woken without it.
            let is_newer = self.crossing.fetch_max(number, Ordering::AcqRel) < number;
            if is_newer {
                *shown = if is_high {
                    Pressure::High
                } else {
                    Pressure::Low
                };
            }
            is_newer
        });
    }

    /// Follows the pressure.
    pub(crate) fn pressure(&self) -> watch::Receiver<Pressure> {
        self.pressure.subscribe()
    }
}
