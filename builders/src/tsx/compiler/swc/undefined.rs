//! A name `undefined` of the user's own gets another one before the compressor sees it, which takes
//! every `undefined` for the value.

use std::collections::BTreeSet;

use swc_core::atoms::Atom;
use swc_core::ecma::ast::{ClassExpr, FnExpr, Id, Ident, Pass, Program};
use swc_core::ecma::transforms::base::rename::{RenameMap, rename};
use swc_core::ecma::utils::collect_decls;
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::tsx::compiler::swc::names::free_name;

/// Renames it wherever it is declared.
pub(super) fn rename_own(program: &mut Program) {
    let Program::Module(module) = &*program else {
        return;
    };
    let mut own = Own::default();
    module.visit_with(&mut own);
    let declared = collect_decls::<Id, _>(module);
    own.names.extend(declared.into_iter().filter(is_undefined));
    if own.names.is_empty() {
        return;
    }
    let name = free_name(module, "_undefined");
    let names = own.names.into_iter().map(|id| (id, name.clone()));
    let names: RenameMap = names.collect();
    rename::<Atom>(&names).process(program);
}

fn is_undefined(id: &Id) -> bool {
    id.0 == *"undefined"
}

/// The names that function and class expressions have within themselves.
#[derive(Default)]
struct Own {
    names: BTreeSet<Id>,
}

impl Own {
    fn add(&mut self, name: Option<&Ident>) {
        let id = name.map(Ident::to_id);
        self.names.extend(id.filter(is_undefined));
    }
}

impl Visit for Own {
    fn visit_fn_expr(&mut self, function: &FnExpr) {
        self.add(function.ident.as_ref());
        function.visit_children_with(self);
    }

    fn visit_class_expr(&mut self, class: &ClassExpr) {
        self.add(class.ident.as_ref());
        class.visit_children_with(self);
    }
}
