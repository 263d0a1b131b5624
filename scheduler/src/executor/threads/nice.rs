//! The niceness of single threads.
//!
//! POSIX knows the niceness of a process only; on Linux every thread has its own, which the threads
//! it starts inherit. Nothing here touches another thread than the one it runs on.

use std::io;
use std::ops::RangeInclusive;
use std::thread;

/// What Linux knows: from the most favoured to the most patient. The kernel would silently cut a
/// value beyond to its end.
const RANGE: RangeInclusive<i32> = -20..=19;

/// Whether `nice` is a niceness at all.
///
/// # Errors
/// [`InvalidInput`](io::ErrorKind::InvalidInput) outside of -20..=19.
pub(crate) fn check_nice(nice: i32) -> io::Result<()> {
    if RANGE.contains(&nice) {
        return Ok(());
    }
    let (least, most) = (RANGE.start(), RANGE.end());
    let text = format!("a niceness is between {least} and {most}, not {nice}");
    Err(io::Error::new(io::ErrorKind::InvalidInput, text))
}

/// Finds out whether a thread started from here may have the niceness `nice`, on a thread that is
/// gone afterwards: without permission nobody can take a niceness back. Blocks for as long as
/// starting a thread takes.
///
/// # Errors
/// As [`check_nice`] and [`set_nice`], and when no thread can be started.
pub(crate) fn try_nice(nice: i32) -> io::Result<()> {
    check_nice(nice)?;
    let attempt = thread::Builder::new().spawn(move || set_nice(nice))?;
    let panicked = |_| Err(io::Error::other("setting the niceness panicked"));
    attempt.join().unwrap_or_else(panicked)
}

/// Sets the niceness of the calling thread. Two calls into the kernel.
///
/// # Errors
/// [`PermissionDenied`](io::ErrorKind::PermissionDenied) for less than the thread has now, unless
/// the process is privileged or its limit (`RLIMIT_NICE`) allows it.
#[cfg(all(feature = "nice", target_os = "linux"))]
pub(crate) fn set_nice(nice: i32) -> io::Result<()> {
    use rustix::process::setpriority_process;
    use rustix::thread::gettid;

    // "Process" is what POSIX says; given the id of a thread, Linux changes that one only.
    Ok(setpriority_process(Some(gettid()), nice)?)
}

/// Refuses: a setting that has no effect would be taken for one that has.
///
/// # Errors
/// Always [`Unsupported`](io::ErrorKind::Unsupported).
#[cfg(not(all(feature = "nice", target_os = "linux")))]
pub(crate) fn set_nice(_nice: i32) -> io::Result<()> {
    let text = "threads have a niceness only on Linux, with the feature `nice`";
    Err(io::Error::new(io::ErrorKind::Unsupported, text))
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::{check_nice, try_nice};

    #[test]
    fn a_niceness_is_between_minus_20_and_19() {
        assert!(
            [-20, 0, 19]
                .into_iter()
                .all(|nice| check_nice(nice).is_ok())
        );
        for nice in [i32::MIN, -21, 20, i32::MAX] {
            assert_eq!(
                check_nice(nice).unwrap_err().kind(),
                ErrorKind::InvalidInput
            );
            assert_eq!(try_nice(nice).unwrap_err().kind(), ErrorKind::InvalidInput);
        }
    }

    #[cfg(not(all(feature = "nice", target_os = "linux")))]
    #[test]
    fn a_niceness_that_would_have_no_effect_is_refused() {
        assert_eq!(try_nice(1).unwrap_err().kind(), ErrorKind::Unsupported);
    }
}
