//! Exports of several names by one declaration become a declaration and a list of exports.
//!
//! swc's renaming exports from such a declaration only the names that it has renamed and forgets the
//! others; of a list it forgets none.

use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::{
    Decl, ExportDecl, ExportNamedSpecifier, ExportSpecifier, Ident, Module, ModuleDecl,
    ModuleExportName, ModuleItem, NamedExport, Stmt, VarDecl,
};
use swc_core::ecma::utils::find_pat_ids;

/// Takes such declarations and their exports apart.
pub(super) fn part(module: &mut Module) {
    let body = std::mem::take(&mut module.body);
    for item in body {
        match item {
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => match export.decl {
                Decl::Var(variables) if !is_one_name(&variables) => {
                    let names: Vec<Ident> = find_pat_ids(&variables.decls);
                    let declaration = ModuleItem::Stmt(Stmt::Decl(Decl::Var(variables)));
                    module.body.extend([declaration, list(names)]);
                }
                decl => {
                    let export = ModuleDecl::ExportDecl(ExportDecl { decl, ..export });
                    module.body.push(ModuleItem::ModuleDecl(export));
                }
            },
            other => module.body.push(other),
        }
    }
}

fn is_one_name(variables: &VarDecl) -> bool {
    matches!(variables.decls.as_slice(), [one] if one.name.is_ident())
}

fn list(names: Vec<Ident>) -> ModuleItem {
    let specifier = |name: Ident| {
        ExportSpecifier::Named(ExportNamedSpecifier {
            span: DUMMY_SP,
            orig: ModuleExportName::Ident(name),
            exported: None,
            is_type_only: false,
        })
    };
    ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(NamedExport {
        span: DUMMY_SP,
        specifiers: names.into_iter().map(specifier).collect(),
        src: None,
        type_only: false,
        with: None,
    }))
}
