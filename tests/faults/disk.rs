//! The faulty disk tested on itself: it keeps what was synced and nothing else, and fails as told.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use vasca_tests::child::Child;
use vasca_tests::disk::FaultyDisk;
use vasca_tests::run::run;

/// What the scripts share. They run in the watched folder; `synced` takes a file or a folder.
const PRELUDE: &str = r"
import errno, os, threading

def write(name, text, flags=os.O_TRUNC):
    fd = os.open(name, os.O_RDWR | os.O_CREAT | flags)
    os.write(fd, text.encode())
    os.close(fd)

def synced(name):
    fd = os.open(name, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)

def keep(name, text):
    write(name, text)
    synced(name)

def outcome(name, action):
    try:
        action()
        print(name, 'works')
    except OSError as error:
        print(name, errno.errorcode[error.errno])
";

/// A folder on a faulty disk.
struct Watched {
    disk: FaultyDisk,
    folder: TempDir,
}

impl Watched {
    /// An empty one.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let disk = FaultyDisk::of(folder.path());
        Self { disk, folder }
    }

    /// One where a script has run to its end.
    fn after(script: &str) -> Self {
        let watched = Self::new();
        watched.run(script);
        watched
    }

    /// Runs a script in it; gives what was printed.
    #[track_caller]
    fn run(&self, script: &str) -> String {
        let run = run(self.disk.preload(&mut self.command(script)));
        run.expect_code(0).stdout
    }

    fn command(&self, script: &str) -> Command {
        let mut command = Command::new("python3");
        command.arg("-c").arg(format!("{PRELUDE}{script}"));
        command.current_dir(self.folder.path());
        command
    }

    /// What a power loss would leave.
    fn left(&self) -> Vec<String> {
        contents(self.disk.shadow())
    }
}

/// Folders with a slash and files with their texts, sorted.
fn contents(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            found.push(format!("{name}/"));
            let inside = contents(&entry.path());
            found.extend(inside.iter().map(|inner| format!("{name}/{inner}")));
        } else {
            let text = fs::read_to_string(entry.path()).expect("text");
            found.push(format!("{name}={text}"));
        }
    }
    found.sort();
    found
}

#[test]
fn what_was_not_synced_is_lost() {
    let watched = Watched::new();
    let printed = watched.run(
        r"
import ctypes
write('closed', 'a')
fd = os.open('held', os.O_RDWR | os.O_CREAT | os.O_SYNC)
os.pwrite(fd, b'b', 0); os.writev(fd, [b'c'])
print(ctypes.CDLL(None).sync_file_range(fd, ctypes.c_int64(0), ctypes.c_int64(0), 7))
os.sync()",
    );
    assert_eq!(printed, "0\n");
    assert_eq!(watched.left(), [""; 0]);
    assert_eq!(contents(watched.folder.path()), ["closed=a", "held=c"]);
}

#[test]
fn what_was_synced_is_kept() {
    let watched = Watched::after(
        r"
os.makedirs('x/y')
keep('x/y/all', 'a')
fd = os.open('b', os.O_WRONLY | os.O_CREAT)
os.write(fd, b'b'); os.fdatasync(os.dup(fd)); os.write(fd, b'lost')
folder = os.open('x', os.O_RDONLY)
inner = os.open('in', os.O_RDWR | os.O_CREAT, dir_fd=folder)
os.write(inner, b'c'); os.fsync(inner)",
    );
    assert_eq!(watched.left(), ["b=b", "x/", "x/in=c", "x/y/", "x/y/all=a"]);
}

#[test]
fn a_linked_path_is_the_folder_that_it_leads_to() {
    let mut watched = Watched::new();
    let beside = tempfile::tempdir().expect("a temporary folder");
    let link = beside.path().join("link");
    std::os::unix::fs::symlink(watched.folder.path(), &link).expect("a link");
    watched.disk = FaultyDisk::of(&link);
    watched.run(&format!(
        "keep('a', 'a'); keep('{}/b', 'b')",
        link.display()
    ));
    assert_eq!(watched.left(), ["a=a", "b=b"]);
}

#[test]
fn what_lies_elsewhere_passes_by() {
    let watched = Watched::new();
    let beside = PathBuf::from(format!("{}-beside", watched.folder.path().display()));
    fs::create_dir(&beside).expect("a folder");
    let script = format!("os.chdir('{}'); keep('a', 'a')", beside.display());
    watched.run(&script);
    watched.disk.fill();
    watched.run(&script);
    watched.disk.fail_syncs();
    watched.run(&script);
    fs::remove_dir_all(&beside).expect("the folder is ours");
    assert_eq!(watched.left(), [""; 0]);
}

#[test]
fn a_file_is_shorter_once_that_is_synced() {
    let watched = Watched::after("keep('a', 'long'); os.truncate('a', 2)");
    assert_eq!(watched.left(), ["a=long"]);
    watched.run("synced('a')");
    assert_eq!(watched.left(), ["a=lo"]);
}

#[test]
fn a_file_is_rewritten_in_place_and_never_shortened_on_the_way() {
    let watched = Watched::after("keep('a', 'first ' * 500_000)");
    let kept = File::open(watched.disk.shadow().join("a")).expect("it was synced");
    let script = r"
for word in ['other ', 'third '] * 10 + ['last, ']:
    write('a', word * 500_000, 0)
    synced('a')";
    let mut command = watched.command(script);
    let mut child = Child::spawn(watched.disk.preload(&mut command));
    let status = loop {
        assert_eq!(kept.metadata().expect("an open file").len(), 3_000_000);
        if let Some(status) = child.status_within(Duration::ZERO) {
            break status;
        }
    };
    assert!(status.success());
    let mut word = [0; 6];
    kept.read_exact_at(&mut word, 2_999_994).expect("a word");
    assert_eq!(&word, b"last, ");
}

#[test]
fn a_rename_counts_from_the_sync_of_its_folder() {
    let watched = Watched::after(
        "keep('final', 'old'); keep('staged', 'new'); write('loose', '?'); os.rename('staged', 'final')",
    );
    assert_eq!(watched.left(), ["final=old", "staged=new"]);
    watched.run("synced('.')");
    assert_eq!(watched.left(), ["final=new", "loose="]);
}

#[test]
fn a_file_synced_during_a_rename_keeps_the_name_from_before() {
    let watched = Watched::after(
        r"
keep('final', 'old')
write('staged', 'new')
os.rename('staged', 'between'); os.rename('between', 'final')
synced('final')
keep('known', 'a')
os.rename('known', 'moved')
keep('moved', 'b')",
    );
    assert_eq!(watched.left(), ["final=old", "known=b", "staged=new"]);
    watched.run("synced('.')");
    assert_eq!(watched.left(), ["final=new", "moved=b"]);
}

#[test]
fn a_rename_between_folders_needs_the_sync_of_both() {
    let script = "os.mkdir('x'); os.mkdir('y'); keep('x/a', 'a'); os.rename('x/a', 'y/a')";
    let watched = Watched::after(script);
    assert_eq!(watched.left(), ["x/", "x/a=a"]);
    watched.run("synced('x')");
    assert_eq!(watched.left(), ["x/"]);
    watched.run("synced('y')");
    assert_eq!(watched.left(), ["x/", "y/", "y/a=a"]);
}

#[test]
fn a_hard_link_and_an_unlink_count_from_the_sync_of_their_folder() {
    let watched = Watched::after("keep('new', 'a'); os.link('new', 'final'); os.unlink('new')");
    assert_eq!(watched.left(), ["new=a"]);
    watched.run("synced('.')");
    assert_eq!(watched.left(), ["final=a"]);
    watched.run("os.unlink('final')");
    assert_eq!(watched.left(), ["final=a"]);
    watched.run("synced('.')");
    assert_eq!(watched.left(), [""; 0]);
}

#[test]
fn an_unlinked_file_is_not_mistaken_for_those_that_get_its_inode() {
    let watched = Watched::after(
        r"
for number in range(100):
    keep(f'old{number}', 'old')
    os.unlink(f'old{number}')
    keep(f'new{number}', 'new')
    write('other', 'other')
    os.rename('other', f'new{number}')
fd = os.open('open', os.O_RDWR | os.O_CREAT)
os.unlink('open'); os.fsync(fd)",
    );
    let left = watched.left();
    assert_eq!(left.len(), 200, "{left:?}");
    let is_itself = |file: &String| file.get(..3) == file.get(file.len() - 3..);
    assert!(left.iter().all(is_itself), "{left:?}");
}

#[test]
fn a_folder_is_moved_with_all_it_holds_and_removed_with_the_sync_above_it() {
    let watched = Watched::after("os.mkdir('x'); keep('x/a', 'a'); os.rename('x', 'y')");
    assert_eq!(watched.left(), ["y/", "y/a=a"]);
    watched.run("keep('y/a', 'b'); os.unlink('y/a'); os.rmdir('y')");
    assert_eq!(watched.left(), ["y/", "y/a=b"]);
    watched.run("write('y', 'file'); synced('.')");
    assert_eq!(watched.left(), ["y="]);
}

#[test]
fn what_stood_there_at_the_start_is_on_the_disk_and_a_second_process_goes_on() {
    let watched = Watched::new();
    let folder = watched.folder.path().join("x");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("a"), "from before").expect("a file");
    watched.run("write('x/a', 'lost'); write('b', 'later')");
    assert_eq!(watched.left(), ["x/", "x/a=from before"]);
    watched.run("synced('b')");
    assert_eq!(watched.left(), ["b=later", "x/", "x/a=from before"]);
}

#[test]
fn a_power_loss_leaves_what_was_synced_and_the_next_start_begins_with_it() {
    let watched = Watched::after("keep('a', 'kept'); write('a', 'lost'); write('b', 'lost')");
    watched.disk.lose_power();
    assert_eq!(contents(watched.folder.path()), ["a=kept"]);
    watched.run("write('b', 'new'); synced('b'); write('a', 'lost')");
    watched.disk.lose_power();
    assert_eq!(contents(watched.folder.path()), ["a=kept", "b=new"]);
}

#[test]
fn syncs_of_many_threads_are_each_complete() {
    let watched = Watched::after(
        r"
shared = os.open('shared', os.O_RDWR | os.O_CREAT)
def work(name):
    for number in range(50):
        os.pwrite(shared, bytes([65 + number % 26]), int(name)); os.fsync(shared)
        write('staged' + name, f'{number} ' * 20_000)
        synced('staged' + name)
        os.rename('staged' + name, name)
        synced('.')
threads = [threading.Thread(target=work, args=(str(name),)) for name in range(6)]
for thread in threads: thread.start()",
    );
    let left = watched.left();
    assert_eq!(left, contents(watched.folder.path()));
    assert_eq!((left.len(), left[6].as_str()), (7, "shared=XXXXXX"));
}

/// Everything that needs space, each on a line with what came of it.
const NEEDS_SPACE: &str = r"
fd = os.open('there', os.O_RDWR)
outcome('write', lambda: os.write(fd, b'1'))
outcome('pwrite', lambda: os.pwrite(fd, b'2', 0))
outcome('writev', lambda: os.writev(fd, [b'3']))
outcome('pwritev', lambda: os.pwritev(fd, [b'4'], 0, os.RWF_DSYNC))
outcome('copy_file_range', lambda: os.copy_file_range(os.open('/bin/sh', os.O_RDONLY), fd, 1))
outcome('sendfile', lambda: os.sendfile(fd, os.open('/bin/sh', os.O_RDONLY), 0, 1))
outcome('ftruncate', lambda: os.ftruncate(fd, 9))
outcome('posix_fallocate', lambda: os.posix_fallocate(fd, 0, 99))
outcome('open', lambda: os.open('made', os.O_CREAT | os.O_RDWR))
outcome('openat', lambda: os.open('made2', os.O_CREAT, dir_fd=os.open('.', 0)))
outcome('mkdir', lambda: os.mkdir('folder'))
for follow in (0, 1):
    outcome('link', lambda: os.link('there', f'linked{follow}', follow_symlinks=follow))
outcome('symlink', lambda: os.symlink('there', 'symlinked'))
";

/// What works with or without space.
const NEEDS_NONE: &str = r"
fd = os.open('there', os.O_RDWR | os.O_CREAT)
outcome('read', lambda: print(os.read(fd, 9)))
outcome('shorten', lambda: os.ftruncate(fd, 1))
outcome('fsync', lambda: os.fsync(fd))
outcome('rename', lambda: os.rename('spare', 'renamed'))
outcome('unlink', lambda: os.unlink('renamed'))
outcome('present', lambda: os.makedirs('here', exist_ok=True))
";

#[test]
fn a_full_disk_takes_nothing_more_until_it_is_healed() {
    let watched = Watched::after("keep('there', 'abc'); keep('spare', ''); os.mkdir('here')");
    watched.disk.fill();
    let full = watched.run(NEEDS_SPACE);
    assert_eq!(full.matches(" ENOSPC\n").count(), 14, "{full}");
    let free = watched.run(NEEDS_NONE);
    assert_eq!(free.matches(" works\n").count(), 6, "{free}");
    assert!(free.starts_with("b'abc'"), "{free}");
    assert_eq!(contents(watched.folder.path()), ["here/", "there=a"]);
    watched.disk.heal();
    let healed = watched.run(NEEDS_SPACE);
    assert_eq!(healed.matches(" works\n").count(), 14, "{healed}");
}

#[test]
fn a_failing_disk_keeps_nothing_until_it_is_healed() {
    let watched = Watched::after("keep('a', 'old'); write('a', 'new')");
    let sync = r"
outcome('fsync', lambda: synced('a'))
outcome('fdatasync', lambda: os.fdatasync(os.open('a', os.O_RDWR)))
outcome('folder', lambda: synced('.'))
outcome('write', lambda: write('b', 'b'))";
    watched.disk.fail_syncs();
    let failed = watched.run(sync);
    assert_eq!(
        failed,
        "fsync EIO\nfdatasync EIO\nfolder EIO\nwrite works\n"
    );
    assert_eq!(watched.left(), ["a=old"]);
    watched.disk.heal();
    watched.run(sync);
    assert_eq!(watched.left(), ["a=new", "b="]);
}

#[test]
fn a_disk_that_runs_low_says_so_and_works() {
    let watched = Watched::after("os.mkdir('x')");
    let look = r"
here, inner, above = os.statvfs('.'), os.statvfs(os.open('x', os.O_RDONLY)), os.statvfs('..')
print([told.f_bavail > 0 for told in (here, inner, above)], here.f_blocks > 0)";
    watched.disk.report_low();
    assert_eq!(watched.run(look), "[False, False, True] True\n");
    watched.run("keep('a', 'a')");
    watched.disk.fill();
    assert_eq!(watched.run(look), "[False, False, True] True\n");
    watched.disk.heal();
    assert_eq!(watched.run(look), "[True, True, True] True\n");
}

#[test]
fn without_its_variables_the_library_does_nothing() {
    let watched = Watched::new();
    watched.disk.fill();
    let mut command = watched.command("keep('a', 'a'); print(os.statvfs('.').f_bavail > 0)");
    watched.disk.preload(&mut command);
    command.env_remove("VASCA_FAULT_WATCHED");
    assert_eq!(run(&mut command).expect_code(0).stdout, "True\n");
    assert!(!watched.disk.shadow().exists());
}
