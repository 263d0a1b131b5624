//! When the next thing happens to each job by time alone, and which wake-up has been asked for. Pure.

use std::collections::BTreeSet;

use crate::id::JobId;
use crate::moment::Moment;

/// At most one moment for each job. Every operation is O(log n).
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    moments: BTreeSet<(Moment, JobId)>,
    /// The earliest wake-up asked for and not yet come; never later than the first moment.
    armed: Option<Moment>,
}

impl Deadlines {
    /// Takes the job out that is due first, if one is due.
    pub(crate) fn pop_due(&mut self, now: Moment) -> Option<JobId> {
        let &(due, id) = self.moments.first()?;
        (due <= now).then(|| {
            self.moments.pop_first();
            id
        })
    }

    /// Something is due for a job that had nothing.
    pub(crate) fn note(&mut self, id: JobId, due: Option<Moment>) {
        if let Some(at) = due {
            self.moments.insert((at, id));
        }
    }

    /// What was due for a job is not any more.
    pub(crate) fn forget(&mut self, id: JobId, due: Option<Moment>) {
        if let Some(at) = due {
            self.moments.remove(&(at, id));
        }
    }

    /// Gives a job its one moment, in place of the one that it `had`.
    pub(crate) fn set(&mut self, id: JobId, had: &mut Option<Moment>, due: Option<Moment>) {
        if *had != due {
            self.forget(id, *had);
            self.note(id, due);
            *had = due;
        }
    }

    /// A wake-up that was asked for has come.
    pub(crate) const fn disarm(&mut self) {
        self.armed = None;
    }

    /// The wake-up to ask for, if the first moment comes before the one asked for.
    pub(crate) fn arm(&mut self) -> Option<Moment> {
        let &(at, _) = self.moments.first()?;
        let is_earlier = self.armed.is_none_or(|armed| at < armed);
        is_earlier.then(|| {
            self.armed = Some(at);
            at
        })
    }
}
