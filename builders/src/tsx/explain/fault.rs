//! How a text can fail to fit together.

use crate::tsx::compiler::Span;
use crate::tsx::explain::open::Open;

/// The first thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// Something is open where something else closes, or at the end, where nothing does.
    Unclosed {
        /// What is open.
        open: Open,
        /// What comes in its place.
        before: Option<Span>,
        /// What else is open, from the inside; filled at the end of the text only.
        around: Vec<Open>,
    },
    /// A bracket was closed by the one that its parent should have had: its line is indented less.
    ClosedLate {
        /// What was meant to be closed above.
        open: Open,
        /// The bracket that closed it.
        by: Span,
    },
    /// A bracket closes nothing.
    StrayBracket(Span),
    /// A closing tag closes nothing.
    StrayTag(Span),
    /// A closing tag has another name than the element that it should close.
    OtherTag {
        /// The element.
        open: Open,
        /// The closing tag.
        found: Span,
    },
    /// Two closing tags stand in the wrong order.
    Crossed {
        /// The inner element, whose closing tag comes second.
        open: Open,
        /// Both closing tags.
        found: Span,
    },
    /// A tag is opened twice where the second should close the first.
    OpenedTwice {
        /// The first.
        first: Open,
        /// The second.
        second: Open,
    },
    /// Two elements stand side by side where one is expected.
    SideBySide {
        /// The first one's beginning.
        first: Span,
        /// The second one's beginning.
        second: Span,
    },
    /// A comment of HTML.
    HtmlComment(Span),
    /// A bracket in the text of an element that is no text.
    BareBracket(Span),
    /// `//` behind a brace of JSX, with the closing brace in the comment.
    LineComment(Span),
    /// A statement where an expression belongs, between the braces of JSX.
    Statement(Span),
    /// `<T>` in TSX before a parenthesis or a value, and no tag closes it.
    Angles {
        /// `<T>`.
        span: Span,
        /// Whether an arrow function follows.
        arrow: bool,
    },
    /// A quote has no end.
    Unterminated {
        /// "string", "template", "comment", "regular expression", "attribute".
        what: &'static str,
        /// From the quote to the end of its line.
        span: Span,
    },
}

impl Fault {
    /// Where the mistake begins.
    pub(super) fn start(&self) -> usize {
        match self {
            Self::Unclosed { open, .. }
            | Self::ClosedLate { open, .. }
            | Self::Crossed { open, .. }
            | Self::OtherTag { open, .. } => open.span.start,
            Self::SideBySide { first, .. } => first.start,
            Self::OpenedTwice { first, .. } => first.span.start,
            Self::StrayBracket(span)
            | Self::StrayTag(span)
            | Self::HtmlComment(span)
            | Self::BareBracket(span)
            | Self::LineComment(span)
            | Self::Statement(span)
            | Self::Angles { span, .. }
            | Self::Unterminated { span, .. } => span.start,
        }
    }
}
