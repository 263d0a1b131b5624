//! Where the closer of a bracket belongs that something later has shown to be missing.

use crate::tsx::compiler::Span;
use crate::tsx::explain::open::{Kind, Open};
use crate::tsx::explain::spot::last_word;
use crate::tsx::explain::walk::Walk;
use crate::tsx::explain::words;

/// The token before which a bracket should have been closed, where what stands before and within
/// the bracket tells it: a bracket that nothing closes takes what follows it for its own, so the
/// place where it meets a wrong closer is often lines below.
pub(super) fn before(source: &str, open: &Open) -> Option<Span> {
    let head = source.get(..open.span.start)?;
    let word = last_word(head);
    match open.kind {
        Kind::Bracket('(') if matches!(word, "for" | "if" | "while" | "switch") => {
            block(source, open)
        }
        Kind::Bracket('(') => first(source, open, |walk| walk.rest().starts_with(';')),
        Kind::Bracket('{' | '[') if matches!(word, "const" | "let" | "var") => value(source, open),
        Kind::Bracket('{') if matches!(word, "import" | "export" | "type") => from(source, open),
        _ => None,
    }
}

/// The `{` of the block behind a condition, at the end of the line of the parenthesis.
fn block(source: &str, open: &Open) -> Option<Span> {
    let line = source.get(open.span.end..)?.lines().next()?.trim_end();
    let end = open.span.end + line.len();
    let brace = line.ends_with('{').then_some(end.checked_sub(1)?)?;
    let at_brace = first(source, open, |walk| walk.at == brace)?;
    // An object could stand there behind an operator only.
    let ends = source.get(..brace)?.trim_end();
    let is_value = ends.ends_with(|c: char| words::continues_name(c) || "\"'`)]}".contains(c));
    (is_value || ends.ends_with("++") || ends.ends_with("--")).then_some(at_brace)
}

/// The last `=` of a pattern before its statement ends.
fn value(source: &str, open: &Open) -> Option<Span> {
    let mut found = None;
    first(source, open, |walk| {
        if is_assignment(walk) {
            found = Some(walk.span(1));
        }
        walk.rest().starts_with(';')
    })?;
    found
}

fn is_assignment(walk: &Walk<'_>) -> bool {
    let before = walk.source.get(..walk.at).unwrap_or_default();
    let alone = !before.ends_with(['=', '!', '<', '>']);
    let after = walk.rest().strip_prefix('=');
    alone && after.is_some_and(|rest| !rest.starts_with(['=', '>']))
}

/// The `from` of an import.
fn from(source: &str, open: &Open) -> Option<Span> {
    let is_from = |walk: &Walk<'_>| {
        let rest = walk.rest().strip_prefix("from");
        rest.is_some_and(|rest| rest.trim_start().starts_with(['"', '\'']))
    };
    let start = first(source, open, is_from)?.start;
    Some(Span {
        start,
        end: start + "from".len(),
    })
}

/// The first place directly within a bracket of which something holds.
fn first(source: &str, open: &Open, mut holds: impl FnMut(&Walk<'_>) -> bool) -> Option<Span> {
    let mut walk = Walk::new(source, source.len());
    let mut depth = None;
    while walk.at < source.len() {
        match depth {
            None if walk.stack.last() == Some(open) => depth = Some(walk.stack.len()),
            Some(depth) if walk.stack.len() < depth => return None,
            _ => {}
        }
        if depth == Some(walk.stack.len()) && holds(&walk) {
            return Some(walk.span(1));
        }
        if walk.step().is_some() {
            return None;
        }
    }
    None
}
