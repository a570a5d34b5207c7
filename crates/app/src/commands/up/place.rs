//! One application a data folder: who is open on it, and at which address.

use std::fs::{File, TryLockError};
use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use biowatch_supervisor::Key;
use biowatch_supervisor::registry::{open_private, read_json, write_json};
use serde::{Deserialize, Serialize};

use crate::data_folder::DataFolder;

/// How long one that is just starting may take to say where it is.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Where the application is found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Address {
    /// On 127.0.0.1.
    pub(super) port: u16,
    /// Opens a session.
    pub(super) key: Key,
    /// Its process.
    pub(super) pid: u32,
}

impl Address {
    /// As a browser takes it; `path` without a slash before it.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}?key={}", self.port, self.key.reveal())
    }
}

/// The data folder, held as the only one until this is dropped or the process ends, however it does.
pub(super) struct Place {
    _lock: File,
    file: PathBuf,
}

impl Place {
    /// Takes it; `None` where another process has it.
    pub(super) fn take(data: &DataFolder) -> io::Result<Option<Self>> {
        let file = data.up();
        let lock = open_private(&file.with_extension("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Of one that was killed.
        let _ = fs_err::remove_file(&file);
        Ok(Some(Self { _lock: lock, file }))
    }

    /// Says where it is.
    pub(super) fn tell(&self, address: &Address) -> io::Result<()> {
        write_json(&self.file, address)
    }

    /// Where the one is that has the folder.
    pub(super) fn other(data: &DataFolder) -> Option<Address> {
        let until = Instant::now() + PATIENCE;
        loop {
            match read_json(&data.up()) {
                None if Instant::now() < until => thread::sleep(PAUSE),
                found => return found,
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs_err::remove_file(&self.file);
    }
}
