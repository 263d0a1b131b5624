//! Texts that grow: `s1 = s0 + s0; s2 = s1 + s1; …` is a gigabyte after thirty lines.
//!
//! Who folds constants writes such texts out. This counts, in one pass over the tree and without
//! writing anything, how long each would become.

use std::collections::BTreeMap;

use swc_core::atoms::Atom;
use swc_core::common::Span;
use swc_core::ecma::ast::{
    AssignExpr, AssignTarget, BinExpr, BinaryOp, Expr, Lit, Module, Pat, SimpleAssignTarget, Tpl,
    TsEnumDecl, TsEnumMember, TsEnumMemberId, VarDeclarator,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::diagnostic::Code;
use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::convert::Places;

/// Bytes of one text beyond those that are written in the source: far more than joining the parts
/// of a sentence or of a style sheet makes, and nothing that costs time.
const TEXT_BYTES: usize = 64 * 1024;

/// Bytes of the texts of all variables together. They are all written out where types are taken
/// away, and 1 GiB was more than a build may have.
const TEXTS_BYTES: usize = 64 * 1024 * 1024;

/// Whether a variable's text would grow beyond a limit if it were written out.
pub(super) fn of_variables(module: &Module, source_bytes: usize) -> bool {
    let mut growth = Growth::new(source_bytes);
    module.visit_with(&mut growth);
    growth.variable
}

/// Finds the first place at which the texts are too long for any compiler that writes them out.
pub(super) fn check(module: &Module, places: Places, source_bytes: usize) -> Option<Finding> {
    let mut growth = Growth::new(source_bytes);
    module.visit_with(&mut growth);
    let message = "This text is too long when it is written out.";
    Some(
        Finding::error(Code::TooComplex, places.of(growth.beyond?), message)
            .with_hint("Make long texts at run time, in a function, instead of adding constants."),
    )
}

struct Growth {
    limit_bytes: usize,
    /// How long the texts of the variables are that have been seen, by name: where several have
    /// one, the longest counts.
    lengths: BTreeMap<Atom, usize>,
    /// Whether a variable is beyond the limit.
    variable: bool,
    /// The sum of the lengths.
    total: usize,
    /// The member of an enum that is beyond the limit (enums are always written out), or the
    /// variable with which all are.
    beyond: Option<Span>,
}

impl Growth {
    fn new(source_bytes: usize) -> Self {
        Self {
            limit_bytes: source_bytes + TEXT_BYTES,
            lengths: BTreeMap::new(),
            variable: false,
            total: 0,
            beyond: None,
        }
    }

    /// How long the text of an expression is; nothing where it is no text.
    fn length(&self, expr: &Expr) -> usize {
        match expr {
            Expr::Lit(Lit::Str(text)) => text.value.len(),
            Expr::Ident(name) => self.lengths.get(&name.sym).copied().unwrap_or_default(),
            Expr::Paren(inner) => self.length(&inner.expr),
            Expr::TsAs(inner) => self.length(&inner.expr),
            Expr::TsConstAssertion(inner) => self.length(&inner.expr),
            Expr::Tpl(template) => self.template(template),
            Expr::Bin(BinExpr {
                op: BinaryOp::Add,
                left,
                right,
                ..
            }) => self.length(left).saturating_add(self.length(right)),
            // `X.a` and `X["a"]` in a later enum, or in a namespace.
            Expr::Member(member) => member
                .prop
                .as_ident()
                .and_then(|name| self.lengths.get(&name.sym).copied())
                .unwrap_or_default(),
            _ => 0,
        }
    }

    fn template(&self, template: &Tpl) -> usize {
        let texts = template.quasis.iter().map(|part| part.raw.len());
        let values = template.exprs.iter().map(|expr| self.length(expr));
        texts.chain(values).fold(0, usize::saturating_add)
    }

    /// Keeps the length of what has this name; says whether it is beyond the limit.
    fn keep(&mut self, name: &Atom, length: usize) -> bool {
        if length > 0 {
            let kept = self.lengths.entry(name.clone()).or_default();
            *kept = length.max(*kept);
        }
        length > self.limit_bytes
    }
}

impl Visit for Growth {
    fn visit_var_declarator(&mut self, declarator: &VarDeclarator) {
        if let (Pat::Ident(name), Some(value)) = (&declarator.name, &declarator.init) {
            let length = self.length(value);
            self.variable |= self.keep(&name.id.sym, length);
            self.total = self.total.saturating_add(length);
            if self.total > TEXTS_BYTES {
                self.beyond.get_or_insert(declarator.span);
            }
        }
        declarator.visit_children_with(self);
    }

    fn visit_assign_expr(&mut self, assignment: &AssignExpr) {
        if let AssignTarget::Simple(SimpleAssignTarget::Ident(name)) = &assignment.left {
            let length = self.length(&assignment.right);
            self.variable |= self.keep(&name.id.sym, length);
        }
        assignment.visit_children_with(self);
    }

    fn visit_ts_enum_decl(&mut self, declaration: &TsEnumDecl) {
        for TsEnumMember { span, id, init } in &declaration.members {
            let length = init.as_ref().map_or(0, |value| self.length(value));
            let beyond = match id {
                TsEnumMemberId::Ident(name) => self.keep(&name.sym, length),
                TsEnumMemberId::Str(name) => {
                    let name = name.value.to_atom_lossy().into_owned();
                    self.keep(&name, length)
                }
            };
            if beyond {
                self.beyond.get_or_insert(*span);
            }
        }
    }
}
