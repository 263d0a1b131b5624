//! A module without a default export, in which one component can be meant.

use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::{ExportDefaultExpr, Expr, Module, ModuleDecl, ModuleItem};

use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::default_export;
use crate::tsx::compiler::swc::names::JsxNames;
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::mended;

/// Exports that component as default.
pub(super) fn mend(module: &mut Module, jsx: &JsxNames, session: &Session<'_>) -> Option<Finding> {
    let name = default_export::missing(module, jsx, session)?;
    let place = session.places.of(name.span);
    let finding = mended::missing_default_export(&name.sym, place);
    let export = ExportDefaultExpr {
        span: DUMMY_SP,
        expr: Box::new(Expr::Ident(name)),
    };
    let item = ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultExpr(export));
    module.body.push(item);
    Some(finding)
}
