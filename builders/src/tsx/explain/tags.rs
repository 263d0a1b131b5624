//! The part of the walk that is in JSX: tags, attributes, text.

use crate::tsx::compiler::Span;
use crate::tsx::explain::outline::{Fault, Kind, Open};
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
    fn tag_name(&self, skip: usize) -> String {
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

    /// Within the children of an element.
    pub(super) fn text(&mut self) -> Option<Fault> {
        let rest = self.rest();
        let character = rest.chars().next()?;
        match character {
            '{' => self.push(Kind::Hole, 1),
            '<' if rest.starts_with("<!--") => {
                return Some(Fault::HtmlComment(self.html_comment()));
            }
            '<' if rest.starts_with("</") => return self.closing(),
            '<' => {
                let name = self.tag_name(1);
                if !name.is_empty() && name.starts_with(words::begins_name) {
                    let length = 1 + name.len();
                    self.push(Kind::Head(name), length);
                } else if rest.starts_with("<>") {
                    self.push(Kind::Element(String::new()), 2);
                } else {
                    return Some(Fault::BareBracket(self.span(1)));
                }
            }
            '}' => return self.brace_in_text(),
            other => self.at += other.len_utf8(),
        }
        None
    }

    /// `}` in text is a forgotten escape where the element goes on; otherwise the text is none, and
    /// the element has not been closed.
    fn brace_in_text(&mut self) -> Option<Fault> {
        let open = self.stack.last()?.clone();
        let name = open.element()?;
        let span = self.span(1);
        if self.next_closing(self.at) == Some(name) {
            return Some(Fault::BareBracket(span));
        }
        let around = Vec::new();
        let before = Some(span);
        Some(self.unclosed(Fault::Unclosed {
            open,
            before,
            around,
        }))
    }

    /// The name in the next closing tag.
    fn next_closing(&self, from: usize) -> Option<&str> {
        let rest = self.source.get(from..)?;
        let after = rest.get(rest.find("</")? + 2..)?;
        let length = words::run(after, |c| words::continues_name(c) || ".:-".contains(c));
        after.get(..length)
    }

    fn html_comment(&self) -> Span {
        let length = self.rest().find("-->").map_or(4, |at| at + 3);
        self.span(length)
    }

    /// A closing tag where children are.
    fn closing(&mut self) -> Option<Fault> {
        let name = self.tag_name(2);
        let after = self.rest().get(2 + name.len()..).unwrap_or_default();
        let end = after
            .find('>')
            .filter(|at| after.get(..*at).is_some_and(|gap| gap.trim().is_empty()));
        let span = self.span(2 + name.len() + end.map_or(0, |at| at + 1));
        let top = self.stack.last()?.clone();
        if top.element() == Some(&name) {
            if end.is_none() {
                let kind = Kind::Head(format!("/{name}"));
                return Some(Fault::Unclosed {
                    open: Open { kind, span },
                    before: Some(Span {
                        start: span.end,
                        end: span.end,
                    }),
                    around: Vec::new(),
                });
            }
            self.at = span.end;
            self.closed();
            return None;
        }
        if let Some(found) = self.crossed(&top, span) {
            return Some(Fault::Crossed { open: top, found });
        }
        let elements = || self.stack.iter().rev().map_while(Open::element);
        if elements().any(|open| open == name) {
            return Some(self.unclosed(Fault::Unclosed {
                open: top,
                before: Some(span),
                around: Vec::new(),
            }));
        }
        Some(if self.next_closing(span.end) == top.element() {
            Fault::StrayTag(span)
        } else {
            Fault::OtherTag {
                open: top,
                found: span,
            }
        })
    }

    /// Both tags, if the one that was expected follows the other.
    fn crossed(&self, top: &Open, found: Span) -> Option<Span> {
        let parent = self.stack.iter().rev().nth(1)?;
        let is_parents = self.source.get(found.start..found.end) == Some(&*parent.closer());
        let rest = self.source.get(found.end..)?;
        let gap = rest.len() - rest.trim_start().len();
        let follows = rest.get(gap..)?.starts_with(&top.closer());
        let end = found.end + gap + top.closer().len();
        let start = found.start;
        (is_parents && follows && gap == 0).then_some(Span { start, end })
    }

    /// An element that is not closed may be a closing tag without its slash.
    fn unclosed(&self, fault: Fault) -> Fault {
        if let Fault::Unclosed { open, .. } = &fault
            && let [.., first, second] = self.stack.as_slice()
            && first.kind == second.kind
            && second == open
            && self
                .source
                .get(second.span.end..)
                .is_some_and(|rest| rest.starts_with('>'))
        {
            let (first, second) = (first.clone(), second.clone());
            return Fault::OpenedTwice { first, second };
        }
        fault
    }

    /// A closing tag in code: a bracket within the element is still open, or nothing is.
    fn closing_in_code(&mut self) -> Option<Fault> {
        let name = self.tag_name(2);
        let length = self.rest().find('>').map_or(2 + name.len(), |at| at + 1);
        let span = self.span(length);
        let within = self.stack.iter().any(|open| open.element().is_some());
        Some(match self.stack.last() {
            Some(open) if within => Fault::Unclosed {
                open: open.clone(),
                before: Some(span),
                around: Vec::new(),
            },
            _ => Fault::StrayTag(span),
        })
    }

    /// Leaves the element or the empty tag that is on top.
    fn closed(&mut self) {
        let Some(open) = self.stack.pop() else {
            return;
        };
        self.before = Before::Element(open.span);
    }
}
