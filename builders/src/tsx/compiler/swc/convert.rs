//! From swc's positions and texts to ours.

use swc_core::atoms::Wtf8Atom;
use swc_core::common::{BytePos, Mark, Span as SwcSpan, Spanned};
use swc_core::ecma::ast::{
    CallExpr, Callee, Expr, Ident, ImportNamedSpecifier, Lit, ModuleExportName, Str,
};

use crate::diagnostic::Code;
use crate::tsx::compiler::{Finding, Span};

/// Turns swc's positions, which run over all files of a map, into offsets of the one source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    start: BytePos,
}

impl Places {
    pub(super) fn new(start: BytePos) -> Self {
        Self { start }
    }

    /// The bytes of a span; a node that a pass made has none and counts as the start.
    pub(super) fn of(self, span: SwcSpan) -> Span {
        let offset = |position: BytePos| position.0.saturating_sub(self.start.0) as usize;
        if span.is_dummy() {
            return Span::default();
        }
        Span {
            start: offset(span.lo),
            end: offset(span.hi),
        }
    }

    /// The offset of a position, where it lies in the source.
    pub(super) fn offset(self, position: BytePos, source: &str) -> Option<usize> {
        let offset = position.0.checked_sub(self.start.0)? as usize;
        (offset <= source.len()).then_some(offset)
    }

    /// An error of syntax at a place.
    pub(super) fn refuse(self, span: SwcSpan, message: impl Into<String>, hint: &str) -> Finding {
        Finding::error(Code::SyntaxError, self.of(span), message).with_hint(hint)
    }

    /// The bytes of a node.
    pub(super) fn at(self, node: &impl Spanned) -> Span {
        self.of(node.span())
    }
}

/// A string's value as text; half a surrogate pair, which no specifier or name has, becomes U+FFFD.
pub(super) fn text(value: &Wtf8Atom) -> String {
    value.to_string_lossy().into_owned()
}

/// The value of a string literal as text.
pub(super) fn str_text(literal: &Str) -> String {
    text(&literal.value)
}

/// The name in an import or export list, an identifier or a string.
pub(super) fn export_name(name: &ModuleExportName) -> String {
    match name {
        ModuleExportName::Ident(ident) => ident.sym.to_string(),
        ModuleExportName::Str(literal) => str_text(literal),
    }
}

/// The member of its module that a named import names.
pub(super) fn imported_name(named: &ImportNamedSpecifier) -> String {
    named
        .imported
        .as_ref()
        .map_or_else(|| named.local.sym.to_string(), export_name)
}

/// The value of a string literal or of a template without substitutions.
pub(super) fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(Lit::Str(literal)) => Some(str_text(literal)),
        Expr::Tpl(template) => match template.quasis.as_slice() {
            [only] if template.exprs.is_empty() => only.cooked.as_ref().map(text),
            _ => None,
        },
        Expr::Paren(inner) => literal(&inner.expr),
        _ => None,
    }
}

/// What a call loads, if it is a call of the free name `require` with a plain string.
pub(super) fn required(call: &CallExpr, unresolved: Mark) -> Option<String> {
    let Callee::Expr(callee) = &call.callee else {
        return None;
    };
    let Expr::Ident(name) = &**callee else {
        return None;
    };
    let is_require = name.sym == *"require" && name.ctxt.outer() == unresolved;
    if is_require {
        literal(&call.args.first()?.expr)
    } else {
        None
    }
}

/// Whether a text may be a name in a list of exports: an identifier, or a word of the language.
pub(super) fn is_identifier_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(Ident::is_valid_start) && characters.all(Ident::is_valid_continue)
}
