//! The part of the walk that is in code: brackets, names, strings, comments.

use crate::tsx::explain::fault::Fault;
use crate::tsx::explain::open::Kind;
use crate::tsx::explain::walk::{Before, Walk};
use crate::tsx::explain::words;

impl Walk<'_> {
    pub(super) fn code(&mut self) -> Option<Fault> {
        let rest = self.rest();
        let character = rest.chars().next()?;
        match character {
            _ if character.is_whitespace() => self.at += character.len_utf8(),
            '/' if self.ends_tag() => return self.open_before(2),
            '>' if self.ends_tag() => return self.open_before(1),
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
        if self.begins_attribute(length) {
            return self.open_before(length);
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

    /// Whether the tag ends here whose attribute is still open.
    fn ends_tag(&self) -> bool {
        let rest = self.rest();
        let ends = rest.starts_with("/>") || (rest.starts_with('>') && !rest.starts_with(">="));
        ends && self.attribute_has_value()
    }

    /// Whether a name of some bytes is the next attribute, while the one before it is still open.
    fn begins_attribute(&self, length: usize) -> bool {
        let rest = self.rest().get(length..).unwrap_or_default();
        ["={", "=\"", "='"]
            .iter()
            .any(|sign| rest.starts_with(sign))
            && self.attribute_has_value()
    }

    /// Whether the braces of an attribute are open, and what stands in them ends with a brace: an
    /// object or a function, which nobody compares with anything.
    fn attribute_has_value(&self) -> bool {
        let [.., head, hole] = self.stack.as_slice() else {
            return false;
        };
        let before = self.source.get(..self.at).unwrap_or_default();
        matches!(head.kind, Kind::Head(_))
            && hole.kind == Kind::Hole
            && before.trim_end().ends_with('}')
    }

    fn open_before(&self, length: usize) -> Option<Fault> {
        Some(Fault::Unclosed {
            open: self.stack.last()?.clone(),
            before: Some(self.span(length)),
            around: Vec::new(),
        })
    }

    fn line_end(&self) -> usize {
        let rest = self.rest();
        self.at + rest.find('\n').unwrap_or(rest.len())
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
}
