//! Assignments that throw when they run: to a constant, to an import, to CommonJS's `module`.

use std::collections::BTreeMap;

use swc_core::common::{Mark, Span as SwcSpan, Spanned};
use swc_core::ecma::ast::{
    AssignExpr, AssignTarget, Expr, ExprStmt, ForHead, ForInStmt, ForOfStmt, Id, Ident, ImportDecl,
    MemberExpr, MemberProp, Module, ModuleItem, Pat, SimpleAssignTarget, Stmt, UpdateExpr, VarDecl,
    VarDeclKind,
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
    let exports = module.body.iter().filter_map(|item| common(item, session));
    found.extend(exports);
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

/// A statement of the top level that assigns to `module.exports` or to a member of `exports`. In a
/// condition that asks for `module` it harms nobody, and is let pass.
fn common(item: &ModuleItem, session: &Session<'_>) -> Option<Finding> {
    let ModuleItem::Stmt(Stmt::Expr(ExprStmt { expr, .. })) = item else {
        return None;
    };
    let assignment = expr.as_assign()?;
    let AssignTarget::Simple(SimpleAssignTarget::Member(target)) = &assignment.left else {
        return None;
    };
    let (whole, member) = exported(target, session.marks.unresolved)?;
    let value = inner_ident(&assignment.right).map(|name| name.sym.to_string());
    let hint = match (value, member) {
        (Some(value), None) => {
            format!("Write `export default {value};` instead of `{whole} = {value};`.")
        }
        (Some(value), Some(name)) if value == name => {
            format!("Write `export {{ {name} }};` instead of `{whole} = {name};`.")
        }
        (_, None) => format!("Write `export default` instead of `{whole} =`."),
        (_, Some(name)) => format!("Write `export const {name} =` instead of `{whole} =`."),
    };
    let place = session.places.of(assignment.left.span());
    let message = format!("`{whole}` is of CommonJS, and no page has it.");
    Some(Finding::error(Code::UnsupportedSyntax, place, message).with_hint(hint))
}

/// What a target exports: its text, and the name if it is not the whole module.
fn exported(target: &MemberExpr, unresolved: Mark) -> Option<(String, Option<String>)> {
    let free = |name: &Ident, text: &str| name.sym == *text && name.ctxt.outer() == unresolved;
    let MemberProp::Ident(property) = &target.prop else {
        return None;
    };
    let name = property.sym.to_string();
    match &*target.obj {
        Expr::Ident(object) if free(object, "module") && name == "exports" => {
            Some(("module.exports".to_owned(), None))
        }
        Expr::Ident(object) if free(object, "exports") => {
            let member = (name != "default").then(|| name.clone());
            Some((format!("exports.{name}"), member))
        }
        Expr::Member(object) => match exported(object, unresolved)? {
            (whole, None) if whole == "module.exports" => {
                let member = (name != "default").then(|| name.clone());
                Some((format!("{whole}.{name}"), member))
            }
            _ => None,
        },
        _ => None,
    }
}
