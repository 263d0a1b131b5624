//! The shape of a tree: how deep it nests and how long its chains are.
//!
//! The passes behind recurse, and some cost the cube of a depth or the square of a length. A tree
//! within these limits compiles in well under a second; the limits are far above what people
//! write (the deepest of some hundred real components nests 60 levels).

use swc_core::common::{Span, Spanned};
use swc_core::ecma::ast::{
    ArrowExpr, Class, Expr, ExprOrSpread, Function, IfStmt, JSXElement, JSXFragment, Module, Pat,
    SeqExpr, Stmt, TsModuleDecl, TsNamespaceDecl, TsType,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use crate::diagnostic::Code;
use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::convert::Places;
use crate::tsx::compiler::swc::growth;

/// Nodes within nodes. Nested `if`s are cubic in the compressor: 0.3 s for 500 of them.
const NESTING: usize = 256;
/// `a ? b : c ? d : …` and `if … else if …`: cubic like nested `if`s.
const BRANCHES: usize = 256;
/// `!!!x`, `await await x`: no one writes more than three.
const UNARY: usize = 256;
/// `a + b + …`: quadratic, 0.5 s for 2,000 terms.
const TERMS: usize = 2_000;
/// `a.b.c()`: builders of paths and queries chain some dozens.
const MEMBERS: usize = 1_000;
/// Namespaces within namespaces: cubic where they are turned into functions, 0.2 s for 60.
const NAMESPACES: usize = 32;
/// `class extends (class extends …)`: finding out whose names are whose doubles with each.
const HERITAGE: usize = 6;
/// Static blocks of one class: quadratic where each gets a name, 0.2 s for 2,000.
const STATIC_BLOCKS: usize = 1_000;
/// Functions of one file: quadratic where their parameters are named, 1.1 s for 10,000.
const FUNCTIONS: usize = 10_000;

/// Finds the first place that is beyond a limit.
pub(super) fn check(module: &Module, places: Places, source_bytes: usize) -> Option<Finding> {
    let mut shape = Shape {
        namespaces: 0,
        heritage: 0,
        functions: 0,
        nesting: 0,
        chain: None,
        length: 0,
        exceeded: None,
    };
    module.visit_children_with(&mut shape);
    let Some((span, what, limit)) = shape.exceeded else {
        return growth::check(module, places, source_bytes);
    };
    Some(
        Finding::error(
            Code::TooComplex,
            places.of(span),
            format!("{what} is longer than the limit of {limit}."),
        )
        .with_hint("Split it up: into components, named constants, a loop or a table."),
    )
}

/// What chains: nodes of one kind whose first or last part is of the same kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chain {
    Branches,
    Unary,
    Terms,
    Members,
}

impl Chain {
    fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Cond(_) => Some(Self::Branches),
            Expr::Unary(_) | Expr::Await(_) | Expr::Update(_) => Some(Self::Unary),
            Expr::TsAs(_) | Expr::TsNonNull(_) | Expr::TsSatisfies(_) => Some(Self::Unary),
            Expr::Bin(_) => Some(Self::Terms),
            Expr::Member(_) | Expr::Call(_) | Expr::OptChain(_) | Expr::TaggedTpl(_) => {
                Some(Self::Members)
            }
            _ => None,
        }
    }

    fn limit(self) -> (&'static str, usize) {
        match self {
            Self::Branches => ("This chain of branches", BRANCHES),
            Self::Unary => ("This chain of unary operators", UNARY),
            Self::Terms => ("This chain of operators", TERMS),
            Self::Members => ("This chain of members and calls", MEMBERS),
        }
    }
}

/// `a, b, …` as one expression: quadratic in the compressor, 0.3 s for 10,000 parts.
const PARTS: usize = 10_000;

struct Shape {
    nesting: usize,
    namespaces: usize,
    heritage: usize,
    functions: usize,
    /// The chain that the current node is part of, and how long it is so far.
    chain: Option<Chain>,
    length: usize,
    /// The first place beyond a limit; nothing is visited after it.
    exceeded: Option<(Span, &'static str, usize)>,
}

impl Shape {
    /// Visits a node's inside, as a further link of a chain or one level deeper.
    fn enter(&mut self, chain: Option<Chain>, span: Span, visit: impl FnOnce(&mut Self)) {
        if self.exceeded.is_some() {
            return;
        }
        let before = (self.nesting, self.chain, self.length);
        match chain {
            Some(kind) if self.chain == chain => {
                self.length += 1;
                let (what, limit) = kind.limit();
                if self.length > limit {
                    self.exceeded = Some((span, what, limit));
                    return;
                }
            }
            _ => {
                self.nesting += 1;
                (self.chain, self.length) = (chain, 1);
            }
        }
        if self.nesting > NESTING {
            self.exceeded = Some((span, "The nesting of this code", NESTING));
            return;
        }
        visit(self);
        (self.nesting, self.chain, self.length) = before;
    }

    fn exceed(&mut self, span: Span, what: &'static str, limit: usize) {
        self.exceeded.get_or_insert((span, what, limit));
    }

    fn function(&mut self, span: Span) {
        self.functions += 1;
        if self.functions > FUNCTIONS {
            self.exceed(span, "This file's list of functions", FUNCTIONS);
        }
    }

    fn namespace(&mut self, span: Span, visit: impl FnOnce(&mut Self)) {
        self.namespaces += 1;
        if self.namespaces > NAMESPACES {
            self.exceed(span, "The nesting of these namespaces", NAMESPACES);
        } else {
            visit(self);
        }
        self.namespaces -= 1;
    }
}

impl Visit for Shape {
    fn visit_expr(&mut self, expr: &Expr) {
        self.enter(Chain::of(expr), expr.span(), |shape| {
            expr.visit_children_with(shape)
        });
    }

    fn visit_seq_expr(&mut self, sequence: &SeqExpr) {
        if sequence.exprs.len() > PARTS {
            self.exceeded = Some((sequence.span, "This sequence", PARTS));
        }
        sequence.visit_children_with(self);
    }

    fn visit_expr_or_spread(&mut self, argument: &ExprOrSpread) {
        // `f(g(h()))` nests; only `f().g().h()` chains.
        let (chain, length) = (self.chain.take(), self.length);
        argument.visit_children_with(self);
        (self.chain, self.length) = (chain, length);
    }

    fn visit_stmt(&mut self, statement: &Stmt) {
        let chain = statement.is_if_stmt().then_some(Chain::Branches);
        self.enter(chain, statement.span(), |shape| {
            statement.visit_children_with(shape)
        });
    }

    fn visit_if_stmt(&mut self, statement: &IfStmt) {
        statement.test.visit_with(self);
        // Only `else if` continues a chain; an `if` within an `if` is nesting.
        let (chain, length) = (self.chain.take(), self.length);
        statement.cons.visit_with(self);
        (self.chain, self.length) = (chain, length);
        statement.alt.visit_with(self);
    }

    fn visit_pat(&mut self, pattern: &Pat) {
        self.enter(None, pattern.span(), |shape| {
            pattern.visit_children_with(shape)
        });
    }

    fn visit_class(&mut self, class: &Class) {
        let blocks = class.body.iter().filter(|member| member.is_static_block());
        if blocks.count() > STATIC_BLOCKS {
            self.exceed(class.span, "This list of static blocks", STATIC_BLOCKS);
        }
        self.heritage += 1;
        if self.heritage > HERITAGE {
            self.exceed(class.span, "This chain of classes", HERITAGE);
        } else {
            class.super_class.visit_with(self);
        }
        // Classes within the body of a class begin anew: nothing doubles there.
        let around = std::mem::take(&mut self.heritage) - 1;
        class.decorators.visit_with(self);
        class.body.visit_with(self);
        self.heritage = around;
    }

    fn visit_function(&mut self, function: &Function) {
        self.function(function.span);
        function.visit_children_with(self);
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.function(arrow.span);
        arrow.visit_children_with(self);
    }

    fn visit_ts_module_decl(&mut self, declaration: &TsModuleDecl) {
        self.namespace(declaration.span, |shape| {
            declaration.visit_children_with(shape);
        });
    }

    fn visit_ts_namespace_decl(&mut self, declaration: &TsNamespaceDecl) {
        self.namespace(declaration.span, |shape| {
            declaration.visit_children_with(shape);
        });
    }

    fn visit_ts_type(&mut self, ty: &TsType) {
        self.enter(None, ty.span(), |shape| ty.visit_children_with(shape));
    }

    fn visit_jsx_element(&mut self, element: &JSXElement) {
        self.enter(None, element.span, |shape| {
            element.visit_children_with(shape)
        });
    }

    fn visit_jsx_fragment(&mut self, fragment: &JSXFragment) {
        self.enter(None, fragment.span, |shape| {
            fragment.visit_children_with(shape)
        });
    }
}
