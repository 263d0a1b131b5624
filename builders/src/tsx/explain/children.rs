//! The part of the walk that is among the children of an element: text and closing tags.

use crate::tsx::compiler::Span;
use crate::tsx::explain::fault::Fault;
use crate::tsx::explain::open::{Kind, Open};
use crate::tsx::explain::walk::Walk;
use crate::tsx::explain::words;

impl Walk<'_> {
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
    pub(super) fn closing_in_code(&mut self) -> Option<Fault> {
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
}
