//! `super` where it means something: members in methods, the call in a derived class's constructor.

use swc_core::common::Span as SwcSpan;
use swc_core::ecma::ast::{
    Callee, Class, ClassMember, ClassMethod, ClassProp, Constructor, Function, GetterProp,
    MethodProp, Module, PrivateMethod, PrivateProp, SetterProp, StaticBlock, Super, SuperPropExpr,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::convert::Places;

/// Finds `super` where there is none.
pub(super) fn check(module: &Module, places: Places) -> Vec<Finding> {
    let mut supers = Supers {
        places,
        allowed: Allowed::default(),
        derived: false,
        found: Vec::new(),
    };
    module.visit_with(&mut supers);
    supers.found
}

/// What `super` may do here. Arrow functions inherit it, others do not.
#[derive(Debug, Clone, Copy, Default)]
struct Allowed {
    members: bool,
    call: bool,
}

const IN_METHOD: Allowed = Allowed {
    members: true,
    call: false,
};

struct Supers {
    places: Places,
    allowed: Allowed,
    /// Whether the class around extends another.
    derived: bool,
    found: Vec<Finding>,
}

impl Supers {
    fn within(&mut self, allowed: Allowed, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.allowed, allowed);
        visit(self);
        self.allowed = outer;
    }

    fn refuse(&mut self, span: SwcSpan, what: &str, hint: &str) {
        let message = format!("{what}.");
        self.found.push(self.places.refuse(span, message, hint));
    }

    /// The parameters and the body of a function that has a `super` of its own.
    fn method(&mut self, function: &Function, allowed: Allowed) {
        self.within(allowed, |supers| function.visit_children_with(supers));
    }
}

impl Visit for Supers {
    fn visit_super_prop_expr(&mut self, member: &SuperPropExpr) {
        if !self.allowed.members {
            self.refuse(
                member.obj.span,
                "`super` stands outside of a method",
                "Name the object itself, or make the function a method: `name() { … }`.",
            );
        }
        member.visit_children_with(self);
    }

    fn visit_callee(&mut self, callee: &Callee) {
        if let Callee::Super(Super { span }) = callee
            && !self.allowed.call
        {
            self.refuse(
                *span,
                "`super()` stands outside of the constructor of a class that extends another",
                "Remove the call, or write `extends` with the class that is meant.",
            );
        }
        callee.visit_children_with(self);
    }

    fn visit_class(&mut self, class: &Class) {
        class.super_class.visit_with(self);
        let outer = std::mem::replace(&mut self.derived, class.super_class.is_some());
        for member in &class.body {
            match member {
                ClassMember::TsIndexSignature(_) | ClassMember::Empty(_) => {}
                member => member.visit_with(self),
            }
        }
        self.derived = outer;
    }

    fn visit_constructor(&mut self, constructor: &Constructor) {
        let call = self.derived;
        self.within(
            Allowed {
                members: true,
                call,
            },
            |supers| constructor.visit_children_with(supers),
        );
    }

    fn visit_class_method(&mut self, method: &ClassMethod) {
        method.key.visit_with(self);
        self.method(&method.function, IN_METHOD);
    }

    fn visit_private_method(&mut self, method: &PrivateMethod) {
        self.method(&method.function, IN_METHOD);
    }

    fn visit_class_prop(&mut self, property: &ClassProp) {
        property.key.visit_with(self);
        self.within(IN_METHOD, |supers| property.value.visit_with(supers));
    }

    fn visit_private_prop(&mut self, property: &PrivateProp) {
        self.within(IN_METHOD, |supers| property.value.visit_with(supers));
    }

    fn visit_static_block(&mut self, block: &StaticBlock) {
        self.within(IN_METHOD, |supers| block.visit_children_with(supers));
    }

    fn visit_method_prop(&mut self, method: &MethodProp) {
        method.key.visit_with(self);
        self.method(&method.function, IN_METHOD);
    }

    fn visit_getter_prop(&mut self, getter: &GetterProp) {
        getter.key.visit_with(self);
        self.method(&getter.function, IN_METHOD);
    }

    fn visit_setter_prop(&mut self, setter: &SetterProp) {
        setter.key.visit_with(self);
        self.method(&setter.function, IN_METHOD);
    }

    fn visit_function(&mut self, function: &Function) {
        self.method(function, Allowed::default());
    }
}
