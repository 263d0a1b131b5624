//! A terminal for a command that asks whether it has one.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use rustix::pty::{OpenptFlags, openpt, ptsname, unlockpt};

/// A terminal at which nobody sits.
#[derive(Debug)]
pub struct Terminal {
    /// Kept open: a terminal without a screen is hung up.
    _screen: OwnedFd,
    keyboard: File,
}

impl Terminal {
    /// Opens one.
    ///
    /// # Panics
    /// When the machine has none to give.
    #[must_use]
    #[track_caller]
    pub fn open() -> Self {
        match open() {
            Ok(terminal) => terminal,
            Err(error) => panic!("no terminal can be opened: {error}"),
        }
    }

    /// The end that is a command's standard input.
    ///
    /// # Panics
    /// When no further descriptor can be had.
    #[must_use]
    #[track_caller]
    pub fn stdin(&self) -> File {
        match self.keyboard.try_clone() {
            Ok(keyboard) => keyboard,
            Err(error) => panic!("no descriptor can be had: {error}"),
        }
    }
}

fn open() -> io::Result<Terminal> {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    unlockpt(&screen)?;
    let name = ptsname(&screen, Vec::new())?;
    let name = name.to_string_lossy().into_owned();
    let keyboard = File::options().read(true).write(true).open(name)?;
    Ok(Terminal {
        _screen: screen,
        keyboard,
    })
}
