//! The outline of a text that no parser could read: brackets, quotes and tags, and where they stop
//! fitting together.
//!
//! A parser says where it had to give up, which is often lines below the mistake. This walk knows
//! no grammar but what opens and what closes, so that it can say which one is still open.

use crate::tsx::compiler::Span;
use crate::tsx::explain::walk::{Before, Walk};

/// What may be open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// `(`, `[` or `{`.
    Bracket(char),
    /// `{` among the children or attributes of an element.
    Hole,
    /// `${` in a template.
    Substitution,
    /// A backtick.
    Template,
    /// `<name`, and the `>` is still to come.
    Head(String),
    /// An element; without a name it is a fragment.
    Element(String),
}

/// Something that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) kind: Kind,
    /// The bracket, or `<` with the name.
    pub(super) span: Span,
}

impl Open {
    /// What closes it.
    pub(super) fn closer(&self) -> String {
        match &self.kind {
            Kind::Bracket('(') => ")".to_owned(),
            Kind::Bracket('[') => "]".to_owned(),
            Kind::Bracket(_) | Kind::Hole | Kind::Substitution => "}".to_owned(),
            Kind::Template => "`".to_owned(),
            Kind::Head(_) => ">".to_owned(),
            Kind::Element(name) => format!("</{name}>"),
        }
    }

    /// The name of an element.
    pub(super) fn element(&self) -> Option<&str> {
        match &self.kind {
            Kind::Element(name) => Some(name),
            _ => None,
        }
    }

    /// Whether it is a bracket that this one closes.
    pub(super) fn closes_with(&self, closer: char) -> bool {
        let is_bracket = !matches!(self.kind, Kind::Template | Kind::Head(_) | Kind::Element(_));
        is_bracket && self.closer().starts_with(closer)
    }
}

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

/// The first fault of a text; cost is linear in its length.
pub(super) fn fault(source: &str) -> Option<Fault> {
    Walk::new(source, source.len()).fault()
}

/// What is open at a place, from the outside, if everything before it fits.
pub(super) fn open_at(source: &str, offset: usize) -> Option<Vec<Open>> {
    let mut walk = Walk::new(source, offset);
    while walk.at < offset {
        if walk.step().is_some() {
            return None;
        }
    }
    Some(walk.stack)
}

/// Where the last of the elements ends that stand side by side from a place on.
pub(super) fn end_of_siblings(source: &str, second: usize) -> usize {
    let mut walk = Walk::new(source, source.len());
    let mut depth = None;
    let mut end = second;
    while walk.at < source.len() {
        if walk.at >= second {
            let depth = *depth.get_or_insert(walk.stack.len());
            if walk.stack.len() < depth {
                break;
            }
            if walk.stack.len() == depth && matches!(walk.before, Before::Element(_)) {
                end = walk.at;
                walk.before = Before::Operator;
            }
        }
        if walk.step().is_some() {
            break;
        }
    }
    end
}
