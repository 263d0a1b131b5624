//! How much may wait, and what happens when there is more. Pure.

use std::collections::HashMap;

use crate::error::RejectReason;
use crate::fairness::KEYS_KEPT;
use crate::key::Key;
use crate::spec::Terms;

/// How much may wait. Running jobs do not count; those that wait for a moment, for a retry or for
/// a nested job do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct QueueLimit {
    count: usize,
    bytes: Option<u64>,
    per_key: Option<usize>,
}

impl QueueLimit {
    /// So many waiting jobs; with 0 none waits: a job starts at once or is rejected.
    pub const fn count(count: usize) -> Self {
        Self {
            count,
            bytes: None,
            per_key: None,
        }
    }

    /// And no more bytes than so many, by what the submitters
    /// [say](crate::submission::Submission::bytes). A job larger than that is always rejected.
    pub const fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = Some(bytes);
        self
    }

    /// And no more jobs of one key than so many; with 0 they start at once or are rejected. Jobs
    /// without a key are free of this. If both limits are exceeded, the whole queue's is named.
    pub const fn per_key(mut self, count: usize) -> Self {
        self.per_key = Some(count);
        self
    }
}

#[cfg(test)]
impl QueueLimit {
    /// The largest number of waiting jobs.
    pub(crate) const fn jobs(self) -> usize {
        self.count
    }

    /// The most bytes of these.
    pub(crate) fn bytes_max(self) -> u64 {
        self.bytes.unwrap_or(u64::MAX)
    }

    /// The most of one key.
    pub(crate) fn per_key_max(self) -> usize {
        self.per_key.unwrap_or(usize::MAX)
    }
}

impl Default for QueueLimit {
    /// 1,024 jobs: some one and a half MiB of waiting jobs, and a wait nobody would sit out anyway.
    fn default() -> Self {
        Self::count(1024)
    }
}

/// What happens to a job that finds no room to wait.
///
/// Only jobs that could start are shed: not those in a delay or backoff, not those that have lent
/// their slots, not reserved places. Where all room is theirs, the new one is rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// It is rejected, and comes back intact.
    #[default]
    Reject,
    /// Its submission waits for room: the more urgent lane first, then in the order of arrival. Such
    /// submissions are held by their callers and have no limit but theirs.
    Wait,
    /// The waiting job that would start last (lane, then rank, whatever its key) is shed for it; it
    /// is rejected if it would be the last itself. If its key has no room, one of its key is.
    ShedLowest,
    /// The waiting job that was submitted first is shed for it: for work that ages badly.
    ShedOldest,
}

/// What waits, counted against its limits.
#[derive(Debug)]
pub(crate) struct Room {
    limit: QueueLimit,
    count: usize,
    bytes: u64,
    keys: HashMap<Key, usize>,
    is_high: bool,
}

impl Room {
    /// Nothing waits.
    pub(crate) fn new(limit: QueueLimit) -> Self {
        Self {
            limit,
            count: 0,
            bytes: 0,
            keys: HashMap::new(),
            is_high: false,
        }
    }

    /// Whether a job could never wait here, however empty it is.
    pub(crate) fn is_too_large(&self, terms: &Terms) -> bool {
        self.limit.bytes.is_some_and(|limit| terms.bytes > limit)
    }

    /// A job has come to wait.
    pub(crate) fn add(&mut self, terms: &Terms) {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(terms.bytes);
        if let (Some(key), Some(_)) = (&terms.key, self.limit.per_key) {
            *self.keys.entry(key.clone()).or_default() += 1;
        }
    }

    /// A job waits no longer.
    pub(crate) fn remove(&mut self, terms: &Terms) {
        self.count = self.count.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(terms.bytes);
        if let (Some(key), Some(_)) = (&terms.key, self.limit.per_key)
            && let Some(count) = self.keys.get_mut(key)
        {
            *count -= 1;
            if *count == 0 {
                self.keys.remove(key);
            }
            if self.keys.is_empty() && self.keys.capacity() > KEYS_KEPT {
                self.keys = HashMap::new();
            }
        }
    }

    /// What is exceeded, now that a job with these terms waits among the others.
    pub(crate) fn exceeded(&self, terms: &Terms) -> Option<RejectReason> {
        let has_bytes = self.limit.bytes.is_none_or(|limit| self.bytes <= limit);
        if self.count > self.limit.count || !has_bytes {
            return Some(RejectReason::Full);
        }
        self.exceeded_key(terms).map(|_| RejectReason::KeyFull)
    }

    /// The key of a job with these terms, if too many of it wait, now that this one does.
    pub(crate) fn exceeded_key<'a>(&self, terms: &'a Terms) -> Option<&'a Key> {
        let key = terms.key.as_ref()?;
        let of_key = self.keys.get(key).copied().unwrap_or_default();
        (of_key > self.limit.per_key?).then_some(key)
    }

    /// How much more waits than may.
    pub(crate) fn excess(&self) -> Excess {
        Excess {
            jobs: self.count.saturating_sub(self.limit.count),
            bytes: self
                .limit
                .bytes
                .map_or(0, |limit| self.bytes.saturating_sub(limit)),
        }
    }

    /// How much waits: jobs and bytes.
    pub(crate) const fn used(&self) -> (usize, u64) {
        (self.count, self.bytes)
    }

    /// Looks at the pressure again; the new state, if it has changed. It is high from the moment at
    /// which the next job would find no room, and low again when half of the room is free: so that
    /// it does not flutter with each job. `is_open` says whether the next job would start at once.
    pub(crate) fn crossing(&mut self, is_open: bool) -> Option<bool> {
        let QueueLimit { count, bytes, .. } = self.limit;
        let is_full = self.count >= count || bytes.is_some_and(|limit| self.bytes >= limit);
        let is_relaxed =
            self.count <= count / 2 && bytes.is_none_or(|limit| self.bytes <= limit / 2);
        let is_high = if self.is_high {
            !(is_relaxed && (is_open || count > 0))
        } else {
            is_full && !is_open
        };
        let has_changed = is_high != self.is_high;
        self.is_high = is_high;
        has_changed.then_some(is_high)
    }
}

/// What must go so that the limits hold again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Excess {
    jobs: usize,
    bytes: u64,
}

impl Excess {
    /// Whether nothing must.
    pub(crate) const fn is_enough(self) -> bool {
        self.jobs == 0 && self.bytes == 0
    }

    /// A job of so many bytes goes.
    pub(crate) const fn free(&mut self, bytes: u64) {
        self.jobs = self.jobs.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::{QueueLimit, Room};
    use crate::error::RejectReason;
    use crate::spec::Terms;

    fn terms(key: &str, bytes: u64) -> Terms {
        Terms {
            key: Some(key.into()),
            bytes,
            ..Terms::default()
        }
    }

    #[test]
    fn count_bytes_and_keys_are_bounded_each_for_itself() {
        let mut room = Room::new(QueueLimit::count(3).bytes(100).per_key(2));
        let (a, b, large) = (terms("a", 10), terms("b", 10), terms("b", 95));
        room.add(&a);
        room.add(&a);
        assert_eq!(room.exceeded(&a), None);
        room.add(&a);
        assert_eq!(room.exceeded(&a), Some(RejectReason::KeyFull));
        room.remove(&a);
        room.add(&large);
        assert_eq!(room.exceeded(&large), Some(RejectReason::Full), "bytes");
        room.remove(&large);
        room.add(&b);
        assert_eq!(room.exceeded(&b), None);
        room.add(&b);
        assert_eq!(room.exceeded(&b), Some(RejectReason::Full), "count");
        assert!(room.is_too_large(&terms("a", 101)));
    }

    #[test]
    fn pressure_is_high_from_full_to_half_and_crosses_once_each_way() {
        let mut room = Room::new(QueueLimit::count(4));
        let terms = Terms::default();
        let mut crossings = Vec::new();
        for _ in 0..6 {
            room.add(&terms);
            crossings.extend(room.crossing(false));
        }
        for _ in 0..6 {
            room.remove(&terms);
            crossings.extend(room.crossing(false).map(|high| high || room.used().0 != 2));
        }
        assert_eq!(crossings, [true, false]);
    }

    #[test]
    fn without_a_queue_the_slots_alone_make_the_pressure() {
        let mut room = Room::new(QueueLimit::count(0));
        assert_eq!(room.crossing(true), None);
        assert_eq!(room.crossing(false), Some(true));
        assert_eq!(room.crossing(false), None);
        assert_eq!(room.crossing(true), Some(false));
    }
}
