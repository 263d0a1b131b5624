//! The lines of a text, by their numbers, as hints name them.

use crate::tsx::compiler::Span;

/// One line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    /// From 1.
    pub(super) number: usize,
    /// Without its end.
    pub(super) text: &'a str,
    /// Where it is.
    pub(super) span: Span,
}

/// The lines of a text in their order.
pub(super) fn rows(source: &str) -> impl Iterator<Item = Row<'_>> {
    let mut start = 0;
    source
        .split_inclusive('\n')
        .enumerate()
        .map(move |(index, line)| {
            let text = line.trim_end();
            let span = Span {
                start,
                end: start + text.len(),
            };
            start += line.len();
            Row {
                number: index + 1,
                text,
                span,
            }
        })
}

/// The number of the line of a place.
pub(in crate::tsx) fn number(source: &str, offset: usize) -> usize {
    let before = source.get(..offset).unwrap_or(source);
    before.matches('\n').count() + 1
}

/// "line 3" or "lines 3 to 5".
pub(super) fn lines(first: usize, last: usize) -> String {
    if first == last {
        format!("line {first}")
    } else {
        format!("lines {first} to {last}")
    }
}
