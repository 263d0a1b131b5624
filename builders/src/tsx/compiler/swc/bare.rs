//! Mode `external`: imports stay; what is no import yet becomes one.

use std::collections::BTreeMap;

use swc_core::atoms::Atom;
use swc_core::common::{DUMMY_SP, Mark};
use swc_core::ecma::ast::{
    CallExpr, Expr, Ident, ImportDecl, ImportNamedSpecifier, ImportPhase, ImportSpecifier,
    ImportStarAsSpecifier, Module, ModuleDecl, ModuleExportName, ModuleItem,
};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use crate::tsx::compiler::swc::convert::required;
use crate::tsx::compiler::swc::names::{JsxNames, private};
use crate::tsx::compiler::swc::nodes;
use crate::tsx::compiler::swc::session::Session;

/// Adds the imports that JSX and `require()` need, and leaves the others as they are.
pub(super) fn keep_imports(mut module: Module, jsx: &JsxNames, session: &Session<'_>) -> Module {
    let mut require = Require {
        unresolved: session.marks.unresolved,
        names: BTreeMap::new(),
        order: Vec::new(),
    };
    module.visit_mut_with(&mut require);
    let members = jsx.used(&module, session.marks.top_level);
    let mut added = Vec::new();
    if !members.is_empty() {
        let specifiers = members
            .into_iter()
            .map(|(member, local)| named(&member, local))
            .collect();
        added.push(import(&session.unit.policy.profile().jsx, specifiers));
    }
    for (specifier, local) in require.order {
        let namespace = ImportStarAsSpecifier {
            span: DUMMY_SP,
            local,
        };
        added.push(import(
            &specifier,
            vec![ImportSpecifier::Namespace(namespace)],
        ));
    }
    nodes::prepend(&mut module, added);
    module
}

fn named(member: &Atom, local: Ident) -> ImportSpecifier {
    ImportSpecifier::Named(ImportNamedSpecifier {
        span: DUMMY_SP,
        local,
        imported: Some(ModuleExportName::Ident(Ident::new_no_ctxt(
            member.clone(),
            DUMMY_SP,
        ))),
        is_type_only: false,
    })
}

fn import(specifier: &str, specifiers: Vec<ImportSpecifier>) -> ModuleItem {
    ModuleItem::ModuleDecl(ModuleDecl::Import(ImportDecl {
        span: DUMMY_SP,
        specifiers,
        src: Box::new(specifier.into()),
        type_only: false,
        with: None,
        phase: ImportPhase::Evaluation,
    }))
}

struct Require {
    unresolved: Mark,
    names: BTreeMap<String, Ident>,
    /// In the order of first mention.
    order: Vec<(String, Ident)>,
}

impl Require {
    fn local(&mut self, call: &CallExpr) -> Option<Ident> {
        let specifier = required(call, self.unresolved)?;
        if let Some(known) = self.names.get(&specifier) {
            return Some(known.clone());
        }
        let local = private("required");
        self.names.insert(specifier.clone(), local.clone());
        self.order.push((specifier, local.clone()));
        Some(local)
    }
}

impl VisitMut for Require {
    fn visit_mut_expr(&mut self, expr: &mut Expr) {
        let replaced = match expr {
            Expr::Call(call) => self.local(call),
            _ => None,
        };
        match replaced {
            Some(ident) => *expr = Expr::Ident(ident),
            None => expr.visit_mut_children_with(self),
        }
    }
}
