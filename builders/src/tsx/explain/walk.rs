//! The walk that makes an outline: one step for each token, in code, templates, tags and text.

use crate::tsx::compiler::Span;
use crate::tsx::explain::fault::Fault;
use crate::tsx::explain::open::{Kind, Open};
use crate::tsx::explain::words;

/// What the token before this one was: it tells a division from a regular expression, and a
/// comparison from a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// An operator, an opening bracket, a keyword: a value follows.
    Operator,
    /// A value: an operator follows.
    Value,
    /// An element, which is a value too.
    Element(Span),
}

/// A position in the text and what is open there.
pub(super) struct Walk<'a> {
    pub(super) source: &'a str,
    pub(super) at: usize,
    pub(super) stack: Vec<Open>,
    pub(super) before: Before,
    /// Where walking ends.
    until: usize,
    /// Where each line begins.
    lines: Vec<usize>,
    /// The first bracket whose indentation says that it was closed by its parent's closer.
    late: Option<(Open, Span)>,
    /// The first closer that is indented more than what it closes.
    early: Option<Span>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(source: &'a str, until: usize) -> Self {
        Self {
            source,
            at: 0,
            stack: Vec::new(),
            before: Before::Operator,
            until,
            lines: words::line_starts(source),
            late: None,
            early: None,
        }
    }

    /// The first fault of the text.
    pub(super) fn fault(mut self) -> Option<Fault> {
        while self.at < self.until {
            if let Some(fault) = self.step() {
                return Some(self.by_indentation(fault));
            }
        }
        if let Some(fault) = self.substitution() {
            return Some(fault);
        }
        let open = self.stack.pop()?;
        self.stack.reverse();
        let around = std::mem::take(&mut self.stack);
        let fault = match open.kind {
            Kind::Template => Fault::Unterminated {
                what: "template",
                span: self.line_from(open.span.start),
            },
            _ => Fault::Unclosed {
                open,
                before: None,
                around,
            },
        };
        Some(self.by_indentation(fault))
    }

    /// A template that has no end, for its last backtick began another one within `${`.
    fn substitution(&self) -> Option<Fault> {
        if self.stack.last()?.kind != Kind::Template {
            return None;
        }
        let is_substitution = |open: &&Open| open.kind == Kind::Substitution;
        let open = self.stack.iter().find(is_substitution)?;
        let line = self.line_from(open.span.end);
        let text = self.source.get(line.start..line.end)?;
        let start = line.start + text.find('`')?;
        let before = self.source.get(..start)?.trim_end();
        let is_value = before.ends_with(|c: char| words::continues_name(c) || "\"')]".contains(c));
        is_value.then(|| Fault::Unclosed {
            open: open.clone(),
            before: Some(Span {
                start,
                end: start + 1,
            }),
            around: Vec::new(),
        })
    }

    /// Where brackets stop fitting together, indentation often knows the one that is missing.
    fn by_indentation(&self, fault: Fault) -> Fault {
        match (&fault, &self.late, self.early) {
            (Fault::Unclosed { open, .. }, Some((late, by)), _)
                if open.element().is_none() && late.span.start > open.span.start =>
            {
                Fault::ClosedLate {
                    open: late.clone(),
                    by: *by,
                }
            }
            (Fault::StrayBracket(_), _, Some(early)) => Fault::StrayBracket(early),
            _ => fault,
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn span(&self, length: usize) -> Span {
        Span {
            start: self.at,
            end: self.at + length,
        }
    }

    /// From a place to the end of its line.
    pub(super) fn line_from(&self, start: usize) -> Span {
        let rest = self.source.get(start..).unwrap_or_default();
        let length = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default().trim_end();
        Span {
            start,
            end: start + line.len(),
        }
    }

    pub(super) fn push(&mut self, kind: Kind, length: usize) {
        let span = self.span(length);
        self.stack.push(Open { kind, span });
        self.at += length;
        self.before = Before::Operator;
    }

    /// Takes one token, by what is open around it.
    pub(super) fn step(&mut self) -> Option<Fault> {
        match self.stack.last().map(|open| &open.kind) {
            Some(Kind::Template) => self.template(),
            Some(Kind::Head(_)) => self.head(),
            Some(Kind::Element(_)) => self.text(),
            _ => self.code(),
        }
    }

    fn template(&mut self) -> Option<Fault> {
        match self.peek() {
            Some('`') => {
                self.stack.pop();
                self.at += 1;
                self.before = Before::Value;
            }
            Some('$') if self.rest().starts_with("${") => self.push(Kind::Substitution, 2),
            Some('\\') => {
                let escaped = self.rest().chars().nth(1).map_or(0, char::len_utf8);
                self.at += 1 + escaped;
            }
            Some(other) => self.at += other.len_utf8(),
            None => self.at = self.until,
        }
        None
    }

    pub(super) fn unterminated(&self, what: &'static str) -> Fault {
        Fault::Unterminated {
            what,
            span: self.line_from(self.at),
        }
    }

    /// A closer that begins its line stands below what it closes, in any usual layout.
    pub(super) fn compare_indentation(&mut self, open: &Open, closer: Span) {
        let begins_line = |offset| {
            let start = self.line_start(offset);
            let line = self.source.get(start..offset).unwrap_or_default();
            line.trim().is_empty()
        };
        let same_line = self.line_start(open.span.start) == self.line_start(closer.start);
        if same_line || !begins_line(closer.start) {
            return;
        }
        let indentation = |offset| words::indentation(self.source, self.line_start(offset));
        let (outer, inner) = (indentation(open.span.start), indentation(closer.start));
        if inner < outer && self.late.is_none() {
            self.late = Some((open.clone(), closer));
        }
        if inner > outer && self.early.is_none() {
            self.early = Some(closer);
        }
    }

    pub(super) fn line_start(&self, offset: usize) -> usize {
        let index = self.lines.partition_point(|start| *start <= offset);
        let start = index.checked_sub(1).and_then(|index| self.lines.get(index));
        start.copied().unwrap_or_default()
    }
}
