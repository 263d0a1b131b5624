//! Where the pieces of a finished module come from.

use swc_core::atoms::Atom;
use swc_core::common::{BytePos, LineCol};
use swc_core::ecma::ast::{Expr, NewExpr};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use crate::tsx::compiler::Mapping;
use crate::tsx::compiler::swc::session::Session;

/// From the printer's positions to offsets in the source, less those that lie in no source: what
/// passes added has none. Where one piece of the module has several, the last is the innermost, and
/// what is printed there.
pub(super) fn of(positions: &[(BytePos, LineCol)], session: &Session<'_>) -> Vec<Mapping> {
    let mut mappings: Vec<Mapping> = Vec::with_capacity(positions.len());
    for (position, place) in positions {
        let Some(offset) = session.places.offset(*position, session.unit.source) else {
            continue;
        };
        let mapping = Mapping {
            line: place.line,
            column: place.col,
            offset,
            name: session.names.at(*position).map(Atom::to_string),
        };
        match mappings.last_mut() {
            Some(last) if (last.line, last.column) == (place.line, place.col) => *last = mapping,
            _ => mappings.push(mapping),
        }
    }
    mappings
}

/// Maps the dots of members too. Where a member is read of what a call gave, an engine reports the
/// dot, which the printer maps to nothing of its own; it leads to the member.
pub(super) fn with_dots(mappings: Vec<Mapping>, code: &str) -> Vec<Mapping> {
    let mut all: Vec<Mapping> = Vec::with_capacity(mappings.len());
    let mut characters = Characters::of(code);
    for mapping in mappings {
        let is_after_dot = characters.before(mapping.line, mapping.column) == Some('.');
        let dot = mapping.column.checked_sub(1).filter(|_| is_after_dot);
        let is_free = |column: u32| {
            all.last()
                .is_none_or(|last| (last.line, last.column) < (mapping.line, column))
        };
        if let Some(column) = dot.filter(|column| is_free(*column)) {
            all.push(Mapping {
                column,
                name: None,
                ..mapping
            });
        }
        all.push(mapping);
    }
    all
}

/// A walk over a module's characters, forward only.
struct Characters<'a> {
    rest: std::str::Chars<'a>,
    line: u32,
    column: u32,
    last: Option<char>,
}

impl<'a> Characters<'a> {
    fn of(code: &'a str) -> Self {
        Self {
            rest: code.chars(),
            line: 0,
            column: 0,
            last: None,
        }
    }

    /// The character before a place; nothing where the walk is past it.
    fn before(&mut self, line: u32, column: u32) -> Option<char> {
        while (self.line, self.column) < (line, column) {
            let next = self.rest.next()?;
            self.last = Some(next);
            if next == '\n' {
                (self.line, self.column) = (self.line + 1, 0);
            } else {
                self.column += if next.len_utf16() == 2 { 2 } else { 1 };
            }
        }
        self.last
            .filter(|_| (self.line, self.column) == (line, column))
    }
}

/// Lets a constructor's name begin where its `new` does. The compressor turns `new Error()` into
/// `Error()`, and where that throws, the source has its `new`.
pub(super) struct NewPositions;

impl VisitMut for NewPositions {
    fn visit_mut_new_expr(&mut self, expr: &mut NewExpr) {
        if let Expr::Ident(name) = &mut *expr.callee
            && !expr.span.is_dummy()
        {
            name.span.lo = expr.span.lo;
        }
        expr.visit_mut_children_with(self);
    }
}
