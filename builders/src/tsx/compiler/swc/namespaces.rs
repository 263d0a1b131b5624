//! Namespaces, `import()` and `require()`: what reaches a module from inside expressions.

use std::collections::{BTreeMap, BTreeSet};

use swc_core::atoms::Atom;
use swc_core::common::Mark;
use swc_core::ecma::ast::{
    CallExpr, Callee, ComputedPropName, Expr, Id, Ident, Lit, MemberExpr, MemberProp, Module,
    OptChainBase, SimpleAssignTarget, UnaryExpr, UnaryOp, UpdateExpr,
};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

use crate::tsx::compiler::swc::convert::{literal, required, str_text};
use crate::tsx::compiler::swc::names::{local_name, private};
use crate::tsx::compiler::swc::nodes;
use crate::tsx::compiler::swc::prologue::{Readers, Use};
use crate::tsx::profile::DefaultImport;

/// The namespaces of a file, and which of them are used other than by reading a member.
pub(super) struct Namespaces<'n> {
    names: &'n BTreeMap<Id, usize>,
    escaped: BTreeSet<Id>,
}

impl<'n> Namespaces<'n> {
    /// Looks at every use of every namespace.
    pub(super) fn of(module: &Module, names: &'n BTreeMap<Id, usize>) -> Self {
        let mut escapes = Escapes {
            names,
            escaped: BTreeSet::new(),
        };
        module.visit_with(&mut escapes);
        Self {
            names,
            escaped: escapes.escaped,
        }
    }

    /// Turns members of a namespace that does not escape into names of their own, a namespace that
    /// does into the global, and `import()` and `require()` into what they give.
    pub(super) fn replace(
        self,
        module: &mut Module,
        uses: &mut [Use],
        readers: &Readers,
        unresolved: Mark,
    ) {
        let mut wholes: Vec<&Id> = self.escaped.iter().collect();
        wholes.sort();
        for id in wholes {
            if let Some(one) = self.names.get(id).and_then(|index| uses.get_mut(*index)) {
                one.whole
                    .push(Ident::new(id.0.clone(), Default::default(), id.1));
            }
        }
        module.visit_mut_with(&mut Replace {
            names: self.names,
            escaped: &self.escaped,
            uses,
            readers,
            unresolved,
            members: BTreeMap::new(),
        });
    }
}

/// The namespace and the member of `N.member` or `N["member"]`.
fn member_of(expr: &MemberExpr) -> Option<(Id, String)> {
    let Expr::Ident(namespace) = &*expr.obj else {
        return None;
    };
    let member = match &expr.prop {
        MemberProp::Ident(name) => name.sym.to_string(),
        MemberProp::Computed(ComputedPropName { expr, .. }) => match &**expr {
            Expr::Lit(Lit::Str(literal)) => str_text(literal),
            _ => return None,
        },
        MemberProp::PrivateName(_) => return None,
    };
    Some((namespace.to_id(), member))
}

struct Escapes<'n> {
    names: &'n BTreeMap<Id, usize>,
    escaped: BTreeSet<Id>,
}

impl Escapes<'_> {
    fn is_namespace_member(&self, expr: &MemberExpr) -> bool {
        member_of(expr).is_some_and(|(id, _)| self.names.contains_key(&id))
    }

    /// A member that is written to, deleted or asked for by `?.` is no plain read of a value.
    fn escape(&mut self, expr: &Expr) {
        if let Expr::Member(member) = expr {
            self.escape_member(member);
        }
    }

    fn escape_member(&mut self, member: &MemberExpr) {
        if let Expr::Ident(namespace) = &*member.obj {
            self.visit_ident(namespace);
        }
    }
}

impl Visit for Escapes<'_> {
    fn visit_ident(&mut self, ident: &Ident) {
        let id = ident.to_id();
        if self.names.contains_key(&id) {
            self.escaped.insert(id);
        }
    }

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        if !self.is_namespace_member(member) {
            member.visit_children_with(self);
        }
    }

    fn visit_simple_assign_target(&mut self, target: &SimpleAssignTarget) {
        if let SimpleAssignTarget::Member(member) = target {
            self.escape_member(member);
        }
        target.visit_children_with(self);
    }

    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        self.escape(&update.arg);
        update.visit_children_with(self);
    }

    fn visit_unary_expr(&mut self, unary: &UnaryExpr) {
        if unary.op == UnaryOp::Delete {
            self.escape(&unary.arg);
        }
        unary.visit_children_with(self);
    }

    fn visit_opt_chain_base(&mut self, base: &OptChainBase) {
        if let OptChainBase::Member(member) = base {
            self.escape_member(member);
        }
        base.visit_children_with(self);
    }
}

struct Replace<'r, 'n> {
    names: &'n BTreeMap<Id, usize>,
    escaped: &'r BTreeSet<Id>,
    uses: &'r mut [Use],
    readers: &'r Readers,
    unresolved: Mark,
    /// The names that members have got so far.
    members: BTreeMap<(usize, String), Ident>,
}

impl Replace<'_, '_> {
    fn member(&mut self, expr: &MemberExpr) -> Option<Ident> {
        let (id, member) = member_of(expr)?;
        let index = *self.names.get(&id)?;
        if self.escaped.contains(&id) {
            return None;
        }
        let key = (index, member);
        if let Some(known) = self.members.get(&key) {
            return Some(known.clone());
        }
        let one = self.uses.get_mut(index)?;
        let local = if key.1 == "default" && one.provided.default == DefaultImport::Interop {
            let local = private("defaultExport");
            one.defaults.push(local.clone());
            local
        } else {
            let local = local_name(&key.1);
            one.members
                .push((Atom::from(key.1.as_str()), local.clone()));
            local
        };
        self.members.insert(key, local.clone());
        Some(local)
    }

    fn index_of(&self, specifier: &str) -> Option<usize> {
        self.uses
            .iter()
            .position(|one| one.provided.specifier == specifier)
    }

    /// `import("m")` as a call of the prologue's reader.
    fn import_call(&mut self, call: &mut CallExpr) {
        let specifier = call.args.first().and_then(|first| literal(&first.expr));
        let Some(index) = specifier.and_then(|specifier| self.index_of(&specifier)) else {
            return;
        };
        let Some(one) = self.uses.get_mut(index) else {
            return;
        };
        one.later = true;
        let read = Expr::Ident(self.readers.global.clone());
        let arguments = std::iter::once(read).chain(one.arguments());
        call.args = arguments.map(nodes::argument).collect();
        call.callee = Callee::Expr(Box::new(Expr::Ident(self.readers.later.clone())));
    }

    /// `require("m")` as the name of the global, read at the top.
    fn require_call(&mut self, call: &CallExpr) -> Option<Ident> {
        let index = self.index_of(&required(call, self.unresolved)?)?;
        let key = (index, String::new());
        if let Some(known) = self.members.get(&key) {
            return Some(known.clone());
        }
        let local = private("required");
        self.uses.get_mut(index)?.whole.push(local.clone());
        self.members.insert(key, local.clone());
        Some(local)
    }
}

impl VisitMut for Replace<'_, '_> {
    fn visit_mut_expr(&mut self, expr: &mut Expr) {
        let replaced = match expr {
            Expr::Member(member) => self.member(member),
            Expr::Call(call) => self.require_call(call),
            _ => None,
        };
        match replaced {
            Some(ident) => *expr = Expr::Ident(ident),
            None => expr.visit_mut_children_with(self),
        }
    }

    fn visit_mut_call_expr(&mut self, call: &mut CallExpr) {
        call.visit_mut_children_with(self);
        if matches!(call.callee, Callee::Import(_)) {
            self.import_call(call);
        }
    }
}
