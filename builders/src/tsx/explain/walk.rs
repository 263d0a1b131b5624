//! The walk that makes an outline: one step for each token, in code, templates, tags and text.

use crate::tsx::compiler::Span;
use crate::tsx::explain::outline::{Fault, Kind, Open};
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

    fn code(&mut self) -> Option<Fault> {
        let rest = self.rest();
        let character = rest.chars().next()?;
        match character {
            _ if character.is_whitespace() => self.at += character.len_utf8(),
            '/' => return self.slash(),
            '\'' | '"' => return self.string(character),
            '`' => self.push(Kind::Template, 1),
            '{' if matches!(self.before, Before::Element(_)) => return self.side_by_side(),
            '(' | '[' | '{' => self.push(Kind::Bracket(character), 1),
            ')' | ']' | '}' => return self.close(character),
            '<' => return self.angle(),
            _ if words::begins_name(character) => return self.word(),
            _ if character.is_ascii_digit() => {
                let length = words::run(rest, |c| words::continues_name(c) || c == '.');
                self.at += length;
                self.before = Before::Value;
            }
            _ => {
                self.at += character.len_utf8();
                self.before = Before::Operator;
            }
        }
        None
    }

    /// A name or a keyword.
    fn word(&mut self) -> Option<Fault> {
        let length = words::name_length(self.rest());
        let word = self.rest().get(..length).unwrap_or_default();
        let is_member = self
            .source
            .get(..self.at)
            .unwrap_or_default()
            .ends_with('.');
        if self.begins_hole() && words::STATEMENTS.contains(&word) {
            return Some(Fault::Statement(self.span(length)));
        }
        if self.is_top_level(word) && !self.stack.is_empty() {
            return self.open_at_top_level(length);
        }
        let is_keyword = !is_member && words::BEFORE_VALUES.contains(&word);
        self.before = if is_keyword {
            Before::Operator
        } else {
            Before::Value
        };
        self.at += length;
        None
    }

    /// Whether nothing stands yet between the braces of JSX.
    fn begins_hole(&self) -> bool {
        self.stack.last().is_some_and(|open| {
            let inner = self.source.get(open.span.end..self.at);
            open.kind == Kind::Hole && inner.is_some_and(|text| text.trim().is_empty())
        })
    }

    /// Whether a word is an `import` or `export` at the very beginning of its line.
    fn is_top_level(&self, word: &str) -> bool {
        let follows = self.rest().get(word.len()..).unwrap_or_default();
        matches!(word, "import" | "export")
            && follows.starts_with([' ', '{'])
            && self.line_start(self.at) == self.at
    }

    /// Imports and exports stand in no bracket: one above has not been closed.
    fn open_at_top_level(&self, length: usize) -> Option<Fault> {
        let mut around = self.stack.clone();
        let open = around.pop()?;
        around.reverse();
        Some(Fault::Unclosed {
            open,
            before: Some(self.span(length)),
            around,
        })
    }

    /// A comment, a regular expression or a division.
    fn slash(&mut self) -> Option<Fault> {
        let rest = self.rest();
        if rest.starts_with("//") {
            let span = self.line_from(self.at);
            let closes = self
                .source
                .get(..span.end)
                .is_some_and(|text| text.ends_with('}'));
            if closes && self.begins_hole() {
                return Some(Fault::LineComment(span));
            }
            self.at = self.line_end();
            return None;
        }
        if rest.starts_with("/*") {
            return match rest.get(2..).and_then(|inner| inner.find("*/")) {
                Some(length) => {
                    self.at += length + 4;
                    None
                }
                None => Some(self.unterminated("comment")),
            };
        }
        if self.before != Before::Operator {
            self.at += 1;
            self.before = Before::Operator;
            return None;
        }
        match words::regex_length(rest) {
            Some(length) => {
                self.at += length;
                self.before = Before::Value;
                None
            }
            None => Some(self.unterminated("regular expression")),
        }
    }

    fn line_end(&self) -> usize {
        let rest = self.rest();
        self.at + rest.find('\n').unwrap_or(rest.len())
    }

    pub(super) fn unterminated(&self, what: &'static str) -> Fault {
        Fault::Unterminated {
            what,
            span: self.line_from(self.at),
        }
    }

    fn string(&mut self, quote: char) -> Option<Fault> {
        match words::string_length(self.rest(), quote) {
            Some(length) => {
                self.at += length;
                self.before = Before::Value;
                None
            }
            None => Some(self.unterminated("string")),
        }
    }

    fn close(&mut self, closer: char) -> Option<Fault> {
        let span = self.span(1);
        let Some(open) = self.stack.last() else {
            return Some(Fault::StrayBracket(span));
        };
        if !open.closes_with(closer) {
            return Some(Fault::Unclosed {
                open: open.clone(),
                before: Some(span),
                around: Vec::new(),
            });
        }
        let open = open.clone();
        self.compare_indentation(&open, span);
        self.stack.pop();
        self.at += 1;
        self.before = Before::Value;
        None
    }

    /// A closer that begins its line stands below what it closes, in any usual layout.
    fn compare_indentation(&mut self, open: &Open, closer: Span) {
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

    fn line_start(&self, offset: usize) -> usize {
        let index = self.lines.partition_point(|start| *start <= offset);
        let start = index.checked_sub(1).and_then(|index| self.lines.get(index));
        start.copied().unwrap_or_default()
    }
}
