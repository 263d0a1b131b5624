//! Jobs of which there is to be only one: what becomes of a second.

use std::any::TypeId;
use std::collections::HashMap;

use crate::id::JobId;
use crate::key::Key;

/// That there is to be one job of a name at a time, among jobs of the same type, and what becomes
/// of a second one. See [`Submission::unique`](crate::submission::Submission::unique), and
/// [`Submission::share`](crate::submission::Submission::share) to have both get the one result.
///
/// A job that has been cancelled or has timed out does not count, even while it still runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Unique {
    name: Key,
    second: Second,
}

impl Unique {
    /// The second is rejected as a duplicate.
    pub fn reject(name: impl Into<Key>) -> Self {
        Self::new(name.into(), Second::Reject)
    }

    /// The second takes over: the first is cancelled, waiting or running.
    pub fn replace(name: impl Into<Key>) -> Self {
        Self::new(name.into(), Second::Replace)
    }

    /// The second takes over from one that waits; one that runs is left to end. So of many
    /// submissions in a short time the last counts; a run that it has overtaken is not retried.
    /// Give them a key with a limit of one where two must not run at once.
    pub fn latest(name: impl Into<Key>) -> Self {
        Self::new(name.into(), Second::Latest)
    }

    /// The second shares the run of the first.
    pub(crate) const fn share(name: Key) -> Self {
        Self::new(name, Second::Share)
    }

    const fn new(name: Key, second: Second) -> Self {
        Self { name, second }
    }

    /// The same for jobs of the type `J` alone.
    pub(crate) fn among<J: 'static>(self) -> UniqueAmong {
        UniqueAmong {
            among: (TypeId::of::<J>(), self.name),
            second: self.second,
        }
    }
}

/// What becomes of the second job of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Second {
    Share,
    Reject,
    Replace,
    Latest,
}

/// A name among jobs of one type, so that two types never meet by accident.
type Name = (TypeId, Key);

/// A [`Unique`] that knows its type of job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UniqueAmong {
    among: Name,
    /// What becomes of the second.
    pub(crate) second: Second,
}

#[cfg(test)]
impl UniqueAmong {
    /// Whether the two want the same name, whatever becomes of a second.
    pub(crate) fn has_name_of(&self, other: &Self) -> bool {
        self.among == other.among
    }
}

/// The jobs that are the one of their names. Pure; O(1).
#[derive(Debug, Default)]
pub(crate) struct Uniques {
    names: HashMap<Name, JobId>,
}

impl Uniques {
    /// The job that has the name.
    pub(crate) fn get(&self, unique: &UniqueAmong) -> Option<JobId> {
        self.names.get(&unique.among).copied()
    }

    /// The job `id` has the name from now on.
    pub(crate) fn set(&mut self, unique: &UniqueAmong, id: JobId) {
        self.names.insert(unique.among.clone(), id);
    }

    /// The job `id` has the name no longer, if it had it.
    pub(crate) fn clear(&mut self, unique: &UniqueAmong, id: JobId) {
        if self.get(unique) == Some(id) {
            self.names.remove(&unique.among);
        }
    }

    /// How many names are taken.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}
