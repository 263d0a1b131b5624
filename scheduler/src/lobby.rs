//! Submissions that wait for room in the queue. Pure.

use std::collections::{BTreeSet, HashMap};

use crate::event::Application;
use crate::id::JobId;
use crate::key::Key;
use crate::priority::Lane;

/// Applications, in the order in which they are to be let in: the more urgent lane first, then
/// the order of arrival. Those whose key has no room stand apart, so that they block nobody.
#[derive(Debug, Default)]
pub(crate) struct Lobby {
    applications: HashMap<JobId, Application>,
    line: BTreeSet<(Lane, JobId)>,
    parked: HashMap<Key, BTreeSet<(Lane, JobId)>>,
}

impl Lobby {
    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.applications.len()
    }

    /// Whether somebody stands in line.
    pub(crate) fn has_line(&self) -> bool {
        !self.line.is_empty()
    }

    /// Puts one in line.
    pub(crate) fn push(&mut self, id: JobId, application: Application) {
        self.line.insert((application.terms.lane, id));
        self.applications.insert(id, application);
    }

    /// Takes the first in line out.
    pub(crate) fn pop(&mut self) -> Option<(JobId, Application)> {
        let (_, id) = self.line.pop_first()?;
        Some((id, self.applications.remove(&id)?))
    }

    /// Puts one aside until its key has room; without a key there is nothing to wait for but the
    /// line.
    pub(crate) fn park(&mut self, id: JobId, application: Application) {
        let place = (application.terms.lane, id);
        match application.terms.key.clone() {
            Some(key) => self.parked.entry(key).or_default().insert(place),
            None => self.line.insert(place),
        };
        self.applications.insert(id, application);
    }

    /// A job of this key waits no longer: one of those put aside stands in line again.
    pub(crate) fn unpark(&mut self, key: &Key) {
        let Some(parked) = self.parked.get_mut(key) else {
            return;
        };
        if let Some(place) = parked.pop_first() {
            self.line.insert(place);
        }
        if parked.is_empty() {
            self.parked.remove(key);
        }
    }

    /// Takes one out that waits no longer, if it is there.
    pub(crate) fn remove(&mut self, id: JobId) -> Option<Application> {
        let application = self.applications.remove(&id)?;
        let place = (application.terms.lane, id);
        self.line.remove(&place);
        if let Some(key) = &application.terms.key
            && let Some(parked) = self.parked.get_mut(key)
        {
            parked.remove(&place);
            if parked.is_empty() {
                self.parked.remove(key);
            }
        }
        Some(application)
    }

    /// One that waits.
    pub(crate) fn get(&self, id: JobId) -> Option<&Application> {
        self.applications.get(&id)
    }

    /// Takes all out, in the order of arrival.
    pub(crate) fn drain(&mut self) -> Vec<(JobId, Application)> {
        self.line.clear();
        self.parked.clear();
        let mut all: Vec<(JobId, Application)> = self.applications.drain().collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        all
    }
}
