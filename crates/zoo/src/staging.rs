//! Folders in which something is put together, on the same disk as where it will lie.
//!
//! Each has a lock beside it that its owner holds; one whose lock is free belongs to a process that has ended, and is
//! swept away. Making and sweeping exclude each other.

use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::lock::{self, Lock};
use crate::place::Zoo;

/// How the folders of this room begin. Others use `.staging/` as well.
const PREFIX: &str = "model-";

/// A folder that goes away with its owner.
pub(crate) struct Staging {
    path: PathBuf,
    guard: PathBuf,
    _lock: Lock,
}

impl Staging {
    /// Makes a new one, and sweeps away what others left behind.
    pub(crate) fn new(zoo: &Zoo) -> io::Result<Self> {
        let root = zoo.staging();
        fs_err::create_dir_all(&root)?;
        let _making = making(&root)?;
        sweep(&root);
        let path = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&root)?.keep();
        let guard = path.with_extension("lock");
        let lock =
            lock::try_take(&guard)?.ok_or_else(|| io::Error::other("a new folder is in use already"))?;
        Ok(Self { path, guard, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = fs_err::remove_dir_all(&self.path);
        let _ = fs_err::remove_file(&self.guard);
    }
}

/// Held for moments only.
fn making(root: &Path) -> io::Result<Lock> {
    loop {
        if let Some(lock) = lock::try_take(&root.join("making.lock"))? {
            return Ok(lock);
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn sweep(root: &Path) {
    let names = fs_err::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
    // A folder, its lock or the note beside it: each may be left alone.
    let mut folders: Vec<_> = names.map(|path| path.with_extension("")).collect();
    folders.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX)));
    folders.sort();
    folders.dedup();
    for folder in folders {
        let guard = folder.with_extension("lock");
        if let Ok(Some(_abandoned)) = lock::try_take(&guard) {
            let _ = fs_err::remove_dir_all(&folder);
            let _ = fs_err::remove_file(&guard);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_abandoned_is_swept_and_what_is_in_use_stays() {
        let root = tempfile::tempdir().unwrap();
        let zoo = Zoo::new(root.path());
        let first = Staging::new(&zoo).unwrap();
        fs_err::write(first.path().join("x"), "x").unwrap();
        let abandoned = zoo.staging().join("model-abandoned");
        fs_err::create_dir_all(abandoned.join("y")).unwrap();
        for lone in ["model-lone.lock", "model-alone.holder"] {
            fs_err::write(zoo.staging().join(lone), "").unwrap();
        }
        let other = zoo.staging().join("engine-other");
        fs_err::create_dir_all(&other).unwrap();
        let second = Staging::new(&zoo).unwrap();
        assert!(first.path().join("x").is_file() && other.is_dir() && !abandoned.exists());
        drop((first, second));
        let left = fs_err::read_dir(zoo.staging()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut left: Vec<_> = left.collect();
        left.sort();
        assert_eq!(left, ["engine-other", "making.lock"]);
    }
}
