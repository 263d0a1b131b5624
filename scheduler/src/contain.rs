//! Keeps a panic inside the job it belongs to.

use std::any::Any;
use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future whose panic is an output: its message.
///
/// The inner future is dropped before the output is given, so that nothing of it is left then;
/// should that drop panic, the panic ends here as well.
pub(crate) struct Contained<F> {
    inner: Option<Pin<Box<F>>>,
}

impl<F: Future> Contained<F> {
    /// Contains `future`.
    pub(crate) fn new(future: F) -> Self {
        Self {
            inner: Some(Box::pin(future)),
        }
    }
}

impl<F: Future> Future for Contained<F> {
    type Output = Result<F::Output, String>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(inner) = self.inner.as_mut() else {
            return Poll::Pending;
        };
        // Nobody sees the future again after a panic but its own drop.
        let polled = catch_unwind(AssertUnwindSafe(|| inner.as_mut().poll(cx)));
        let output = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(panic) => Err(message(panic)),
        };
        let inner = self.inner.take();
        quietly(|| drop(inner));
        Poll::Ready(output)
    }
}

/// Calls the users' code, whose panic is not the scheduler's; nothing for a panic.
pub(crate) fn quietly<T>(call: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(value) => Some(value),
        Err(panic) => {
            discard(panic);
            None
        }
    }
}

/// Drops what was thrown. That may panic in turn, and what it throws as well: there leaking ends it.
fn discard(panic: Box<dyn Any + Send>) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(panic))).map_err(mem::forget);
}

/// What a panic said, as far as it is text.
pub(crate) fn message(panic: Box<dyn Any + Send>) -> String {
    let text = if let Some(text) = panic.downcast_ref::<&'static str>() {
        (*text).to_owned()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        "not a text".to_owned()
    };
    discard(panic);
    text
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::quietly;

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
        assert_eq!(quietly(|| 1), Some(1));
        assert_eq!(quietly(|| panic_any(Onion(2))), None::<()>);
    }
}
