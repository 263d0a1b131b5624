//! Exports of CommonJS, which no page has.

use swc_core::common::{Mark, Spanned};
use swc_core::ecma::ast::{
    AssignTarget, Expr, ExprStmt, Ident, MemberExpr, MemberProp, Module, ModuleItem,
    SimpleAssignTarget, Stmt,
};

use crate::diagnostic::Code;
use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::session::Session;

/// Finds them in a module whose names are resolved, in the order of the source.
pub(super) fn check(module: &Module, session: &Session<'_>) -> Vec<Finding> {
    let items = module.body.iter();
    items.filter_map(|item| assigned(item, session)).collect()
}

/// A statement of the top level that assigns to `module.exports` or to a member of `exports`. In a
/// condition that asks for `module` it harms nobody, and is let pass.
fn assigned(item: &ModuleItem, session: &Session<'_>) -> Option<Finding> {
    let ModuleItem::Stmt(Stmt::Expr(ExprStmt { expr, .. })) = item else {
        return None;
    };
    let assignment = expr.as_assign()?;
    let AssignTarget::Simple(SimpleAssignTarget::Member(target)) = &assignment.left else {
        return None;
    };
    let (whole, member) = exported(target, session.marks.unresolved)?;
    let value = assignment.right.as_ident().map(|name| name.sym.to_string());
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
