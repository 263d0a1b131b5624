//! Assignments that throw when they run: to a constant or to an import.

use std::collections::BTreeMap;

use swc_core::common::Span as SwcSpan;
use swc_core::ecma::ast::{
    AssignExpr, AssignTarget, Expr, ForHead, ForInStmt, ForOfStmt, Id, Ident, ImportDecl, Module,
    Pat, SimpleAssignTarget, UpdateExpr, VarDecl, VarDeclKind,
};
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::diagnostic::Code;
use crate::tsx::compiler::swc::convert::Places;
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::compiler::{FOUND_MAX, Finding};
use crate::tsx::explain;

/// Finds them in a module whose names are resolved, in the order of the source.
pub(super) fn check(module: &Module, session: &Session<'_>) -> Vec<Finding> {
    let mut constants = Constants::default();
    module.visit_with(&mut constants);
    let mut writes = Writes {
        places: session.places,
        source: session.unit.source,
        constants: constants.names,
        found: Vec::new(),
    };
    module.visit_with(&mut writes);
    let mut found = writes.found;
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

struct Writes<'a> {
    places: Places,
    source: &'a str,
    constants: BTreeMap<Id, What>,
    found: Vec<Finding>,
}

impl Writes<'_> {
    fn write(&mut self, name: &Ident) {
        let Some(what) = self.constants.get(&name.to_id()) else {
            return;
        };
        if self.found.len() == FOUND_MAX {
            return;
        }
        let (message, hint) = match what {
            What::Constant(declared) => {
                let line = explain::line(self.source, self.places.of(*declared).start);
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
        let place = self.places.of(name.span);
        let finding = Finding::error(Code::ConstantAssignment, place, message);
        self.found.push(finding.with_hint(hint));
    }

    fn pattern(&mut self, pattern: &Pat) {
        for name in find_pat_ids::<_, Ident>(pattern) {
            self.write(&name);
        }
    }

    fn head(&mut self, head: &ForHead) {
        if let ForHead::Pat(pattern) = head {
            self.pattern(pattern);
        }
    }
}

impl Visit for Writes<'_> {
    fn visit_assign_expr(&mut self, assignment: &AssignExpr) {
        match &assignment.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => self.write(&name.id),
            AssignTarget::Simple(SimpleAssignTarget::Paren(inner)) => {
                if let Some(name) = inner_ident(&inner.expr) {
                    self.write(name);
                }
            }
            AssignTarget::Pat(pattern) => self.pattern(&pattern.clone().into()),
            AssignTarget::Simple(_) => {}
        }
        assignment.visit_children_with(self);
    }

    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        if let Some(name) = inner_ident(&update.arg) {
            self.write(name);
        }
        update.visit_children_with(self);
    }

    fn visit_for_in_stmt(&mut self, statement: &ForInStmt) {
        self.head(&statement.left);
        statement.visit_children_with(self);
    }

    fn visit_for_of_stmt(&mut self, statement: &ForOfStmt) {
        self.head(&statement.left);
        statement.visit_children_with(self);
    }
}

fn inner_ident(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Ident(name) => Some(name),
        Expr::Paren(inner) => inner_ident(&inner.expr),
        _ => None,
    }
}
