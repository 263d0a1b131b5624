//! Sentences before, between and after the code: what models write around their answers.

use crate::diagnostic::Code;
use crate::tsx::compiler::{Finding, Span};
use crate::tsx::explain::foreign::is_code;
use crate::tsx::explain::outline;
use crate::tsx::explain::rows::{Row, lines, rows};

/// The sentences around the place where a parser gave up, if its line is one.
pub(super) fn around(source: &str, at: usize) -> Option<Finding> {
    let all: Vec<Row<'_>> = rows(source).collect();
    let index = all.partition_point(|row| row.span.end < at);
    let index = (index.saturating_sub(1)..=index)
        .rev()
        .find(|index| all.get(*index).is_some_and(|row| is_sentence(row.text)))?;
    let belongs = |row: &&Row<'_>| row.text.trim().is_empty() || is_told(row.text);
    let above = all.get(..index)?.iter().rev().take_while(belongs);
    let below = all.get(index..)?.iter().take_while(belongs);
    let told = |row: &&Row<'_>| !row.text.trim().is_empty();
    let first = above.filter(told).last().or(all.get(index))?;
    let last = below.filter(told).last()?;
    if outline::open_at(source, first.span.start).is_none_or(|open| !open.is_empty()) {
        return None;
    }
    let code = |rows: &[Row<'_>]| rows.iter().any(|row| !row.text.trim().is_empty());
    let before = code(all.get(..first.number - 1)?);
    let after = code(all.get(last.number..)?);
    let message = match (before, after) {
        (false, true) => "There is prose before the code.",
        (true, false) => "There is prose after the code.",
        (true, true) => "There is prose between the code.",
        (false, false) => "The source is prose and has no code.",
    };
    let hint = if before || after {
        format!("Remove {}.", lines(first.number, last.number))
    } else {
        "Send the source of a component: a function that returns JSX, exported as default."
            .to_owned()
    };
    let span = Span {
        start: first.span.start,
        end: first.span.end,
    };
    Some(Finding::error(Code::Prose, span, message).with_hint(hint))
}

/// Whether a line is one of a sentence: words with spaces between them, and no sign of code.
fn is_sentence(line: &str) -> bool {
    let line = line.trim();
    let words = line.split_whitespace().filter(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_alphanumeric() || "'’-./".contains(c))
    });
    let starts = line.starts_with(|c: char| c.is_alphanumeric() || "#*->".contains(c));
    let least = if line.ends_with(':') { 2 } else { 3 };
    starts && words.count() >= least && is_told(line)
}

/// Words that begin a line of code; a sentence begins with a capital letter.
const CODE: &[&str] = &[
    "if", "for", "while", "do", "switch", "case", "try", "catch", "else", "return", "throw", "new",
    "await", "yield", "with", "default", "break", "continue", "static", "public", "private",
];

/// Whether a line can be one of prose, where others around it are.
fn is_told(line: &str) -> bool {
    let signs = [
        "=>", "={", " = ", "</", "/>", "();", "&&", "||", "{", "}", " + ", " * ",
    ];
    let line = line.trim();
    let first = line.split(|c: char| !c.is_alphanumeric()).next();
    let begins_code = first.is_some_and(|word| CODE.contains(&word));
    let is_member = line.ends_with([',', ';'])
        && first.is_some_and(|word| {
            let rest = line.strip_prefix(word).unwrap_or_default();
            !word.is_empty() && rest.trim_start_matches('?').starts_with(':')
        });
    // Code that a sentence quotes stands between backticks.
    let plain: String = line.split('`').step_by(2).collect();
    !is_code(line) && !begins_code && !is_member && !signs.iter().any(|sign| plain.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::is_sentence;

    #[test]
    fn a_sentence_is_told_from_a_line_of_code() {
        for line in [
            "Sure! Here's the component you asked for:",
            "- The scale comes from `spring({ fps })`, so it overshoots a little.",
            "## How it works in detail",
            "1. Copy the file into your project.",
            "Key points:",
        ] {
            assert!(is_sentence(line), "{line}");
        }
        for line in [
            "Series: 'a series of slides',",
            "if (a) class B {}",
            "for (const a of b, c) {}",
            "function* g() { var yield; }",
            "const a b c",
            "import a from b",
            "return a b c",
            "a + b + c",
            "<p>one two three</p>",
        ] {
            assert!(!is_sentence(line), "{line}");
        }
    }
}
