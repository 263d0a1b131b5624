//! What may be open in a text: brackets, quotes, tags.

use crate::tsx::compiler::Span;

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
