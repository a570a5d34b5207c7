//! How much room there is.

use std::path::Path;

/// Bytes that this user may still write on the disk of `path`, or of the nearest folder above it that exists. `None`
/// where the system is not asked.
#[cfg(unix)]
pub fn free_bytes(path: &Path) -> Option<u64> {
    let there = path.ancestors().find(|folder| folder.is_dir())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Bytes that this user may still write on the disk of `path`. `None` where the system is not asked.
#[cfg(not(unix))]
pub fn free_bytes(_: &Path) -> Option<u64> {
    None
}
