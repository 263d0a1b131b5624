//! Why a build gave no artifact.

use serde::{Deserialize, Serialize};

use crate::artifact::Artifact;
use crate::diagnostic::{Class, Code, Diagnostic, Severity};
use crate::signature;
use crate::stage::Timings;

/// A build that gave no artifact: every error found, and the time it took to find them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {}", self.code().as_str(), self.message())]
pub struct BuildError {
    /// What was found, errors and other remarks, in the order of the source; never empty.
    pub diagnostics: Vec<Diagnostic>,
    /// The stages passed until then.
    pub timings: Timings,
    /// A module that shows what is wrong, where the request asked for one and the source is at
    /// fault. It is no build of the source and must not be kept as one.
    pub fallback: Option<Box<Artifact>>,
}

impl BuildError {
    /// A failure with one diagnostic and no timings.
    #[must_use]
    pub fn of(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostics: vec![diagnostic],
            timings: Timings::default(),
            fallback: None,
        }
    }

    /// The code of the first error.
    #[must_use]
    pub fn code(&self) -> Code {
        self.first_error()
            .map_or(Code::ContractBroken, |error| error.code)
    }

    /// The stable name of [`code`](Self::code): the same string in JSON, labels, logs and records.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.code().as_str()
    }

    /// 16 hexadecimal digits that failures of one kind have in common: made of the code, of the
    /// message without names and numbers, and of the line of the source that is marked.
    #[must_use]
    pub fn signature(&self) -> String {
        self.first_error().map(signature::of).unwrap_or_default()
    }

    /// Whose doing the failure is.
    #[must_use]
    pub fn class(&self) -> Class {
        self.code().class()
    }

    fn message(&self) -> &str {
        self.first_error()
            .map_or("a build failed without saying why", |error| &error.message)
    }

    fn first_error(&self) -> Option<&Diagnostic> {
        self.diagnostics
            .iter()
            .find(|diagnostic| diagnostic.severity == Severity::Error)
    }
}
