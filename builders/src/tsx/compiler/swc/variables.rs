//! Variables that are read before they have their value, which the compressor of swc 83 does not
//! see: it takes the one value that it finds for the only one that there is.
//!
//! A variable that begins as `undefined` has two. Where nothing reads that first value, the
//! compressor drops it again.

use std::collections::BTreeSet;

use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::{
    AssignExpr, AssignOp, AssignTarget, Decl, Expr, FnDecl, ForStmt, FunctionBody, Id, Ident, Lit,
    Module, ModuleItem, Param, Pat, SeqExpr, StaticBlock, Stmt, VarDecl, VarDeclKind,
    VarDeclOrExpr, VarDeclarator,
};
use swc_core::ecma::utils::{ExprFactory, find_pat_ids};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

use crate::tsx::compiler::swc::nodes;

/// The names that a file declares by `var` itself: what the passes declare is read only after it
/// has its value.
pub(super) fn written(module: &Module) -> BTreeSet<Id> {
    let mut written = Written::default();
    module.visit_with(&mut written);
    written.names
}

#[derive(Default)]
struct Written {
    names: BTreeSet<Id>,
}

impl Visit for Written {
    fn visit_var_decl(&mut self, declaration: &VarDecl) {
        if declaration.kind == VarDeclKind::Var {
            self.names.extend(find_pat_ids::<_, Id>(&declaration.decls));
        }
        declaration.visit_children_with(self);
    }
}

/// Writes `let x` as `let x = void 0`, and `var x = 1` as `x = 1` with `var x = void 0` at the top
/// of its function, for the `var`s that are given.
pub(super) fn begin_undefined(module: &mut Module, mut written: BTreeSet<Id>) {
    let mut otherwise = Otherwise::default();
    module.visit_with(&mut otherwise);
    written.retain(|name| !otherwise.names.contains(name));
    let mut begin = Begin {
        written,
        vars: Vec::new(),
    };
    module.visit_mut_with(&mut begin);
    let first = begin.first_line().map(ModuleItem::Stmt);
    nodes::prepend(module, first.into_iter().collect());
}

/// Names that have a value when their function begins: parameters and functions.
#[derive(Default)]
struct Otherwise {
    names: BTreeSet<Id>,
}

impl Visit for Otherwise {
    fn visit_param(&mut self, parameter: &Param) {
        self.names.extend(find_pat_ids::<_, Id>(&parameter.pat));
        parameter.visit_children_with(self);
    }

    fn visit_pats(&mut self, parameters: &[Pat]) {
        for parameter in parameters {
            self.names.extend(find_pat_ids::<_, Id>(parameter));
            parameter.visit_children_with(self);
        }
    }

    fn visit_fn_decl(&mut self, declaration: &FnDecl) {
        self.names.insert(declaration.ident.to_id());
        declaration.visit_children_with(self);
    }
}

struct Begin {
    /// The names to begin as `undefined`.
    written: BTreeSet<Id>,
    /// What `var` declares in the function that is being visited.
    vars: Vec<Ident>,
}

impl Begin {
    /// `var x = void 0, …` for the names noted since the function began.
    fn first_line(&mut self) -> Option<Stmt> {
        let mut seen = BTreeSet::new();
        let decls: Vec<VarDeclarator> = std::mem::take(&mut self.vars)
            .into_iter()
            .filter(|name| seen.insert(name.to_id()))
            .map(|name| VarDeclarator {
                span: name.span,
                name: nodes::binding(name),
                init: Some(Expr::undefined(DUMMY_SP)),
                definite: false,
            })
            .collect();
        (!decls.is_empty()).then(|| {
            Stmt::Decl(Decl::Var(Box::new(VarDecl {
                kind: VarDeclKind::Var,
                decls,
                ..VarDecl::default()
            })))
        })
    }

    /// Visits a function's statements as a scope of its own for `var`.
    fn function(&mut self, statements: &mut Vec<Stmt>) {
        let outer = std::mem::take(&mut self.vars);
        statements.visit_mut_with(self);
        let at = statements
            .iter()
            .take_while(|one| is_directive(one))
            .count();
        let first = self.first_line();
        statements.splice(at..at, first);
        self.vars = outer;
    }

    /// What a statement becomes: itself, or assignments to the names that were noted.
    fn statement(&mut self, statement: Stmt) -> Vec<Stmt> {
        match statement {
            Stmt::Decl(Decl::Var(declaration)) => match declaration.kind {
                VarDeclKind::Var => self.var(*declaration),
                VarDeclKind::Let => {
                    vec![Stmt::Decl(Decl::Var(Box::new(with_values(*declaration))))]
                }
                VarDeclKind::Const => vec![Stmt::Decl(Decl::Var(declaration))],
            },
            other => vec![other],
        }
    }

    fn var(&mut self, declaration: VarDecl) -> Vec<Stmt> {
        if !self.note(&declaration) {
            return vec![Stmt::Decl(Decl::Var(Box::new(declaration)))];
        }
        let values = declaration.decls.into_iter().filter_map(assignment);
        values.map(|expr| expr.into_stmt()).collect()
    }

    /// What begins a loop: its assignments in place of its declaration.
    fn head(&mut self, declaration: VarDecl) -> Option<VarDeclOrExpr> {
        if !self.note(&declaration) {
            return Some(VarDeclOrExpr::VarDecl(Box::new(declaration)));
        }
        let mut values: Vec<Box<Expr>> = declaration
            .decls
            .into_iter()
            .filter_map(assignment)
            .collect();
        let last = values.pop()?;
        if values.is_empty() {
            return Some(VarDeclOrExpr::Expr(last));
        }
        values.push(last);
        Some(VarDeclOrExpr::Expr(Box::new(Expr::Seq(SeqExpr {
            span: declaration.span,
            exprs: values,
        }))))
    }

    /// Notes the names of a declaration, if all of them are to begin as `undefined`.
    fn note(&mut self, declaration: &VarDecl) -> bool {
        let names: Vec<Ident> = find_pat_ids(&declaration.decls);
        let is_noted = names
            .iter()
            .all(|name| self.written.contains(&name.to_id()));
        if is_noted {
            self.vars.extend(names);
        }
        is_noted
    }
}

/// `let x` with a value that it has anyway.
fn with_values(mut declaration: VarDecl) -> VarDecl {
    for one in &mut declaration.decls {
        if one.init.is_none() {
            one.init = Some(Expr::undefined(DUMMY_SP));
        }
    }
    declaration
}

/// `x = 1` of the declarator `x = 1`.
fn assignment(declarator: VarDeclarator) -> Option<Box<Expr>> {
    let span = declarator.span;
    let right = declarator.init?;
    let left = AssignTarget::try_from(declarator.name).ok()?;
    let op = AssignOp::Assign;
    Some(Box::new(Expr::Assign(AssignExpr {
        span,
        op,
        left,
        right,
    })))
}

fn is_directive(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(one) if matches!(&*one.expr, Expr::Lit(Lit::Str(_))))
}

impl VisitMut for Begin {
    fn visit_mut_function_body(&mut self, body: &mut FunctionBody) {
        self.function(&mut body.stmts);
    }

    fn visit_mut_static_block(&mut self, block: &mut StaticBlock) {
        self.function(&mut block.body.stmts);
    }

    fn visit_mut_for_stmt(&mut self, statement: &mut ForStmt) {
        statement.visit_mut_children_with(self);
        match statement.init.take() {
            Some(VarDeclOrExpr::VarDecl(declaration)) if declaration.kind == VarDeclKind::Var => {
                statement.init = self.head(*declaration);
            }
            other => statement.init = other,
        }
    }

    fn visit_mut_stmts(&mut self, statements: &mut Vec<Stmt>) {
        statements.visit_mut_children_with(self);
        let all = std::mem::take(statements);
        statements.extend(all.into_iter().flat_map(|one| self.statement(one)));
    }

    fn visit_mut_module_items(&mut self, items: &mut Vec<ModuleItem>) {
        items.visit_mut_children_with(self);
        for item in std::mem::take(items) {
            match item {
                ModuleItem::Stmt(statement) => {
                    let statements = self.statement(statement);
                    items.extend(statements.into_iter().map(ModuleItem::Stmt));
                }
                other => items.push(other),
            }
        }
    }
}
