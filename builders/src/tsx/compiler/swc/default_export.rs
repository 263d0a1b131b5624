//! What the default export is: rejected is only what no evaluation can turn into a component.
//!
//! It looks at the module while its imports are still there: they tell which call is React's.

use std::collections::BTreeMap;

use swc_core::common::Spanned;
use swc_core::ecma::ast::{
    BinaryOp, Callee, Decl, DefaultDecl, ExportSpecifier, Expr, Id, Ident, ImportDecl,
    ImportSpecifier, Lit, MemberExpr, MemberProp, Module, ModuleDecl, ModuleExportName, ModuleItem,
    NamedExport, Pat, Stmt, UnaryOp, VarDeclKind,
};

use crate::tsx::compiler::DefaultExport;
use crate::tsx::compiler::swc::candidate;
use crate::tsx::compiler::swc::convert::{export_name, imported_name, str_text};
use crate::tsx::compiler::swc::names::JsxNames;
use crate::tsx::compiler::swc::session::Session;

/// How many names a chain like `const a = b` is followed through.
const FOLLOWED: usize = 16;
/// What a name for the whole of a module is noted as; `*` is no member's name.
const ALL: &str = "*";

/// Looks at a module of plain JavaScript whose imports are still there.
pub(super) fn classify(module: &Module, jsx: &JsxNames, session: &Session<'_>) -> DefaultExport {
    let known = Known::of(module, jsx, session);
    known
        .default_of_module(module)
        .unwrap_or_else(|| DefaultExport::Missing {
            candidate: known.candidate(module).map(|name| name.sym.to_string()),
        })
}

/// The component that a module without a default export was meant to have as one, where exactly
/// one can be meant.
pub(super) fn missing(module: &Module, jsx: &JsxNames, session: &Session<'_>) -> Option<Ident> {
    let known = Known::of(module, jsx, session);
    match known.default_of_module(module) {
        Some(_) => None,
        None => known.candidate(module).cloned(),
    }
}

/// What the names of the top level stand for.
struct Known<'m, 's> {
    session: &'s Session<'s>,
    constants: BTreeMap<Id, &'m Expr>,
    functions: Vec<Id>,
    create_element: Id,
    /// What is imported from the profile's React, by the names that it has here.
    react: BTreeMap<Id, String>,
}

impl<'m, 's> Known<'m, 's> {
    fn of(module: &'m Module, jsx: &JsxNames, session: &'s Session<'_>) -> Self {
        let (create_element, _) = jsx.idents(session.marks.top_level);
        let mut known = Self {
            session,
            constants: BTreeMap::new(),
            functions: Vec::new(),
            create_element: create_element.to_id(),
            react: BTreeMap::new(),
        };
        for item in &module.body {
            match item {
                ModuleItem::Stmt(Stmt::Decl(declaration)) => known.add(declaration),
                ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => known.add(&export.decl),
                ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => known.import(import),
                _ => {}
            }
        }
        known
    }

    /// Notes what a file imports from React: members, and names for all of it.
    fn import(&mut self, import: &ImportDecl) {
        if str_text(&import.src) != self.session.unit.policy.profile().jsx {
            return;
        }
        for specifier in &import.specifiers {
            let member = match specifier {
                ImportSpecifier::Named(named) => imported_name(named),
                ImportSpecifier::Default(_) | ImportSpecifier::Namespace(_) => ALL.to_owned(),
            };
            let member = if member == "default" {
                ALL.to_owned()
            } else {
                member
            };
            self.react.insert(specifier.local().to_id(), member);
        }
    }

    fn add(&mut self, declaration: &'m Decl) {
        match declaration {
            Decl::Class(class) => self.functions.push(class.ident.to_id()),
            Decl::Fn(function) => self.functions.push(function.ident.to_id()),
            Decl::Var(variables) if variables.kind == VarDeclKind::Const => {
                for one in &variables.decls {
                    if let (Pat::Ident(name), Some(value)) = (&one.name, &one.init) {
                        self.constants.insert(name.id.to_id(), value);
                    }
                }
            }
            _ => {}
        }
    }

    fn default_of_module(&self, module: &Module) -> Option<DefaultExport> {
        let mut declarations = module.body.iter().filter_map(ModuleItem::as_module_decl);
        declarations.find_map(|declaration| self.default_of(declaration))
    }

    fn candidate<'c>(&self, module: &'c Module) -> Option<&'c Ident> {
        candidate::only_one(module, |value| {
            // A second name for a component is no second component.
            !value.is_ident() && self.value(value, FOLLOWED) == DefaultExport::Component
        })
    }

    /// What a declaration exports by the name `default`, if it does.
    fn default_of(&self, declaration: &ModuleDecl) -> Option<DefaultExport> {
        match declaration {
            ModuleDecl::ExportDefaultDecl(export) => match &export.decl {
                DefaultDecl::Class(_) | DefaultDecl::Fn(_) => Some(DefaultExport::Component),
                DefaultDecl::TsInterfaceDecl(_) => None,
            },
            ModuleDecl::ExportDefaultExpr(export) => Some(self.value(&export.expr, FOLLOWED)),
            ModuleDecl::ExportNamed(export) => self.in_list(export),
            _ => None,
        }
    }

    /// `export { X as default }`
    fn in_list(&self, export: &NamedExport) -> Option<DefaultExport> {
        export.specifiers.iter().find_map(|specifier| {
            let ExportSpecifier::Named(named) = specifier else {
                return None;
            };
            let exported = named.exported.as_ref().unwrap_or(&named.orig);
            if export_name(exported) != "default" {
                return None;
            }
            let local = match &named.orig {
                ModuleExportName::Ident(ident) if export.src.is_none() => ident,
                _ => return Some(self.unverified(specifier)),
            };
            Some(self.value(&Expr::Ident(local.clone()), FOLLOWED))
        })
    }

    fn value(&self, expr: &Expr, steps: usize) -> DefaultExport {
        let Some(steps) = steps.checked_sub(1) else {
            return self.unverified(expr);
        };
        match expr {
            Expr::Arrow(_) | Expr::Fn(_) | Expr::Class(_) => DefaultExport::Component,
            Expr::Paren(inner) => self.value(&inner.expr, steps),
            Expr::Seq(sequence) => match sequence.exprs.last() {
                Some(last) => self.value(last, steps),
                None => self.unverified(expr),
            },
            Expr::Assign(assignment) => self.value(&assignment.right, steps),
            Expr::Ident(name) => {
                let id = name.to_id();
                if self.functions.contains(&id) {
                    return DefaultExport::Component;
                }
                match self.constants.get(&id) {
                    Some(value) => self.value(value, steps),
                    None if self.is_undefined(&id) => self.invalid("`undefined`", expr),
                    None => self.unverified(expr),
                }
            }
            _ => self.literal(expr),
        }
    }

    /// Expressions whose kind of value is plain from their form.
    fn literal(&self, expr: &Expr) -> DefaultExport {
        let what = match expr {
            Expr::Lit(Lit::Str(_)) | Expr::Tpl(_) => "a string",
            Expr::Lit(Lit::Num(_) | Lit::BigInt(_)) | Expr::Update(_) => "a number",
            Expr::Lit(Lit::Bool(_)) => "a boolean",
            Expr::Lit(Lit::Null(_)) => "`null`",
            Expr::Lit(Lit::Regex(_)) => "a regular expression",
            Expr::Object(_) => "an object",
            Expr::Array(_) => "an array",
            Expr::Unary(unary) => match unary.op {
                UnaryOp::Void => "`undefined`",
                UnaryOp::TypeOf => "a string",
                UnaryOp::Bang | UnaryOp::Delete => "a boolean",
                UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Tilde => "a number",
            },
            Expr::Bin(binary) if is_operation(binary.op) => "the result of an operation",
            Expr::Call(call) if self.is_element(&call.callee) => "a JSX element",
            Expr::Call(call) if self.is_wrapper(&call.callee) => return DefaultExport::Component,
            _ => return self.unverified(expr),
        };
        self.invalid(what, expr)
    }

    fn is_element(&self, callee: &Callee) -> bool {
        matches!(callee, Callee::Expr(name) if matches!(
            &**name, Expr::Ident(name) if name.to_id() == self.create_element))
    }

    /// A call of `memo`, `forwardRef` or `lazy` of React, by name or as a member.
    fn is_wrapper(&self, callee: &Callee) -> bool {
        const WRAPPERS: [&str; 3] = ["memo", "forwardRef", "lazy"];
        let Callee::Expr(callee) = callee else {
            return false;
        };
        let member = match &**callee {
            Expr::Ident(name) => self.react.get(&name.to_id()).map(String::as_str),
            Expr::Member(MemberExpr {
                obj,
                prop: MemberProp::Ident(member),
                ..
            }) => match &**obj {
                Expr::Ident(name) if self.is_all_of_react(&name.to_id()) => Some(&*member.sym),
                _ => None,
            },
            _ => None,
        };
        member.is_some_and(|member| WRAPPERS.contains(&member))
    }

    fn is_all_of_react(&self, id: &Id) -> bool {
        self.react.get(id).is_some_and(|member| member == ALL)
    }

    fn is_undefined(&self, id: &Id) -> bool {
        id.0 == *"undefined" && id.1.outer() == self.session.marks.unresolved
    }

    fn unverified(&self, node: &impl Spanned) -> DefaultExport {
        DefaultExport::Unverified {
            span: self.session.places.at(node),
        }
    }

    fn invalid(&self, what: &'static str, node: &impl Spanned) -> DefaultExport {
        DefaultExport::Invalid {
            what,
            span: self.session.places.at(node),
        }
    }
}

/// Operators whose result is a number, a string or a boolean whatever the operands are.
fn is_operation(operator: BinaryOp) -> bool {
    !matches!(
        operator,
        BinaryOp::LogicalAnd | BinaryOp::LogicalOr | BinaryOp::NullishCoalescing
    )
}
