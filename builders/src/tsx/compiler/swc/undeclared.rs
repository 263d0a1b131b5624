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
    let found = find(module, session).into_iter();
    found.map(|one| one.finding).collect()
}

/// One such name.
pub(super) struct Undeclared {
    pub(super) name: String,
    /// The package that exports it.
    pub(super) module: String,
    /// Whether the name stands for the whole package, as `React` does.
    pub(super) is_whole: bool,
    /// The warning.
    pub(super) finding: Finding,
}

/// Finds them, in the order of the source.
pub(super) fn find(module: &Module, session: &Session<'_>) -> Vec<Undeclared> {
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
    /// Free names that were looked up.
    seen: BTreeSet<String>,
    found: Vec<Undeclared>,
}

impl Look<'_> {
    /// The package that exports a name, subpaths aside, and whether the name is its global. React
    /// goes before others that export the same name.
    fn exporter(&self, name: &str) -> Option<(&str, bool)> {
        let modules = self.profile.modules.keys().map(String::as_str);
        let mut packages: Vec<&str> = modules.filter(|one| !one.contains('/')).collect();
        packages.sort_by_key(|specifier| *specifier != self.profile.jsx);
        packages.into_iter().find_map(|specifier| {
            let (module, global) = self.profile.find(specifier)?;
            let names = module.exports.as_ref()?;
            let is_whole = global == name;
            (is_whole || names.iter().any(|known| known == name)).then_some((specifier, is_whole))
        })
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
        if !self.seen.insert(name.to_owned()) {
            return;
        }
        let Some((module, is_whole)) = self.exporter(name) else {
            return;
        };
        let module = module.to_owned();
        let import = if is_whole {
            format!("import * as {name} from \"{module}\";")
        } else {
            format!("import {{ {name} }} from \"{module}\";")
        };
        let message = format!("`{name}` is used, and nothing declares or imports it.");
        let place = self.places.of(ident.span);
        let finding = Finding::warning(Code::UndeclaredName, place, message);
        self.found.push(Undeclared {
            name: name.to_owned(),
            module,
            is_whole,
            finding: finding.with_hint(format!("Add `{import}`.")),
        });
    }
}
