//! What hostile or careless code does to a scheduler: it starves, panics where nobody looks, calls
//! back from a drop, and leaves at the worst moment.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is to be seen"
)]

use std::sync::Arc;
use std::task::{Wake, Waker};

mod drops_and_panics;
mod endings;
#[path = "../fixtures/mod.rs"]
mod fixtures;
mod nesting;
mod starvation;

/// A waker that panics when it is used.
fn bad_waker() -> Waker {
    struct Bad;
    impl Wake for Bad {
        fn wake(self: Arc<Self>) {
            panic!("on purpose");
        }
    }
    Waker::from(Arc::new(Bad))
}
