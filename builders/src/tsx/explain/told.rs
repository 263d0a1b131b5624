//! What every explanation of a fault needs: the text, its lines, an error at a place.

use crate::diagnostic::Code;
use crate::tsx::compiler::{Finding, Span};
use crate::tsx::explain::rows;

/// The text that is spoken of.
pub(super) struct Told<'a> {
    pub(super) source: &'a str,
}

impl<'a> Told<'a> {
    pub(super) fn error(&self, span: Span, message: String, hint: String) -> Finding {
        Finding::error(Code::SyntaxError, span, message).with_hint(hint)
    }

    pub(super) fn line(&self, span: Span) -> usize {
        rows::number(self.source, span.start)
    }

    pub(super) fn text(&self, span: Span) -> &'a str {
        let text = self.source.get(span.start..span.end).unwrap_or_default();
        let end = text.char_indices().nth(60).map_or(text.len(), |(at, _)| at);
        text.get(..end).unwrap_or_default()
    }
}
