//! The names of a source, before any pass has changed them.

use std::collections::BTreeMap;

use swc_core::atoms::Atom;
use swc_core::common::BytePos;
use swc_core::ecma::ast::{Ident, IdentName, Module};
use swc_core::ecma::visit::{Visit, VisitWith};

/// The names of a source by where they stand, for debuggers: the module has others in their place.
#[derive(Debug, Default)]
pub(super) struct SourceNames(BTreeMap<BytePos, Atom>);

impl SourceNames {
    /// Collects the names of a module that no pass has touched.
    pub(super) fn of(module: &Module) -> Self {
        let mut names = Self::default();
        module.visit_with(&mut names);
        names
    }

    /// The name that begins at a position.
    pub(super) fn at(&self, position: BytePos) -> Option<&Atom> {
        self.0.get(&position)
    }
}

impl Visit for SourceNames {
    fn visit_ident(&mut self, ident: &Ident) {
        self.0.insert(ident.span.lo, ident.sym.clone());
    }

    // The names of members stay what they are.
    fn visit_ident_name(&mut self, _: &IdentName) {}
}
