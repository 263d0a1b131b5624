//! A disk that loses its power, is full or fails, for one process (Linux with glibc).
//!
//! `tests/faults/disk.c` says what it emulates and what passes by it.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

use crate::repository::repository_root;

/// The faults of the disk that one folder is on, as processes see it that were started with
/// [`FaultyDisk::preload`]. All others see an ordinary disk.
#[derive(Debug)]
pub struct FaultyDisk {
    watched: PathBuf,
    /// What a power loss would leave.
    shadow: PathBuf,
    /// The file that says what fails.
    switch: PathBuf,
    library: Arc<Library>,
    /// Holds the two above, until this is dropped.
    own: TempDir,
}

impl FaultyDisk {
    /// The disk of a folder, in good order. What is in the folder when the first process starts
    /// counts as being on the disk; a folder that is not there yet will be empty at first.
    ///
    /// # Panics
    /// When the library cannot be compiled, and with the command that installs a compiler when
    /// there is none.
    #[must_use]
    #[track_caller]
    pub fn of(watched: impl Into<PathBuf>) -> Self {
        let watched = done("the folder", std::path::absolute(watched.into()));
        let own = temporary_folder();
        Self {
            watched,
            shadow: own.path().join("shadow"),
            switch: own.path().join("switch"),
            library: library(),
            own,
        }
    }

    /// Lets a command and what it executes see this disk; children that it starts with an empty
    /// environment do not.
    pub fn preload<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("LD_PRELOAD", &self.library.path)
            .env("VASCA_FAULT_WATCHED", &self.watched)
            .env("VASCA_FAULT_SHADOW", &self.shadow)
            .env("VASCA_FAULT_SWITCH", &self.switch)
    }

    /// From now on there is no space: what needs some fails with `ENOSPC`.
    ///
    /// # Panics
    /// When the switch cannot be written.
    #[track_caller]
    pub fn fill(&self) {
        self.turn("full");
    }

    /// From now on `fsync` and `fdatasync` fail with `EIO`, and what was written stays off the disk.
    ///
    /// # Panics
    /// When the switch cannot be written.
    #[track_caller]
    pub fn fail_syncs(&self) {
        self.turn("sync");
    }

    /// From now on no space is told to be free, and everything works.
    ///
    /// # Panics
    /// When the switch cannot be written.
    #[track_caller]
    pub fn report_low(&self) {
        self.turn("low");
    }

    /// From now on everything works again.
    ///
    /// # Panics
    /// When the switch cannot be removed.
    #[track_caller]
    pub fn heal(&self) {
        match fs::remove_file(&self.switch) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                panic!("{} cannot be removed: {error}", self.switch.display())
            }
            _ => {}
        }
    }

    /// The folder that holds at any time what a power loss would leave. It is to be read only: its
    /// files are those of the library. It is there as soon as a process is.
    #[must_use]
    pub fn shadow(&self) -> &Path {
        &self.shadow
    }

    /// Makes the folder what a power loss leaves of it. The processes that see this disk must have
    /// ended, by [`Child::kill`](crate::child::Child::kill) as a rule. What is left counts as being
    /// on the disk when the next process starts.
    ///
    /// # Panics
    /// When no process has seen this disk: then there is no telling what was on it.
    #[track_caller]
    pub fn lose_power(&self) {
        assert!(
            self.shadow.is_dir(),
            "no process was started with this disk, or it is linked statically"
        );
        let left = self.own.path().join("left");
        done("the shadow", copy_all(&self.shadow, &left));
        done("the folder", emptied(&self.watched));
        done("the folder", copy_all(&left, &self.watched));
        for made in [&left, &self.shadow, &self.own.path().join("shadow.inodes")] {
            done("what the library made", fs::remove_dir_all(made));
        }
    }

    /// Says what fails, at once and as a whole.
    #[track_caller]
    fn turn(&self, fault: &str) {
        let new = self.own.path().join("switch.new");
        let turned = fs::write(&new, fault).and_then(|()| fs::rename(&new, &self.switch));
        done("the switch", turned);
    }
}

/// The compiled library; its folder goes with it.
#[derive(Debug)]
struct Library {
    path: PathBuf,
    _own: TempDir,
}

/// The library that this process has compiled and somebody still holds, or a new one.
#[track_caller]
fn library() -> Arc<Library> {
    static COMPILED: Mutex<Weak<Library>> = Mutex::new(Weak::new());
    // Whoever panicked while holding it has left the weak pointer as it was.
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(library) = compiled.upgrade() {
        return library;
    }
    let library = Arc::new(compile());
    *compiled = Arc::downgrade(&library);
    library
}

#[track_caller]
fn compile() -> Library {
    let own = temporary_folder();
    let path = own.path().join("disk.so");
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"])
        .arg("-o")
        .arg(&path)
        .arg(repository_root().join("tests/faults/disk.c"))
        .args(["-ldl", "-pthread"]);
    let output = compiler.output().unwrap_or_else(|error| {
        panic!("cc does not start ({error}): install a C compiler, `apt-get install gcc libc6-dev`")
    });
    assert!(
        output.status.success(),
        "tests/faults/disk.c does not compile; without headers, `apt-get install libc6-dev`:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Library { path, _own: own }
}

/// A folder whose path the loader takes in `LD_PRELOAD`, where spaces and colons separate.
#[track_caller]
fn temporary_folder() -> TempDir {
    let folder = done("a temporary folder", tempfile::tempdir());
    let separates = |byte: &u8| byte.is_ascii_whitespace() || *byte == b':';
    assert!(
        !folder
            .path()
            .as_os_str()
            .as_encoded_bytes()
            .iter()
            .any(separates),
        "{} holds a space or a colon: set TMPDIR to another folder",
        folder.path().display()
    );
    folder
}

/// Takes out everything that a folder holds, and leaves the folder, which may be linked to.
fn emptied(folder: &Path) -> io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Copies a folder as it is, into one that need not be there.
fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, copy) = (entry.path(), to.join::<&OsStr>(&entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_all(&source, &copy)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&source)?, &copy)?;
        } else {
            fs::copy(&source, &copy)?;
        }
    }
    Ok(())
}

/// What came of an operation on a file.
///
/// # Panics
/// When it failed.
#[track_caller]
fn done<T>(what: &str, result: io::Result<T>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{what}: {error}"),
    }
}
