//! The stages of a build, and the time spent in each.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// The closed set of stages, in the order in which a build passes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// File names, counts, sizes and options.
    Validate,
    /// Text to syntax tree, and the checks on the tree's shape.
    Parse,
    /// Faults that can be mended are, where the request asks for it.
    Repair,
    /// Types and JSX become plain JavaScript; newer syntax is lowered to the target.
    Transform,
    /// Which modules may be imported.
    Policy,
    /// Imports become reads of the page's globals.
    Wrap,
    /// The tree is compressed and names are mangled; without `minify`, it is only printed.
    Minify,
    /// The finished module is read back and held against the contract.
    Verify,
    /// Sizes and digests of the finished module.
    Compress,
}

impl Stage {
    /// The stable snake_case name, as in JSON, records and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Parse => "parse",
            Self::Repair => "repair",
            Self::Transform => "transform",
            Self::Policy => "policy",
            Self::Wrap => "wrap",
            Self::Minify => "minify",
            Self::Verify => "verify",
            Self::Compress => "compress",
        }
    }
}

/// How long each stage took that a build has passed so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timings(Vec<(Stage, Duration)>);

impl Timings {
    /// Adds to a stage's time.
    pub fn add(&mut self, stage: Stage, spent: Duration) {
        match self.0.iter_mut().find(|(known, _)| *known == stage) {
            Some((_, total)) => *total += spent,
            None => self.0.push((stage, spent)),
        }
    }

    /// Runs `work` and adds the time it took to `stage`, whatever it returns.
    pub fn measure<T>(&mut self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = work();
        self.add(stage, started.elapsed());
        result
    }

    /// The stages passed, in the order in which they were first entered.
    pub fn iter(&self) -> impl Iterator<Item = (Stage, Duration)> + '_ {
        self.0.iter().copied()
    }

    /// The sum over all stages.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.0.iter().map(|(_, spent)| *spent).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{Stage, Timings};
    use std::time::Duration;

    #[test]
    fn a_stage_that_is_entered_twice_is_listed_once_with_the_sum() {
        let mut timings = Timings::default();
        timings.add(Stage::Parse, Duration::from_micros(2));
        timings.add(Stage::Wrap, Duration::from_micros(1));
        timings.add(Stage::Parse, Duration::from_micros(3));
        let listed: Vec<_> = timings.iter().collect();
        assert_eq!(
            listed,
            [
                (Stage::Parse, Duration::from_micros(5)),
                (Stage::Wrap, Duration::from_micros(1))
            ]
        );
        assert_eq!(timings.total(), Duration::from_micros(6));
    }
}
