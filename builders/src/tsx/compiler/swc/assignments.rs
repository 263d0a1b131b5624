//! Assignments that throw when they run: to a constant or to an import.

use std::collections::BTreeMap;

use swc_core::common::Span as SwcSpan;
use swc_core::ecma::ast::{Id, Ident, ImportDecl, Module, VarDecl, VarDeclKind};
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::diagnostic::Code;
use crate::tsx::compiler::swc::assigned;
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::compiler::{FOUND_MAX, Finding};
use crate::tsx::explain;

/// Finds them in a module whose names are resolved, in the order of the source.
pub(super) fn check(module: &Module, session: &Session<'_>) -> Vec<Finding> {
    let mut constants = Constants::default();
    module.visit_with(&mut constants);
    let found = assigned::names(module).into_iter().filter_map(|name| {
        let what = constants.names.get(&name.to_id())?;
        Some(refused(&name, *what, session))
    });
    let mut found: Vec<Finding> = found.take(FOUND_MAX).collect();
    found.sort_by_key(|finding| finding.span);
    found
}

#[derive(Debug, Clone, Copy)]
enum What {
    /// Declared by `const`, here.
    Constant(SwcSpan),
    Import,
}

#[derive(Default)]
struct Constants {
    names: BTreeMap<Id, What>,
}

impl Visit for Constants {
    fn visit_var_decl(&mut self, declaration: &VarDecl) {
        if declaration.kind == VarDeclKind::Const {
            for name in find_pat_ids::<_, Ident>(&declaration.decls) {
                self.names.insert(name.to_id(), What::Constant(name.span));
            }
        }
        declaration.visit_children_with(self);
    }

    fn visit_import_decl(&mut self, import: &ImportDecl) {
        for specifier in &import.specifiers {
            self.names.insert(specifier.local().to_id(), What::Import);
        }
    }
}

fn refused(name: &Ident, what: What, session: &Session<'_>) -> Finding {
    let places = session.places;
    let (message, hint) = match what {
        What::Constant(declared) => {
            let line = explain::line(session.unit.source, places.of(declared).start);
            (
                format!("`{}` is a constant, and is assigned to.", name.sym),
                format!("Write `let` instead of `const` on line {line}, where it is declared."),
            )
        }
        What::Import => (
            format!("`{}` is imported, and imports are constants.", name.sym),
            format!(
                "Assign to a variable of your own: `let own = {};`.",
                name.sym
            ),
        ),
    };
    Finding::error(Code::ConstantAssignment, places.of(name.span), message).with_hint(hint)
}
