//! The processes of this machine, as far as the system tells: whose children they are, and how much memory they take.
//!
//! Linux tells in `/proc`. Elsewhere the list is empty, and memory is unknown.

use std::collections::HashSet;

/// One process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its parent's.
    pub parent: u32,
    /// Its group's.
    pub group: u32,
    /// Bytes of it in memory.
    pub memory: u64,
    /// Whether it has ended and nobody has asked how.
    pub is_zombie: bool,
}

/// All processes.
#[cfg(target_os = "linux")]
pub fn all() -> Vec<Process> {
    let page = rustix::param::page_size() as u64;
    let entries = fs_err::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            stat(pid, &fs_err::read_to_string(entry.path().join("stat")).ok()?, page)
        })
        .collect()
}

/// All processes.
#[cfg(not(target_os = "linux"))]
pub fn all() -> Vec<Process> {
    Vec::new()
}

/// Everything that descends from `root` in `all`, without `root` itself and without zombies.
pub fn descendants(all: &[Process], root: u32) -> Vec<u32> {
    let mut known = HashSet::from([root]);
    let mut found = Vec::new();
    loop {
        let before = known.len();
        for process in all {
            if known.contains(&process.parent) && known.insert(process.pid) && !process.is_zombie {
                found.push(process.pid);
            }
        }
        if known.len() == before {
            return found;
        }
    }
}

/// Bytes in memory of `root` and everything that descends from it; `None` where the system does not tell.
pub fn memory_of_tree(root: u32) -> Option<u64> {
    let all = all();
    let tree: HashSet<u32> = descendants(&all, root).into_iter().chain([root]).collect();
    let in_tree = all.iter().filter(|process| tree.contains(&process.pid));
    in_tree.map(|process| process.memory).reduce(u64::saturating_add)
}

/// `12 (a name) S 1 12 …`: the name may hold anything, so fields count from its last bracket.
#[cfg(any(target_os = "linux", test))]
fn stat(pid: u32, text: &str, page: u64) -> Option<Process> {
    let fields: Vec<&str> = text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    Some(Process {
        pid,
        parent: u32::try_from(number(1)?).ok()?,
        group: u32::try_from(number(2)?).ok()?,
        memory: number(21)?.saturating_mul(page),
        is_zombie: matches!(fields.first(), Some(&("Z" | "X"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_process_with_a_difficult_name() {
        let text =
            "7 (a) Z (b) S 3 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 99 1000 25 18446744073709551615";
        let process = stat(7, text, 4096).unwrap();
        assert_eq!((process.parent, process.group, process.is_zombie), (3, 7, false));
        assert_eq!(process.memory, 25 * 4096);
        assert!(stat(7, "7 (a", 4096).is_none());
        assert!(stat(7, "", 4096).is_none());
    }

    #[test]
    fn descendants_are_found_in_any_order() {
        let process = |pid, parent| Process { pid, parent, group: pid, memory: 0, is_zombie: pid == 5 };
        let all = [process(4, 3), process(3, 2), process(2, 1), process(9, 1), process(5, 2), process(6, 5)];
        let mut found = descendants(&all, 2);
        found.sort_unstable();
        assert_eq!(found, [3, 4, 6], "a zombie is no process, but it may have children");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn sees_itself() {
        let me = std::process::id();
        assert!(all().iter().any(|process| process.pid == me));
        assert!(memory_of_tree(me).is_some_and(|bytes| bytes > 100_000));
        assert_eq!(memory_of_tree(u32::MAX), None);
    }
}
