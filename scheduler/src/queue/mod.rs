//! The waiting jobs of all lanes, and who of them is next. Pure.

use std::collections::{BTreeSet, HashMap};

use crate::fairness::{KEYS_KEPT, Turns};
use crate::id::JobId;
use crate::key::Key;
use crate::order::Order;
use crate::priority::{Lane, LanePicker, PerLane};

use entry::{Entry, Next, Place, Scope};

pub(crate) mod entry;
#[cfg(test)]
mod tests;

/// The waiting jobs. Every operation is O(log n); a key at its limit is parked, and found again
/// when one of its jobs ends.
#[derive(Debug)]
pub(crate) struct Queue {
    order: Order,
    /// The most that the running jobs of one key may cost.
    key_limit: Option<u64>,
    returning: Turns,
    lanes: PerLane<Turns>,
    picker: LanePicker,
    is_paused: bool,
    paused_lanes: PerLane<bool>,
    paused_keys: BTreeSet<Key>,
    /// What the running jobs of each key cost.
    running: HashMap<Key, u64>,
}

impl Queue {
    /// An empty queue.
    pub(crate) fn new(order: Order, key_limit: Option<u32>) -> Self {
        let is_fair = order.is_fair();
        Self {
            picker: LanePicker::new(order.lane_order()),
            order,
            key_limit: key_limit.map(u64::from),
            returning: Turns::new(false),
            lanes: PerLane::from_fn(|_| Turns::new(is_fair)),
            is_paused: false,
            paused_lanes: PerLane::default(),
            paused_keys: BTreeSet::new(),
            running: HashMap::new(),
        }
    }

    /// The order it was made with.
    pub(crate) const fn order(&self) -> &Order {
        &self.order
    }

    /// How many jobs wait in `lane`.
    pub(crate) fn len_of(&self, lane: Lane) -> usize {
        self.lanes.get(lane).len()
    }

    /// How many jobs wait in all lanes.
    pub(crate) fn len(&self) -> usize {
        Lane::ALL.into_iter().map(|lane| self.len_of(lane)).sum()
    }

    /// Puts a job in.
    pub(crate) fn push(&mut self, entry: &Entry) {
        let Entry {
            place,
            key,
            rank,
            job,
        } = entry;
        let order = &self.order;
        match place {
            Place::Returning => self.returning.push(key, *rank, *job, || None),
            Place::Lane(lane) => {
                let turns = self.lanes.get_mut(*lane);
                if turns.len() == 0 {
                    self.picker.filled(*lane);
                }
                turns.push(key, *rank, *job, || order.discipline());
            }
        }
        self.refresh(*place, key);
    }

    /// Takes a job out that is not to start; the order of the others stays.
    pub(crate) fn remove(&mut self, entry: &Entry) {
        let Entry {
            place,
            key,
            rank,
            job,
        } = entry;
        self.turns(*place).remove(key, *rank, job.id);
        self.refresh(*place, key);
    }

    /// The job to start next, if any may.
    pub(crate) fn next(&mut self) -> Option<Next> {
        if let Some((id, rank, key)) = self.returning.first() {
            let place = Place::Returning;
            return Some(Next {
                id,
                place,
                rank,
                key,
            });
        }
        if self.is_paused {
            return None;
        }
        let (lanes, paused) = (&self.lanes, &self.paused_lanes);
        let lane = self
            .picker
            .next(|lane| !paused.get(lane) && lanes.get(lane).is_ready())?;
        let (id, rank, key) = self.lanes.get_mut(lane).first()?;
        let place = Place::Lane(lane);
        Some(Next {
            id,
            place,
            rank,
            key,
        })
    }

    /// The next job starts: its turn is charged what it takes of the slots, its key what it costs.
    pub(crate) fn start(&mut self, next: &Next, cost: u32, charged: usize) {
        let charged = u32::try_from(charged).unwrap_or(u32::MAX);
        let Next {
            id,
            place,
            rank,
            key,
        } = next;
        if let Place::Lane(lane) = place {
            self.picker.charge(*lane, charged);
        }
        self.turns(*place).serve(key, *rank, *id, charged);
        self.occupy(key.as_ref(), cost);
        self.refresh(*place, key);
    }

    /// The next job is none: takes it out.
    pub(crate) fn discard(&mut self, next: &Next) {
        self.turns(next.place).remove(&next.key, next.rank, next.id);
        self.refresh(next.place, &next.key);
    }

    /// A job of `key` runs that was not taken from here.
    pub(crate) fn occupy(&mut self, key: Option<&Key>, cost: u32) {
        // Without a limit nobody asks.
        if let (Some(key), Some(_)) = (key, self.key_limit) {
            *self.running.entry(key.clone()).or_default() += u64::from(cost);
            self.refresh_everywhere(key);
        }
    }

    /// A job of `key` runs no more.
    pub(crate) fn release(&mut self, key: Option<&Key>, cost: u32) {
        let (Some(key), Some(_)) = (key, self.key_limit) else {
            return;
        };
        if let Some(running) = self.running.get_mut(key) {
            *running = running.saturating_sub(u64::from(cost));
            if *running == 0 {
                self.running.remove(key);
            }
            if self.running.is_empty() && self.running.capacity() > KEYS_KEPT {
                self.running = HashMap::new();
            }
        }
        self.refresh_everywhere(key);
    }

    /// What the running jobs of a key cost.
    #[cfg(test)]
    pub(crate) fn running_of(&self, key: &Key) -> u64 {
        self.running.get(key).copied().unwrap_or_default()
    }

    /// No more jobs of `scope` start, until `is_paused` is false again.
    pub(crate) fn set_paused(&mut self, scope: Scope, is_paused: bool) {
        match scope {
            Scope::All => self.is_paused = is_paused,
            Scope::Lane(lane) => {
                let was_paused = self.paused_lanes.get_mut(lane);
                if *was_paused != is_paused {
                    *was_paused = is_paused;
                    self.picker.released(lane);
                }
            }
            Scope::Key(key) => {
                if is_paused {
                    self.paused_keys.insert(key.clone());
                } else {
                    self.paused_keys.remove(&key);
                }
                self.refresh_everywhere(&key);
            }
        }
    }

    /// Everything starts again.
    pub(crate) fn resume_all(&mut self) {
        self.is_paused = false;
        for lane in Lane::ALL {
            self.set_paused(Scope::Lane(lane), false);
        }
        for key in std::mem::take(&mut self.paused_keys) {
            self.refresh_everywhere(&key);
        }
    }

    /// Whether nothing at all is to start.
    pub(crate) const fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// The job of a key that would start last.
    pub(crate) fn last_of(&self, key: &Key) -> Option<JobId> {
        let key = Some(key.clone());
        let lines = Lane::ALL.into_iter().rev();
        lines
            .filter_map(|lane| self.lanes.get(lane).line(&key)?.last())
            .map(|(_, id)| id)
            .next()
    }

    /// The job of a key that was submitted first. O(jobs of the key).
    pub(crate) fn oldest_of(&self, key: &Key) -> Option<JobId> {
        let key = Some(key.clone());
        let lines = Lane::ALL.into_iter();
        lines
            .filter_map(|lane| self.lanes.get(lane).line(&key)?.oldest())
            .min()
    }

    fn turns(&mut self, place: Place) -> &mut Turns {
        match place {
            Place::Returning => &mut self.returning,
            Place::Lane(lane) => self.lanes.get_mut(lane),
        }
    }

    fn refresh_everywhere(&mut self, key: &Key) {
        let key = Some(key.clone());
        self.refresh(Place::Returning, &key);
        for lane in Lane::ALL {
            self.refresh(Place::Lane(lane), &key);
        }
    }

    fn refresh(&mut self, place: Place, key: &Option<Key>) {
        let running = key.as_ref().and_then(|key| self.running.get(key));
        let running = running.copied().unwrap_or_default();
        let limit = self.key_limit.filter(|_| key.is_some());
        // A job that has begun is not held back by a pause.
        let is_paused = place != Place::Returning
            && key
                .as_ref()
                .is_some_and(|key| self.paused_keys.contains(key));
        let has_room = |cost: u32| {
            limit.is_none_or(|limit| running == 0 || running + u64::from(cost) <= limit)
        };
        let turns = self.turns(place);
        let was_ready = turns.is_ready();
        turns.refresh(key, |cost| !is_paused && has_room(cost));
        if let Place::Lane(lane) = place
            && !was_ready
            && turns.is_ready()
        {
            self.picker.released(lane);
        }
    }
}
