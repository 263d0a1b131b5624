//! Slips of quotes: a string that its own quotes end, a module or a share that has none.

use crate::tsx::compiler::{Finding, Span};
use crate::tsx::explain::open::{Kind, Open};
use crate::tsx::explain::spot::{Spot, last_word};
use crate::tsx::explain::words;

impl Spot<'_> {
    /// A string with the quotes within it that end it.
    pub(super) fn quoted_inside(&self) -> Option<Finding> {
        let quote = self.before.chars().last().filter(|c| "\"'".contains(*c))?;
        let inside = self.before.strip_suffix(quote)?;
        let touches = self.before.len() == self.at;
        let start = inside.rfind([quote, '\n'])?;
        let opens = inside.get(start..)?.starts_with(quote);
        if !touches || !opens || !self.after.starts_with(char::is_alphanumeric) {
            return None;
        }
        let rest = self.after.lines().next()?;
        let end = rest
            .match_indices(quote)
            .enumerate()
            .find(|(count, (at, _))| {
                let behind = rest.get(at + 1..).unwrap_or_default().trim_start();
                let ends = behind.is_empty() || behind.starts_with([';', ',', ')', ']', '}', ':']);
                // With the one before this place, those within the string come in pairs.
                count % 2 == 1 && ends
            })
            .map(|(_, (at, _))| at)?;
        let text = self.source.get(start + 1..self.at + end)?;
        let span = Span {
            start: self.at - 1,
            end: self.at,
        };
        let other = if quote == '"' { '\'' } else { '"' };
        let hint = if text.contains([other, '\\']) || text.len() > 120 {
            format!("Write `\\{quote}` instead of `{quote}` within the string.")
        } else {
            format!("Write `{other}{text}{other}` instead of `{quote}{text}{quote}`.")
        };
        Some(self.found(span, "The quote within the string ends it.", hint))
    }

    /// The value of an attribute with quotes within it that end it.
    pub(super) fn quoted_in_attribute(&self, open: Option<&Open>) -> Option<Finding> {
        let is_head = matches!(open?.kind, Kind::Head(_));
        let rest = self.after.strip_prefix('"')?;
        let start = self.before.rfind("=\"")?;
        let text = self.source.get(start + 2..self.at + 1 + rest.find('"')?)?;
        let (first, _) = text.split_once('"')?;
        let inner_begins = first.is_empty() || first.ends_with([' ', '(']);
        let name = last_word(self.before.get(..start)?);
        let plain = !text.contains(['\'', '\n', '<', '{']) && text.len() < 120;
        (is_head && inner_begins && plain && !name.is_empty()).then(|| {
            self.found(
                Span {
                    start: start - name.len(),
                    end: self.at,
                },
                format!("The quote within the value of `{name}` ends it."),
                format!("Write `{name}='{text}'` instead of `{name}=\"{text}\"`."),
            )
        })
    }

    /// The name of a module without quotes.
    pub(super) fn bare_module(&self) -> Option<Finding> {
        let line = self.before.lines().last()?.trim_start();
        let is_import = line.starts_with("import") || line.starts_with("export");
        let closes = line.starts_with('}');
        let ends = |c: char| c.is_whitespace() || c == ';' || "\"'`".contains(c);
        let name = self.after.get(..self.after.find(ends)?)?;
        // A word of the language begins the next statement: there is no name at all.
        let is_name = !name.is_empty() && !words::RESERVED.contains(&name);
        if last_word(self.before) != "from" || !(is_import || closes) || !is_name {
            return None;
        }
        Some(self.found(
            self.span(name.len()),
            "The name of a module is a string.",
            format!("Write `\"{name}\"` instead of `{name}`."),
        ))
    }

    /// `100%` as a value.
    pub(super) fn percent(&self) -> Option<Finding> {
        let number = self.before.strip_suffix('%')?;
        let start = number
            .trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
            .len();
        let digits = number.get(start..)?;
        let ends = self.after.starts_with([',', ';', ')', ']', '}']);
        if digits.is_empty() || !ends {
            return None;
        }
        let span = Span {
            start,
            end: self.before.len(),
        };
        Some(self.found(
            span,
            "`%` is an operator: a share is a text.",
            format!("Write `\"{digits}%\"` instead of `{digits}%`."),
        ))
    }

    /// `->` where an arrow function has `=>`.
    pub(super) fn thin_arrow(&self) -> Option<Finding> {
        // A parser may give up at either of the two signs.
        let (start, before) = if self.after.starts_with("->") {
            (self.at, self.before)
        } else {
            let before = self.before.strip_suffix('-')?;
            (before.len(), before)
        };
        let touches = self.source.get(start..)?.starts_with("->");
        let has_parameters = before.trim_end().ends_with(')') || !last_word(before).is_empty();
        let span = Span {
            start,
            end: start + 2,
        };
        (touches && has_parameters).then(|| {
            self.found(
                span,
                "An arrow function has `=>` behind its parameters.",
                "Write `=>` instead of `->`.",
            )
        })
    }
}
