//! A point of `record_metric`: a number with a name, tags and a moment.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Tags of one point: more would be a row.
pub const TAGS_MAX: usize = 16;
/// Bytes of a point's name, and of a tag's.
pub const NAME_BYTES_MAX: usize = 64;
/// Bytes of a tag's value.
pub const VALUE_BYTES_MAX: usize = 256;

/// One number that somebody recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// What was measured, for example `upload_duration_ms`.
    pub name: String,
    /// The number.
    pub value: f64,
    /// What tells it from others of its name.
    pub tags: BTreeMap<String, String>,
    /// When it was recorded.
    pub at: Timestamp,
    /// How the thing measured went, where `measure_duration` measured it.
    pub outcome: Option<PointOutcome>,
}

/// How a measured future went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointOutcome {
    /// It gave `Ok`.
    Success,
    /// It gave `Err`.
    Failure,
    /// It was dropped before it gave anything.
    Cancelled,
}

impl PointOutcome {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Point {
    /// Whether it is within the limits of this file and its number is one.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let is_name = |name: &str| {
            (1..=NAME_BYTES_MAX).contains(&name.len()) && !name.contains(char::is_control)
        };
        let tags = self.tags.iter();
        self.value.is_finite()
            && is_name(&self.name)
            && self.tags.len() <= TAGS_MAX
            && tags
                .into_iter()
                .all(|(name, value)| is_name(name) && value.len() <= VALUE_BYTES_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::Point;
    use crate::lifecycle::now;

    fn point(name: &str, value: f64) -> Point {
        Point {
            name: name.to_owned(),
            value,
            tags: [("a".to_owned(), "b".to_owned())].into(),
            at: now(),
            outcome: None,
        }
    }

    #[test]
    fn a_point_is_a_finite_number_with_a_name_within_the_limits() {
        assert!(point("upload_ms", -1.5).is_sound());
        for unsound in [
            point("", 1.0),
            point("a\nb", 1.0),
            point(&"a".repeat(65), 1.0),
            point("a", f64::NAN),
            point("a", f64::INFINITY),
        ] {
            assert!(!unsound.is_sound(), "{unsound:?}");
        }
        let mut crowded = point("a", 1.0);
        crowded.tags = (0..17).map(|n| (n.to_string(), String::new())).collect();
        assert!(!crowded.is_sound());
        let mut long = point("a", 1.0);
        long.tags.insert("x".to_owned(), "y".repeat(257));
        assert!(!long.is_sound());
    }
}
