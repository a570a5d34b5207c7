//! A download in progress: the bytes so far, and beside them what they are part of.
//!
//! Survives the process. Two processes never write the same one: a lock beside it is held as long as it is open.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cancel::Cancel;
use crate::digest::Hasher;
use crate::lock::{self, Lock, LockError};
use crate::progress::{Phase, Reporter};
use crate::publish;

/// What the bytes are part of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// Digest of the address, which itself may hold keys.
    pub(crate) address: String,
    /// What tells this state of the file from another: `ETag` or `Last-Modified`.
    pub(crate) validator: Option<String>,
    /// Bytes of the whole.
    pub(crate) total: Option<u64>,
}

/// An open download.
pub(crate) struct Partial {
    path: PathBuf,
    file: File,
    hasher: Hasher,
    length: u64,
    identity: Option<Identity>,
    _lock: Lock,
}

impl Partial {
    /// Opens `name` in `folder`, and reads again what an earlier run left of it. Waits for another process that has it
    /// open.
    pub(crate) fn open(
        folder: &Path,
        name: &str,
        reporter: &Reporter<'_>,
        cancel: &Cancel,
    ) -> Result<Self, LockError> {
        fs_err::create_dir_all(folder)?;
        let lock = lock::wait(&folder.join(format!("{name}.lock")), name, reporter, cancel)?;
        let path = folder.join(format!("{name}.part"));
        let options =
            fs_err::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        let (file, _) = options.into_parts();
        let identity = fs_err::read(side(&path)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let mut partial = Self { path, file, hasher: Hasher::default(), length: 0, identity, _lock: lock };
        partial.rehash(reporter, cancel)?;
        Ok(partial)
    }

    fn rehash(&mut self, reporter: &Reporter<'_>, cancel: &Cancel) -> Result<(), LockError> {
        let length = self.file.metadata()?.len();
        if length == 0 || self.identity.is_none() {
            return Ok(self.restart()?);
        }
        reporter.begin(Phase::Rehash, self.path.display().to_string(), 0);
        let mut buffer = vec![0; 1 << 18];
        loop {
            let count = self.file.read(&mut buffer)?;
            let Some(bytes @ [_, ..]) = buffer.get(..count) else { return Ok(()) };
            self.hasher.update(bytes);
            self.length += bytes.len() as u64;
            reporter.at(self.length, Some(length));
            if cancel.asked() {
                return Err(LockError::Cancelled);
            }
        }
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    pub(crate) fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// The digest of the bytes so far.
    pub(crate) fn hasher(&self) -> Hasher {
        self.hasher.clone()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Says what the bytes to come are part of.
    pub(crate) fn describe(&mut self, identity: Identity) -> io::Result<()> {
        if self.identity.as_ref() != Some(&identity) {
            publish::write_whole(&side(&self.path), &serde_json::to_vec(&identity)?)?;
            self.identity = Some(identity);
        }
        Ok(())
    }

    /// Throws the bytes away.
    pub(crate) fn restart(&mut self) -> io::Result<()> {
        self.identity = None;
        match fs_err::remove_file(side(&self.path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.hasher = Hasher::default();
        self.length = 0;
        Ok(())
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Removes `name` from `folder`, unless another process has it open. Gives whether it is gone.
    pub(crate) fn discard(folder: &Path, name: &str) -> bool {
        let Ok(Some(_lock)) = lock::try_take(&folder.join(format!("{name}.lock"))) else { return false };
        let path = folder.join(format!("{name}.part"));
        let _ = fs_err::remove_file(side(&path));
        fs_err::remove_file(path).is_ok()
    }

    /// Removes every trace of it.
    pub(crate) fn remove(mut self) -> io::Result<()> {
        self.restart()
    }
}

/// Nothing is left of a download that brought nothing.
impl Drop for Partial {
    fn drop(&mut self) {
        if self.length == 0 {
            let _ = fs_err::remove_file(&self.path);
        }
    }
}

/// The file that holds the identity.
fn side(path: &Path) -> PathBuf {
    path.with_extension("json")
}
