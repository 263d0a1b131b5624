//! What can be heard of one job while it waits and runs.

use std::fmt;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// How far a job is, in units of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is done.
    pub done: u64,
    /// All there is to do; 0 if that is not known.
    pub total: u64,
}

impl Progress {
    /// The share that is done, 0 to 1, if the whole is known.
    #[must_use]
    pub fn fraction(self) -> Option<f64> {
        (self.total > 0).then(|| (self.done as f64 / self.total as f64).min(1.0))
    }
}

/// Something that has happened to a job. Its end is no event: it is the end of the events, and
/// what has come of the job is in its handle.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobEvent {
    /// It runs.
    Started {
        /// Where.
        slot: usize,
        /// Which of its runs it is, from 1.
        attempt: u32,
    },
    /// It has told how far it is.
    Progress(Progress),
    /// Its run is over, and it will be run again.
    Retrying {
        /// In how long.
        after: Duration,
    },
    /// It has got a slot again after it had waited for a nested job.
    Returned {
        /// Where it runs now.
        slot: usize,
    },
    /// The listener was so slow that so many events are lost to it.
    Missed {
        /// How many.
        count: u64,
    },
}

/// The events of one job, from [`JobHandle::events`](crate::handle::JobHandle::events).
pub struct Events {
    first: Option<JobEvent>,
    rest: Option<broadcast::Receiver<JobEvent>>,
}

impl Events {
    /// Events that begin with `first`.
    pub(crate) fn new(heard: Option<(Option<JobEvent>, broadcast::Receiver<JobEvent>)>) -> Self {
        let (first, rest) = heard.map_or((None, None), |(first, rest)| (first, Some(rest)));
        Self { first, rest }
    }

    /// The next event; `None` when the job has ended, after which no more comes.
    ///
    /// Cancel safe. At most 64 events are kept for a slow listener; the oldest are lost first, and
    /// [`JobEvent::Missed`] says how many.
    pub async fn next(&mut self) -> Option<JobEvent> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        match self.rest.as_mut()?.recv().await {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(count)) => Some(JobEvent::Missed { count }),
            Err(RecvError::Closed) => {
                self.rest = None;
                None
            }
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
