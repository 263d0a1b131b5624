//! The machine's processes, read from `/proc` (Linux).

use std::fs;
use std::time::Duration;

/// The ids of the processes whose parent is `pid`, smallest first.
#[must_use]
pub fn children_of(pid: u32) -> Vec<u32> {
    let mut children = all();
    children.retain(|id| stat(*id).is_some_and(|stat| stat.parent == pid));
    children
}

/// The ids of the processes of a session that have not ended. Children stay in the session of
/// whoever started them, also when that one is gone.
#[must_use]
pub fn in_session(session: u32) -> Vec<u32> {
    let mut members = all();
    members.retain(|id| stat(*id).is_some_and(|stat| stat.session == session && !stat.ended()));
    members
}

/// The most memory that a process has held so far; nothing when it has ended.
#[must_use]
pub fn peak_memory_bytes(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Whether a process exists and has not ended: a zombie has.
#[must_use]
pub fn is_running(pid: u32) -> bool {
    stat(pid).is_some_and(|stat| !stat.ended())
}

/// The time that a process has computed, in ticks of the kernel; nothing when it has ended.
#[must_use]
pub fn computed_ticks(pid: u32) -> Option<u64> {
    stat(pid).map(|stat| stat.user_ticks)
}

/// The time that a process and its children have computed, once it has ended and nobody has asked
/// how; nothing before and after.
#[must_use]
pub fn computed_by_the_end(pid: u32) -> Option<Duration> {
    let stat = stat(pid)?;
    let time = Duration::from_millis(10) * u32::try_from(stat.all_ticks).ok()?;
    stat.ended().then_some(time)
}

/// All process ids, smallest first.
fn all() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut ids: Vec<u32> = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    ids.sort_unstable();
    ids
}

/// Some fields of a process's `stat`.
struct Stat {
    state: String,
    parent: u32,
    session: u32,
    user_ticks: u64,
    /// Hundredths of a second, with those of the system and of children that have been waited for.
    all_ticks: u64,
}

impl Stat {
    /// A zombie has ended, and waits for its parent to ask how.
    fn ended(&self) -> bool {
        self.state == "Z" || self.state == "X"
    }
}

/// The fields 3, 4, 6 and 14 to 17 of `stat`; the second, the name, may hold spaces and parentheses.
fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = text.rsplit_once(')')?;
    let fields: Vec<_> = after_name.split_whitespace().collect();
    Some(Stat {
        state: (*fields.first()?).to_owned(),
        parent: fields.get(1)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
        user_ticks: fields.get(11)?.parse().ok()?,
        all_ticks: fields
            .get(11..15)?
            .iter()
            .flat_map(|field| field.parse::<u64>())
            .sum(),
    })
}
