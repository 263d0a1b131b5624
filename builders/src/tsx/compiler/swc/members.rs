//! The members of a module that import and export lists name.

use swc_core::common::Spanned;
use swc_core::ecma::ast::{
    ExportSpecifier, ImportDecl, ImportSpecifier, Module, ModuleDecl, ModuleItem, NamedExport,
};

use crate::diagnostic::Code;
use crate::tsx::compiler::swc::convert::{export_name, imported_name, str_text};
use crate::tsx::compiler::swc::provided::Imports;
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::compiler::{FOUND_MAX, Finding};
use crate::tsx::policy::nearest;

/// The members that an import names; a default import names `default`, a namespace none.
pub(super) fn imported(import: &ImportDecl) -> Vec<(String, &ImportSpecifier)> {
    let name = |specifier: &ImportSpecifier| match specifier {
        ImportSpecifier::Default(_) => Some("default".to_owned()),
        ImportSpecifier::Namespace(_) => None,
        ImportSpecifier::Named(named) => Some(imported_name(named)),
    };
    import
        .specifiers
        .iter()
        .filter_map(|specifier| Some((name(specifier)?, specifier)))
        .collect()
}

/// The members that a re-export names.
pub(super) fn reexported(export: &NamedExport) -> Vec<(String, &ExportSpecifier)> {
    let name = |specifier: &ExportSpecifier| match specifier {
        ExportSpecifier::Default(_) => Some("default".to_owned()),
        ExportSpecifier::Namespace(_) => None,
        ExportSpecifier::Named(named) => Some(export_name(&named.orig)),
    };
    export
        .specifiers
        .iter()
        .filter_map(|specifier| Some((name(specifier)?, specifier)))
        .collect()
}

/// A warning for each member that the profile's list of names does not have. It is no error: the
/// page may carry another version of the module than the list was made from.
pub(super) fn unknown(module: &Module, imports: &Imports, session: &Session<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (specifier, name, span) in mentions(module) {
        let Some(names) = imports.get(&specifier).and_then(|one| one.exports.as_ref()) else {
            continue;
        };
        if name == "default" || names.contains(&name) || found.len() >= FOUND_MAX {
            continue;
        }
        let finding = Finding::warning(
            Code::UnknownMember,
            session.places.of(span),
            format!("\"{specifier}\" is not known to export `{name}`; it may be `undefined`."),
        );
        found.push(match nearest(&name, names.iter().map(String::as_str)) {
            Some(near) => finding.with_hint(format!("Did you mean `{near}`?")),
            None => finding,
        });
    }
    found
}

/// Every member that is named of any module: specifier, member, place.
fn mentions(module: &Module) -> Vec<(String, String, swc_core::common::Span)> {
    let mut mentions = Vec::new();
    for item in &module.body {
        match item {
            ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => {
                let of = str_text(&import.src);
                let named = imported(import).into_iter();
                mentions.extend(named.map(|(name, at)| (of.clone(), name, at.span())));
            }
            ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export)) => {
                let Some(src) = &export.src else { continue };
                let named = reexported(export).into_iter();
                mentions.extend(named.map(|(name, at)| (str_text(src), name, at.span())));
            }
            _ => {}
        }
    }
    mentions
}
