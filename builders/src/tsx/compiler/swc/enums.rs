//! Constant enumerations that something asks for as a whole, as `Object.keys(E)` and `E[key]` do.
//!
//! swc drops the object of every constant enumeration that is not exported. Where it is asked for,
//! the enumeration becomes one like others: its members are inlined all the same.

use std::collections::BTreeSet;

use swc_core::atoms::Atom;
use swc_core::ecma::ast::{
    Expr, Id, Ident, Lit, MemberExpr, MemberProp, Module, Prop, TsEnumDecl, TsEnumMemberId,
};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

use crate::tsx::compiler::swc::convert::str_text;

/// Takes `const` from such enumerations of a module whose names are resolved.
pub(super) fn keep(module: &mut Module) {
    let mut members = Members::default();
    module.visit_with(&mut members);
    if members.are_there {
        let mut uses = Uses {
            members: members.names,
            whole: BTreeSet::new(),
        };
        module.visit_with(&mut uses);
        module.visit_mut_with(&mut Keep { whole: uses.whole });
    }
}

/// The members that constant enumerations have.
#[derive(Default)]
struct Members {
    are_there: bool,
    names: BTreeSet<(Id, Atom)>,
}

impl Visit for Members {
    fn visit_ts_enum_decl(&mut self, declaration: &TsEnumDecl) {
        if !declaration.is_const {
            return;
        }
        self.are_there = true;
        let name = |id: &TsEnumMemberId| match id {
            TsEnumMemberId::Ident(name) => name.sym.clone(),
            TsEnumMemberId::Str(text) => Atom::from(str_text(text)),
        };
        let members = declaration.members.iter().map(|member| name(&member.id));
        let id = declaration.id.to_id();
        self.names.extend(members.map(|name| (id.clone(), name)));
    }
}

/// The names that are used in other ways than to read a member that swc inlines.
struct Uses {
    members: BTreeSet<(Id, Atom)>,
    whole: BTreeSet<Id>,
}

impl Uses {
    fn is_member(&self, member: &MemberExpr) -> bool {
        let Expr::Ident(object) = &*member.obj else {
            return false;
        };
        let name = match &member.prop {
            MemberProp::Ident(name) => name.sym.clone(),
            MemberProp::Computed(computed) => match &*computed.expr {
                Expr::Lit(Lit::Str(text)) => Atom::from(str_text(text)),
                _ => return false,
            },
            MemberProp::PrivateName(_) => return false,
        };
        self.members.contains(&(object.to_id(), name))
    }

    fn add(&mut self, name: &Ident) {
        self.whole.insert(name.to_id());
    }
}

impl Visit for Uses {
    fn visit_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Ident(name) => self.add(name),
            Expr::Member(member) if self.is_member(member) => {}
            other => other.visit_children_with(self),
        }
    }

    fn visit_prop(&mut self, property: &Prop) {
        match property {
            Prop::Shorthand(name) => self.add(name),
            other => other.visit_children_with(self),
        }
    }
}

struct Keep {
    whole: BTreeSet<Id>,
}

impl VisitMut for Keep {
    fn visit_mut_ts_enum_decl(&mut self, declaration: &mut TsEnumDecl) {
        let is_whole = !declaration.declare && self.whole.contains(&declaration.id.to_id());
        declaration.is_const &= !is_whole;
    }
}
