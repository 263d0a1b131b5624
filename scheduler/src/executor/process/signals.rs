//! What the host does with the signal that tells of a child's death.

use std::fs;
use std::io;

/// SIGCHLD is the 17th signal on every Linux that Rust runs on but MIPS, PA-RISC and Alpha.
const CHILD_BIT: u64 = 1 << 16;

/// Whether this process ignores SIGCHLD. The kernel then reaps its children, and nobody can tell how
/// one ended, or whether a process id is still a child's. It is inherited, from `trap '' CHLD` in a
/// script for example.
pub(super) fn ignores_child_deaths() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    is_in_mask(&status)
}

fn is_in_mask(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & CHILD_BIT != 0)
}

/// What to say of it.
pub(super) fn refusal() -> io::Error {
    io::Error::other(
        "this process ignores SIGCHLD, so that it cannot tell how a worker ended; \
         set the signal to its default before starting the scheduler",
    )
}

#[cfg(test)]
mod tests {
    use super::{ignores_child_deaths, is_in_mask};

    #[test]
    fn an_ignored_sigchld_is_read_from_the_mask() {
        assert!(is_in_mask("Name:\tx\nSigIgn:\t0000000000010000\n"));
        assert!(!is_in_mask("Name:\tx\nSigIgn:\t0000000000001000\n"));
        assert!(!is_in_mask(""));
        assert!(!ignores_child_deaths());
    }
}
