//! `export import x = require("m")`, which swc takes for a line of CommonJS.

use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::{
    ExportNamedSpecifier, ExportSpecifier, Module, ModuleDecl, ModuleExportName, ModuleItem,
    NamedExport, TsModuleRef,
};

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
