//! What the threads of a pool run, and the line its panics do not cross.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a thread runs. It should contain its panics: one that gets out costs the report. Without a
/// report the thread is one too many, and leaves unless it is needed.
pub(crate) type Work = Box<dyn FnOnce() -> Option<Report> + Send>;

/// Tells that work is done, from the thread it was done on, once that thread counts as idle. It is
/// to be short, as the next work may wait for it already.
pub(crate) type Report = Box<dyn FnOnce() + Send>;

/// Calls, and gives nothing for a panic.
pub(super) fn contained<T>(call: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(value) => Some(value),
        Err(panic) => {
            // What was thrown may panic when it is dropped, and what that throws as well: there
            // leaking ends it.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(panic))).map_err(mem::forget);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::contained;

    /// Throws the next one when it is dropped.
    struct Onion(u8);

    impl Drop for Onion {
        fn drop(&mut self) {
            if let Some(inner) = self.0.checked_sub(1) {
                panic_any(Onion(inner));
            }
        }
    }

    #[test]
    fn a_panic_whose_value_panics_when_dropped_is_contained() {
        assert_eq!(contained(|| 1), Some(1));
        assert_eq!(contained(|| panic_any(Onion(2))), None::<()>);
    }
}
