//! The names that a module assigns to, wherever it does.

use swc_core::ecma::ast::{
    AssignExpr, AssignTarget, Expr, ForHead, Ident, Module, SimpleAssignTarget, UpdateExpr,
};
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitWith};

/// Each name as often as it is assigned to, in the order of the source.
pub(super) fn names(module: &Module) -> Vec<Ident> {
    let mut assigned = Assigned::default();
    module.visit_with(&mut assigned);
    assigned.names
}

#[derive(Default)]
struct Assigned {
    names: Vec<Ident>,
}

impl Visit for Assigned {
    fn visit_assign_expr(&mut self, assign: &AssignExpr) {
        match &assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => {
                self.names.push(name.id.clone());
            }
            AssignTarget::Simple(_) => {}
            AssignTarget::Pat(pattern) => self.names.extend(find_pat_ids::<_, Ident>(pattern)),
        }
        assign.visit_children_with(self);
    }

    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        if let Expr::Ident(name) = &*update.arg {
            self.names.push(name.clone());
        }
        update.visit_children_with(self);
    }

    fn visit_for_head(&mut self, head: &ForHead) {
        if let ForHead::Pat(pattern) = head {
            self.names.extend(find_pat_ids::<_, Ident>(pattern));
        }
        head.visit_children_with(self);
    }
}
