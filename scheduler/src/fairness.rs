//! Whose turn it is: start-time fair queueing over the keys of one lane. Pure.
//!
//! Goyal, Vin, Cheng: "Start-time Fair Queueing" (1996). Each key's next job has a start tag; the
//! smallest is served, and the key's next tag lies the cost of that job later. Virtual time is the
//! tag last served. A key that comes (back) to wait starts from the present, so that idling
//! earns no credit; one that was held at its limit keeps its claim to one job.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::discipline::{Discipline, Waiting};
use crate::id::JobId;
use crate::key::Key;
use crate::line::Line;
use crate::order::Rank;

/// Keys without waiting jobs of which it is remembered that they have been served ahead of the
/// others. Forgetting one lets it come one job's cost too early; 4,096 cost less than 2 MiB.
const IDLE_KEYS_MAX: usize = 4096;

/// Room for keys that an empty map may keep: beyond, clearing it would cost more than making one.
pub(crate) const KEYS_KEPT: usize = 2 * IDLE_KEYS_MAX;

/// Where a key stands among the others: its tag, then its first job. Without fairness the tags are
/// all zero and the ranks decide.
type Turn = (u64, Rank, JobId);

/// The waiting jobs of one lane, by key.
#[derive(Debug)]
pub(crate) struct Turns {
    is_fair: bool,
    /// The tag last served.
    present: u64,
    keys: HashMap<Option<Key>, Keyed>,
    /// The keys that may be served.
    ready: BTreeMap<Turn, Option<Key>>,
    /// Keys that have no waiting job and a tag in the future.
    idle: BTreeSet<(u64, Option<Key>)>,
    len: usize,
}

#[derive(Debug)]
struct Keyed {
    line: Line,
    tag: u64,
    /// Its place in `ready`.
    turn: Option<Turn>,
}

impl Turns {
    /// No jobs; whether keys take turns, or the best rank of all goes first.
    pub(crate) fn new(is_fair: bool) -> Self {
        Self {
            is_fair,
            present: 0,
            keys: HashMap::new(),
            ready: BTreeMap::new(),
            idle: BTreeSet::new(),
            len: 0,
        }
    }

    /// How many jobs wait.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Whether a key may be served.
    pub(crate) fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// The next job, its rank and its key.
    pub(crate) fn first(&mut self) -> Option<(JobId, Rank, Option<Key>)> {
        let (turn, key) = self.ready.first_key_value()?;
        let (id, key) = (turn.2, key.clone());
        let (rank, ..) = self.keys.get_mut(&key)?.line.first()?;
        Some((id, rank, key))
    }

    /// Puts a job in; `refresh` must follow.
    pub(crate) fn push(
        &mut self,
        key: &Option<Key>,
        rank: Rank,
        job: Waiting,
        discipline: impl FnOnce() -> Option<Box<dyn Discipline>>,
    ) {
        let keyed = match self.keys.get_mut(key) {
            Some(keyed) => keyed,
            None => self.keys.entry(key.clone()).or_insert_with(|| Keyed {
                line: Line::new(discipline()),
                tag: 0,
                turn: None,
            }),
        };
        if keyed.line.len() == 0 {
            self.idle.remove(&(keyed.tag, key.clone()));
            keyed.tag = keyed.tag.max(self.present);
        }
        keyed.line.push(rank, job);
        self.len += 1;
    }

    /// Takes a job out that is not to start; `refresh` must follow.
    pub(crate) fn remove(&mut self, key: &Option<Key>, rank: Rank, id: JobId) {
        if let Some(keyed) = self.keys.get_mut(key) {
            let before = keyed.line.len();
            keyed.line.remove(rank, id);
            self.len -= before - keyed.line.len();
        }
    }

    /// Takes the first job of a key out to start, and charges its cost; `refresh` must follow.
    pub(crate) fn serve(&mut self, key: &Option<Key>, rank: Rank, id: JobId, cost: u32) {
        if let Some(keyed) = self.keys.get_mut(key) {
            let before = keyed.line.len();
            keyed.line.pop(rank, id);
            self.len -= before - keyed.line.len();
            if self.is_fair {
                self.present = self.present.max(keyed.tag);
                keyed.tag = keyed.tag.saturating_add(u64::from(cost));
            }
        }
    }

    /// Finds a key's place again after something about it has changed; `is_open` says whether the
    /// key may have a job of this cost started.
    pub(crate) fn refresh(&mut self, key: &Option<Key>, is_open: impl FnOnce(u32) -> bool) {
        let Some(keyed) = self.keys.get_mut(key) else {
            return;
        };
        let first = keyed.line.first();
        let turn = first
            .filter(|(.., cost)| is_open(*cost))
            .map(|(rank, id, cost)| {
                if keyed.turn.is_none() {
                    // One that was held back keeps its claim to one job, so that it has its turn
                    // however often it is held back, and no more than that.
                    let claim = self.present.saturating_sub(u64::from(cost));
                    keyed.tag = keyed.tag.max(claim);
                }
                let rank = if self.is_fair { Rank::default() } else { rank };
                (keyed.tag, rank, id)
            });
        if turn != keyed.turn {
            if let Some(old) = keyed.turn.take() {
                self.ready.remove(&old);
            }
            if let Some(new) = turn {
                self.ready.insert(new, key.clone());
            }
            keyed.turn = turn;
        }
        if first.is_none() {
            self.rest(key);
        }
    }

    /// The first and the last job of one key.
    pub(crate) fn line(&self, key: &Option<Key>) -> Option<&Line> {
        self.keys.get(key).map(|keyed| &keyed.line)
    }

    /// A key has no waiting job left: keeps what must be remembered of it.
    fn rest(&mut self, key: &Option<Key>) {
        if self.len == 0 {
            // Nobody waits, so nobody is ahead or behind.
            if self.keys.capacity() > KEYS_KEPT {
                self.keys = HashMap::new();
            }
            self.keys.clear();
            self.idle.clear();
            self.present = 0;
            return;
        }
        if let Some(keyed) = self.keys.get(key) {
            self.idle.insert((keyed.tag, key.clone()));
        }
        while let Some((tag, _)) = self.idle.first() {
            if *tag > self.present && self.idle.len() <= IDLE_KEYS_MAX {
                return;
            }
            if let Some((_, key)) = self.idle.pop_first() {
                self.keys.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::{prop, prop_assert, proptest};

    use super::{IDLE_KEYS_MAX, Turns};
    use crate::discipline::Waiting;
    use crate::id::JobId;
    use crate::key::Key;
    use crate::order::Rank;
    use crate::spec::Terms;

    fn waiting(number: u64, cost: u32) -> Waiting {
        let terms = Terms {
            cost,
            ..Terms::default()
        };
        terms.waiting(JobId::from_u64(number))
    }

    fn push(turns: &mut Turns, key: &str, number: u64, cost: u32) {
        let key = Some(Key::from(key));
        turns.push(&key, Rank::default(), waiting(number, cost), || None);
        turns.refresh(&key, |_| true);
    }

    /// Serves one job and tells whose it was.
    fn serve(turns: &mut Turns, cost: u32) -> Option<String> {
        let (id, rank, key) = turns.first()?;
        turns.serve(&key, rank, id, cost);
        turns.refresh(&key, |_| true);
        key.map(|key| key.to_string())
    }

    #[test]
    fn a_key_with_many_jobs_and_one_with_few_take_turns() {
        let mut turns = Turns::new(true);
        for number in 0..10 {
            push(&mut turns, "many", number, 1);
        }
        push(&mut turns, "few", 10, 1);
        push(&mut turns, "few", 11, 1);
        let served: Vec<String> = std::iter::from_fn(|| serve(&mut turns, 1)).collect();
        assert_eq!(
            served.join(" "),
            "many few many few many many many many many many many many"
        );
    }

    #[test]
    fn a_key_that_idled_has_earned_no_credit() {
        let mut turns = Turns::new(true);
        for number in 0..100 {
            push(&mut turns, "busy", number, 1);
        }
        for _ in 0..50 {
            serve(&mut turns, 1);
        }
        for number in 100..110 {
            push(&mut turns, "late", number, 1);
        }
        let served: Vec<String> = std::iter::from_fn(|| serve(&mut turns, 1))
            .take(6)
            .collect();
        assert_eq!(
            served.iter().filter(|key| *key == "late").count(),
            3,
            "{served:?}"
        );
    }

    #[test]
    fn a_key_that_always_has_just_one_job_waiting_gets_no_more_than_its_share() {
        let mut turns = Turns::new(true);
        for number in 0..100 {
            push(&mut turns, "deep", number, 1);
        }
        push(&mut turns, "shallow", 100, 1);
        let mut shallow = 0;
        for number in 101..141 {
            if serve(&mut turns, 1).as_deref() == Some("shallow") {
                shallow += 1;
                push(&mut turns, "shallow", number, 1);
            }
        }
        assert!((19..=21).contains(&shallow), "{shallow} of 40");
    }

    #[test]
    fn an_endless_row_of_new_keys_is_forgotten_in_the_end() {
        let mut turns = Turns::new(true);
        push(&mut turns, "steady", 0, 1);
        push(&mut turns, "steady", 1, 1);
        for number in 2..20_000 {
            push(&mut turns, &number.to_string(), number, 1);
            serve(&mut turns, 1);
        }
        assert!(
            turns.keys.len() <= IDLE_KEYS_MAX + 4,
            "{}",
            turns.keys.len()
        );
        while serve(&mut turns, 1).is_some() {}
        assert_eq!((turns.keys.len(), turns.idle.len()), (0, 0));
    }

    proptest! {
        /// From the moment at which two keys both wait, what each has been served differs by no
        /// more than the largest job of each.
        #[test]
        fn two_waiting_keys_are_served_within_one_jobs_cost_of_each_other(
            ops in prop::collection::vec((0..3_usize, 0..4_usize, 0..5_usize, 1..5_u32), 1..200),
        ) {
            let names = ["a", "b", "c"];
            let mut turns = Turns::new(true);
            let mut costs = HashMap::new();
            let mut waiting = [0_usize; 3];
            let mut served = [[0_u64; 3]; 3];
            let mut next = 0;
            for (key, arrivals, starts, cost) in ops {
                for _ in 0..arrivals {
                    push(&mut turns, names[key], next, cost);
                    costs.insert(next, cost);
                    waiting[key] += 1;
                    next += 1;
                }
                for _ in 0..starts {
                    let Some((id, ..)) = turns.first() else { break };
                    let cost = costs[&id.get()];
                    let whose = serve(&mut turns, cost).unwrap();
                    let one = names.iter().position(|name| **name == *whose).unwrap();
                    waiting[one] -= 1;
                    served[one].iter_mut().for_each(|amount| *amount += u64::from(cost));
                    for one in 0..3 {
                        for other in 0..3 {
                            if waiting[one] == 0 || waiting[other] == 0 {
                                (served[one][other], served[other][one]) = (0, 0);
                            }
                            let apart = served[one][other].abs_diff(served[other][one]);
                            prop_assert!(apart <= 4 + 4, "{one} {other} {apart}");
                        }
                    }
                }
            }
        }
    }
}
