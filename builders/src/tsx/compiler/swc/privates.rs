//! Private names: each declared once, in a class around its use, and never deleted.

use std::collections::BTreeMap;

use swc_core::atoms::Atom;
use swc_core::common::Spanned;
use swc_core::ecma::ast::{
    Class, ClassMember, Expr, MemberExpr, MemberProp, MethodKind, Module, OptChainBase,
    OptChainExpr, PrivateName, UnaryExpr, UnaryOp,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::convert::Places;

/// Finds private names that break the rules.
pub(super) fn check(module: &Module, places: Places) -> Vec<Finding> {
    let mut privates = Privates {
        places,
        classes: Vec::new(),
        found: Vec::new(),
    };
    module.visit_with(&mut privates);
    privates.found
}

/// What a private name is: a getter and a setter share theirs, if both are static or neither is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    Getter { is_static: bool },
    Setter { is_static: bool },
    Other,
}

struct Privates {
    places: Places,
    /// The names of each class around, from the outside.
    classes: Vec<BTreeMap<Atom, Is>>,
    found: Vec<Finding>,
}

impl Privates {
    fn declared(&mut self, class: &Class) -> BTreeMap<Atom, Is> {
        let mut names = BTreeMap::new();
        for member in &class.body {
            let Some((name, is)) = declared(member) else {
                continue;
            };
            let pair = match (names.get(&name.name), is) {
                (None, is) => Some(is),
                (Some(Is::Getter { is_static: a }), Is::Setter { is_static: b }) if *a == b => {
                    Some(Is::Other)
                }
                (Some(Is::Setter { is_static: a }), Is::Getter { is_static: b }) if *a == b => {
                    Some(Is::Other)
                }
                _ => None,
            };
            match pair {
                Some(is) => {
                    names.insert(name.name.clone(), is);
                }
                None => self.found.push(self.places.refuse(
                    name.span,
                    format!("`#{}` is declared twice in one class.", name.name),
                    "Rename one of the two, or remove it.",
                )),
            }
        }
        names
    }
}

/// The private name that a member declares.
fn declared(member: &ClassMember) -> Option<(&PrivateName, Is)> {
    match member {
        ClassMember::PrivateProp(property) => Some((&property.key, Is::Other)),
        ClassMember::PrivateMethod(method) => {
            let is_static = method.is_static;
            let is = match method.kind {
                MethodKind::Getter => Is::Getter { is_static },
                MethodKind::Setter => Is::Setter { is_static },
                MethodKind::Method => Is::Other,
            };
            // An overload has no body and declares nothing.
            method.function.body.as_ref()?;
            Some((&method.key, is))
        }
        _ => None,
    }
}

impl Visit for Privates {
    fn visit_class(&mut self, class: &Class) {
        // The parent of a class is looked up outside of it, and its decorators are.
        class.super_class.visit_with(self);
        class.decorators.visit_with(self);
        let names = self.declared(class);
        self.classes.push(names);
        class.body.visit_with(self);
        self.classes.pop();
    }

    fn visit_private_name(&mut self, name: &PrivateName) {
        if self
            .classes
            .iter()
            .any(|names| names.contains_key(&name.name))
        {
            return;
        }
        let hint = if self.classes.is_empty() {
            format!(
                "Write `{}` without the `#`: only code of a class has private names.",
                name.name
            )
        } else {
            format!("Declare it in the class: `#{};`.", name.name)
        };
        let message = format!("No class around this place declares `#{}`.", name.name);
        self.found
            .push(self.places.refuse(name.span, message, &hint));
    }

    fn visit_unary_expr(&mut self, unary: &UnaryExpr) {
        if unary.op == UnaryOp::Delete && is_private(&unary.arg) {
            self.found.push(self.places.refuse(
                unary.arg.span(),
                "A private member cannot be deleted.".to_owned(),
                "Assign `undefined` to it instead.",
            ));
        }
        unary.visit_children_with(self);
    }
}

fn is_private(expr: &Expr) -> bool {
    let private = |member: &MemberExpr| matches!(member.prop, MemberProp::PrivateName(_));
    match expr {
        Expr::Paren(inner) => is_private(&inner.expr),
        Expr::Member(member) => private(member),
        Expr::OptChain(OptChainExpr { base, .. }) => match &**base {
            OptChainBase::Member(member) => private(member),
            OptChainBase::Call(_) => false,
        },
        _ => false,
    }
}
