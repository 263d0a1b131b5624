//! What is wrong at the very place where a parser gave up, where brackets, tags and quotes fit.

use crate::diagnostic::Code;
use crate::tsx::compiler::{Finding, Span};
use crate::tsx::explain::open::{Kind, Open};
use crate::tsx::explain::{outline, rows, words};

/// Explains a place by what stands before and after it.
pub(super) fn at(source: &str, at: usize) -> Option<Finding> {
    let blank = source.get(at..)?.len() - source.get(at..)?.trim_start().len();
    let spot = Spot {
        source,
        at: at + blank,
        before: source.get(..at)?.trim_end(),
        after: source.get(at + blank..)?,
    };
    let stack = outline::open_at(source, spot.at);
    let open = stack.as_ref().and_then(|stack| stack.last());
    spot.apostrophe()
        .or_else(|| spot.quoted_inside())
        .or_else(|| spot.quoted_in_attribute(open))
        .or_else(|| spot.bare_module())
        .or_else(|| spot.percent())
        .or_else(|| spot.thin_arrow())
        .or_else(|| spot.reserved())
        .or_else(|| spot.modifier())
        .or_else(|| spot.default_of_declaration())
        .or_else(|| spot.unit())
        .or_else(|| spot.hyphen(open))
        .or_else(|| spot.object_of_arrow(open))
        .or_else(|| spot.object_of_attribute(open))
        .or_else(|| spot.attribute(open))
        .or_else(|| spot.equals(open))
        .or_else(|| spot.semicolon(open))
        .or_else(|| spot.comma(open))
        .or_else(|| spot.comparison(open))
}

/// A place in a text, with what is around it.
pub(super) struct Spot<'a> {
    pub(super) source: &'a str,
    pub(super) at: usize,
    /// What is before it, without the blanks at its end.
    pub(super) before: &'a str,
    pub(super) after: &'a str,
}

impl Spot<'_> {
    pub(super) fn found(
        &self,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        Finding::error(Code::SyntaxError, span, message).with_hint(hint)
    }

    pub(super) fn span(&self, length: usize) -> Span {
        Span {
            start: self.at,
            end: self.at + length,
        }
    }

    /// A string that an apostrophe has ended.
    fn apostrophe(&self) -> Option<Finding> {
        let inside = self.before.strip_suffix('\'')?;
        let touches = self.before.len() == self.at && inside.ends_with(char::is_alphanumeric);
        let start = inside.rfind(['\'', '\n'])?;
        let rest = self.after.lines().next()?;
        let end = rest.rfind('\'')?;
        let opens = inside.get(start..)?.starts_with('\'');
        if !touches || !opens || !self.after.starts_with(char::is_alphabetic) {
            return None;
        }
        let span = Span {
            start: self.at - 1,
            end: self.at,
        };
        let text = self.source.get(start + 1..self.at + end)?;
        let message = "The apostrophe ends the string.";
        let hint = if text.contains('"') || text.len() > 120 {
            "Write `\\'` instead of `'`.".to_owned()
        } else {
            format!("Write `\"{text}\"` instead of `'{text}'`.")
        };
        Some(self.found(span, message, hint))
    }

    /// Whether a brace begins an object, and not a block.
    pub(super) fn is_object(&self, open: &Open) -> bool {
        let before = self.source.get(..open.span.start).unwrap_or_default();
        let before = before.trim_end();
        let by_sign = before.ends_with(['=', '(', ',', ':', '?', '[', '{', '&', '|']);
        let by_word = matches!(last_word(before), "return" | "default");
        open.kind == Kind::Bracket('{') && (by_sign || by_word)
    }

    /// A word that the language keeps for itself, where a name is declared.
    fn reserved(&self) -> Option<Finding> {
        let declares = ["const", "let", "var", "function", "class"];
        let word = self.after.get(..words::name_length(self.after))?;
        let is_declared = declares.contains(&last_word(self.before));
        (is_declared && words::RESERVED.contains(&word)).then(|| {
            self.found(
                self.span(word.len()),
                format!("`{word}` is a word of the language, and cannot be a name."),
                format!("Choose another name than `{word}`, here and where it is used."),
            )
        })
    }

    /// A modifier that only members of classes have.
    fn modifier(&self) -> Option<Finding> {
        const MODIFIERS: &[&str] = &[
            "private",
            "public",
            "protected",
            "readonly",
            "static",
            "override",
        ];
        let here = |word: &&&str| {
            let rest = self.after.strip_prefix(**word);
            rest.is_some_and(|rest| rest.starts_with(' '))
        };
        let word = MODIFIERS.iter().find(here)?;
        Some(self.found(
            self.span(word.len()),
            format!("`{word}` belongs to the members of a class."),
            format!("Remove `{word}`."),
        ))
    }

    /// The value of an attribute without quotes or braces.
    fn attribute(&self, open: Option<&Open>) -> Option<Finding> {
        let is_head = matches!(open?.kind, Kind::Head(_));
        let before = self.before.strip_suffix('=')?;
        let name = last_word(before);
        if !is_head || name.is_empty() {
            return None;
        }
        let length = if self.after.starts_with('`') {
            self.after.get(1..)?.find('`')? + 2
        } else {
            let ends = |c: char| c.is_whitespace() || c == '>';
            let value = self.after.get(..self.after.find(ends)?)?;
            value.strip_suffix('/').unwrap_or(value).len()
        };
        let value = self.after.get(..length)?;
        let shown: String = value.chars().take(80).collect();
        Some(self.found(
            self.span(length),
            format!("The value of `{name}` has neither quotes nor braces."),
            format!("Write `{name}={{{shown}}}` instead of `{name}={shown}`."),
        ))
    }

    /// `=` in an object literal.
    fn equals(&self, open: Option<&Open>) -> Option<Finding> {
        let is_object = self.is_object(open?);
        let lone = self.after.starts_with('=') && !self.after.starts_with("==");
        let name = last_word(self.before);
        (is_object && lone && !name.is_empty()).then(|| {
            self.found(
                self.span(1),
                "A member of an object is written with `:`.",
                format!("Write `{name}:` instead of `{name} =`."),
            )
        })
    }

    /// `;` between the members of an object or the items of a list.
    fn semicolon(&self, open: Option<&Open>) -> Option<Finding> {
        let open = open?;
        let what = match open.kind {
            Kind::Bracket('{') if self.is_object(open) => "The members of an object",
            Kind::Bracket('[') => "The items of a list",
            Kind::Bracket('(') => "Arguments",
            _ => return None,
        };
        let number = rows::number(self.source, self.at);
        let ends_line = self.after.get(1..)?.lines().next()?.trim().is_empty();
        let hint = if ends_line {
            format!("Write `,` instead of `;` at the end of line {number}.")
        } else if self.is_object(open) {
            self.commas(open)?
        } else {
            return None;
        };
        self.after.starts_with(';').then(|| {
            self.found(
                self.span(1),
                format!("{what} are separated by commas."),
                hint,
            )
        })
    }

    /// No comma between what stands on two lines, or side by side.
    fn comma(&self, open: Option<&Open>) -> Option<Finding> {
        let open = open?;
        let listed = matches!(open.kind, Kind::Bracket('(' | '[')) || self.is_object(open);
        let begins = self
            .after
            .starts_with(|c: char| words::continues_name(c) || "'\"`{[(".contains(c));
        let ends = self
            .before
            .ends_with(|c: char| words::continues_name(c) || "'\"`}])".contains(c));
        if !listed || !begins || !ends || words::BEFORE_VALUES.contains(&last_word(self.before)) {
            return None;
        }
        let end = self.before.len();
        let span = Span {
            start: end,
            end: end + 1,
        };
        let line = rows::number(self.source, end);
        let same_line = line == rows::number(self.source, self.at);
        let hint = if same_line {
            let next: String = self
                .after
                .chars()
                .take_while(|c| !c.is_whitespace())
                .take(30)
                .collect();
            format!("Write `,` before `{next}`.")
        } else {
            format!("Write `,` at the end of line {line}.")
        };
        Some(self.found(span, "A comma is missing here.", hint))
    }

    /// `>` or `<` in text.
    fn comparison(&self, open: Option<&Open>) -> Option<Finding> {
        let sign = self.after.chars().next().filter(|c| "<>}".contains(*c))?;
        open?.element()?;
        Some(self.found(
            self.span(1),
            format!("`{sign}` cannot stand in the text of an element."),
            format!("Write `{{\"{sign}\"}}` instead of `{sign}`."),
        ))
    }
}

/// The name that a text ends with.
pub(super) fn last_word(text: &str) -> &str {
    let text = text.trim_end();
    let start = text
        .rfind(|c: char| !words::continues_name(c) && c != '-')
        .map_or(0, |at| {
            at + text
                .get(at..)
                .and_then(|t| t.chars().next())
                .map_or(1, char::len_utf8)
        });
    text.get(start..).unwrap_or_default()
}
