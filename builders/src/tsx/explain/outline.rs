//! The outline of a text that no parser could read: brackets, quotes and tags, and where they stop
//! fitting together.
//!
//! A parser says where it had to give up, which is often lines below the mistake. This walk knows
//! no grammar but what opens and what closes, so that it can say which one is still open.

use crate::tsx::explain::fault::Fault;
use crate::tsx::explain::open::Open;
use crate::tsx::explain::walk::{Before, Walk};

/// The first fault of a text; cost is linear in its length.
pub(super) fn fault(source: &str) -> Option<Fault> {
    Walk::new(source, source.len()).fault()
}

/// What is open at a place, from the outside, if everything before it fits.
pub(super) fn open_at(source: &str, offset: usize) -> Option<Vec<Open>> {
    let mut walk = Walk::new(source, offset);
    while walk.at < offset {
        if walk.step().is_some() {
            return None;
        }
    }
    Some(walk.stack)
}

/// Where the last of the elements ends that stand side by side from a place on.
pub(super) fn end_of_siblings(source: &str, second: usize) -> usize {
    let mut walk = Walk::new(source, source.len());
    let mut depth = None;
    let mut end = second;
    while walk.at < source.len() {
        if walk.at >= second {
            let depth = *depth.get_or_insert(walk.stack.len());
            if walk.stack.len() < depth {
                break;
            }
            if walk.stack.len() == depth && matches!(walk.before, Before::Element(_)) {
                end = walk.at;
                walk.before = Before::Operator;
            }
        }
        if walk.step().is_some() {
            break;
        }
    }
    end
}
