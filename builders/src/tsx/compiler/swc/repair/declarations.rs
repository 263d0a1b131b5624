//! Declarations that stand twice in one list of statements, word by word; types, comments and
//! spaces are gone by then.
//!
//! Only a list is looked at, not the cases of a `switch` together, say: what stands earlier in a list
//! has been evaluated whenever what stands later is, so that nothing is lost with the later one.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use swc_core::atoms::Atom;
use swc_core::common::{DUMMY_SP, EqIgnoreSpan, Spanned, SyntaxContext};
use swc_core::ecma::ast::{
    Class, Decl, DefaultDecl, ExportDefaultExpr, ExportNamedSpecifier, ExportSpecifier, Expr,
    Function, FunctionBody, Id, Ident, ImportSpecifier, Module, ModuleDecl, ModuleExportName,
    ModuleItem, NamedExport, StaticBlock, Stmt, VarDeclKind, VarDeclarator,
};
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use crate::tsx::compiler::swc::assigned;
use crate::tsx::compiler::swc::convert::{imported_name, str_text};
use crate::tsx::compiler::swc::declarations;
use crate::tsx::compiler::swc::session::Session;
use crate::tsx::compiler::{FOUND_MAX, Finding};
use crate::tsx::mended;

/// Drops the later one of each two, wherever the check finds a name that is declared twice.
pub(super) fn mend(module: &mut Module, session: &Session<'_>) -> Vec<Finding> {
    if declarations::check(module, session).is_empty() {
        return Vec::new();
    }
    let assigned = assigned::names(module).iter().map(Ident::to_id).collect();
    let mut mend = Mend {
        session,
        assigned,
        functions: Functions::Lexical,
        found: Vec::new(),
    };
    module.visit_mut_with(&mut mend);
    mend.found.sort_by_key(|finding| finding.span);
    mend.found
}

/// What functions of a list are declared as: in the body of a function, a name may have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Functions {
    Lexical,
    Vars,
}

struct Mend<'s, 'a> {
    session: &'s Session<'a>,
    functions: Functions,
    /// Names that something is assigned to: the later of two declarations sets them back, and is more
    /// than the first one again.
    assigned: BTreeSet<Id>,
    found: Vec<Finding>,
}

/// A declaration as far as it is compared.
#[derive(Clone, Copy)]
enum Words<'m> {
    Import(&'m str, &'m ImportSpecifier),
    Function(&'m Function),
    Class(&'m Class),
    Variable(VarDeclKind, &'m VarDeclarator),
}

impl Words<'_> {
    fn are(self, other: Self) -> bool {
        SyntaxContext::within_ignored_ctxt(|| match (self, other) {
            (Self::Import(of, one), Self::Import(of_other, other)) => {
                of == of_other && member(one) == member(other)
            }
            (Self::Function(one), Self::Function(other)) => one.eq_ignore_span(other),
            (Self::Class(one), Self::Class(other)) => one.eq_ignore_span(other),
            (Self::Variable(kind, one), Self::Variable(kind_of_other, other)) => {
                kind == kind_of_other && one.eq_ignore_span(other)
            }
            _ => false,
        })
    }
}

/// The member that a specifier takes; nothing stands for the whole module.
fn member(specifier: &ImportSpecifier) -> Option<String> {
    match specifier {
        ImportSpecifier::Default(_) => Some("default".to_owned()),
        ImportSpecifier::Named(named) => Some(imported_name(named)),
        ImportSpecifier::Namespace(_) => None,
    }
}

/// How a declaration is exported where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Export {
    No,
    Named,
    Default,
}

/// One declaration of a list: a function, a class, one variable or pattern, one imported name.
struct Declaration<'m> {
    /// The statement, and which part of it.
    at: At,
    names: Vec<Ident>,
    words: Words<'m>,
    export: Export,
}

type At = (usize, usize);

/// The first declaration of a name.
#[derive(Clone, Copy)]
struct First<'m> {
    at: At,
    words: Words<'m>,
    export: Export,
}

/// What is to be done with a list.
#[derive(Default)]
struct Plan {
    dropped: BTreeSet<At>,
    /// Names that were exported where they were declared for the second time.
    exported: Vec<(Ident, Export)>,
}

impl Mend<'_, '_> {
    /// Compares each declaration with the first of its name.
    fn plan<'m>(&mut self, list: impl Iterator<Item = Declaration<'m>>) -> Plan {
        let mut plan = Plan::default();
        let mut firsts: BTreeMap<Atom, First<'m>> = BTreeMap::new();
        for one in list {
            let mut before = one.names.iter().map(|name| firsts.get(&name.sym).copied());
            // Compared once: a pattern may have thousands of names.
            let first = before
                .next()
                .flatten()
                .filter(|first| before.all(|other| other.map(|it| it.at) == Some(first.at)))
                .filter(|first| first.words.are(one.words))
                .filter(|_| {
                    !one.names
                        .iter()
                        .any(|name| self.assigned.contains(&name.to_id()))
                });
            let Some(first) = first else {
                for name in one.names {
                    if let Entry::Vacant(entry) = firsts.entry(name.sym) {
                        entry.insert(First {
                            at: one.at,
                            words: one.words,
                            export: one.export,
                        });
                    }
                }
                continue;
            };
            if self.found.len() >= FOUND_MAX {
                break;
            }
            self.found.push(self.finding(&one));
            plan.dropped.insert(one.at);
            if one.export != Export::No && first.export == Export::No {
                let names = one.names.into_iter();
                plan.exported.extend(names.map(|name| (name, one.export)));
            }
        }
        plan
    }

    fn finding(&self, one: &Declaration<'_>) -> Finding {
        let place = |ident: &Ident| self.session.places.of(ident.span);
        let span = one.names.first().map(place).unwrap_or_default();
        let names: Vec<String> = one.names.iter().map(|name| name.sym.to_string()).collect();
        match (one.words, names.as_slice()) {
            (Words::Import(module, _), [name]) => mended::duplicate_import(name, module, span),
            _ => mended::duplicate_declaration(&names, span),
        }
    }

    fn of_declaration<'m>(
        &self,
        index: usize,
        declaration: &'m Decl,
        export: Export,
    ) -> Vec<Declaration<'m>> {
        let one = |names: Vec<Ident>, words: Words<'m>, part: usize| Declaration {
            at: (index, part),
            names,
            words,
            export,
        };
        match declaration {
            Decl::Fn(function) if self.functions == Functions::Lexical => {
                let words = Words::Function(&function.function);
                vec![one(vec![function.ident.clone()], words, 0)]
            }
            Decl::Class(class) => {
                vec![one(
                    vec![class.ident.clone()],
                    Words::Class(&class.class),
                    0,
                )]
            }
            Decl::Var(variables) if variables.kind != VarDeclKind::Var => {
                let declarators = variables.decls.iter().enumerate();
                declarators
                    .map(|(part, declarator)| {
                        let words = Words::Variable(variables.kind, declarator);
                        one(find_pat_ids(&declarator.name), words, part)
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn of_item<'m>(
        &self,
        index: usize,
        item: &'m ModuleItem,
        modules: &'m [String],
    ) -> Vec<Declaration<'m>> {
        let one = |name: &Ident, words: Words<'m>, part: usize, export: Export| Declaration {
            at: (index, part),
            names: vec![name.clone()],
            words,
            export,
        };
        match item {
            ModuleItem::Stmt(Stmt::Decl(declaration)) => {
                self.of_declaration(index, declaration, Export::No)
            }
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => {
                self.of_declaration(index, &export.decl, Export::Named)
            }
            ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => {
                let declared = match &export.decl {
                    DefaultDecl::Fn(function) => function
                        .ident
                        .as_ref()
                        .zip(Some(Words::Function(&function.function))),
                    DefaultDecl::Class(class) => {
                        class.ident.as_ref().zip(Some(Words::Class(&class.class)))
                    }
                    DefaultDecl::TsInterfaceDecl(_) => None,
                };
                let declared = declared.into_iter();
                declared
                    .map(|(name, words)| one(name, words, 0, Export::Default))
                    .collect()
            }
            ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => {
                let Some(module) = modules.get(index) else {
                    return Vec::new();
                };
                let specifiers = import.specifiers.iter().enumerate();
                specifiers
                    .map(|(part, specifier)| {
                        let words = Words::Import(module, specifier);
                        one(specifier.local(), words, part, Export::No)
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

impl VisitMut for Mend<'_, '_> {
    fn visit_mut_function_body(&mut self, body: &mut FunctionBody) {
        let around = std::mem::replace(&mut self.functions, Functions::Vars);
        body.visit_mut_children_with(self);
        self.functions = around;
    }

    fn visit_mut_static_block(&mut self, block: &mut StaticBlock) {
        block.body.stmts.visit_mut_with(self);
    }

    fn visit_mut_stmts(&mut self, statements: &mut Vec<Stmt>) {
        let list = statements.iter().enumerate();
        let list: Vec<_> = list
            .filter_map(|(index, statement)| Some((index, statement.as_decl()?)))
            .flat_map(|(index, declaration)| self.of_declaration(index, declaration, Export::No))
            .collect();
        let Plan { dropped, .. } = self.plan(list.into_iter());
        if !dropped.is_empty() {
            let kept = std::mem::take(statements).into_iter().enumerate();
            *statements = kept
                .filter_map(|(index, statement)| match statement {
                    Stmt::Decl(declaration) => {
                        without(declaration, index, &dropped).map(Stmt::Decl)
                    }
                    other => Some(other),
                })
                .collect();
        }
        // Afterwards: what is dropped as a whole needs no repairs within.
        let functions = std::mem::replace(&mut self.functions, Functions::Lexical);
        statements.visit_mut_children_with(self);
        self.functions = functions;
    }

    fn visit_mut_module_items(&mut self, items: &mut Vec<ModuleItem>) {
        let modules: Vec<String> = items.iter().map(imported_module).collect();
        let list: Vec<_> = items
            .iter()
            .enumerate()
            .flat_map(|(index, item)| self.of_item(index, item, &modules))
            .collect();
        let Plan { dropped, exported } = self.plan(list.into_iter());
        if !dropped.is_empty() {
            let kept = std::mem::take(items).into_iter().enumerate();
            *items = kept
                .filter_map(|(index, item)| item_without(item, index, &dropped))
                .collect();
            items.extend(exported.into_iter().map(export_of));
        }
        items.visit_mut_children_with(self);
    }
}

fn imported_module(item: &ModuleItem) -> String {
    match item {
        ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => str_text(&import.src),
        _ => String::new(),
    }
}

/// A declaration without what is dropped of it.
fn without(declaration: Decl, index: usize, dropped: &BTreeSet<At>) -> Option<Decl> {
    let Decl::Var(mut variables) = declaration else {
        return (!dropped.contains(&(index, 0))).then_some(declaration);
    };
    variables.decls = parts_without(variables.decls, index, dropped);
    (!variables.decls.is_empty()).then_some(Decl::Var(variables))
}

fn parts_without<T>(parts: Vec<T>, index: usize, dropped: &BTreeSet<At>) -> Vec<T> {
    let parts = parts.into_iter().enumerate();
    parts
        .filter(|(part, _)| !dropped.contains(&(index, *part)))
        .map(|(_, part)| part)
        .collect()
}

fn item_without(item: ModuleItem, index: usize, dropped: &BTreeSet<At>) -> Option<ModuleItem> {
    match item {
        ModuleItem::Stmt(Stmt::Decl(declaration)) => {
            without(declaration, index, dropped).map(|kept| ModuleItem::Stmt(Stmt::Decl(kept)))
        }
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(mut export)) => {
            export.decl = without(export.decl, index, dropped)?;
            Some(ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)))
        }
        ModuleItem::ModuleDecl(ModuleDecl::Import(mut import)) => {
            // An import for its effect has no names to lose.
            let had_names = !import.specifiers.is_empty();
            import.specifiers = parts_without(import.specifiers, index, dropped);
            let is_gone = had_names && import.specifiers.is_empty();
            (!is_gone).then_some(ModuleItem::ModuleDecl(ModuleDecl::Import(import)))
        }
        ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(_))
            if dropped.contains(&(index, 0)) =>
        {
            None
        }
        other => Some(other),
    }
}

/// `export { name }` or `export default name`: the first declaration was not exported, the second
/// was.
fn export_of((name, export): (Ident, Export)) -> ModuleItem {
    let span = DUMMY_SP;
    ModuleItem::ModuleDecl(if export == Export::Default {
        let expr = Box::new(Expr::Ident(name));
        ModuleDecl::ExportDefaultExpr(ExportDefaultExpr { span, expr })
    } else {
        let named = ExportNamedSpecifier {
            span: name.span(),
            orig: ModuleExportName::Ident(name),
            exported: None,
            is_type_only: false,
        };
        ModuleDecl::ExportNamed(NamedExport {
            span,
            specifiers: vec![ExportSpecifier::Named(named)],
            src: None,
            type_only: false,
            with: None,
        })
    })
}
