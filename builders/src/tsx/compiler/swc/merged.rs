//! Namespaces of one name are one namespace: each part sees what the others export.
//!
//! swc compiles every part by itself. Here, between the resolver and swc's pass, a name that a
//! part does not declare and another part exports becomes a member of the namespace.

use std::collections::{BTreeMap, BTreeSet};

use swc_core::atoms::Atom;
use swc_core::common::SyntaxContext;
use swc_core::ecma::ast::{
    Decl, Id, Ident, Module, ModuleDecl, ModuleItem, Stmt, TsModuleDecl, TsModuleName,
    TsNamespaceBody, TsNamespaceDecl,
};
use swc_core::ecma::utils::find_pat_ids;

use crate::tsx::compiler::swc::part::Part;

/// Joins the namespaces of a module that has been resolved.
pub(super) fn join(module: &mut Module) {
    let mut exported = Exported::new();
    for (namespace, _) in module.body.iter().filter_map(namespace_of) {
        if let (TsModuleName::Ident(name), Some(body)) = (&namespace.id, &namespace.body) {
            collect(body, &inner(&Path::new(), name, false), &mut exported);
        }
    }
    if !exported.is_empty() {
        rewrite_items(&mut module.body, &Path::new(), &exported);
    }
}

/// What tells a namespace: the names from the outermost to its own. A name that is exported is one
/// in all parts of its parent; any other has an identity of its own.
type Path = Vec<(Atom, Option<SyntaxContext>)>;

/// The names that the parts of each namespace export.
type Exported = BTreeMap<Path, BTreeSet<Atom>>;

fn inner(path: &Path, name: &Ident, is_exported: bool) -> Path {
    let mut path = path.clone();
    path.push((name.sym.clone(), (!is_exported).then_some(name.ctxt)));
    path
}

/// The namespace that an item declares, and whether it exports it.
fn namespace_of(item: &ModuleItem) -> Option<(&TsModuleDecl, bool)> {
    match item {
        ModuleItem::Stmt(Stmt::Decl(Decl::TsModule(namespace))) => Some((namespace, false)),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => match &export.decl {
            Decl::TsModule(namespace) => Some((namespace, true)),
            _ => None,
        },
        _ => None,
    }
}

fn namespace_of_mut(item: &mut ModuleItem) -> Option<(&mut TsModuleDecl, bool)> {
    match item {
        ModuleItem::Stmt(Stmt::Decl(Decl::TsModule(namespace))) => Some((namespace, false)),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => match &mut export.decl {
            Decl::TsModule(namespace) => Some((namespace, true)),
            _ => None,
        },
        _ => None,
    }
}

/// The names that one part exports itself.
fn exports_of(body: &TsNamespaceBody) -> Vec<Id> {
    let block = match body {
        TsNamespaceBody::TsNamespaceDecl(inner) => return vec![inner.id.to_id()],
        TsNamespaceBody::TsModuleBlock(block) => block,
    };
    let declarations = block.body.iter().filter_map(ModuleItem::as_module_decl);
    declarations.flat_map(names_of).collect()
}

fn names_of(declaration: &ModuleDecl) -> Vec<Id> {
    match declaration {
        ModuleDecl::TsImportEquals(import) if import.is_export => vec![import.id.to_id()],
        ModuleDecl::ExportDecl(export) => match &export.decl {
            Decl::Class(class) => vec![class.ident.to_id()],
            Decl::Fn(function) => vec![function.ident.to_id()],
            Decl::Var(variables) => find_pat_ids(&variables.decls),
            Decl::TsEnum(numbers) => vec![numbers.id.to_id()],
            Decl::TsModule(namespace) => match &namespace.id {
                TsModuleName::Ident(name) => vec![name.to_id()],
                TsModuleName::Str(_) => Vec::new(),
            },
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn collect(body: &TsNamespaceBody, path: &Path, exported: &mut Exported) {
    let own = exports_of(body).into_iter().map(|(name, _)| name);
    exported.entry(path.clone()).or_default().extend(own);
    match body {
        TsNamespaceBody::TsNamespaceDecl(nested) => {
            collect(&nested.body, &inner(path, &nested.id, true), exported);
        }
        TsNamespaceBody::TsModuleBlock(block) => {
            for (namespace, is_exported) in block.body.iter().filter_map(namespace_of) {
                if let (TsModuleName::Ident(name), Some(body)) = (&namespace.id, &namespace.body) {
                    collect(body, &inner(path, name, is_exported), exported);
                }
            }
        }
    }
}

fn rewrite_items(items: &mut [ModuleItem], path: &Path, exported: &Exported) {
    for (namespace, is_exported) in items.iter_mut().filter_map(namespace_of_mut) {
        if let (TsModuleName::Ident(name), Some(body)) = (&namespace.id, &mut namespace.body) {
            // At the top, parts that are exported and parts that are not are one as well.
            let is_exported = is_exported && !path.is_empty();
            rewrite(name, body, &inner(path, name, is_exported), exported);
        }
    }
}

/// Rewrites one part, the namespaces in it first: a name that both export is the inner one's.
fn rewrite(namespace: &Ident, body: &mut TsNamespaceBody, path: &Path, exported: &Exported) {
    match body {
        TsNamespaceBody::TsNamespaceDecl(TsNamespaceDecl { id, body, .. }) => {
            rewrite(id, body, &inner(path, id, true), exported);
        }
        TsNamespaceBody::TsModuleBlock(block) => rewrite_items(&mut block.body, path, exported),
    }
    let Some(names) = exported.get(path) else {
        return;
    };
    Part::new(namespace, names, exports_of(body)).rewrite(body);
}
