//! Places that a writer left open: `...` for code that is to be filled in.

use crate::diagnostic::Code;
use crate::tsx::compiler::{Finding, Span};
use crate::tsx::explain::words;

/// Explains three dots that spread nothing, at the place where a parser gave up or before it.
pub(super) fn at(source: &str, at: usize) -> Option<Finding> {
    let before = source.get(..at)?.trim_end();
    let start = if source.get(at..)?.starts_with("...") {
        at
    } else {
        // The parser takes the dots and gives up at what follows them.
        before.strip_suffix("...")?.len()
    };
    let rest = source.get(start + 3..)?;
    let line = rest.lines().next().unwrap_or_default();
    let spreads = line.starts_with(|c: char| words::begins_name(c) || "([{`".contains(c));
    let span = Span {
        start,
        end: start + 3,
    };
    let message = "`...` stands here for code that is missing.";
    let hint = "Write the code that `...` stands for, or remove the dots.";
    (!spreads).then(|| Finding::error(Code::SyntaxError, span, message).with_hint(hint))
}
