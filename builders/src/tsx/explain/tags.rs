//! The part of the walk that is in opening tags: what begins one, its attributes, its end.

use crate::tsx::compiler::Span;
use crate::tsx::explain::fault::Fault;
use crate::tsx::explain::open::Kind;
use crate::tsx::explain::walk::{Before, Walk};
use crate::tsx::explain::words;

impl Walk<'_> {
    /// `<` in code: a tag, type arguments, or a comparison.
    pub(super) fn angle(&mut self) -> Option<Fault> {
        let rest = self.rest();
        if rest.starts_with("<!--") {
            return Some(Fault::HtmlComment(self.html_comment()));
        }
        let next = rest.chars().nth(1);
        let opens = next.is_some_and(|c| words::begins_name(c) || c == '>');
        let closes = next == Some('/') && {
            let after = rest.chars().nth(2);
            after.is_some_and(|c| words::begins_name(c) || c == '>')
        };
        match self.before {
            _ if closes => self.closing_in_code(),
            Before::Element(_) if opens => self.side_by_side(),
            Before::Operator if opens => self.opening(),
            _ => {
                self.at += 1;
                self.before = Before::Operator;
                None
            }
        }
    }

    /// A second element beside one, where an expression has ended.
    pub(super) fn side_by_side(&mut self) -> Option<Fault> {
        let Before::Element(first) = self.before else {
            return None;
        };
        let second = self.span(1);
        Some(Fault::SideBySide { first, second })
    }

    /// The beginning of an element, or of type parameters.
    fn opening(&mut self) -> Option<Fault> {
        let name = self.tag_name(1);
        let length = 1 + name.len();
        let after = self.rest().get(length..).unwrap_or_default();
        if name.is_empty() {
            self.push(Kind::Element(name), 2);
            return None;
        }
        let trimmed = after.trim_start();
        if trimmed.starts_with(',') || trimmed.starts_with("extends ") {
            self.at += words::angles_length(self.rest());
            self.before = Before::Operator;
            return None;
        }
        let never_closed = || !self.rest().contains(&format!("</{name}"));
        if let Some(value) = after.strip_prefix('>')
            && !value.trim_start().starts_with(['<', '{'])
            && self.stack.iter().all(|open| open.element().is_none())
            && never_closed()
            && (value.starts_with('(') || value.starts_with(words::begins_name))
        {
            let line = value.lines().next().unwrap_or_default();
            return Some(Fault::Angles {
                span: self.span(length + 1),
                arrow: value.starts_with('(') && line.contains("=>"),
            });
        }
        self.push(Kind::Head(name), length);
        None
    }

    /// The name of a tag, `a`, `A.B`, `a:b`, `a-b`, some bytes behind this place.
    pub(super) fn tag_name(&self, skip: usize) -> String {
        let rest = self.rest().get(skip..).unwrap_or_default();
        let length = words::run(rest, |c| words::continues_name(c) || ".:-".contains(c));
        rest.get(..length).unwrap_or_default().to_owned()
    }

    /// Within `<name …`.
    pub(super) fn head(&mut self) -> Option<Fault> {
        let rest = self.rest();
        let character = rest.chars().next()?;
        match character {
            '"' | '\'' => return self.attribute_string(character),
            '{' => self.push(Kind::Hole, 1),
            '>' => {
                let top = self.stack.last_mut()?;
                if let Kind::Head(name) = &mut top.kind {
                    top.kind = Kind::Element(std::mem::take(name));
                }
                self.at += 1;
            }
            '/' if rest.starts_with("/*") || rest.starts_with("//") => {
                let end = if rest.starts_with("//") { "\n" } else { "*/" };
                self.at += rest.find(end).map_or(rest.len(), |at| at + end.len());
            }
            '/' if rest
                .get(1..)
                .is_some_and(|r| r.trim_start().starts_with('>')) =>
            {
                self.at += rest.find('>').map_or(1, |at| at + 1);
                self.closed();
            }
            '<' if self.head_just_began() => {
                self.at += words::angles_length(rest).max(1);
            }
            '<' | ')' | ';' | '}' => {
                let open = self.stack.last()?.clone();
                return Some(Fault::Unclosed {
                    open,
                    before: Some(self.span(character.len_utf8())),
                    around: Vec::new(),
                });
            }
            other => self.at += other.len_utf8(),
        }
        None
    }

    fn head_just_began(&self) -> bool {
        self.stack
            .last()
            .is_some_and(|open| open.span.end == self.at)
    }

    /// An attribute in quotes. It may span lines; where the next quote is another attribute's, it
    /// was not meant to.
    fn attribute_string(&mut self, quote: char) -> Option<Fault> {
        let inner = self.rest().get(1..).unwrap_or_default();
        let length = inner.find(quote).unwrap_or(inner.len());
        let value = inner.get(..length).unwrap_or_default();
        let ends = length < inner.len();
        if !ends || (value.contains('\n') && value.contains(['=', '<', '{'])) {
            return Some(self.unterminated("attribute"));
        }
        self.at += length + 2;
        None
    }

    pub(super) fn html_comment(&self) -> Span {
        let length = self.rest().find("-->").map_or(4, |at| at + 3);
        self.span(length)
    }

    /// Leaves the element or the empty tag that is on top.
    pub(super) fn closed(&mut self) {
        let Some(open) = self.stack.pop() else {
            return;
        };
        self.before = Before::Element(open.span);
    }
}
