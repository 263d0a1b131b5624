//! Comments: JSX pragmas in them are ignored, and said to be.

use std::cell::RefCell;
use std::rc::Rc;

use swc_core::common::comments::{Comment, SingleThreadedComments, SingleThreadedCommentsMapInner};

use crate::diagnostic::Code;
use crate::tsx::compiler::Finding;
use crate::tsx::compiler::swc::convert::Places;

/// The comments without those that hold a JSX pragma, and a warning for each of those: a pragma
/// would make JSX call, or import, what the profile does not provide.
pub(super) fn without_pragmas(
    comments: SingleThreadedComments,
    places: Places,
) -> (SingleThreadedComments, Vec<Finding>) {
    let mut found = Vec::new();
    let (leading, trailing) = comments.take_all();
    let mut keep = |map: Rc<RefCell<SingleThreadedCommentsMapInner>>| {
        let mut kept = map.take();
        kept.retain(|_, comments| {
            comments.retain(|comment| match pragma(comment) {
                None => true,
                Some(name) => {
                    found.push(ignored(&name, comment, places));
                    false
                }
            });
            !comments.is_empty()
        });
        Rc::new(RefCell::new(kept))
    };
    let kept = SingleThreadedComments::from_leading_and_trailing(keep(leading), keep(trailing));
    found.sort_by_key(|finding| finding.span);
    found.dedup();
    (kept, found)
}

/// The pragma of a comment: a word that begins with `@jsx` at the start of a line, as compilers
/// read it.
fn pragma(comment: &Comment) -> Option<String> {
    comment.text.lines().find_map(|line| {
        let line = line.trim().trim_start_matches('*').trim_start();
        let word = line.split_whitespace().next()?;
        word.starts_with("@jsx").then(|| word.to_owned())
    })
}

fn ignored(name: &str, comment: &Comment, places: Places) -> Finding {
    let name: String = name.chars().take(40).collect();
    Finding::warning(
        Code::PragmaIgnored,
        places.of(comment.span),
        format!("The pragma `{name}` has no effect: JSX always uses the page's React."),
    )
    .with_hint("Remove the comment.")
}
