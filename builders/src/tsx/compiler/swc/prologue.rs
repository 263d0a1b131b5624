//! The lines at the top of a module that read the page's globals.

use std::collections::BTreeSet;

use swc_core::atoms::Atom;
use swc_core::common::sync::Lrc;
use swc_core::common::{FileName, Mark, SourceMap};
use swc_core::ecma::ast::{Decl, EsVersion, Expr, Ident, ModuleItem, Pass, Pat, Program, Stmt};
use swc_core::ecma::parser::{Syntax, parse_file_as_module};
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::utils::drop_span;

use crate::artifact::GlobalRead;
use crate::tsx::compiler::swc::names::private;
use crate::tsx::compiler::swc::nodes;
use crate::tsx::compiler::swc::provided::Provided;
use crate::tsx::profile::DefaultImport;

/// Reads a global, or says which one is missing and for which module. It throws when the module
/// is evaluated, so that `import()` of it rejects with this message.
const READ_GLOBAL: &str = r#"
const readGlobal = (name, module) => {
    const value = globalThis[name];
    if (value == null) throw new Error(`globalThis.${name} is missing: set it to the module "${module}" first.`);
    return value;
};
"#;

/// What `import()` of a provided module gives: a namespace with a default, never the bare global,
/// whose own `then` or missing `default` would break `await` and `React.lazy`.
const READ_LATER: &str = r"
const readLater = (read, name, module) => Promise.resolve().then(() => {
    const value = read(name, module);
    return { ...value, default: value.default ?? value };
});
";

/// Everything that one file asks of one provided module.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) provided: Provided,
    /// Members and the names that they have in the file.
    pub(super) members: Vec<(Atom, Ident)>,
    /// Names of its default export.
    pub(super) defaults: Vec<Ident>,
    /// Names of the global as a whole.
    pub(super) whole: Vec<Ident>,
    /// Whether it is imported by `import()`.
    pub(super) later: bool,
}

impl Use {
    pub(super) fn new(provided: Provided) -> Self {
        Self {
            provided,
            members: Vec::new(),
            defaults: Vec::new(),
            whole: Vec::new(),
            later: false,
        }
    }

    fn is_read_at_start(&self) -> bool {
        !(self.members.is_empty() && self.defaults.is_empty() && self.whole.is_empty())
    }

    fn is_used(&self) -> bool {
        self.is_read_at_start() || self.later
    }

    /// For the artifact: the global and the members read.
    fn global_read(&self) -> GlobalRead {
        let members: BTreeSet<String> = self
            .members
            .iter()
            .map(|(member, _)| member.to_string())
            .collect();
        GlobalRead {
            global: self.provided.global.clone(),
            module: self.provided.specifier.clone(),
            members: members.into_iter().collect(),
        }
    }

    /// The declarators that give every name its value, reading the global once.
    fn declarators(&self, read_global: &Ident) -> Vec<(Pat, Box<Expr>)> {
        if !self.is_read_at_start() {
            return Vec::new();
        }
        let read = nodes::call(read_global.clone(), self.arguments());
        let only_members = self.defaults.is_empty() && self.whole.is_empty();
        if only_members {
            return vec![(nodes::destructure(&self.members), read)];
        }
        let whole = self
            .whole
            .first()
            .cloned()
            .unwrap_or_else(|| private("module"));
        let mut pairs = vec![(nodes::binding(whole.clone()), read)];
        for other in self.whole.iter().skip(1) {
            pairs.push((
                nodes::binding(other.clone()),
                Box::new(Expr::Ident(whole.clone())),
            ));
        }
        for (index, name) in self.defaults.iter().enumerate() {
            let value = match (self.provided.default, self.defaults.first()) {
                (DefaultImport::Interop, Some(first)) if index > 0 => {
                    Box::new(Expr::Ident(first.clone()))
                }
                (DefaultImport::Interop, _) => nodes::default_of(&whole),
                (DefaultImport::None, _) => Box::new(Expr::Ident(whole.clone())),
            };
            pairs.push((nodes::binding(name.clone()), value));
        }
        if !self.members.is_empty() {
            pairs.push((
                nodes::destructure(&self.members),
                Box::new(Expr::Ident(whole)),
            ));
        }
        pairs
    }

    /// What `readGlobal` is told: the global and the module.
    pub(super) fn arguments(&self) -> Vec<Expr> {
        vec![
            nodes::string(&self.provided.global),
            nodes::string(&self.provided.specifier),
        ]
    }
}

/// The functions of the prologue, by the names that they have in this module.
pub(super) struct Readers {
    pub(super) global: Ident,
    pub(super) later: Ident,
    global_item: ModuleItem,
    later_item: ModuleItem,
}

impl Readers {
    /// Prepares both, with names that are private to this module.
    pub(super) fn new(map: &SourceMap, unresolved: Mark) -> Option<Self> {
        let (global, global_item) = snippet(map, READ_GLOBAL, unresolved)?;
        let (later, later_item) = snippet(map, READ_LATER, unresolved)?;
        Some(Self {
            global,
            later,
            global_item,
            later_item,
        })
    }

    /// The prologue of a module, and what it reads.
    pub(super) fn prologue(self, uses: &[Use]) -> (Vec<ModuleItem>, Vec<GlobalRead>) {
        let globals: Vec<GlobalRead> = uses
            .iter()
            .filter(|one| one.is_used())
            .map(Use::global_read)
            .collect();
        let mut items = Vec::new();
        if !globals.is_empty() {
            items.push(self.global_item);
        }
        if uses.iter().any(|one| one.later) {
            items.push(self.later_item);
        }
        let pairs: Vec<_> = uses
            .iter()
            .flat_map(|one| one.declarators(&self.global))
            .collect();
        if !pairs.is_empty() {
            items.push(nodes::constants(pairs));
        }
        (items, globals)
    }
}

/// Parses one declaration of our own; its names get a mark of their own.
fn snippet(map: &SourceMap, text: &str, unresolved: Mark) -> Option<(Ident, ModuleItem)> {
    let file = map.new_source_file(Lrc::new(FileName::Anon), text.to_owned());
    let syntax = Syntax::Es(Default::default());
    let module =
        parse_file_as_module(&file, syntax, EsVersion::latest(), None, &mut Vec::new()).ok()?;
    let mut program = Program::Module(drop_span(module));
    resolver(unresolved, Mark::new(), false).process(&mut program);
    let item = nodes::into_module(program).body.into_iter().next()?;
    let name = match &item {
        ModuleItem::Stmt(Stmt::Decl(Decl::Var(declaration))) => {
            declaration.decls.first()?.name.as_ident()?.id.clone()
        }
        _ => return None,
    };
    Some((name, item))
}
