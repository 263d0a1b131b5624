//! One thing exported twice by one name.

use std::collections::{BTreeMap, BTreeSet};

use swc_core::common::{EqIgnoreSpan, Span, Spanned, SyntaxContext};
use swc_core::ecma::ast::{
    Decl, DefaultDecl, ExportSpecifier, Expr, Id, Ident, Module, ModuleDecl, ModuleExportName,
    ModuleItem, NamedExport,
};
use swc_core::ecma::utils::find_pat_ids;

use crate::tsx::compiler::swc::convert::{export_name, str_text};
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::compiler::{FOUND_MAX, Finding};
use crate::tsx::mended;

/// Drops what repeats an export. Where the exports of a name differ, nothing tells which is meant,
/// and all stay.
pub(super) fn mend(module: &mut Module, session: &Session<'_>) -> Vec<Finding> {
    let mut by_name: BTreeMap<String, Vec<Export<'_>>> = BTreeMap::new();
    for export in exports(module) {
        by_name.entry(export.name.clone()).or_default().push(export);
    }
    let mut dropped: BTreeSet<At> = BTreeSet::new();
    let mut found = Vec::new();
    for (name, group) in &by_name {
        let Some(keep) = one_to_keep(group) else {
            continue;
        };
        for export in group.iter().filter(|export| export.at != keep.at) {
            if found.len() >= FOUND_MAX {
                break;
            }
            let place = session.places.of(export.span);
            let is_second = export.at > keep.at;
            let local = keep.target.local();
            found.push(mended::duplicate_export(name, local, is_second, place));
            dropped.insert(export.at);
        }
    }
    if !dropped.is_empty() {
        remove(module, &dropped);
    }
    found
}

/// Where an export stands: the item, and in a list of names the specifier.
type At = (usize, Option<usize>);

struct Export<'m> {
    name: String,
    at: At,
    span: Span,
    target: Target<'m>,
    /// Whether what is exported is declared here, so that it cannot be dropped.
    declares: bool,
}

/// What an export hands out.
enum Target<'m> {
    /// A name of the file.
    Local(Id),
    /// A member of a module.
    Member(String, String),
    /// The value of an expression.
    Value(&'m Expr),
    /// What a declaration without a name makes.
    Unnamed(&'m DefaultDecl),
    /// All of a module.
    Whole(String),
}

impl Target<'_> {
    fn local(&self) -> Option<&str> {
        match self {
            Self::Local((name, _)) => Some(name),
            _ => None,
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Local(one), Self::Local(other)) => one == other,
            (Self::Member(of, name), Self::Member(of_other, other)) => {
                (of, name) == (of_other, other)
            }
            (Self::Value(one), Self::Value(other)) => {
                SyntaxContext::within_ignored_ctxt(|| one.eq_ignore_span(other))
            }
            (Self::Unnamed(one), Self::Unnamed(other)) => {
                SyntaxContext::within_ignored_ctxt(|| one.eq_ignore_span(other))
            }
            (Self::Whole(one), Self::Whole(other)) => one == other,
            _ => false,
        }
    }
}

/// Of several exports of one thing the one that stays: what declares it, or the first.
fn one_to_keep<'g, 'm>(group: &'g [Export<'m>]) -> Option<&'g Export<'m>> {
    let (first, others) = group.split_first()?;
    if others.is_empty() || !others.iter().all(|other| first.target.is(&other.target)) {
        return None;
    }
    let mut declaring = group.iter().filter(|export| export.declares);
    match (declaring.next(), declaring.next()) {
        (None, _) => Some(first),
        (Some(only), None) => Some(only),
        // Declared twice: that is a fault of its own.
        (Some(_), Some(_)) => None,
    }
}

fn exports(module: &Module) -> Vec<Export<'_>> {
    let mut exports = Vec::new();
    for (index, item) in module.body.iter().enumerate() {
        let ModuleItem::ModuleDecl(declaration) = item else {
            continue;
        };
        match declaration {
            ModuleDecl::ExportNamed(list) => exports.extend(of_list(index, list)),
            ModuleDecl::ExportDecl(export) => exports.extend(of_declaration(index, &export.decl)),
            ModuleDecl::ExportDefaultDecl(export) => exports.push(Export {
                name: "default".to_owned(),
                at: (index, None),
                span: export.span,
                declares: declared(&export.decl).is_some(),
                target: match declared(&export.decl) {
                    Some(name) => Target::Local(name.to_id()),
                    None => Target::Unnamed(&export.decl),
                },
            }),
            ModuleDecl::ExportDefaultExpr(export) => exports.push(Export {
                name: "default".to_owned(),
                at: (index, None),
                span: export.span,
                declares: false,
                target: match &*export.expr {
                    Expr::Ident(name) => Target::Local(name.to_id()),
                    value => Target::Value(value),
                },
            }),
            _ => {}
        }
    }
    exports
}

fn declared(declaration: &DefaultDecl) -> Option<&Ident> {
    match declaration {
        DefaultDecl::Class(class) => class.ident.as_ref(),
        DefaultDecl::Fn(function) => function.ident.as_ref(),
        DefaultDecl::TsInterfaceDecl(_) => None,
    }
}

fn of_declaration(index: usize, declaration: &Decl) -> Vec<Export<'_>> {
    let names: Vec<Ident> = match declaration {
        Decl::Class(class) => vec![class.ident.clone()],
        Decl::Fn(function) => vec![function.ident.clone()],
        Decl::Var(variables) => find_pat_ids(&variables.decls),
        _ => Vec::new(),
    };
    let export = |name: Ident| Export {
        name: name.sym.to_string(),
        at: (index, None),
        span: name.span,
        target: Target::Local(name.to_id()),
        declares: true,
    };
    names.into_iter().map(export).collect()
}

fn of_list(index: usize, list: &NamedExport) -> impl Iterator<Item = Export<'_>> {
    let of = list.src.as_ref().map(|src| str_text(src));
    let specifiers = list.specifiers.iter().enumerate();
    specifiers.filter_map(move |(nth, specifier)| {
        let (name, target) = match (specifier, &of) {
            (ExportSpecifier::Namespace(all), Some(of)) => {
                (export_name(&all.name), Target::Whole(of.clone()))
            }
            (ExportSpecifier::Named(named), of) => {
                let name = export_name(named.exported.as_ref().unwrap_or(&named.orig));
                let target = match (of, &named.orig) {
                    (Some(of), orig) => Target::Member(of.clone(), export_name(orig)),
                    (None, ModuleExportName::Ident(local)) => Target::Local(local.to_id()),
                    (None, ModuleExportName::Str(_)) => return None,
                };
                (name, target)
            }
            _ => return None,
        };
        Some(Export {
            name,
            at: (index, Some(nth)),
            span: specifier.span(),
            target,
            declares: false,
        })
    })
}

fn remove(module: &mut Module, dropped: &BTreeSet<At>) {
    let body = std::mem::take(&mut module.body);
    let kept = body.into_iter().enumerate().filter_map(|(index, item)| {
        if dropped.contains(&(index, None)) {
            return None;
        }
        let ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(mut list)) = item else {
            return Some(item);
        };
        let count = list.specifiers.len();
        let specifiers = std::mem::take(&mut list.specifiers).into_iter().enumerate();
        list.specifiers = specifiers
            .filter(|(nth, _)| !dropped.contains(&(index, Some(*nth))))
            .map(|(_, specifier)| specifier)
            .collect();
        let is_gone = list.specifiers.is_empty() && count > 0;
        (!is_gone).then_some(ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(list)))
    });
    module.body = kept.collect();
}
