//! Names that a module declares without making them: `declare const gsap: any`, or an import of
//! types alone.
//!
//! The resolver takes them for the module's own. Once the types are away nothing is left that
//! binds them: they are the page's, and every check and replacement of free names has to see that.

use std::collections::BTreeSet;

use swc_core::common::{Mark, SyntaxContext};
use swc_core::ecma::ast::{
    AssignPatProp, BindingIdent, ClassDecl, ClassExpr, FnDecl, FnExpr, Id, Ident,
    ImportDefaultSpecifier, ImportNamedSpecifier, ImportStarAsSpecifier, Module,
    SimpleAssignTarget,
};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

use crate::tsx::compiler::swc::names::JsxNames;
use crate::tsx::compiler::swc::session::Marks;

/// Marks them as free, in a module without types. The names that JSX compiles to get their import
/// later.
pub(super) fn free(module: &mut Module, jsx: &JsxNames, marks: Marks) {
    let mut bound = Bound::default();
    let (create_element, fragment) = jsx.idents(marks.top_level);
    bound
        .names
        .extend([create_element.to_id(), fragment.to_id()]);
    module.visit_with(&mut bound);
    module.visit_mut_with(&mut Free {
        bound: bound.names,
        unresolved: marks.unresolved,
    });
}

/// The names that something in a module binds.
#[derive(Default)]
struct Bound {
    names: BTreeSet<Id>,
}

impl Bound {
    fn add(&mut self, name: &Ident) {
        self.names.insert(name.to_id());
    }
}

impl Visit for Bound {
    fn visit_simple_assign_target(&mut self, target: &SimpleAssignTarget) {
        if !target.is_ident() {
            target.visit_children_with(self);
        }
    }

    fn visit_binding_ident(&mut self, name: &BindingIdent) {
        self.add(&name.id);
    }

    fn visit_assign_pat_prop(&mut self, property: &AssignPatProp) {
        self.add(&property.key.id);
        property.visit_children_with(self);
    }

    fn visit_fn_decl(&mut self, function: &FnDecl) {
        self.add(&function.ident);
        function.visit_children_with(self);
    }

    fn visit_fn_expr(&mut self, function: &FnExpr) {
        function.ident.iter().for_each(|name| self.add(name));
        function.visit_children_with(self);
    }

    fn visit_class_decl(&mut self, class: &ClassDecl) {
        self.add(&class.ident);
        class.visit_children_with(self);
    }

    fn visit_class_expr(&mut self, class: &ClassExpr) {
        class.ident.iter().for_each(|name| self.add(name));
        class.visit_children_with(self);
    }

    fn visit_import_default_specifier(&mut self, import: &ImportDefaultSpecifier) {
        self.add(&import.local);
    }

    fn visit_import_named_specifier(&mut self, import: &ImportNamedSpecifier) {
        self.add(&import.local);
    }

    fn visit_import_star_as_specifier(&mut self, import: &ImportStarAsSpecifier) {
        self.add(&import.local);
    }
}

struct Free {
    bound: BTreeSet<Id>,
    unresolved: Mark,
}

impl VisitMut for Free {
    fn visit_mut_ident(&mut self, name: &mut Ident) {
        // Labels and exported names have no context: they are no variables.
        let is_variable = name.ctxt != SyntaxContext::empty();
        if is_variable
            && name.ctxt.outer() != self.unresolved
            && !self.bound.contains(&name.to_id())
        {
            name.ctxt = SyntaxContext::empty().apply_mark(self.unresolved);
        }
    }
}
