//! The machine's processes, read from `/proc` (Linux).

use std::fs;

/// The ids of the processes whose parent is `pid`, smallest first.
#[must_use]
pub fn children_of(pid: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut children: Vec<u32> = ids.filter(|id| parent_of(*id) == Some(pid)).collect();
    children.sort_unstable();
    children
}

/// Whether a process exists and has not ended: a zombie has.
#[must_use]
pub fn is_running(pid: u32) -> bool {
    state_and_parent(pid).is_some_and(|(state, _)| state != "Z" && state != "X")
}

fn parent_of(pid: u32) -> Option<u32> {
    state_and_parent(pid).map(|(_, parent)| parent)
}

/// The third and fourth field of `stat`; the second, the name, may hold spaces and parentheses.
fn state_and_parent(pid: u32) -> Option<(String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}
