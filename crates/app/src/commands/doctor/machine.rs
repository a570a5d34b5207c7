//! The machine as far as speed and memory depend on it.

use std::thread;

use serde::Serialize;

/// Facts about this machine. What a system does not tell is `None`.
#[derive(Debug, Serialize)]
pub(super) struct Machine {
    pub(super) os: &'static str,
    pub(super) arch: &'static str,
    /// Threads this process may use.
    pub(super) threads: usize,
    /// Instruction sets that engines make use of.
    pub(super) cpu_features: Vec<&'static str>,
    pub(super) memory_bytes: Option<u64>,
    pub(super) memory_available_bytes: Option<u64>,
}

impl Machine {
    /// Asks the system.
    pub(super) fn look() -> Self {
        let memory = fs_err::read_to_string("/proc/meminfo").unwrap_or_default();
        Self {
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
            threads: thread::available_parallelism().map_or(1, Into::into),
            cpu_features: cpu_features(),
            memory_bytes: kilobytes_line(&memory, "MemTotal:"),
            memory_available_bytes: kilobytes_line(&memory, "MemAvailable:"),
        }
    }
}

/// `MemTotal:       16384 kB`, in bytes.
fn kilobytes_line(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(target_arch = "x86_64")]
fn cpu_features() -> Vec<&'static str> {
    let features = [
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512vnni", is_x86_feature_detected!("avx512vnni")),
        ("avx512bf16", is_x86_feature_detected!("avx512bf16")),
    ];
    features.into_iter().filter(|(_, present)| *present).map(|(name, _)| name).collect()
}

#[cfg(target_arch = "aarch64")]
fn cpu_features() -> Vec<&'static str> {
    use std::arch::is_aarch64_feature_detected;
    let features = [
        ("neon", is_aarch64_feature_detected!("neon")),
        ("dotprod", is_aarch64_feature_detected!("dotprod")),
        ("fp16", is_aarch64_feature_detected!("fp16")),
        ("bf16", is_aarch64_feature_detected!("bf16")),
        ("i8mm", is_aarch64_feature_detected!("i8mm")),
    ];
    features.into_iter().filter(|(_, present)| *present).map(|(name, _)| name).collect()
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn cpu_features() -> Vec<&'static str> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_meminfo() {
        let text = "MemTotal:       24615868 kB\nMemFree: 1 kB\nMemAvailable:   2 kB\n";
        assert_eq!(kilobytes_line(text, "MemTotal:"), Some(24_615_868 * 1024));
        assert_eq!(kilobytes_line(text, "MemAvailable:"), Some(2048));
        assert_eq!(kilobytes_line(text, "Swap:"), None);
    }
}
