//! What to say of a text that a parser could not read.
//!
//! A parser knows at which token it gave up. Its author wants to know what is wrong: the text is
//! an answer with prose around the code, a tag ten lines above is open, a quote is a typographic
//! one. All of that can be told from the text, whatever parser has failed on it. None of it runs
//! on a text that parses.

mod belongs;
mod characters;
mod children;
mod code;
mod elements;
mod fault;
mod foreign;
mod fragments;
mod open;
mod outline;
mod prose;
mod rows;
mod slips;
mod spot;
mod strings;
mod structure;
mod tags;
mod told;
mod walk;
mod words;

pub(super) use foreign::opening_fence;
pub(super) use rows::number as line;

use crate::tsx::compiler::Finding;

/// What a parser found in a text that it could not read.
pub(super) struct Unread {
    /// Faults that it read past, each one of its own.
    pub(super) passed: Vec<Finding>,
    /// Where it lost its way. What it says of the rest follows from that.
    pub(super) stop: Finding,
}

/// What to tell the author: the faults of their own that come first, and the one that ended the
/// reading, as well as it can be explained.
pub(super) fn explain(source: &str, unread: Unread) -> Vec<Finding> {
    let Unread { mut passed, stop } = unread;
    let at = stop.span.start;
    if let Some(found) = foreign::whole(source).or_else(|| prose::around(source, at)) {
        return vec![found];
    }
    let found = characters::at(source, at)
        .or_else(|| fragments::at(source, at))
        .or_else(|| structural(source, &stop))
        .or_else(|| spot::at(source, at))
        .unwrap_or(stop);
    passed.retain(|earlier| earlier.span.start < found.span.start.min(at));
    passed.push(found);
    passed
}

/// What is open or closed wrongly, where that is at or before the place where reading ended.
fn structural(source: &str, stop: &Finding) -> Option<Finding> {
    let fault = outline::fault(source)?;
    let at = stop.span.start;
    (fault.start() <= at).then(|| structure::finding(source, fault, at))
}
