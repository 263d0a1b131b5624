//! Names that nothing declares and that a provided module exports: a forgotten import.

use std::collections::BTreeSet;

use swc_core::common::Mark;
use swc_core::ecma::ast::{Ident, Module, UnaryExpr, UnaryOp};
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::diagnostic::Code;
use crate::tsx::compiler::swc::convert::Places;
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::compiler::{FOUND_MAX, Finding};
use crate::tsx::profile::Profile;

/// Names that a browser has too: a component that uses them without an import means the browser's.
const BROWSER: &[&str] = &["Audio"];

/// A warning for each such name, at its first use. It is no error: the page may have a global of
/// that name.
pub(super) fn check(module: &Module, session: &Session<'_>) -> Vec<Finding> {
    let mut look = Look {
        unresolved: session.marks.unresolved,
        profile: session.unit.policy.profile(),
        places: session.places,
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    module.visit_with(&mut look);
    look.found
}

struct Look<'a> {
    unresolved: Mark,
    profile: &'a Profile,
    places: Places,
    seen: BTreeSet<String>,
    found: Vec<Finding>,
}

impl Look<'_> {
    /// The package that exports a name, subpaths aside.
    fn exporter(&self, name: &str) -> Option<&str> {
        let packages = self
            .profile
            .modules
            .iter()
            .filter(|(specifier, _)| !specifier.contains('/'));
        let lists = packages.filter_map(|(specifier, module)| {
            module.exports.as_ref().map(|names| (specifier, names))
        });
        let mut exporters = lists.filter(|(_, names)| names.iter().any(|known| known == name));
        exporters.next().map(|(specifier, _)| specifier.as_str())
    }
}

impl Visit for Look<'_> {
    fn visit_unary_expr(&mut self, unary: &UnaryExpr) {
        // `typeof name` asks whether there is such a name.
        if unary.op != UnaryOp::TypeOf || !unary.arg.is_ident() {
            unary.visit_children_with(self);
        }
    }

    fn visit_ident(&mut self, ident: &Ident) {
        let name = &*ident.sym;
        let is_free = ident.ctxt.outer() == self.unresolved;
        if !is_free || BROWSER.contains(&name) || self.found.len() >= FOUND_MAX {
            return;
        }
        let Some(module) = self.exporter(name) else {
            return;
        };
        let hint = format!("Add `import {{ {name} }} from \"{module}\";`.");
        if self.seen.insert(name.to_owned()) {
            let message = format!("`{name}` is used, and nothing declares or imports it.");
            let place = self.places.of(ident.span);
            self.found
                .push(Finding::warning(Code::UndeclaredName, place, message).with_hint(hint));
        }
    }
}
