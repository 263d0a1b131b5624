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
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use crate::tsx::compiler::swc::convert::{is_identifier_name, str_text};

/// Names by identifiers what lists of imports and exports name by strings for no reason: browsers of
/// before 2022 read no strings there.
pub(super) fn name_by_identifiers(module: &mut Module) {
    module.visit_mut_with(&mut ByIdentifiers);
}

struct ByIdentifiers;

impl VisitMut for ByIdentifiers {
    fn visit_mut_module_export_name(&mut self, name: &mut ModuleExportName) {
        if let ModuleExportName::Str(literal) = name
            && is_identifier_name(&str_text(literal))
        {
            let ident = Ident::new_no_ctxt(str_text(literal).into(), literal.span);
            *name = ModuleExportName::Ident(ident);
        }
    }
}

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
