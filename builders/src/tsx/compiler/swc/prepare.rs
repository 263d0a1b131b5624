//! What the compressor of swc 83 would get wrong, written so that it gets it right.

use std::collections::BTreeSet;

use swc_core::atoms::Atom;
use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::{
    BinExpr, BinaryOp, ClassDecl, ComputedPropName, Decl, DefaultDecl, ExportDefaultDecl,
    ExportNamedSpecifier, ExportSpecifier, Expr, FnDecl, Ident, Lit, MetaPropExpr, MetaPropKind,
    Module, ModuleDecl, ModuleExportName, ModuleItem, NamedExport, SeqExpr, Stmt, Tpl, UnaryOp,
};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

use crate::tsx::compiler::swc::{assigned, nodes};

/// Rewrites what the compressor would lose.
pub(super) fn prepare(module: &mut Module) {
    module.visit_mut_with(&mut Voids);
    default_by_list(module);
    exports_last(module);
}

/// Whether a module asks somewhere how a function was called.
pub(super) fn has_new_target(module: &Module) -> bool {
    let mut look = NewTarget { found: false };
    module.visit_with(&mut look);
    look.found
}

struct NewTarget {
    found: bool,
}

impl Visit for NewTarget {
    fn visit_meta_prop_expr(&mut self, expr: &MetaPropExpr) {
        self.found |= expr.kind == MetaPropKind::NewTarget;
    }
}

/// `void f()` becomes `(f(), "undefined")` where its text is asked for: the compressor of swc 83
/// knows that text, and forgets the call.
struct Voids;

impl Voids {
    fn spell_out(expr: &mut Expr) {
        if let Expr::Unary(unary) = expr
            && unary.op == UnaryOp::Void
            && !unary.arg.is_lit()
        {
            let argument = std::mem::take(&mut unary.arg);
            *expr = Expr::Seq(SeqExpr {
                span: unary.span,
                exprs: vec![argument, Box::new(nodes::string("undefined"))],
            });
        }
    }
}

/// Whether the value is a string, so that `+` joins texts.
fn is_string(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(Lit::Str(_)) | Expr::Tpl(_) => true,
        Expr::Unary(unary) => unary.op == UnaryOp::TypeOf,
        Expr::Bin(sum) if sum.op == BinaryOp::Add => is_string(&sum.left) || is_string(&sum.right),
        _ => false,
    }
}

impl VisitMut for Voids {
    fn visit_mut_tpl(&mut self, template: &mut Tpl) {
        template.visit_mut_children_with(self);
        for expr in &mut template.exprs {
            Self::spell_out(expr);
        }
    }

    fn visit_mut_bin_expr(&mut self, binary: &mut BinExpr) {
        binary.visit_mut_children_with(self);
        if binary.op != BinaryOp::Add {
            return;
        }
        if is_string(&binary.left) {
            Self::spell_out(&mut binary.right);
        }
        if is_string(&binary.right) {
            Self::spell_out(&mut binary.left);
        }
    }

    fn visit_mut_computed_prop_name(&mut self, name: &mut ComputedPropName) {
        name.visit_mut_children_with(self);
        Self::spell_out(&mut name.expr);
    }
}

/// `export default function A` becomes `function A` and `export { A as default }` where something
/// assigns to `A`: the compressor takes the declaration for the last word, and drops the rest.
fn default_by_list(module: &mut Module) {
    let assigned: BTreeSet<Atom> = assigned::names(module)
        .into_iter()
        .map(|name| name.sym)
        .collect();
    let mut list = None;
    for item in &mut module.body {
        let ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) = item else {
            continue;
        };
        if let Some((name, declaration)) = reassigned(export, &assigned) {
            *item = ModuleItem::Stmt(Stmt::Decl(declaration));
            list = Some(as_default(name));
        }
    }
    module.body.extend(list);
}

fn reassigned(export: &ExportDefaultDecl, assigned: &BTreeSet<Atom>) -> Option<(Ident, Decl)> {
    let (name, declaration) = match &export.decl {
        DefaultDecl::Fn(function) => {
            let ident = function.ident.clone()?;
            let function = function.function.clone();
            let declaration = Decl::Fn(FnDecl {
                ident: ident.clone(),
                declare: false,
                function,
            });
            (ident, declaration)
        }
        DefaultDecl::Class(class) => {
            let ident = class.ident.clone()?;
            let class = class.class.clone();
            let declaration = Decl::Class(ClassDecl {
                ident: ident.clone(),
                declare: false,
                class,
            });
            (ident, declaration)
        }
        DefaultDecl::TsInterfaceDecl(_) => return None,
    };
    assigned.contains(&name.sym).then_some((name, declaration))
}

fn as_default(name: Ident) -> ModuleItem {
    let specifier = ExportSpecifier::Named(ExportNamedSpecifier {
        span: name.span,
        orig: ModuleExportName::Ident(name),
        exported: Some(ModuleExportName::Ident(Ident::new_no_ctxt(
            "default".into(),
            DUMMY_SP,
        ))),
        is_type_only: false,
    });
    ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(NamedExport {
        span: DUMMY_SP,
        specifiers: vec![specifier],
        src: None,
        type_only: false,
        with: None,
    }))
}

/// Lists of exports go to the end: an assignment that ends a module counts as one whose variable
/// nobody reads any more.
fn exports_last(module: &mut Module) {
    let is_list = |item: &ModuleItem| matches!(item, ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export)) if export.src.is_none());
    module.body.sort_by_key(is_list);
}
