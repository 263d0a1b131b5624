//! Who is in the pool, who of them is idle, and what is next for whom. Pure: it starts, wakes and
//! waits for nobody.
//!
//! It stands behind one lock, so that handing work to a thread and the thread's decision to leave
//! are never at the same time. These hold between any two calls:
//! - A member is idle, or has work handed to it, or is at work.
//! - Nobody is handed work twice, and nobody leaves with work handed to it.
//! - A member is added for work only while nobody is idle.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar};

use super::work::Work;

/// The threads of one pool. Every operation is O(n) at worst in the number of threads.
pub(super) struct Roster {
    /// Never fewer than this many through idleness.
    min: usize,
    members: BTreeMap<usize, Member>,
    /// The idle members; the most recently used one is the last.
    idle: Vec<usize>,
    /// How many are on their way out: no members any more, but not gone yet.
    leaving: usize,
    closed: bool,
}

/// One thread.
struct Member {
    /// What the thread waits on, together with the lock around the roster.
    wake: Arc<Condvar>,
    handed: Option<Work>,
}

/// A new member, for which a thread is to be started.
pub(super) struct Arrival {
    /// The smallest number no other member has, from 0.
    pub(super) number: usize,
    /// What the thread is woken with.
    pub(super) wake: Arc<Condvar>,
}

/// What became of work that came in.
pub(super) enum Handed {
    /// An idle thread has it and is to be woken.
    ToIdle(Arc<Condvar>),
    /// A new member has it.
    ToNew(Arrival),
    /// The pool is closed.
    Refused(Work),
}

/// What a thread does next.
pub(super) enum Step {
    /// This.
    Work(Work),
    /// Wait to be woken.
    Wait,
    /// Go; it is no member any more.
    Leave,
}

impl Roster {
    /// Nobody yet.
    pub(super) fn new(min: usize) -> Self {
        Self {
            min,
            members: BTreeMap::new(),
            idle: Vec::new(),
            leaving: 0,
            closed: false,
        }
    }

    /// How many members there are.
    #[cfg(test)]
    pub(super) fn members(&self) -> usize {
        self.members.len()
    }

    /// How many of them are idle.
    #[cfg(test)]
    pub(super) fn idle(&self) -> usize {
        self.idle.len()
    }

    /// Adds an idle member.
    pub(super) fn add_idle(&mut self) -> Arrival {
        let arrival = self.add(None);
        self.idle.push(arrival.number);
        arrival
    }

    /// Finds somebody for `work`: the most recently used of the idle, else a new member.
    pub(super) fn hand(&mut self, work: Work) -> Handed {
        if self.closed {
            return Handed::Refused(work);
        }
        let idle = self.idle.pop();
        match idle.and_then(|number| self.members.get_mut(&number)) {
            Some(member) => {
                member.handed = Some(work);
                Handed::ToIdle(Arc::clone(&member.wake))
            }
            None => Handed::ToNew(self.add(Some(work))),
        }
    }

    /// What the member `number` does next; `expired` when it has been idle for long enough.
    ///
    /// What it was handed goes before everything else: that was accepted. A member that is told to
    /// wait although it is expired need not look at the clock again: members are added only while
    /// nobody is idle, so it will be one of the last `min` until it is handed work.
    pub(super) fn next(&mut self, number: usize, expired: bool) -> Step {
        let member = self.members.get_mut(&number);
        if let Some(work) = member.and_then(|member| member.handed.take()) {
            return Step::Work(work);
        }
        if self.closed || (expired && self.members.len() > self.min) {
            self.remove(number);
            self.leaving += 1;
            return Step::Leave;
        }
        Step::Wait
    }

    /// The member `number` is done with its work and the most recently used from now on.
    pub(super) fn rest(&mut self, number: usize) {
        self.idle.push(number);
    }

    /// Takes back a member for which no thread could be started, and gives what it was handed.
    pub(super) fn remove(&mut self, number: usize) -> Option<Work> {
        self.idle.retain(|&idle| idle != number);
        self.members.remove(&number)?.handed
    }

    /// One of those that were told to leave is gone.
    pub(super) fn gone(&mut self) {
        self.leaving = self.leaving.saturating_sub(1);
    }

    /// Refuses work from now on, and gives what wakes the idle, so that they leave.
    pub(super) fn close(&mut self) -> Vec<Arc<Condvar>> {
        self.closed = true;
        let idle = self.idle.iter();
        idle.filter_map(|number| Some(Arc::clone(&self.members.get(number)?.wake)))
            .collect()
    }

    /// Whether the pool is closed and everybody gone.
    pub(super) fn is_over(&self) -> bool {
        self.closed && self.members.is_empty() && self.leaving == 0
    }

    fn add(&mut self, handed: Option<Work>) -> Arrival {
        let taken = self.members.keys().zip(0..);
        let number = taken.take_while(|(member, place)| *member == place).count();
        let wake = Arc::new(Condvar::new());
        let member = Member {
            wake: Arc::clone(&wake),
            handed,
        };
        self.members.insert(number, member);
        Arrival { number, wake }
    }
}

#[cfg(test)]
mod tests {
    use super::{Handed, Roster, Step, Work};

    fn nothing() -> Work {
        Box::new(|| None)
    }

    fn is_leave(step: &Step) -> bool {
        matches!(step, Step::Leave)
    }

    #[test]
    fn an_expired_thread_leaves_unless_only_the_minimum_is_left() {
        let mut roster = Roster::new(1);
        let numbers = [roster.add_idle().number, roster.add_idle().number];
        assert_eq!(numbers, [0, 1]);
        assert!(!is_leave(&roster.next(0, false)));
        assert!(is_leave(&roster.next(0, true)));
        assert!(!is_leave(&roster.next(1, true)));
        assert_eq!((roster.members(), roster.idle()), (1, 1));
    }

    #[test]
    fn an_expired_thread_that_was_handed_work_does_it_first() {
        let mut roster = Roster::new(0);
        let number = roster.add_idle().number;
        assert!(matches!(roster.hand(nothing()), Handed::ToIdle(_)));
        roster.close();
        assert!(matches!(roster.next(number, true), Step::Work(_)));
        assert!(matches!(roster.hand(nothing()), Handed::Refused(_)));
        roster.rest(number);
        assert!(is_leave(&roster.next(number, false)));
    }

    #[test]
    fn a_new_thread_has_the_smallest_free_number() {
        let mut roster = Roster::new(0);
        for _ in 0..3 {
            roster.add_idle();
        }
        roster.remove(1);
        assert_eq!(roster.add_idle().number, 1);
        assert_eq!(roster.add_idle().number, 3);
    }

    #[test]
    fn a_closed_pool_is_over_when_the_last_thread_is_gone_rather_than_leaving() {
        let mut roster = Roster::new(0);
        let number = roster.add_idle().number;
        assert_eq!(roster.close().len(), 1);
        assert!(is_leave(&roster.next(number, false)));
        assert!(!roster.is_over());
        roster.gone();
        assert!(roster.is_over());
        assert!(!Roster::new(0).is_over());
    }
}
