//! Mode `globals`: imports of provided modules become reads of their globals.

use std::collections::BTreeMap;

use swc_core::atoms::Atom;
use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::{
    ExportAll, ExportNamedSpecifier, ExportSpecifier, Id, Ident, ImportDecl, ImportSpecifier,
    Module, ModuleDecl, ModuleExportName, ModuleItem, NamedExport,
};

use crate::artifact::GlobalRead;
use crate::diagnostic::Code;
use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::convert::{export_name, imported_name, str_text};
use crate::tsx::compiler::swc::exports;
use crate::tsx::compiler::swc::names::{JsxNames, local_name, private};
use crate::tsx::compiler::swc::namespaces::Namespaces;
use crate::tsx::compiler::swc::nodes;
use crate::tsx::compiler::swc::prologue::{Readers, Use};
use crate::tsx::compiler::swc::provided::{Imports, Provided};
use crate::tsx::compiler::swc::session::Session;

/// A module whose imports have been dealt with.
pub(super) struct Wrapped {
    pub(super) module: Module,
    pub(super) globals: Vec<GlobalRead>,
}

/// Replaces the imports of a module, which have all been judged, by reads of globals.
pub(super) fn wrap(
    module: Module,
    imports: Imports,
    jsx: &JsxNames,
    session: &Session<'_>,
) -> (Wrapped, Vec<Finding>) {
    Globals::new(imports, session).wrap(module, jsx)
}

struct Globals<'s, 'a> {
    session: &'s Session<'a>,
    uses: Vec<Use>,
    /// Names of namespaces, and the module that each is of.
    namespaces: BTreeMap<Id, usize>,
    found: Vec<Finding>,
}

impl<'s, 'a> Globals<'s, 'a> {
    fn new(imports: Imports, session: &'s Session<'a>) -> Self {
        let uses = imports.into_provided().into_iter().map(Use::new).collect();
        Self {
            session,
            uses,
            namespaces: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    fn wrap(mut self, mut module: Module, jsx: &JsxNames) -> (Wrapped, Vec<Finding>) {
        let exported = exports::explicit(&module);
        let stars = self.star_exports(&module, &exported);
        self.use_jsx(jsx.used(&module, self.session.marks.top_level));
        let body = std::mem::take(&mut module.body);
        module.body = body
            .into_iter()
            .filter_map(|item| self.item(item))
            .collect();
        module.body.extend(stars);

        let Some(readers) = Readers::new(&self.session.map, self.session.marks.unresolved) else {
            let message = "The lines that read the globals do not parse.";
            let broken = Finding::error(Code::ContractBroken, Default::default(), message);
            return (
                Wrapped {
                    module,
                    globals: Vec::new(),
                },
                vec![broken],
            );
        };
        let namespaces = Namespaces::of(&module, &self.namespaces);
        namespaces.replace(
            &mut module,
            &mut self.uses,
            &readers,
            self.session.marks.unresolved,
        );
        let (prologue, globals) = readers.prologue(&self.uses);
        nodes::prepend(&mut module, prologue);
        (Wrapped { module, globals }, self.found)
    }

    /// JSX calls a private name for the profile's `createElement`, whatever the file imports.
    fn use_jsx(&mut self, members: Vec<(Atom, Ident)>) {
        if members.is_empty() {
            return;
        }
        let policy = self.session.unit.policy;
        let Some(provided) = Provided::find(policy, &policy.profile().jsx) else {
            return;
        };
        self.of(provided).members.extend(members);
    }

    fn of(&mut self, provided: Provided) -> &mut Use {
        let index = self.index_of(&provided.specifier).unwrap_or_else(|| {
            self.uses.push(Use::new(provided));
            self.uses.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "found or pushed just above")]
        &mut self.uses[index]
    }

    fn index_of(&self, specifier: &str) -> Option<usize> {
        self.uses
            .iter()
            .position(|one| one.provided.specifier == specifier)
    }

    /// An item without its import: `None` where nothing is left of it.
    fn item(&mut self, item: ModuleItem) -> Option<ModuleItem> {
        match item {
            ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => {
                self.import(&import);
                None
            }
            ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export)) if export.src.is_some() => {
                self.reexport(export)
            }
            ModuleItem::ModuleDecl(ModuleDecl::ExportAll(_)) => None,
            other => Some(other),
        }
    }

    fn import(&mut self, import: &ImportDecl) {
        let Some(index) = self.index_of(&str_text(&import.src)) else {
            return;
        };
        for specifier in &import.specifiers {
            match specifier {
                ImportSpecifier::Namespace(namespace) => {
                    self.namespaces.insert(namespace.local.to_id(), index);
                }
                ImportSpecifier::Default(default) => self.member(index, "default", &default.local),
                ImportSpecifier::Named(named) => {
                    self.member(index, &imported_name(named), &named.local);
                }
            }
        }
    }

    fn member(&mut self, index: usize, name: &str, local: &Ident) {
        let Some(one) = self.uses.get_mut(index) else {
            return;
        };
        if name == "default" {
            one.defaults.push(local.clone());
        } else {
            one.members.push((Atom::from(name), local.clone()));
        }
    }

    /// `export { x } from` and `export * as ns from`: the same names, exported from here.
    fn reexport(&mut self, mut export: NamedExport) -> Option<ModuleItem> {
        let src = export.src.take()?;
        let index = self.index_of(&str_text(&src))?;
        for specifier in &mut export.specifiers {
            let (local, exported) = self.reexported(index, specifier)?;
            *specifier = named(local, exported);
        }
        export.with = None;
        Some(ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export)))
    }

    fn reexported(
        &mut self,
        index: usize,
        specifier: &ExportSpecifier,
    ) -> Option<(Ident, ModuleExportName)> {
        match specifier {
            ExportSpecifier::Namespace(namespace) => {
                let local = private("namespace");
                self.uses.get_mut(index)?.whole.push(local.clone());
                Some((local, namespace.name.clone()))
            }
            ExportSpecifier::Default(default) => {
                let local = private("defaultExport");
                self.member(index, "default", &local);
                Some((local, ModuleExportName::Ident(default.exported.clone())))
            }
            ExportSpecifier::Named(one) => {
                let name = export_name(&one.orig);
                let local = local_name(&name);
                self.member(index, &name, &local);
                let exported = one.exported.clone().unwrap_or_else(|| one.orig.clone());
                Some((local, exported))
            }
        }
    }

    /// `export * from`: the profile's names, less `default`, less what the file exports itself,
    /// less names that two modules have, as in real ES modules.
    fn star_exports(&mut self, module: &Module, exported: &[String]) -> Option<ModuleItem> {
        let mut names: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for item in &module.body {
            let ModuleItem::ModuleDecl(ModuleDecl::ExportAll(star)) = item else {
                continue;
            };
            let Some(index) = self.index_of(&str_text(&star.src)) else {
                continue;
            };
            let list = self
                .uses
                .get(index)
                .and_then(|one| one.provided.exports.clone());
            let Some(list) = list else {
                self.found.push(unsupported_star(star, self.session));
                continue;
            };
            for name in list {
                let modules = names.entry(name).or_default();
                if !modules.contains(&index) {
                    modules.push(index);
                }
            }
        }
        let mut specifiers = Vec::new();
        for (name, modules) in names {
            let [index] = modules.as_slice() else {
                continue;
            };
            if name == "default" || exported.contains(&name) {
                continue;
            }
            let local = local_name(&name);
            self.member(*index, &name, &local);
            specifiers.push(named(local, exported_as(&name)));
        }
        (!specifiers.is_empty()).then(|| {
            let export = NamedExport {
                span: DUMMY_SP,
                specifiers,
                src: None,
                type_only: false,
                with: None,
            };
            ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export))
        })
    }
}

fn exported_as(name: &str) -> ModuleExportName {
    if Ident::verify_symbol(name).is_ok() {
        ModuleExportName::Ident(Ident::new_no_ctxt(Atom::from(name), DUMMY_SP))
    } else {
        ModuleExportName::Str(name.into())
    }
}

fn named(local: Ident, exported: ModuleExportName) -> ExportSpecifier {
    ExportSpecifier::Named(ExportNamedSpecifier {
        span: DUMMY_SP,
        orig: ModuleExportName::Ident(local),
        exported: Some(exported),
        is_type_only: false,
    })
}

fn unsupported_star(star: &ExportAll, session: &Session<'_>) -> Finding {
    let module = str_text(&star.src);
    Finding::error(
        Code::UnsupportedExportStar,
        session.places.of(star.span),
        format!(
            "The names that \"{module}\" exports are not known, so `export *` cannot name them."
        ),
    )
    .with_hint(format!(
        "Write the names: `export {{ … }} from \"{module}\"`."
    ))
}
