//! Those who watch a scheduler, and how they are told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::contain::quietly;
use crate::moment::Moment;
use crate::observe::observer::{Happening, Observer, SchedulerEvent};
use crate::timing::Timing;

/// All observers of one scheduler.
pub(crate) struct Observers {
    name: String,
    timing: Timing,
    observers: Vec<Arc<dyn Observer>>,
    sequence: AtomicU64,
}

/// An event with its place in the order.
pub(crate) type Stamped = (u64, Moment, Happening);

impl Observers {
    /// The observers of the scheduler called `name`.
    pub(crate) const fn new(
        name: String,
        timing: Timing,
        observers: Vec<Arc<dyn Observer>>,
    ) -> Self {
        Self {
            name,
            timing,
            observers,
            sequence: AtomicU64::new(0),
        }
    }

    /// The scheduler's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether there are any.
    pub(crate) const fn is_empty(&self) -> bool {
        self.observers.is_empty()
    }

    /// Gives an event of the moment `at` its place in the order.
    pub(crate) fn stamp(&self, at: Moment, what: Happening) -> Stamped {
        (self.sequence.fetch_add(1, Ordering::Relaxed), at, what)
    }

    /// Tells what has just happened outside the dispatcher.
    pub(crate) fn tell(&self, what: Happening) {
        if !self.is_empty() {
            let stamped = self.stamp(self.timing.now(), what);
            self.deliver(&stamped);
        }
    }

    /// Tells everybody.
    pub(crate) fn deliver(&self, (sequence, at, what): &Stamped) {
        let event = SchedulerEvent {
            scheduler: &self.name,
            sequence: *sequence,
            at: *at,
            what,
        };
        for observer in &self.observers {
            // The users' code; its panic is not the scheduler's.
            quietly(|| observer.on_event(&event));
        }
    }
}
