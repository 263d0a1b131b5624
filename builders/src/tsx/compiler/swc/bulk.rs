//! Whether a module is worth the compressor's time.
//!
//! The compressor of swc is quadratic, or worse, in the length of a list of statements, in the
//! uses of a function that it inlines and in the members of an object. What is long in these ways
//! is a table, or was written by a program: it gains a few percent, and would cost minutes. It is
//! mangled and printed without blanks all the same.

use std::collections::{BTreeMap, BTreeSet};

use swc_core::atoms::Atom;
use swc_core::ecma::ast::{
    Expr, FnDecl, Ident, Module, ModuleItem, ObjectLit, Pat, Stmt, VarDeclarator,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::tsx::compiler::swc::growth;

/// Expressions and statements: 0.5 s for the slowest of the usual kinds, conditions among the
/// children of an element.
const NODES: usize = 50_000;
/// The squares of the lengths of all lists of statements, one list of 2,000: 0.3 s where each
/// assigns to one variable.
const STATEMENTS_SQUARED: usize = 2_000 * 2_000;
/// The squares of the numbers of uses of local functions, one function used 1,000 times: 0.3 s.
const USES_SQUARED: usize = 1_000 * 1_000;
/// Local functions: 0.7 s for 1,000 that each call the one before.
const FUNCTIONS: usize = 1_000;
/// The squares of the numbers of members of object literals, one of 4,000: 0.3 s where all are
/// read.
const MEMBERS_SQUARED: usize = 4_000 * 4_000;

/// Whether a module of a source of so many bytes is compressed in well under a second.
pub(super) fn is_small(module: &Module, source_bytes: usize) -> bool {
    let mut bulk = Bulk::default();
    module.visit_with(&mut bulk);
    let uses = bulk
        .functions
        .iter()
        .filter_map(|name| bulk.uses.get(name))
        .map(|count| count * count)
        .sum::<usize>();
    bulk.nodes <= NODES
        && bulk.statements_squared <= STATEMENTS_SQUARED
        && bulk.members_squared <= MEMBERS_SQUARED
        && bulk.functions.len() <= FUNCTIONS
        && uses <= USES_SQUARED
        && !growth::of_variables(module, source_bytes)
}

#[derive(Default)]
struct Bulk {
    nodes: usize,
    statements_squared: usize,
    members_squared: usize,
    functions: BTreeSet<Atom>,
    /// How often each name occurs.
    uses: BTreeMap<Atom, usize>,
}

impl Visit for Bulk {
    fn visit_expr(&mut self, expr: &Expr) {
        self.nodes += 1;
        expr.visit_children_with(self);
    }

    fn visit_stmt(&mut self, statement: &Stmt) {
        self.nodes += 1;
        statement.visit_children_with(self);
    }

    fn visit_stmts(&mut self, statements: &[Stmt]) {
        self.statements_squared += statements.len() * statements.len();
        statements.visit_children_with(self);
    }

    fn visit_module_items(&mut self, items: &[ModuleItem]) {
        self.statements_squared += items.len() * items.len();
        items.visit_children_with(self);
    }

    fn visit_object_lit(&mut self, object: &ObjectLit) {
        self.members_squared += object.props.len() * object.props.len();
        object.visit_children_with(self);
    }

    fn visit_fn_decl(&mut self, declaration: &FnDecl) {
        self.functions.insert(declaration.ident.sym.clone());
        declaration.visit_children_with(self);
    }

    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        if let (Pat::Ident(name), Some(Expr::Arrow(_) | Expr::Fn(_))) =
            (&declarator.name, declarator.init.as_deref())
        {
            self.functions.insert(name.id.sym.clone());
        }
        declarator.visit_children_with(self);
    }

    fn visit_ident(&mut self, name: &Ident) {
        *self.uses.entry(name.sym.clone()).or_default() += 1;
    }
}
