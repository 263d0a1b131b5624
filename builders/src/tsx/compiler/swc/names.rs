//! Names of our own that no name of the user's can meet.

use std::collections::BTreeSet;

use swc_core::atoms::Atom;
use swc_core::common::{Mark, SyntaxContext};
use swc_core::ecma::ast::{Ident, Module};
use swc_core::ecma::utils::contains_ident_ref;
use swc_core::ecma::visit::{Visit, VisitWith};

/// The names that JSX compiles to calls of. The JSX pass takes them as text, so that they must
/// occur nowhere in the file; the printer or the mangler renames them later as it likes.
#[derive(Debug, Clone)]
pub(super) struct JsxNames {
    pub(super) create_element: Atom,
    pub(super) fragment: Atom,
}

impl JsxNames {
    /// Chooses names that no identifier of the module has.
    pub(super) fn choose(module: &Module) -> Self {
        let mut taken = Symbols::default();
        module.visit_with(&mut taken);
        Self {
            create_element: taken.free("_createElement"),
            fragment: taken.free("_Fragment"),
        }
    }

    /// The names that JSX left in a module, each with the member of React that it stands for.
    pub(super) fn used(&self, module: &Module, top_level: Mark) -> Vec<(Atom, Ident)> {
        let (create_element, fragment) = self.idents(top_level);
        [("createElement", create_element), ("Fragment", fragment)]
            .into_iter()
            .filter(|(_, name)| contains_ident_ref(module, name))
            .map(|(member, name)| (Atom::from(member), name))
            .collect()
    }

    /// The two names as the JSX pass writes them.
    pub(super) fn idents(&self, top_level: Mark) -> (Ident, Ident) {
        let context = SyntaxContext::empty().apply_mark(top_level);
        let ident = |name: &Atom| Ident::new(name.clone(), Default::default(), context);
        (ident(&self.create_element), ident(&self.fragment))
    }
}

/// A name like this one, which begins with `_`, that no identifier of the module has.
pub(super) fn free_name(module: &Module, like: &str) -> Atom {
    let mut taken = Symbols::default();
    module.visit_with(&mut taken);
    taken.free(like)
}

#[derive(Default)]
struct Symbols {
    names: BTreeSet<Atom>,
}

impl Symbols {
    fn free(&self, base: &str) -> Atom {
        let mut name = Atom::from(base);
        let mut number = 1_u32;
        while self.names.contains(&name) {
            number += 1;
            name = Atom::from(format!("{base}{number}"));
        }
        name
    }
}

impl Visit for Symbols {
    fn visit_ident(&mut self, ident: &Ident) {
        if ident.sym.starts_with('_') {
            self.names.insert(ident.sym.clone());
        }
    }
}

/// A name that is the user's nowhere, whatever it is called: its mark is its own.
pub(super) fn private(name: &str) -> Ident {
    let context = SyntaxContext::empty().apply_mark(Mark::new());
    Ident::new(Atom::from(name), Default::default(), context)
}

/// A private name that reads like the member, where the member could be a name at all.
pub(super) fn local_name(member: &str) -> Ident {
    if Ident::verify_symbol(member).is_ok() {
        private(member)
    } else {
        private("member")
    }
}
