//! One at a time: advisory locks on files, which the system frees however their holder ends.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use thiserror::Error;

use crate::cancel::Cancel;
use crate::progress::{Event, Reporter};

/// Time between two looks at a lock that somebody holds.
const LOOK: Duration = Duration::from_millis(100);

/// A lock, held until it is dropped.
pub(crate) struct Lock {
    _file: File,
    holder: PathBuf,
}

/// Why a lock is not held.
#[derive(Debug, Error)]
pub enum LockError {
    /// The caller wants an end.
    #[error("stopped before the end")]
    Cancelled,
    /// The system said no.
    #[error("the data folder cannot be used")]
    Io(#[from] io::Error),
}

/// Takes the lock `path` for `what`, and waits for whoever holds it, saying once for whom.
pub(crate) fn wait(
    path: &Path,
    what: &str,
    reporter: &Reporter<'_>,
    cancel: &Cancel,
) -> Result<Lock, LockError> {
    let mut said = false;
    loop {
        if let Some(lock) = try_take(path)? {
            return Ok(lock);
        }
        if !said {
            said = true;
            reporter.tell(Event::Waiting { reason: holder(path, what) });
        }
        if cancel.asked() {
            return Err(LockError::Cancelled);
        }
        thread::sleep(LOOK);
    }
}

/// Takes the lock if nobody holds it.
pub(crate) fn try_take(path: &Path) -> io::Result<Option<Lock>> {
    if let Some(folder) = path.parent() {
        fs_err::create_dir_all(folder)?;
    }
    let (file, _) =
        fs_err::OpenOptions::new().write(true).create(true).truncate(false).open(path)?.into_parts();
    match file.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
        Err(std::fs::TryLockError::Error(error)) => return Err(error),
    }
    // Beside the lock, because a locked file cannot be read on Windows. Only talk: nothing depends on it.
    let holder = path.with_extension("holder");
    let seconds = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
    let _ =
        fs_err::File::create(&holder).and_then(|mut file| write!(file, "{} {seconds}", std::process::id()));
    Ok(Some(Lock { _file: file, holder }))
}

fn holder(path: &Path, what: &str) -> String {
    let told = fs_err::read_to_string(path.with_extension("holder")).unwrap_or_default();
    let told = told.split_once(' ').and_then(|(pid, since)| {
        let since: u64 = since.parse().ok()?;
        let now = SystemTime::UNIX_EPOCH.elapsed().ok()?.as_secs();
        Some((pid.parse::<u32>().ok()?, now.saturating_sub(since)))
    });
    match told {
        Some((pid, seconds)) => {
            format!("process {pid} works on {what} since {seconds} s: waiting for it to end")
        }
        None => format!("another process works on {what}: waiting for it to end"),
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs_err::remove_file(&self.holder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_waits_says_for_whom_and_can_be_told_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let first = try_take(&path).unwrap().unwrap();
        assert!(try_take(&path).unwrap().is_none());
        let cancel = Cancel::default();
        let told = std::cell::RefCell::new(String::new());
        let tell = |event| {
            if let Event::Waiting { reason } = event {
                told.replace(reason);
                cancel.cancel();
            }
        };
        let reporter = Reporter::new(&tell);
        assert!(matches!(wait(&path, "x", &reporter, &cancel), Err(LockError::Cancelled)));
        assert!(told.borrow().contains(&format!("process {} works on x", std::process::id())), "{told:?}");
        drop(first);
        assert!(wait(&path, "x", &reporter, &cancel).is_ok());
    }
}
