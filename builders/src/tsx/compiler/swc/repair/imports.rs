//! Names that are used, and that only an import of a provided module could mean.

use std::collections::{BTreeMap, BTreeSet};

use swc_core::atoms::Atom;
use swc_core::common::{DUMMY_SP, Mark, SyntaxContext};
use swc_core::ecma::ast::{
    BindingIdent, Expr, Ident, ImportDecl, ImportNamedSpecifier, ImportPhase, ImportSpecifier,
    ImportStarAsSpecifier, Module, ModuleDecl, ModuleItem, UpdateExpr,
};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::convert::str_text;
use crate::tsx::compiler::swc::nodes;
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::compiler::swc::undeclared::{self, Undeclared};
use crate::tsx::mended;

/// Adds the import of each such name. A name that is assigned to is none of a module's.
pub(super) fn mend(module: &mut Module, session: &Session<'_>) -> Vec<Finding> {
    let mut found = undeclared::find(module, session);
    if found.is_empty() {
        return Vec::new();
    }
    let mut assigned = Assigned {
        unresolved: session.marks.unresolved,
        names: BTreeSet::new(),
    };
    module.visit_with(&mut assigned);
    found.retain(|one| !assigned.names.contains(&Atom::from(&*one.name)));

    let mut bind = Bind {
        unresolved: session.marks.unresolved,
        bound: SyntaxContext::empty().apply_mark(session.marks.top_level),
        names: found.iter().map(|one| Atom::from(&*one.name)).collect(),
    };
    module.visit_mut_with(&mut bind);
    import(module, &found, bind.bound);
    found
        .into_iter()
        .map(|one| mended::undeclared_name(&one.name, &one.module, one.finding))
        .collect()
}

/// Free names that something is assigned to. A pattern outside of declarations has no others.
struct Assigned {
    unresolved: Mark,
    names: BTreeSet<Atom>,
}

impl Visit for Assigned {
    fn visit_binding_ident(&mut self, name: &BindingIdent) {
        if name.ctxt.outer() == self.unresolved {
            self.names.insert(name.sym.clone());
        }
    }

    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        match &*update.arg {
            Expr::Ident(name) if name.ctxt.outer() == self.unresolved => {
                self.names.insert(name.sym.clone());
            }
            other => other.visit_with(self),
        }
    }
}

/// Makes free names those of the top level.
struct Bind {
    unresolved: Mark,
    bound: SyntaxContext,
    names: BTreeSet<Atom>,
}

impl VisitMut for Bind {
    fn visit_mut_ident(&mut self, ident: &mut Ident) {
        if ident.ctxt.outer() == self.unresolved && self.names.contains(&ident.sym) {
            ident.ctxt = self.bound;
        }
    }
}

/// Adds the imports: to a list of the same module, where there is one, and else at the top.
fn import(module: &mut Module, found: &[Undeclared], bound: SyntaxContext) {
    let mut added: Vec<ModuleItem> = Vec::new();
    let mut named: BTreeMap<&str, Vec<ImportSpecifier>> = BTreeMap::new();
    for one in found {
        let local = Ident::new(Atom::from(&*one.name), DUMMY_SP, bound);
        if one.is_whole {
            let span = DUMMY_SP;
            let whole = ImportSpecifier::Namespace(ImportStarAsSpecifier { span, local });
            added.push(declaration(&one.module, vec![whole]));
        } else {
            named.entry(&one.module).or_default().push(member(local));
        }
    }
    for (of, specifiers) in named {
        match list_of(module, of) {
            Some(list) => list.specifiers.extend(specifiers),
            None => added.push(declaration(of, specifiers)),
        }
    }
    nodes::prepend(module, added);
}

/// The first import of a module that names members.
fn list_of<'m>(module: &'m mut Module, of: &str) -> Option<&'m mut ImportDecl> {
    let mut imports = module.body.iter_mut().filter_map(|item| match item {
        ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => Some(import),
        _ => None,
    });
    imports.find(|import| {
        let takes_names = !import.specifiers.iter().any(ImportSpecifier::is_namespace);
        takes_names && str_text(&import.src) == of
    })
}

fn member(local: Ident) -> ImportSpecifier {
    ImportSpecifier::Named(ImportNamedSpecifier {
        span: DUMMY_SP,
        local,
        imported: None,
        is_type_only: false,
    })
}

fn declaration(of: &str, specifiers: Vec<ImportSpecifier>) -> ModuleItem {
    ModuleItem::ModuleDecl(ModuleDecl::Import(ImportDecl {
        span: DUMMY_SP,
        specifiers,
        src: Box::new(of.into()),
        type_only: false,
        with: None,
        phase: ImportPhase::Evaluation,
    }))
}
