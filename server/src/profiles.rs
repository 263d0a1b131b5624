//! Profiles of the operator's own: files on the host, one variable for its workers.

use std::path::{Path, PathBuf};

use vasca_builders::Registry;
use vasca_builders::tsx::{ProfileError, Profiles};

/// The variable by which a worker is told of them: its environment is empty but for it.
pub const VARIABLE: &str = "VASCA_WORKER_PROFILES";
/// Bytes of all files together.
const BYTES_MAX: u64 = 96 << 10;
/// Bytes of the variable, in which quotes and line ends take two: a system hands a process 128 KiB
/// in one, its name included.
const VARIABLE_MAX: usize = 127 << 10;

/// The profiles on offer beyond the built-in one.
#[derive(Debug, Clone, Default)]
pub struct OwnProfiles {
    profiles: Profiles,
    /// As they were written, in the order of their reading.
    texts: Vec<String>,
    names: Vec<String>,
}

/// Why profiles cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfilesError {
    /// A file cannot be read.
    #[error("the profile {} cannot be read: {error}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// What it says does not hold.
    #[error("in {}: {error}", .path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: ProfileError,
    },
    /// They are too long.
    #[error(
        "the profiles have more than {BYTES_MAX} bytes together, or {VARIABLE_MAX} with a second \
         one for each quote and line end: leave out lists of exports"
    )]
    TooLong,
    /// A worker was told nonsense.
    #[error("the variable {VARIABLE} does not hold: {0}")]
    Variable(String),
}

impl OwnProfiles {
    /// Reads files, each with one profile in JSON; one may extend another that stands before it.
    ///
    /// # Errors
    /// The first that cannot be used.
    pub fn read(paths: &[PathBuf]) -> Result<Self, ProfilesError> {
        let mut all = Self::default();
        for path in paths {
            let text = read(path)?;
            all.add(text).map_err(|error| ProfilesError::Invalid {
                path: path.clone(),
                error,
            })?;
        }
        let bytes: u64 = all.texts.iter().map(|text| text.len() as u64).sum();
        let told = all.variable().map_or(0, |text| text.len());
        if bytes > BYTES_MAX || told > VARIABLE_MAX {
            return Err(ProfilesError::TooLong);
        }
        Ok(all)
    }

    /// Those that a worker was told of.
    ///
    /// # Errors
    /// When that is not what a host tells.
    pub fn of_worker() -> Result<Self, ProfilesError> {
        let mut all = Self::default();
        let Some(told) = std::env::var_os(VARIABLE) else {
            return Ok(all);
        };
        let broken = |error: &dyn std::fmt::Display| ProfilesError::Variable(error.to_string());
        let told = told.to_string_lossy();
        let texts: Vec<String> = serde_json::from_str(&told).map_err(|error| broken(&error))?;
        for text in texts {
            all.add(text).map_err(|error| broken(&error))?;
        }
        Ok(all)
    }

    /// What a worker is to be told; nothing where there are none.
    #[must_use]
    pub fn variable(&self) -> Option<String> {
        // Texts always serialise.
        let text = serde_json::to_string(&self.texts).unwrap_or_default();
        (!self.texts.is_empty()).then_some(text)
    }

    /// The builders with these profiles.
    #[must_use]
    pub fn registry(&self) -> Registry {
        Registry::with_profiles(self.profiles.clone())
    }

    /// The name of the one that was read last.
    #[must_use]
    pub fn last(&self) -> Option<&str> {
        self.names.last().map(String::as_str)
    }

    /// Whether there is one of this name, or it is the built-in one's.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.profiles.get(name).is_some()
    }

    /// All names, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.profiles.names().map(str::to_owned).collect()
    }

    fn add(&mut self, text: String) -> Result<(), ProfileError> {
        self.names.push(self.profiles.add_json(&text)?);
        self.texts.push(text);
        Ok(())
    }
}

/// Never more of a file than all of them may have.
fn read(path: &Path) -> Result<String, ProfilesError> {
    use std::io::{Error, ErrorKind, Read};
    let unreadable = |error: Error| ProfilesError::Unreadable {
        path: path.to_owned(),
        error,
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut file = file.take(BYTES_MAX + 1);
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    // Before anything reads it: what is cut off ends where nobody wrote an end.
    if bytes.len() as u64 > BYTES_MAX {
        return Err(ProfilesError::TooLong);
    }
    String::from_utf8(bytes).map_err(|error| unreadable(Error::new(ErrorKind::InvalidData, error)))
}
