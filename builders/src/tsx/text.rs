//! A look at the text before any parser sees it.
//!
//! Parsers recurse, and a parser without stack left takes its process with it. This check is one
//! pass over the bytes and knows no grammar, so that its limits are several times those on the
//! tree, which are exact. It may be fooled about some bytes, by an apostrophe in JSX text for
//! example, and never about thousands.

use crate::diagnostic::Code;
use crate::tsx::ambiguity;
use crate::tsx::compiler::{Finding, Span};
use crate::tsx::scan::{self, is_word};

/// Brackets open at once. The tree may nest 256 levels, most of them with a bracket or two; the
/// rest is leeway for brackets in text and regular expressions.
const BRACKETS: usize = 1_024;
/// Operators and words that may each open a level without a bracket, within one bracket and one
/// statement. A parser on the stack of a build takes more than three times as many in every form;
/// the largest files that people write have a few thousand.
const OPENERS: usize = 32_768;

/// Says where a text is beyond what a parser can read in a reasonable time, if it is. Cost is
/// linear in its length.
pub(super) fn check(source: &str) -> Option<Finding> {
    nesting(source).or_else(|| ambiguity::check(source))
}

/// Says where a text is nested beyond reason, if it is.
fn nesting(source: &str) -> Option<Finding> {
    let mut scan = Scan {
        bytes: source.as_bytes(),
        at: 0,
        open: Vec::new(),
        openers: Openers::default(),
    };
    while let Some(byte) = scan.peek(0) {
        if let Some(what) = scan.step(byte) {
            let span = Span {
                start: scan.at.saturating_sub(1),
                end: scan.at,
            };
            let message = format!("{what} is nested too deep to be compiled.");
            let hint = "Split it up: into components, named constants, a loop or a table.";
            return Some(Finding::error(Code::TooComplex, span, message).with_hint(hint));
        }
    }
    None
}

/// Levels that may be open without a bracket.
#[derive(Default)]
struct Openers {
    /// Tags and type arguments: `<` less `</` and `/>`.
    angles: usize,
    /// Operators and words; a comma ends what they opened.
    operators: usize,
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// For each open bracket, what was open before it.
    open: Vec<Openers>,
    openers: Openers,
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// Takes what begins at this byte; says what is too deep.
    fn step(&mut self, byte: u8) -> Option<&'static str> {
        match (byte, self.peek(1)) {
            (b'/', Some(b'/')) => self.at = scan::behind(self.bytes, self.at, b"\n"),
            (b'/', Some(b'*')) => self.at = scan::behind(self.bytes, self.at, b"*/"),
            (b'"' | b'\'', _) => self.at = scan::behind_string(self.bytes, self.at),
            (b'(' | b'[' | b'{', _) => {
                self.at += 1;
                self.open.push(std::mem::take(&mut self.openers));
                if self.open.len() > BRACKETS {
                    return Some("This bracket");
                }
            }
            (b')' | b']' | b'}', _) => {
                self.at += 1;
                self.openers = self.open.pop().unwrap_or_default();
            }
            (b';', _) => {
                self.at += 1;
                self.openers = Openers::default();
            }
            (b',', _) => {
                self.at += 1;
                self.openers.operators = 0;
            }
            (b'<', Some(b'/')) | (b'/', Some(b'>')) => {
                self.at += 2;
                self.openers.angles = self.openers.angles.saturating_sub(1);
            }
            _ => return self.opener(byte),
        }
        None
    }

    /// Counts what may open a level without a bracket.
    fn opener(&mut self, byte: u8) -> Option<&'static str> {
        let start = self.at;
        self.at += 1;
        match byte {
            b'<' => self.openers.angles += 1,
            // An attribute of JSX: its value is in quotes or brackets.
            b'=' if matches!(self.peek(0), Some(b'"' | b'\'' | b'{')) => {}
            b'!' | b'~' | b'+' | b'-' | b'?' | b'=' | b'&' | b'|' | b'*' | b'.' => {
                self.openers.operators += 1;
            }
            _ if is_word(byte) => {
                while self.peek(0).is_some_and(is_word) {
                    self.at += 1;
                }
                let word = self.bytes.get(start..self.at).unwrap_or_default();
                self.openers.operators += usize::from(WORDS.contains(&word));
            }
            _ => {}
        }
        let open = self.openers.angles + self.openers.operators;
        (open > OPENERS).then_some("This expression")
    }
}

/// Words after which an expression, a statement or a type nests.
const WORDS: &[&[u8]] = &[
    b"if",
    b"else",
    b"for",
    b"while",
    b"do",
    b"with",
    b"typeof",
    b"void",
    b"delete",
    b"await",
    b"new",
    b"yield",
    b"async",
    b"in",
    b"of",
    b"as",
    b"satisfies",
    b"keyof",
    b"readonly",
    b"infer",
    b"extends",
    b"instanceof",
    b"try",
    b"return",
    b"throw",
    b"is",
    b"asserts",
    b"unique",
];

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_people_write_is_let_through() {
        let text = "It's <b>5 o'clock</b> /* ( ( ( */ // ( ( (\n";
        for source in [
            "".to_owned(),
            text.repeat(20_000),
            format!("const a = [{}];", "[-1, a.b], ".repeat(50_000)),
            format!(
                "const a = <p>{}</p>;",
                "<b id=\"x\">y</b><br/>".repeat(50_000)
            ),
            format!("const a = {};", vec!["x"; 2_000].join(" + ")),
            "const s = '((((((((((';\n".repeat(10_000),
            "const r = <p>a = b - c ? d : e!</p>;\n".repeat(10_000),
            "'".to_owned(),
            "/*".to_owned(),
            "'\\".to_owned(),
        ] {
            assert_eq!(check(&source), None, "{:.60}", source);
        }
    }

    #[test]
    fn nesting_of_tens_of_thousands_is_refused_in_every_form() {
        let many = |text: &str| text.repeat(50_000);
        for source in [
            many("("),
            many("["),
            many("{"),
            many("${"),
            many("!"),
            many("- "),
            many("typeof "),
            many("a?b:"),
            many("a=>"),
            many("<div>"),
            many("A<"),
            many("if(1)"),
            many("if(1){}else "),
            many("a="),
            many("new "),
            many("a+"),
            many("a&&"),
            many("a."),
            many("a??"),
            many("keyof "),
        ] {
            assert!(check(&source).is_some(), "{:.20}", source);
        }
    }
}
