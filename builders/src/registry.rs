//! The builders by kind: the one place that names the implementors.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::builder::Builder;
use crate::diagnostic::{Code, Diagnostic};
use crate::error::BuildError;

/// The builders that a host offers, found by their kind.
#[derive(Clone, Default)]
pub struct Registry {
    builders: BTreeMap<&'static str, Arc<dyn Builder>>,
}

impl Registry {
    /// A registry without builders.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Every builder that this crate was compiled with.
    #[must_use]
    pub fn standard() -> Self {
        let registry = Self::empty();
        #[cfg(feature = "tsx")]
        let registry = registry.with(Arc::new(crate::tsx::TsxBuilder::new()));
        registry
    }

    /// Every builder that this crate was compiled with, these profiles on offer.
    #[cfg(feature = "tsx")]
    #[must_use]
    pub fn with_profiles(profiles: crate::tsx::Profiles) -> Self {
        let builder = crate::tsx::TsxBuilder::new().profiles(profiles);
        Self::standard().with(Arc::new(builder))
    }

    /// The same registry with one more builder; one of the same kind is replaced.
    #[must_use]
    pub fn with(mut self, builder: Arc<dyn Builder>) -> Self {
        self.builders.insert(builder.kind(), builder);
        self
    }

    /// The kinds on offer, sorted.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.builders.keys().copied()
    }

    /// The builder that takes files of this name: by its extension, the first in the order of kinds.
    #[must_use]
    pub fn accepting(&self, file_name: &str) -> Option<Arc<dyn Builder>> {
        self.builders
            .values()
            .find(|builder| builder.accepts(file_name))
            .cloned()
    }

    /// The builder of a kind.
    ///
    /// # Errors
    /// `unknown_builder`, naming the kinds there are.
    pub fn get(&self, kind: &str) -> Result<Arc<dyn Builder>, BuildError> {
        self.builders.get(kind).cloned().ok_or_else(|| {
            let known = self.kinds().collect::<Vec<_>>().join(", ");
            BuildError::of(
                Diagnostic::error(
                    Code::UnknownBuilder,
                    format!("There is no builder of the kind \"{kind}\"."),
                )
                .with_hint(format!("The kinds on offer: {known}.")),
            )
        })
    }
}
