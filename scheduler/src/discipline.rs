//! An order of the users' own: the trait, and the line that keeps it honest.

use std::collections::BTreeMap;
use std::fmt;

use crate::contain::quietly;
use crate::id::JobId;

/// A job as a [`Discipline`] sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// The job; a larger id was submitted later.
    pub id: JobId,
    /// Its priority, -100..=100.
    pub priority: i8,
    /// Its cost in slots, from 1.
    pub cost: u32,
    /// Its size, as its submitter has told it.
    pub bytes: u64,
}

/// An order of waiting jobs of one lane and key, in place of priorities.
///
/// It must be quick and must not block: it is called under the scheduler's lock. Should it panic,
/// or name a job that does not wait, its line is served first come, first served from then on; no
/// job is lost or started twice.
///
/// ```
/// use std::collections::BTreeSet;
/// use vasca_scheduler::{Discipline, JobId, Order, Scheduler, Waiting};
///
/// /// The smallest first.
/// #[derive(Default)]
/// struct BySize(BTreeSet<(u64, JobId)>);
///
/// impl Discipline for BySize {
///     fn push(&mut self, job: Waiting) {
///         self.0.insert((job.bytes, job.id));
///     }
///     fn first(&self) -> Option<JobId> {
///         self.0.first().map(|(_, id)| *id)
///     }
///     fn pop(&mut self) {
///         self.0.pop_first();
///     }
///     fn remove(&mut self, id: JobId) {
///         self.0.retain(|(_, other)| *other != id);
///     }
/// }
///
/// let builder = Scheduler::builder("images").order(Order::custom(BySize::default));
/// ```
pub trait Discipline: Send + 'static {
    /// A job has come to wait.
    fn push(&mut self, job: Waiting);
    /// The job to start next; `None` only if none waits. Asked at any time, and more often than
    /// jobs start.
    fn first(&self) -> Option<JobId>;
    /// The job that [`first`](Self::first) has just named has started.
    fn pop(&mut self);
    /// A job waits no longer: cancelled, timed out, shed. Each job that was pushed is popped or
    /// removed once.
    fn remove(&mut self, id: JobId);
}

/// A discipline, with the truth about its jobs beside it.
pub(crate) struct Custom {
    /// Always there, until the drop.
    discipline: Option<Box<dyn Discipline>>,
    /// The jobs that wait, with their costs.
    jobs: BTreeMap<JobId, u32>,
    is_broken: bool,
}

impl Custom {
    /// An empty line in the order of `discipline`.
    pub(crate) fn new(discipline: Box<dyn Discipline>) -> Self {
        Self {
            discipline: Some(discipline),
            jobs: BTreeMap::new(),
            is_broken: false,
        }
    }

    /// Puts a job in.
    pub(crate) fn push(&mut self, job: Waiting) {
        self.jobs.insert(job.id, job.cost);
        self.call(|discipline| discipline.push(job));
    }

    /// The job to start next, and its cost.
    pub(crate) fn first(&mut self) -> Option<(JobId, u32)> {
        let wanted = self.call(|discipline| discipline.first()).flatten();
        let known = wanted.and_then(|id| self.jobs.get_key_value(&id));
        if known.is_none() && !self.jobs.is_empty() {
            self.is_broken = true;
        }
        known
            .or_else(|| self.jobs.first_key_value())
            .map(|(id, cost)| (*id, *cost))
    }

    /// Takes the first job out, which `id` is.
    pub(crate) fn pop(&mut self, id: JobId) {
        if self.jobs.remove(&id).is_some() {
            self.call(|discipline| discipline.pop());
        }
    }

    /// Takes a job out, wherever it stands.
    pub(crate) fn remove(&mut self, id: JobId) {
        if self.jobs.remove(&id).is_some() {
            self.call(|discipline| discipline.remove(id));
        }
    }

    /// The job that was submitted first.
    pub(crate) fn oldest(&self) -> Option<JobId> {
        self.jobs.first_key_value().map(|(id, _)| *id)
    }

    /// The job that was submitted last.
    pub(crate) fn last(&self) -> Option<JobId> {
        self.jobs.last_key_value().map(|(id, _)| *id)
    }

    /// How many jobs wait.
    pub(crate) fn len(&self) -> usize {
        self.jobs.len()
    }

    fn call<T>(&mut self, call: impl FnOnce(&mut dyn Discipline) -> T) -> Option<T> {
        if self.is_broken {
            return None;
        }
        let discipline = self.discipline.as_deref_mut()?;
        let answer = quietly(|| call(discipline));
        self.is_broken = answer.is_none();
        answer
    }
}

impl Drop for Custom {
    fn drop(&mut self) {
        // Under the scheduler's lock, like everything of a discipline.
        let discipline = self.discipline.take();
        quietly(|| drop(discipline));
    }
}

/// Stands in for a discipline that could not be made: it knows nobody, so that its line is served
/// first come, first served.
pub(crate) struct Unmade;

impl Discipline for Unmade {
    fn push(&mut self, _: Waiting) {}
    fn first(&self) -> Option<JobId> {
        None
    }
    fn pop(&mut self) {}
    fn remove(&mut self, _: JobId) {}
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Custom")
            .field("jobs", &self.jobs)
            .field("is_broken", &self.is_broken)
            .finish_non_exhaustive()
    }
}
