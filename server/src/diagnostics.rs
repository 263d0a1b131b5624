//! A diagnostic as programs get it: with whose doing it is.

use serde::Serialize;
use vasca_builders::{Class, Diagnostic};

/// A diagnostic, and whose doing it is.
#[derive(Debug, Clone, Serialize)]
pub struct DiagnosticView {
    #[serde(flatten)]
    diagnostic: Diagnostic,
    class: Class,
}

impl From<Diagnostic> for DiagnosticView {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            class: diagnostic.code.class(),
            diagnostic,
        }
    }
}
