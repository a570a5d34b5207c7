//! Whether the system killed something for want of memory.

#[cfg(target_os = "linux")]
use std::path::{Path, PathBuf};

use crate::fault::{ABORT, Exit, KILL, OutOfMemory};

/// How many such kills were counted so far: in our control group, and on the whole machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct MemoryKills {
    group: Option<u64>,
    machine: Option<u64>,
}

impl MemoryKills {
    /// Reads the counters; what cannot be read is absent.
    #[cfg(target_os = "linux")]
    pub(crate) fn count() -> Self {
        let read = |path: &Path| fs_err::read_to_string(path).unwrap_or_default();
        let own = read(Path::new("/proc/self/cgroup"));
        let group = group_files(&own).iter().find_map(|file| counter(&read(file), "oom_kill"));
        Self { group, machine: counter(&read(Path::new("/proc/vmstat")), "oom_kill") }
    }

    /// Other systems keep no such counters.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn count() -> Self {
        Self::default()
    }

    /// What a process that ended so, with these last words, died of, when `self` was counted before and `now` after.
    pub(crate) fn judge(self, now: Self, exit: Exit, words: &[String]) -> Option<OutOfMemory> {
        let more = |before: Option<u64>, after: Option<u64>| before.zip(after).is_some_and(|(a, b)| b > a);
        match exit {
            Exit::Signal(KILL) if more(self.group, now.group) || more(self.machine, now.machine) => {
                Some(OutOfMemory::Counted)
            }
            Exit::Signal(KILL) => Some(OutOfMemory::Likely),
            Exit::Signal(ABORT) | Exit::Code(_) if words.iter().any(|line| says_so(line)) => {
                Some(OutOfMemory::Said)
            }
            _ => None,
        }
    }
}

/// What programs print when they are refused memory: Rust's, C++'s, Python's, PyTorch's.
fn says_so(line: &str) -> bool {
    let signs =
        ["memory allocation of", "std::bad_alloc", "MemoryError", "out of memory", "Cannot allocate memory"];
    signs.iter().any(|sign| line.contains(sign))
}

/// `name 12` among the lines.
#[cfg(any(target_os = "linux", test))]
fn counter(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

/// Files that count, by `/proc/self/cgroup`: of version 2 and of version 1.
#[cfg(target_os = "linux")]
fn group_files(own: &str) -> Vec<PathBuf> {
    let mounted = Path::new("/sys/fs/cgroup");
    let file = |line: &str| {
        let mut parts = line.splitn(3, ':');
        let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
        let path = path.trim_start_matches('/');
        match controllers {
            "" => Some(mounted.join(path).join("memory.events")),
            "memory" => Some(mounted.join("memory").join(path).join("memory.oom_control")),
            _ => None,
        }
    };
    own.lines().filter_map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_read() {
        assert_eq!(counter("low 0\noom 3\noom_kill 2\noom_group_kill 0\n", "oom_kill"), Some(2));
        assert_eq!(counter("oom_kill_disable 0\nunder_oom 0\noom_kill 7\n", "oom_kill"), Some(7));
        assert_eq!(counter("nothing", "oom_kill"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn both_kinds_of_control_groups_are_found() {
        assert_eq!(
            group_files("0::/user.slice/a\n"),
            [Path::new("/sys/fs/cgroup/user.slice/a/memory.events")]
        );
        let files = group_files("9:name=systemd:/\n4:memory:/docker/x\n");
        assert_eq!(files, [Path::new("/sys/fs/cgroup/memory/docker/x/memory.oom_control")]);
        assert!(MemoryKills::count().machine.is_some());
    }

    #[test]
    fn only_kills_and_refusals_are_blamed_on_memory() {
        let before = MemoryKills { group: Some(1), machine: None };
        let after = MemoryKills { group: Some(2), machine: None };
        let kill = Exit::Signal(KILL);
        assert_eq!(before.judge(after, kill, &[]), Some(OutOfMemory::Counted));
        assert_eq!(before.judge(before, kill, &[]), Some(OutOfMemory::Likely));
        assert_eq!(before.judge(after, Exit::Signal(11), &[]), None);
        let words = ["memory allocation of 4096 bytes failed".to_owned()];
        assert_eq!(before.judge(before, Exit::Signal(ABORT), &words), Some(OutOfMemory::Said));
        assert_eq!(before.judge(before, Exit::Signal(ABORT), &[]), None);
    }
}
