//! How busy the slots have been over the last minute. Pure: the time comes in.
//!
//! Busy and available slots are integrated over time; at each whole second since the beginning
//! the integrals are marked. A window is the difference between now and a mark.

use std::ops::RangeInclusive;
use std::time::Duration;

/// The marks kept, one a second: a window of 60 s. A minute evens out single jobs and still shows
/// a burst; a second is 1/60 of it, so starting at a mark hardly shortens it.
const MARKS: u64 = 60;

/// Nanoseconds in a second.
const NANOS_PER_SEC: u128 = 1_000_000_000;

/// Slot-time since the beginning, in slot-nanoseconds. 128 bits hold 4,096 slots for 10^18 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct SlotTime {
    /// With a job on the slot.
    busy: u128,
    /// With or without one; at least `busy`.
    available: u128,
}

/// The integrals of busy and available slots, and their marks. 2 KB.
///
/// While more slots are busy than there are (after a shrink), the surplus ones are available too:
/// they exist until their jobs have ended. So what is busy is never more than what is available.
#[derive(Clone, Debug)]
pub(crate) struct Utilisation {
    /// The caller's time at the beginning.
    begin: Duration,
    /// The age, the time since `begin`, of `total`.
    age: Duration,
    /// Slots with a job, from `age` on.
    busy: usize,
    /// Slots in all, from `age` on.
    available: usize,
    /// The integrals up to `age`.
    total: SlotTime,
    /// The last whole second before `age`, which is the youngest mark; 0 is the beginning.
    last_mark: u64,
    /// The integrals at the whole seconds up to `last_mark`, each at its number modulo 60.
    marks: [SlotTime; MARKS as usize],
}

impl Utilisation {
    /// Begins at `now` with so many slots, none of them busy.
    pub(crate) fn new(now: Duration, slots: usize) -> Self {
        Self {
            begin: now,
            age: Duration::ZERO,
            busy: 0,
            available: slots,
            total: SlotTime::default(),
            last_mark: 0,
            marks: [SlotTime::default(); MARKS as usize],
        }
    }

    /// From `now` on, so many slots are busy of so many. A `now` before the last one counts as
    /// the last one. O(1), some ten nanoseconds, but for the marks: at most 60 after any gap.
    pub(crate) fn set(&mut self, now: Duration, busy: usize, slots: usize) {
        let age = self.age_at(now);
        for second in self.unmarked(age) {
            let total = self.total_at(Duration::from_secs(second));
            // Always there; `get_mut` as nothing here may panic.
            if let Some(mark) = self.marks.get_mut(place_of(second)) {
                *mark = total;
            }
        }
        self.last_mark = last_second_before(age);
        self.total = self.total_at(age);
        self.age = age;
        self.busy = busy;
        self.available = slots.max(busy);
    }

    /// The busy and the available slot-time since the beginning, up to `now`. A `now` before the
    /// last one counts as the last one. Saturates at `Duration::MAX`. O(1).
    pub(crate) fn totals(&self, now: Duration) -> (Duration, Duration) {
        let total = self.total_at(self.age_at(now));
        (to_duration(total.busy), to_duration(total.available))
    }

    /// The busy share of the available slot-time over the window that ends at `now`, within
    /// `0.0..=1.0`; 0 when no time has passed, or there was no slot. O(1).
    ///
    /// The window starts at the first whole second (since the beginning) that is no more than 60 s
    /// ago. So it is exact, all the time there was during the first minute, and from then on over
    /// 59 s and at most 60 s long.
    pub(crate) fn windowed(&self, now: Duration) -> f64 {
        let age = self.age_at(now);
        let from = self.mark(oldest_mark(last_second_before(age)));
        let to = self.total_at(age);
        let available = to.available.saturating_sub(from.available);
        if available == 0 {
            return 0.0;
        }
        let busy = to.busy.saturating_sub(from.busy);
        // Only integrals that have saturated can be over 1.
        (busy as f64 / available as f64).min(1.0)
    }

    /// The time since the beginning, which never runs backwards.
    fn age_at(&self, now: Duration) -> Duration {
        now.saturating_sub(self.begin).max(self.age)
    }

    /// The integrals at `age`, if nothing has changed since the last call of `set`.
    fn total_at(&self, age: Duration) -> SlotTime {
        let passed = age.saturating_sub(self.age).as_nanos();
        let since = |slots: usize| passed.saturating_mul(slots as u128);
        SlotTime {
            busy: self.total.busy.saturating_add(since(self.busy)),
            available: self.total.available.saturating_add(since(self.available)),
        }
    }

    /// The seconds to be marked at `age`: those that have passed since the last mark and that a
    /// window still can start at.
    fn unmarked(&self, age: Duration) -> RangeInclusive<u64> {
        let last = last_second_before(age);
        let next = self.last_mark.saturating_add(1);
        next.max(oldest_mark(last))..=last
    }

    /// The integrals at a second that a window can start at now or later.
    fn mark(&self, second: u64) -> SlotTime {
        if second > self.last_mark {
            return self.total_at(Duration::from_secs(second));
        }
        let mark = self.marks.get(place_of(second));
        mark.copied().unwrap_or_default()
    }
}

/// The last whole second strictly before `age`, or 0. Strictly, as a mark at `age` itself would
/// cost the oldest one and start no window.
const fn last_second_before(age: Duration) -> u64 {
    if age.subsec_nanos() == 0 {
        return age.as_secs().saturating_sub(1);
    }
    age.as_secs()
}

/// The oldest mark that is kept beside the youngest, `last`.
const fn oldest_mark(last: u64) -> u64 {
    last.saturating_sub(MARKS - 1)
}

/// Where the mark of `second` is kept.
const fn place_of(second: u64) -> usize {
    (second % MARKS) as usize
}

/// Slot-nanoseconds as a `Duration`, at most the longest.
fn to_duration(nanos: u128) -> Duration {
    u64::try_from(nanos / NANOS_PER_SEC).map_or(Duration::MAX, |secs| {
        // Less than a second, so nothing is cut off and nothing carried.
        Duration::new(secs, (nanos % NANOS_PER_SEC) as u32)
    })
}

#[cfg(test)]
mod tests;
