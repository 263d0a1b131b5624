//! `import x = require("m")`, where swc takes it for a line of CommonJS, or for one that only types
//! use.

use std::collections::BTreeSet;

use swc_core::atoms::Atom;
use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::{
    ExportNamedSpecifier, ExportSpecifier, Expr, Ident, JSXElementName, JSXMemberExpr, JSXObject,
    Lit, Module, ModuleDecl, ModuleExportName, ModuleItem, NamedExport, TsImportEqualsDecl,
    TsModuleRef,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::tsx::compiler::swc::nodes;

/// `import R = require("m")` becomes `const R = require("m")` where elements are named by `R`: the
/// pass that takes types away does not see those.
pub(super) fn keep_for_elements(module: &mut Module) {
    let mut elements = Elements::default();
    module.visit_with(&mut elements);
    for item in &mut module.body {
        let ModuleItem::ModuleDecl(ModuleDecl::TsImportEquals(import)) = item else {
            continue;
        };
        if elements.names.contains(&import.id.sym)
            && let Some(constant) = constant(import)
        {
            *item = constant;
        }
    }
}

/// The constant that stands for an import; it is neither exported nor of a type only.
fn constant(import: &TsImportEqualsDecl) -> Option<ModuleItem> {
    let TsModuleRef::TsExternalModuleRef(module) = &import.module_ref else {
        return None;
    };
    if import.is_export || import.is_type_only {
        return None;
    }
    let require = Ident::new_no_ctxt("require".into(), import.span);
    let specifier = Expr::Lit(Lit::Str(module.expr.clone()));
    let name = nodes::binding(import.id.clone());
    let call = nodes::call(require, vec![specifier]);
    Some(nodes::constants(vec![(name, call)]))
}

/// The names that elements begin with: `R` of `<R.Fragment>`.
#[derive(Default)]
struct Elements {
    names: BTreeSet<Atom>,
}

impl Visit for Elements {
    fn visit_jsx_element_name(&mut self, name: &JSXElementName) {
        if let JSXElementName::Ident(name) = name {
            self.names.insert(name.sym.clone());
        }
        name.visit_children_with(self);
    }

    fn visit_jsx_member_expr(&mut self, member: &JSXMemberExpr) {
        if let JSXObject::Ident(name) = &member.obj {
            self.names.insert(name.sym.clone());
        }
        member.visit_children_with(self);
    }
}

/// `export import R = require("m")` becomes `import R = require("m"); export { R }`: swc would
/// write to an `exports` that no ES module has.
pub(super) fn split_exports(module: &mut Module) {
    let mut exported = Vec::new();
    for item in &mut module.body {
        let ModuleItem::ModuleDecl(ModuleDecl::TsImportEquals(import)) = item else {
            continue;
        };
        let is_module = matches!(import.module_ref, TsModuleRef::TsExternalModuleRef(_));
        if import.is_export && is_module && !import.is_type_only {
            import.is_export = false;
            exported.push(ExportSpecifier::Named(ExportNamedSpecifier {
                span: import.id.span,
                orig: ModuleExportName::Ident(import.id.clone()),
                exported: None,
                is_type_only: false,
            }));
        }
    }
    if !exported.is_empty() {
        let list = NamedExport {
            span: DUMMY_SP,
            specifiers: exported,
            src: None,
            type_only: false,
            with: None,
        };
        let list = ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(list));
        module.body.push(list);
    }
}
