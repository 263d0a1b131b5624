//! The modules that the page provides, as far as one file uses them.

use crate::tsx::policy::{Policy, Verdict};
use crate::tsx::profile::{DefaultImport, ProvidedModule};

/// The provided modules that a file uses, in the order of first mention.
#[derive(Debug, Default)]
pub(super) struct Imports {
    provided: Vec<Provided>,
}

/// One provided module.
#[derive(Debug, Clone)]
pub(super) struct Provided {
    pub(super) specifier: String,
    pub(super) global: String,
    pub(super) default: DefaultImport,
    pub(super) exports: Option<Vec<String>>,
}

impl Imports {
    /// The modules in their order.
    pub(super) fn into_provided(self) -> Vec<Provided> {
        self.provided
    }

    /// The module of a specifier, if the file uses it.
    pub(super) fn get(&self, specifier: &str) -> Option<&Provided> {
        self.provided
            .iter()
            .find(|known| known.specifier == specifier)
    }

    /// Notes a module, once.
    pub(super) fn add(&mut self, provided: Provided) {
        if !self
            .provided
            .iter()
            .any(|known| known.specifier == provided.specifier)
        {
            self.provided.push(provided);
        }
    }
}

impl Provided {
    /// The module of a specifier, as the policy described it.
    pub(super) fn new(specifier: &str, module: &ProvidedModule, global: String) -> Self {
        Self {
            specifier: specifier.to_owned(),
            global,
            default: module.default,
            exports: module.exports.clone(),
        }
    }

    /// The profile's entry of a specifier, if it has one.
    pub(super) fn find(policy: Policy<'_>, specifier: &str) -> Option<Self> {
        match policy.judge(specifier) {
            Verdict::Refused(_) => None,
            Verdict::Provided { module, global } => Some(Self::new(specifier, module, global)),
        }
    }
}
