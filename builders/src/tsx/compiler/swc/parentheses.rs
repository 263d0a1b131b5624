//! Parentheses away: the printer puts back those that are needed.
//!
//! The passes behind look at the kind of a node, and to most of them `(a, b)` and `(x as T)` are
//! of none that they know: the compressor reorders what is in such parentheses, and a check of
//! calls does not see the callee.

use swc_core::ecma::ast::{Expr, Module, SimpleAssignTarget};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

/// Takes every pair of parentheses out of a module, around expressions and targets.
pub(super) fn remove(module: &mut Module) {
    module.visit_mut_with(&mut Parentheses);
}

struct Parentheses;

impl VisitMut for Parentheses {
    fn visit_mut_expr(&mut self, expr: &mut Expr) {
        while let Expr::Paren(inner) = expr {
            *expr = std::mem::take(&mut *inner.expr);
        }
        expr.visit_mut_children_with(self);
    }

    fn visit_mut_simple_assign_target(&mut self, target: &mut SimpleAssignTarget) {
        while let SimpleAssignTarget::Paren(inner) = target {
            match SimpleAssignTarget::try_from(inner.expr.clone()) {
                Ok(inner) => *target = inner,
                // A pattern in parentheses is no target, and the parser has said so.
                Err(_) => break,
            }
        }
        target.visit_mut_children_with(self);
    }
}
