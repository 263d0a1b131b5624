//! Exports: the names, each once, each of something that exists.

use std::collections::BTreeSet;

use swc_core::common::{Span, Spanned};
use swc_core::ecma::ast::{
    Decl, ExportNamedSpecifier, ExportSpecifier, Ident, Module, ModuleDecl, ModuleExportName,
    ModuleItem, NamedExport,
};
use swc_core::ecma::utils::find_pat_ids;

use crate::diagnostic::Code;
use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::convert::export_name;
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::explain;

/// The names that a module exports by name, in the order of the source, with repetitions.
pub(super) fn explicit(module: &Module) -> Vec<String> {
    exported(module).into_iter().map(|(name, _)| name).collect()
}

/// Names that are exported twice, and exports of names that nothing declares.
pub(super) fn check(module: &Module, session: &Session<'_>) -> Vec<Finding> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    for (name, span) in exported(module) {
        if seen.contains(&name) {
            found.push(duplicate(&name, span, session));
        }
        seen.insert(name);
    }
    found.extend(
        module
            .body
            .iter()
            .filter_map(local_export)
            .flat_map(|export| {
                export
                    .specifiers
                    .iter()
                    .filter_map(|specifier| undefined(specifier, session))
            }),
    );
    found
}

fn exported(module: &Module) -> Vec<(String, Span)> {
    module
        .body
        .iter()
        .filter_map(ModuleItem::as_module_decl)
        .flat_map(of_declaration)
        .collect()
}

fn of_declaration(declaration: &ModuleDecl) -> Vec<(String, Span)> {
    let default = |span: Span| vec![("default".to_owned(), span)];
    match declaration {
        ModuleDecl::ExportDefaultDecl(export) => default(export.span),
        ModuleDecl::ExportDefaultExpr(export) => default(export.span),
        ModuleDecl::ExportNamed(export) => export
            .specifiers
            .iter()
            .map(|one| (exported_name(one), one.span()))
            .collect(),
        ModuleDecl::ExportDecl(export) => match &export.decl {
            Decl::Class(class) => vec![of_ident(&class.ident)],
            Decl::Fn(function) => vec![of_ident(&function.ident)],
            Decl::Var(variables) => {
                let names: Vec<Ident> = find_pat_ids(&variables.decls);
                names.iter().map(of_ident).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn of_ident(ident: &Ident) -> (String, Span) {
    (ident.sym.to_string(), ident.span)
}

fn exported_name(specifier: &ExportSpecifier) -> String {
    match specifier {
        ExportSpecifier::Namespace(namespace) => export_name(&namespace.name),
        ExportSpecifier::Default(default) => default.exported.sym.to_string(),
        ExportSpecifier::Named(named) => {
            export_name(named.exported.as_ref().unwrap_or(&named.orig))
        }
    }
}

fn local_export(item: &ModuleItem) -> Option<&NamedExport> {
    match item {
        ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export)) if export.src.is_none() => {
            Some(export)
        }
        _ => None,
    }
}

fn undefined(specifier: &ExportSpecifier, session: &Session<'_>) -> Option<Finding> {
    let ExportSpecifier::Named(ExportNamedSpecifier { orig, .. }) = specifier else {
        return None;
    };
    let ModuleExportName::Ident(ident) = orig else {
        return None;
    };
    (ident.ctxt.outer() == session.marks.unresolved).then(|| {
        Finding::error(
            Code::UndefinedExport,
            session.places.of(ident.span),
            format!(
                "`{}` is exported, and nothing of this name is declared.",
                ident.sym
            ),
        )
        .with_hint(format!(
            "Remove `{}` from the list, or declare it.",
            ident.sym
        ))
    })
}

fn duplicate(name: &str, span: Span, session: &Session<'_>) -> Finding {
    let place = session.places.of(span);
    let line = explain::line(session.unit.source, place.start);
    let one_line = explain::line(session.unit.source, place.end) == line;
    let (message, hint) = if name == "default" {
        (
            "There is more than one default export.".to_owned(),
            if one_line {
                format!("Keep one `export default`: remove line {line}, or the one above.")
            } else {
                format!("Keep one `export default`: remove that of line {line}, or the one above.")
            },
        )
    } else {
        (
            format!("`{name}` is exported more than once."),
            format!("Keep one of the exports: remove `{name}` from line {line}, or the one above."),
        )
    };
    Finding::error(Code::DuplicateExport, place, message).with_hint(hint)
}
