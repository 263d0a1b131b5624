//! How much memory a worker holds.
//!
//! A limit on address space (`RLIMIT_AS`) would be simpler and is of no use here: the stacks that
//! workers reserve are larger than the memory they may hold. So the host looks.

use std::fs;
use std::time::Duration;

/// How often a busy worker is looked at: often enough that one that allocates 1 GiB/s overshoots
/// by some 50 MiB, and at some 10 us a look no load to speak of.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The resident memory of a process; nothing if it is gone.
///
/// Reads a file of the kernel's, which answers from memory: fit for an async context.
pub(super) fn resident_bytes(pid: u32) -> Option<u64> {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = statm.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

#[cfg(test)]
mod tests {
    use super::resident_bytes;

    #[test]
    fn this_process_holds_some_memory_and_no_process_holds_none() {
        let own = resident_bytes(std::process::id()).unwrap();
        assert!((1 << 16..1 << 40).contains(&own), "{own}");
        assert_eq!(resident_bytes(u32::MAX), None);
    }
}
