//! Names that are declared twice in one scope, which the parser lets pass and a browser does not.
//!
//! Rules: ECMAScript, "Static Semantics: Early Errors" of blocks, functions, `switch`, `for`,
//! `catch` and modules, in strict mode, since every module is. It runs on plain JavaScript, after
//! types, overloads and merged enums are gone.

use std::collections::BTreeMap;

use swc_core::atoms::Atom;
use swc_core::common::Span;
use swc_core::ecma::ast::{
    ArrowExpr, ArrowFunctionBody, BindingIdent, BlockStmt, CatchClause, ClassDecl, Constructor,
    DefaultDecl, ExportDefaultDecl, FnDecl, ForInStmt, ForOfStmt, ForStmt, Function, Ident,
    ImportDecl, Module, ParamOrTsParamProp, Pat, StaticBlock, SwitchStmt, VarDecl, VarDeclKind,
};
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::diagnostic::Code;
use crate::tsx::compiler::swc::convert::Places;
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::compiler::{FOUND_MAX, Finding};
use crate::tsx::explain;

/// Finds them, in the order of the source.
pub(super) fn check(module: &Module, session: &Session<'_>) -> Vec<Finding> {
    let mut scopes = Scopes {
        places: session.places,
        source: session.unit.source,
        stack: vec![Scope::of(Kind::Module)],
        found: Vec::new(),
    };
    module.visit_children_with(&mut scopes);
    scopes.found.sort_by_key(|finding| finding.span);
    scopes.found.dedup_by_key(|finding| finding.span);
    scopes.found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Module,
    Function,
    Block,
}

struct Scope {
    kind: Kind,
    /// `let`, `const`, `class`, imports, and functions of blocks and of the module.
    lexical: BTreeMap<Atom, Span>,
    /// `var`, parameters, and functions of a function's body.
    vars: BTreeMap<Atom, Span>,
}

impl Scope {
    fn of(kind: Kind) -> Self {
        Self {
            kind,
            lexical: BTreeMap::new(),
            vars: BTreeMap::new(),
        }
    }
}

struct Scopes<'a> {
    places: Places,
    source: &'a str,
    stack: Vec<Scope>,
    found: Vec<Finding>,
}

impl Scopes<'_> {
    fn within(&mut self, kind: Kind, visit: impl FnOnce(&mut Self)) {
        self.stack.push(Scope::of(kind));
        visit(self);
        self.stack.pop();
    }

    fn lexical(&mut self, name: &Ident) {
        let Some(scope) = self.stack.last_mut() else {
            return;
        };
        let taken = scope
            .lexical
            .get(&name.sym)
            .or_else(|| scope.vars.get(&name.sym))
            .copied();
        match taken {
            Some(first) => self.duplicate(name, first),
            None => {
                scope.lexical.insert(name.sym.clone(), name.span);
            }
        }
    }

    /// A `var` belongs to the function around it and must pass every block on its way there.
    fn var(&mut self, name: &Ident) {
        let mut taken = None;
        for scope in self.stack.iter_mut().rev() {
            if let Some(first) = scope.lexical.get(&name.sym) {
                taken = Some(*first);
                break;
            }
            scope.vars.entry(name.sym.clone()).or_insert(name.span);
            if scope.kind != Kind::Block {
                break;
            }
        }
        if let Some(first) = taken {
            self.duplicate(name, first);
        }
    }

    fn function(&mut self, name: &Ident) {
        let in_body = self
            .stack
            .last()
            .is_some_and(|scope| scope.kind == Kind::Function);
        if in_body {
            self.var(name)
        } else {
            self.lexical(name)
        }
    }

    fn parameters<'p>(&mut self, patterns: impl Iterator<Item = &'p Pat>) {
        for pattern in patterns {
            for name in find_pat_ids::<_, Ident>(pattern) {
                let Some(scope) = self.stack.last_mut() else {
                    return;
                };
                if let Some(first) = scope.vars.insert(name.sym.clone(), name.span) {
                    self.duplicate(&name, first);
                }
            }
            pattern.visit_with(self);
        }
    }

    fn duplicate(&mut self, name: &Ident, first: Span) {
        let place = self.places.of(name.span);
        if name.span == first || self.found.len() == FOUND_MAX {
            return;
        }
        let first = explain::line(self.source, self.places.of(first).start);
        let message = format!("`{}` is declared twice, first on line {first}.", name.sym);
        let hint = "Rename one of the two, or remove it if they are the same.";
        let finding = Finding::error(Code::DuplicateDeclaration, place, message);
        self.found.push(finding.with_hint(hint));
    }
}

impl Visit for Scopes<'_> {
    fn visit_import_decl(&mut self, import: &ImportDecl) {
        for specifier in &import.specifiers {
            self.lexical(specifier.local());
        }
    }

    fn visit_var_decl(&mut self, declaration: &VarDecl) {
        for name in find_pat_ids::<_, Ident>(&declaration.decls) {
            if declaration.kind == VarDeclKind::Var {
                self.var(&name);
            } else {
                self.lexical(&name);
            }
        }
        declaration.visit_children_with(self);
    }

    fn visit_class_decl(&mut self, declaration: &ClassDecl) {
        self.lexical(&declaration.ident);
        declaration.class.visit_with(self);
    }

    fn visit_fn_decl(&mut self, declaration: &FnDecl) {
        self.function(&declaration.ident);
        declaration.function.visit_with(self);
    }

    fn visit_export_default_decl(&mut self, export: &ExportDefaultDecl) {
        let name = match &export.decl {
            DefaultDecl::Class(class) => class.ident.as_ref(),
            DefaultDecl::Fn(function) => function.ident.as_ref(),
            DefaultDecl::TsInterfaceDecl(_) => None,
        };
        if let Some(name) = name {
            self.lexical(name);
        }
        export.visit_children_with(self);
    }

    fn visit_function(&mut self, function: &Function) {
        function.decorators.visit_with(self);
        self.within(Kind::Function, |scopes| {
            scopes.parameters(function.params.iter().map(|parameter| &parameter.pat));
            if let Some(body) = &function.body {
                body.stmts.visit_with(scopes);
            }
        });
    }

    fn visit_constructor(&mut self, constructor: &Constructor) {
        self.within(Kind::Function, |scopes| {
            scopes.parameters(
                constructor
                    .params
                    .iter()
                    .filter_map(|parameter| match parameter {
                        ParamOrTsParamProp::Param(parameter) => Some(&parameter.pat),
                        ParamOrTsParamProp::TsParamProp(_) => None,
                    }),
            );
            if let Some(body) = &constructor.body {
                body.stmts.visit_with(scopes);
            }
        });
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.within(Kind::Function, |scopes| {
            scopes.parameters(arrow.params.iter());
            match &*arrow.body {
                ArrowFunctionBody::FunctionBody(block) => block.stmts.visit_with(scopes),
                ArrowFunctionBody::Expr(expr) => expr.visit_with(scopes),
            }
        });
    }

    fn visit_static_block(&mut self, block: &StaticBlock) {
        self.within(Kind::Function, |scopes| block.body.stmts.visit_with(scopes));
    }

    fn visit_block_stmt(&mut self, block: &BlockStmt) {
        self.within(Kind::Block, |scopes| block.stmts.visit_with(scopes));
    }

    fn visit_switch_stmt(&mut self, statement: &SwitchStmt) {
        statement.discriminant.visit_with(self);
        self.within(Kind::Block, |scopes| statement.cases.visit_with(scopes));
    }

    fn visit_for_stmt(&mut self, statement: &ForStmt) {
        self.within(Kind::Block, |scopes| statement.visit_children_with(scopes));
    }

    fn visit_for_in_stmt(&mut self, statement: &ForInStmt) {
        self.within(Kind::Block, |scopes| statement.visit_children_with(scopes));
    }

    fn visit_for_of_stmt(&mut self, statement: &ForOfStmt) {
        self.within(Kind::Block, |scopes| statement.visit_children_with(scopes));
    }

    fn visit_catch_clause(&mut self, clause: &CatchClause) {
        self.within(Kind::Block, |scopes| {
            // A simple parameter may be declared again by `var`, and by nothing else.
            match &clause.param {
                Some(Pat::Ident(BindingIdent { id, .. })) => {
                    if let Some(scope) = scopes.stack.last_mut() {
                        scope.vars.insert(id.sym.clone(), id.span);
                    }
                }
                Some(pattern) => {
                    for name in find_pat_ids::<_, Ident>(pattern) {
                        scopes.lexical(&name);
                    }
                    pattern.visit_with(scopes);
                }
                None => {}
            }
            clause.body.stmts.visit_with(scopes);
        });
    }
}
