//! Slips of those who think in another notation: CSS in objects, declarations as values.

use crate::tsx::compiler::{Finding, Span};
use crate::tsx::explain::open::{Kind, Open};
use crate::tsx::explain::spot::{Spot, last_word};
use crate::tsx::explain::{rows, words};

impl Spot<'_> {
    /// `export default const Name = …`.
    pub(super) fn default_of_declaration(&self) -> Option<Finding> {
        let word = self.after.get(..words::name_length(self.after))?;
        let before = self.before.strip_suffix("default")?.trim_end();
        if last_word(before) != "export" || !["const", "let", "var"].contains(&word) {
            return None;
        }
        let rest = self.after.get(word.len()..)?.trim_start();
        let name = rest.get(..words::name_length(rest))?;
        let line = rows::number(self.source, self.at);
        let hint = if name.is_empty() {
            format!("Remove `export default` from line {line}, and export one name at the end.")
        } else {
            format!(
                "Write `export` instead of `export default` on line {line}, and `export default {name};` at the end of the source."
            )
        };
        let message = format!("`export default` cannot stand before `{word}`.");
        Some(self.found(self.span(word.len()), message, hint))
    }

    /// A number with a unit, as in `100px` or `50%`.
    pub(super) fn unit(&self) -> Option<Finding> {
        const UNITS: &[&str] = &["px", "em", "rem", "vh", "vw", "deg", "s", "ms", "fr", "pt"];
        let unit = self.after.get(..words::name_length(self.after))?;
        let is_digit = |c: char| c.is_ascii_digit() || c == '.';
        // The parser takes the `e` of `em` for an exponent.
        let exponent = self.before.strip_suffix('e').filter(|_| unit == "m");
        let (before, unit) = match exponent {
            Some(before) => (before, "em"),
            None => (self.before, unit),
        };
        let number = before.trim_end_matches(is_digit).len();
        let digits = before.get(number..)?;
        let touches = self.before.len() == self.at && !digits.is_empty();
        if !touches || !UNITS.contains(&unit) {
            return None;
        }
        let span = Span {
            start: number,
            end: before.len() + unit.len(),
        };
        Some(self.found(
            span,
            format!("A number has no unit: `{digits}{unit}` is a text."),
            format!("Write `\"{digits}{unit}\"` instead of `{digits}{unit}`; within a call of CSS, write the whole call as a text."),
        ))
    }

    /// A name of CSS with a hyphen as a key of an object.
    pub(super) fn hyphen(&self, open: Option<&Open>) -> Option<Finding> {
        let key_rest = self.after.strip_prefix('-')?;
        let length = words::run(key_rest, |c| words::continues_name(c) || c == '-');
        let is_key = key_rest.get(length..)?.trim_start().starts_with(':');
        let first = last_word(self.before);
        if !self.is_object(open?) || !is_key || first.is_empty() || self.before.len() != self.at {
            return None;
        }
        let key = format!("{first}-{}", key_rest.get(..length)?);
        let camel = camel(&key);
        let span = Span {
            start: self.at - first.len(),
            end: self.at + 1 + length,
        };
        Some(self.found(
            span,
            format!("`{key}` is no name: it has a hyphen."),
            format!("Write `{camel}` instead of `{key}`."),
        ))
    }

    /// An object behind `=>` without parentheses is a block.
    pub(super) fn object_of_arrow(&self, open: Option<&Open>) -> Option<Finding> {
        let open = open?;
        let before = self.source.get(..open.span.start)?.trim_end();
        let is_body = open.kind == Kind::Bracket('{') && before.ends_with("=>");
        // One key of a name is read as a label: a second one, or one in quotes, is what stops.
        let inside = self.source.get(open.span.end..self.at)?.trim();
        let is_list = match inside.split_once(':') {
            Some((key, value)) => {
                words::name_length(key) == key.len() && value.contains(',') && !value.contains(';')
            }
            None => inside.starts_with(['"', '\'']),
        };
        if !is_body || !is_list || !self.after.starts_with(':') {
            return None;
        }
        Some(self.found(
            open.span,
            "Behind `=>`, braces are the body of the function, not an object.",
            "Write `({` instead of `{`, and `})` instead of the `}` that closes it.",
        ))
    }

    /// `style={color: 1}`: the braces of the attribute, and none of the object.
    pub(super) fn object_of_attribute(&self, open: Option<&Open>) -> Option<Finding> {
        let open = open.filter(|open| open.kind == Kind::Hole)?;
        let before = self.source.get(..open.span.start)?.strip_suffix('=')?;
        let inside = self.source.get(open.span.end..self.at)?.trim();
        let key = inside.trim_matches(['"', '\'']);
        let is_key = !key.is_empty()
            && words::run(key, |c| words::continues_name(c) || c == '-') == key.len();
        if !self.after.starts_with(':') || !is_key {
            return None;
        }
        let name = last_word(before);
        let rest = self.source.get(open.span.end..)?;
        let line = rest.lines().next()?;
        let hint = match line.find('}').and_then(|end| line.get(..end)) {
            Some(text) if !text.contains(['{', '`']) && text.len() < 120 => {
                format!("Write `{name}={{{{{text}}}}}` instead of `{name}={{{text}}}`.")
            }
            _ => {
                "Write `{{` instead of `{`, and `}}` instead of the `}` that closes it.".to_owned()
            }
        };
        let message = format!("The object of `{name}` has no braces of its own.");
        Some(self.found(open.span, message, hint))
    }

    /// The members of an object on one line with commas for semicolons, as a hint.
    pub(super) fn commas(&self, open: &Open) -> Option<String> {
        let rest = self.source.get(open.span.start..)?;
        let line = rest.lines().next()?;
        let whole = line.find('}').and_then(|end| line.get(..=end));
        // A semicolon within a string is none of the object's.
        let outside = |text: &str| {
            text.match_indices(';').all(|(at, _)| {
                let before = text.get(..at).unwrap_or_default();
                ['"', '\'']
                    .iter()
                    .all(|quote| before.matches(*quote).count() % 2 == 0)
            })
        };
        let plain = whole.filter(|text| {
            text.len() < 120 && !text.contains("=>") && !text.contains('`') && outside(text)
        });
        Some(match plain {
            Some(text) => format!("Write `{}` instead of `{text}`.", text.replace(';', ",")),
            None => "Write `,` instead of `;`, here and between the other members.".to_owned(),
        })
    }
}

/// `font-size` as `fontSize`.
fn camel(key: &str) -> String {
    let mut parts = key.split('-');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut characters = part.chars();
        name.extend(characters.next().map(|c| c.to_ascii_uppercase()));
        name.push_str(characters.as_str());
    }
    name
}

#[cfg(test)]
mod tests {
    use crate::tsx::explain::spot;

    /// The hint for a source that cannot be read from the mark `§` on.
    fn hint(marked: &str) -> Option<String> {
        let at = marked.find('§').unwrap();
        spot::at(&marked.replace('§', ""), at)?.hint
    }

    #[test]
    fn a_slip_of_another_notation_is_told_with_what_to_write() {
        for (marked, expected) in [
            (
                "export default §const A = () => 1;",
                "`export default A;` at the end",
            ),
            ("const a = { w: 100§px };", "`\"100px\"` instead of `100px`"),
            (
                "const a = { font§-size: 1 };",
                "`fontSize` instead of `font-size`",
            ),
            (
                "const a = { b: 1, background-color§-x: 1 };",
                "`backgroundColorX`",
            ),
            ("a.map(i => { id: i, n§: 1 })", "`({`"),
            ("a.map(i => {\n  id: i,\n  n§: 1,\n})", "`({`"),
            ("a.map(i => { \"id\"§: i })", "`({`"),
        ] {
            let hint = hint(marked).unwrap_or_default();
            assert!(hint.contains(expected), "{marked}: {hint}");
        }
    }

    #[test]
    fn what_only_looks_like_a_slip_has_no_such_hint() {
        for marked in [
            "a.map(i => { b(); c§: 1 })",
            "a.map(i => { b§: 1 })",
            "if (a) { b-c§; }",
        ] {
            assert_eq!(hint(marked), None, "{marked}");
        }
    }
}
