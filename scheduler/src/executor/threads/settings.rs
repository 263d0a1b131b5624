//! How a pool of threads is to be, and how each thread of it is started.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::nice;

/// The longest name of a thread on Linux, in bytes.
const NAME_BYTES: usize = 15;

/// The largest stack in bytes: an eighth of what there are addresses for, so always more than can
/// be had. Beyond a quarter std panics with some C libraries, where any other excess is an error.
const STACK_BYTES_MAX: usize = usize::MAX >> 3;

/// Is told of every change in the number of threads, from the thread it is about.
pub(crate) type Observer = Arc<dyn Fn(ThreadChange) + Send + Sync>;

/// A change in the number of threads. Every `Down` follows an `Up` of the same thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThreadChange {
    /// One more, before its first work.
    Up,
    /// One less.
    Down,
}

/// How a pool is to be.
pub(crate) struct ThreadSettings {
    /// The scheduler's name; the threads are called `<name>-<number>`.
    pub(crate) name: String,
    /// So many threads are started at once and never leave for idleness.
    pub(crate) min: usize,
    /// How long one of the others is idle before it leaves.
    pub(crate) idle: Duration,
    /// The niceness of the threads; without, that of whoever starts them.
    pub(crate) nice: Option<i32>,
    /// The size of each stack in bytes; without, what std takes (2 MiB). Too little is rounded up.
    pub(crate) stack_bytes: Option<usize>,
    /// Is told how many threads there are.
    pub(crate) on_change: Option<Observer>,
}

impl ThreadSettings {
    /// The setting that no system could fulfil, by its name.
    pub(super) fn unsound(&self) -> Option<&'static str> {
        (self.stack_bytes > Some(STACK_BYTES_MAX)).then_some("stack_bytes")
    }

    /// Whether threads can be like this. With a niceness, blocks until a thread has tried it.
    ///
    /// # Errors
    /// When the niceness is out of range, not permitted or not supported, or the stack larger than
    /// any memory.
    pub(super) fn check(&self) -> io::Result<()> {
        if self.stack_bytes > Some(STACK_BYTES_MAX) {
            let text = "no memory is as large as the stack of a thread is to be";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        self.nice.map_or(Ok(()), nice::try_nice)
    }

    /// The thread `number`, not started yet.
    pub(super) fn thread(&self, number: usize) -> thread::Builder {
        let thread = thread::Builder::new().name(thread_name(&self.name, number));
        match self.stack_bytes {
            Some(bytes) => thread.stack_size(bytes),
            None => thread,
        }
    }
}

/// `<name>-<number>`, of which the name is cut so that Linux shows the number. Without NUL, over
/// which std would panic.
fn thread_name(name: &str, number: usize) -> String {
    let number = format!("-{number}");
    let mut full = name.replace('\0', "");
    full.truncate(full.floor_char_boundary(NAME_BYTES.saturating_sub(number.len())));
    full + &number
}

#[cfg(test)]
mod tests {
    use super::thread_name;

    #[test]
    fn a_long_name_is_cut_between_letters_and_keeps_its_number() {
        assert_eq!(thread_name("pool", 7), "pool-7");
        assert_eq!(thread_name("a\0b\0", 0), "ab-0");
        assert_eq!(thread_name("a-very-long-name", 12), "a-very-long--12");
        assert_eq!(thread_name("ääääääää", 0), "ääääää-0");
    }
}
