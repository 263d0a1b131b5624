//! Whom fairness is between: a tenant, a user, a project.

use std::fmt;
use std::sync::Arc;

/// A name that jobs share, such as a tenant's. Cheap to clone.
///
/// Jobs of one key share its turn, its limits, and its pauses. Jobs without a key share one turn
/// among themselves and have no limits. A key costs some 450 bytes while jobs of it wait,
/// and next to nothing afterwards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Arc<str>);

impl Key {
    /// The key's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<String> for Key {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl From<Arc<str>> for Key {
    fn from(name: Arc<str>) -> Self {
        Self(name)
    }
}

impl From<u64> for Key {
    fn from(number: u64) -> Self {
        Self(number.to_string().into())
    }
}

impl From<&Self> for Key {
    fn from(key: &Self) -> Self {
        key.clone()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
