//! Those who wait for one job: one, or several who share it.

use std::collections::BTreeMap;

use tokio::sync::oneshot;

use crate::contain::quietly;
use crate::error::JobError;
use crate::event::Times;
use crate::handle::JobReport;
use crate::id::JobId;
use crate::token::Registration;

/// Makes a second copy of a result.
pub(crate) type Copier<T, E> = fn(&Result<T, JobError<E>>) -> Result<T, JobError<E>>;

/// One who waits.
pub(crate) struct Member<T, E> {
    number: u32,
    sender: oneshot::Sender<JobReport<T, E>>,
    /// Its place in the list of its token, to be given up with the job.
    registration: Option<Registration>,
}

impl Member<(), ()> {
    /// The number of the one who has submitted the job.
    pub(crate) const FIRST: u32 = 0;
}

impl<T, E> Member<T, E> {
    /// Sends a report, through a waker that may be the users'.
    pub(crate) fn tell(self, report: JobReport<T, E>) {
        let Self {
            sender,
            registration,
            ..
        } = self;
        drop(registration);
        quietly(|| drop(sender.send(report)));
    }
}

/// All who wait. One is the rule, and costs no allocation.
pub(crate) struct Members<T, E> {
    first: Option<Member<T, E>>,
    others: BTreeMap<u32, Member<T, E>>,
    next: u32,
    copier: Option<Copier<T, E>>,
}

impl<T, E> Default for Members<T, E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, E> Members<T, E> {
    /// Nobody.
    pub(crate) const fn new() -> Self {
        Self {
            first: None,
            others: BTreeMap::new(),
            next: 0,
            copier: None,
        }
    }

    /// One, whose result may be copied for others if there is a `copier`.
    pub(crate) const fn one(
        sender: oneshot::Sender<JobReport<T, E>>,
        copier: Option<Copier<T, E>>,
    ) -> Self {
        Self {
            first: Some(Member {
                number: Member::FIRST,
                sender,
                registration: None,
            }),
            others: BTreeMap::new(),
            next: 1,
            copier,
        }
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.others.len()
    }

    /// Whether one of them still waits.
    pub(crate) fn has(&self, number: u32) -> bool {
        let is_first = self
            .first
            .as_ref()
            .is_some_and(|first| first.number == number);
        is_first || self.others.contains_key(&number)
    }

    /// Takes in the one who waits for another job; its number here.
    pub(crate) fn adopt(&mut self, newcomer: Self) -> u32 {
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        if let Some(member) = newcomer.first {
            self.others.insert(number, Member { number, ..member });
        }
        self.copier = self.copier.or(newcomer.copier);
        number
    }

    /// Takes one out.
    pub(crate) fn remove(&mut self, number: u32) -> Option<Member<T, E>> {
        if self
            .first
            .as_ref()
            .is_some_and(|first| first.number == number)
        {
            return self.first.take();
        }
        self.others.remove(&number)
    }

    /// Notes that one listens to a token; gives it back if it waits no longer.
    pub(crate) fn register(
        &mut self,
        number: u32,
        registration: Registration,
    ) -> Option<Registration> {
        let first = self.first.as_mut().filter(|first| first.number == number);
        match first.or_else(|| self.others.get_mut(&number)) {
            Some(member) => {
                member.registration = Some(registration);
                None
            }
            None => Some(registration),
        }
    }

    /// Sends the report to everybody.
    pub(crate) fn tell_all(self, id: JobId, result: Result<T, JobError<E>>, times: Times) {
        let Self {
            first,
            others,
            copier,
            ..
        } = self;
        let report = |result| JobReport {
            id,
            result,
            waited: times.waited,
            ran: times.ran,
            slot: times.slot,
            attempts: times.attempts,
        };
        let mut all = first.into_iter().chain(others.into_values()).peekable();
        let mut result = Some(result);
        while let Some(member) = all.next() {
            let is_last = all.peek().is_none();
            let copy = match (&result, copier) {
                (Some(result), Some(copier)) if !is_last => {
                    // The users' code; whoever gets no copy hears that the job is lost to it.
                    quietly(|| copier(result))
                }
                _ => result.take(),
            };
            if let Some(copy) = copy {
                member.tell(report(copy));
            }
        }
        // Nobody wanted it. It is the users' value, whose drop may panic.
        quietly(move || drop(result));
    }
}
