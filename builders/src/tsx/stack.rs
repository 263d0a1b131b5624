//! A stack that is large enough for a compiler that recurses.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Address space of the stack; only the pages that are used become memory. The deepest source that
/// the check of the text lets through needs a third of it.
pub const STACK_BYTES: usize = 512 * 1024 * 1024;
/// A thread with as much stack left needs no other: one that was started with [`STACK_BYTES`] runs
/// every build where it is, and saves mapping memory for each.
const ENOUGH_BYTES: usize = STACK_BYTES / 2;

/// Runs a compilation on a large stack of its own, whatever thread it is called on. A panic in it
/// comes back as its message: compilers have bugs, and hosts want to live.
pub(super) fn run<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    stacker::maybe_grow(ENOUGH_BYTES, STACK_BYTES, || {
        catch_unwind(AssertUnwindSafe(work))
    })
    .map_err(|panic| message(&*panic))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    // Enough for a message; a panic may carry a whole tree.
    text.unwrap_or("no message").chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn a_panic_comes_back_as_its_message() {
        let result: Result<(), String> = run(|| panic!("broken {}", 7));
        assert_eq!(result, Err("broken 7".to_owned()));
    }

    #[test]
    fn a_recursion_that_no_thread_has_room_for_ends() {
        fn depth(left: u64) -> u64 {
            let padding = std::hint::black_box([left; 64]);
            if left == 0 {
                0
            } else {
                1 + depth(left - 1) + padding[63] - left
            }
        }
        assert_eq!(run(|| depth(100_000)), Ok(100_000));
    }
}
