//! Which component of a file is meant, where none is exported as default.

use std::collections::BTreeSet;

use swc_core::ecma::ast::{
    Decl, ExportSpecifier, Expr, Id, Ident, ImportSpecifier, Module, ModuleDecl, ModuleExportName,
    ModuleItem, Stmt,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::tsx::compiler::swc::convert::imported_name;

/// Components of Remotion that are no picture: what renders them lists videos for its studio.
const LISTING: &[&str] = &["Composition", "Still", "Folder"];

/// The one component that can be meant: the only one, the only one that is exported, or where none
/// is, the only one that no other component renders.
pub(super) fn only_one<'m>(
    module: &'m Module,
    is_component: impl Fn(&Expr) -> bool,
) -> Option<&'m Ident> {
    let listing = listing(module);
    let mut components: Vec<Component<'m>> = module
        .body
        .iter()
        .filter_map(|item| Component::of(item, &is_component))
        .collect();
    components.retain(|one| one.mentions.is_disjoint(&listing));
    let exported = exported(module);
    let (outside, inside): (Vec<&Component<'_>>, Vec<_>) = components
        .iter()
        .partition(|one| one.is_exported || exported.contains(&one.name.to_id()));
    match (outside.as_slice(), inside.as_slice()) {
        // Exported, and a part of something that is not: both can be meant.
        ([only], inside) => (!parts(inside).contains(&only.name.to_id())).then_some(only.name),
        ([], [only]) => Some(only.name),
        ([], several) => {
            let parts = parts(several);
            let mut whole = several
                .iter()
                .filter(|one| !parts.contains(&one.name.to_id()));
            let first = whole.next()?;
            whole.next().is_none().then_some(first.name)
        }
        _ => None,
    }
}

/// What these components mention, each but itself.
fn parts(components: &[&Component<'_>]) -> BTreeSet<Id> {
    let of_one = |one: &&Component<'_>| {
        let own = one.name.to_id();
        let mentions = one.mentions.iter().filter(move |id| **id != own);
        mentions.cloned().collect::<Vec<_>>()
    };
    components.iter().flat_map(of_one).collect()
}

/// A declaration of the top level that looks like a component.
struct Component<'m> {
    name: &'m Ident,
    is_exported: bool,
    mentions: BTreeSet<Id>,
}

impl<'m> Component<'m> {
    fn of(item: &'m ModuleItem, is_component: impl Fn(&Expr) -> bool) -> Option<Self> {
        let (declaration, is_exported) = match item {
            ModuleItem::Stmt(Stmt::Decl(declaration)) => (declaration, false),
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => (&export.decl, true),
            _ => return None,
        };
        let name = match declaration {
            Decl::Fn(function) => &function.ident,
            Decl::Class(class) => &class.ident,
            Decl::Var(variables) => match variables.decls.as_slice() {
                [only] if only.init.as_deref().is_some_and(is_component) => {
                    &only.name.as_ident()?.id
                }
                _ => return None,
            },
            _ => return None,
        };
        if !name.sym.starts_with(char::is_uppercase) {
            return None;
        }
        let mut mentions = Mentions(BTreeSet::new());
        item.visit_with(&mut mentions);
        Some(Self {
            name,
            is_exported,
            mentions: mentions.0,
        })
    }
}

struct Mentions(BTreeSet<Id>);

impl Visit for Mentions {
    fn visit_ident(&mut self, ident: &Ident) {
        self.0.insert(ident.to_id());
    }
}

/// The names that lists of exports hand out.
fn exported(module: &Module) -> BTreeSet<Id> {
    let lists = module.body.iter().filter_map(|item| match item {
        ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(list)) if list.src.is_none() => Some(list),
        _ => None,
    });
    let names = lists
        .flat_map(|list| &list.specifiers)
        .filter_map(|one| match one {
            ExportSpecifier::Named(named) => match &named.orig {
                ModuleExportName::Ident(local) => Some(local.to_id()),
                ModuleExportName::Str(_) => None,
            },
            _ => None,
        });
    names.collect()
}

/// The names by which a file imports components that list videos.
fn listing(module: &Module) -> BTreeSet<Id> {
    let imports = module.body.iter().filter_map(|item| match item {
        ModuleItem::ModuleDecl(ModuleDecl::Import(import)) if import.src.value == *"remotion" => {
            Some(import)
        }
        _ => None,
    });
    let names =
        imports
            .flat_map(|import| &import.specifiers)
            .filter_map(|specifier| match specifier {
                ImportSpecifier::Named(named)
                    if LISTING.contains(&imported_name(named).as_str()) =>
                {
                    Some(named.local.to_id())
                }
                _ => None,
            });
    names.collect()
}
