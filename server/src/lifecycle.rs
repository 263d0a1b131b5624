//! The life of a build: its identity, the states it passes, and how it can end.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// The identity of a build: a ULID, so that a larger one was accepted later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BuildId(Ulid);

impl BuildId {
    /// The smallest id of a moment.
    #[must_use]
    pub fn first_at(at: Timestamp) -> Self {
        let milliseconds = u64::try_from(at.as_millisecond()).unwrap_or_default();
        Self(Ulid::from_parts(milliseconds, 0))
    }

    /// The moment within it: when it was accepted, to the millisecond.
    #[must_use]
    pub fn accepted_at(self) -> Timestamp {
        let milliseconds = i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MAX)
    }

    /// Its bytes, whose order is that of the ids.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_bytes()
    }

    /// The id with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Ulid::from_bytes(bytes))
    }
}

impl fmt::Display for BuildId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for BuildId {
    type Err = UnreadableId;

    /// Reads the 26 characters of Crockford's base 32; nothing else is an id.
    fn from_str(text: &str) -> Result<Self, UnreadableId> {
        Ulid::from_str(text).map(Self).map_err(|_| UnreadableId)
    }
}

/// A text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id has 26 characters of Crockford's base 32")]
pub struct UnreadableId;

/// Gives out ids. Each is larger than the one before it, also within a millisecond and when the
/// clock jumps back.
#[derive(Debug)]
pub struct BuildIds(Mutex<Ulid>);

impl BuildIds {
    /// Ids that follow on `last`, the largest one that has been given out before, if any.
    #[must_use]
    pub fn after(last: Option<BuildId>) -> Self {
        Self(Mutex::new(last.map_or(Ulid::nil(), |BuildId(last)| last)))
    }

    /// The next id.
    pub fn next(&self) -> BuildId {
        // Only a whole id is ever stored under this lock, so a poisoned one is as good as new.
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = Ulid::generate();
        *last = if fresh > *last {
            fresh
        } else {
            // The largest id of all follows on itself, in the year 10889.
            last.increment().unwrap_or_else(|largest| largest)
        };
        BuildId(*last)
    }
}

/// The present moment, to the microsecond: what a record keeps.
#[must_use]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Microsecond).unwrap_or(now)
}

/// Where a build stands. The terminal states never change.
///
/// Rows keep its place in this list, JSON its name: append, and change neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It was accepted, and waits for a slot.
    Queued,
    /// It has a slot.
    Running,
    /// It has a slot and was asked to end.
    Cancelling,
    /// There is an artifact.
    Succeeded,
    /// There are diagnostics instead.
    Failed,
    /// It ran out of its time.
    TimedOut,
    /// Somebody ended it.
    Cancelled,
    /// Its time to wait was over before it had a slot.
    Expired,
}

impl Status {
    /// Every status, in the order in which a build can pass them.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Running,
        Self::Cancelling,
        Self::Succeeded,
        Self::Failed,
        Self::TimedOut,
        Self::Cancelled,
        Self::Expired,
    ];

    /// Whether it is for good.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        !matches!(self, Self::Queued | Self::Running | Self::Cancelling)
    }

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Cancelling => "cancelling",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

/// Whose doing the end of a build is.
///
/// Rows keep its place in this list, JSON its name: append, and change neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// There is an artifact.
    Success,
    /// The source is at fault, or beyond a limit.
    UserError,
    /// The service is at fault.
    SystemError,
    /// It ran out of its time.
    TimedOut,
    /// Somebody ended it.
    Cancelled,
    /// Its time to wait was over before it had a slot.
    Expired,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 6] = [
        Self::Success,
        Self::UserError,
        Self::SystemError,
        Self::TimedOut,
        Self::Cancelled,
        Self::Expired,
    ];

    /// The status that a build with this outcome has.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Success => Status::Succeeded,
            Self::UserError | Self::SystemError => Status::Failed,
            Self::TimedOut => Status::TimedOut,
            Self::Cancelled => Status::Cancelled,
            Self::Expired => Status::Expired,
        }
    }

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::UserError => "user_error",
            Self::SystemError => "system_error",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BuildId, BuildIds, Outcome, Status, now};

    #[test]
    fn ids_rise_within_a_millisecond_and_after_a_clock_that_was_ahead() {
        let ahead = BuildId::first_at(now() + jiff::SignedDuration::from_hours(1));
        let ids = BuildIds::after(Some(ahead));
        let mut last = ahead;
        for _ in 0..10_000 {
            let id = ids.next();
            assert!(id > last, "{id} after {last}");
            last = id;
        }
    }

    #[test]
    fn an_id_is_read_back_from_its_text_and_nothing_else_is_one() {
        let id = BuildIds::after(None).next();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(BuildId::from_bytes(id.to_bytes()), id);
        for text in ["", "x", "../../etc/passwd", "01J00000000000000000000000U"] {
            assert!(text.parse::<BuildId>().is_err(), "{text}");
        }
    }

    #[test]
    fn stable_names_are_those_that_are_serialised() {
        for status in Status::ALL {
            let json = serde_json::to_string(&status).unwrap();
            assert_eq!(json, format!("\"{}\"", status.as_str()));
        }
        for outcome in Outcome::ALL {
            let json = serde_json::to_string(&outcome).unwrap();
            assert_eq!(json, format!("\"{}\"", outcome.as_str()));
            assert!(outcome.status().is_terminal());
        }
    }
}
