//! A folder for each server that outlives the command that started it.
//!
//! ```text
//! servers/                   only its owner may look in
//!   start.lock               held while a server is given a name
//!   speciesnet/
//!     keeper.lock            held by the keeper for as long as it lives: what decides whether there is one
//!     state.json             what the keeper knows, and how to talk to it; written aside and renamed
//!     launch.json            what was started, to start it again
//!     server.log, .1, .2 …   what the server wrote
//!     keeper.log             what the keeper itself had to say
//! ```

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::control::{self, Control};
use crate::report::Report;

/// The only version of [`Record`].
pub const FORMAT: u32 = 1;
/// Bytes of a file of ours that are read.
const MOST: u64 = 1 << 20;
/// How long a lock that only a look can hold is waited for.
const LOCK: Duration = Duration::from_secs(3);
/// Characters of a name.
const LONGEST_NAME: usize = 64;

/// What a server is, for people and for whoever asks whether there is one already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its name among servers.
    pub name: String,
    /// Its model, as people call it.
    pub model: String,
    /// The model's version.
    pub version: Option<String>,
    /// Everything in which two servers can differ, by name: model, version, country, device and all other options.
    pub identity: BTreeMap<String, String>,
}

/// What stands in `state.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`FORMAT`].
    pub format: u32,
    /// What the server is.
    pub about: About,
    /// Process id of the keeper.
    pub keeper: u32,
    /// How to talk to it; `None` once it is done.
    pub control: Option<Control>,
    /// When the keeper began, in milliseconds since 1970.
    pub began: u64,
    /// The server is stopped when it was asked for nothing for so many seconds.
    pub idle_seconds: Option<u64>,
    /// What the keeper knew when it wrote this.
    pub report: Report,
}

/// A server and whether it has a keeper.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its folder.
    pub folder: ServerFolder,
    /// What its keeper wrote last.
    pub record: Record,
    /// Whether the keeper lives.
    pub kept: bool,
}

impl Entry {
    /// Whether its keeper was killed: nobody said that the server is over, and nobody looks after it.
    pub fn is_lost(&self) -> bool {
        !self.kept && !self.record.report.phase.is_over()
    }
}

/// Where all the folders are.
#[derive(Debug, Clone)]
pub struct Registry {
    root: PathBuf,
}

/// Why a folder cannot be had.
#[derive(Debug, Error)]
pub enum ClaimError {
    /// A keeper has it.
    #[error("another process looks after `{0}`")]
    Kept(String),
    /// The disk.
    #[error("the folder of `{name}` cannot be used")]
    Folder {
        /// The server.
        name: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

/// A lock that is given back when this is dropped, or when this process ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock lives as long as the file is open")] File);

impl Registry {
    /// `root` need not exist.
    pub fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// Where the folders are.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder for `name`; `None` where that can be no name.
    pub fn folder(&self, name: &str) -> Option<ServerFolder> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
        let good = !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(fits);
        (good && !name.starts_with('.'))
            .then(|| ServerFolder { path: self.root.join(name), name: name.to_owned() })
    }

    /// Waits until no other process gives names to servers. Fails when that takes longer than `patience`.
    pub fn lock(&self, patience: Duration) -> io::Result<Lock> {
        make_private(&self.root)?;
        let file = open_private(&self.root.join("start.lock"))?;
        let until = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock(file)),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if Instant::now() > until => {
                    return Err(io::Error::new(io::ErrorKind::TimedOut, "another server is being started"));
                }
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Every server that was ever started and not forgotten, by name.
    pub fn list(&self) -> Vec<Entry> {
        let entries = fs_err::read_dir(&self.root).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names.iter().filter_map(|name| self.folder(name)?.entry()).collect()
    }
}

impl Registry {
    /// As [`Self::list`], with what living keepers say at this moment. A keeper that does not answer is taken at its last
    /// word.
    pub fn live(&self) -> Vec<Entry> {
        let mut entries = self.list();
        entries.iter_mut().for_each(Entry::ask);
        entries
    }
}

impl Entry {
    /// Takes what its keeper says at this moment, if it does.
    pub fn ask(&mut self) {
        if self.kept
            && let Some(control) = &self.record.control
            && let Ok(report) = control::report(control)
        {
            self.record.report = report;
        }
    }
}

/// The folder of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFolder {
    path: PathBuf,
    name: String,
}

impl ServerFolder {
    /// The server's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the server wrote.
    pub fn log(&self) -> PathBuf {
        self.path.join("server.log")
    }

    /// What the keeper itself had to say.
    pub fn keeper_log(&self) -> PathBuf {
        self.path.join("keeper.log")
    }

    fn state(&self) -> PathBuf {
        self.path.join("state.json")
    }

    fn launch(&self) -> PathBuf {
        self.path.join("launch.json")
    }

    fn lock_file(&self) -> PathBuf {
        self.path.join("keeper.lock")
    }

    /// Makes the folder, for its owner alone.
    pub fn make(&self) -> io::Result<()> {
        make_private(&self.path)
    }

    /// Takes the folder for as long as the lock lives.
    pub fn claim(&self) -> Result<Lock, ClaimError> {
        let failed = |cause| ClaimError::Folder { name: self.name.clone(), cause };
        self.make().map_err(failed)?;
        let file = open_private(&self.lock_file()).map_err(failed)?;
        let until = Instant::now() + LOCK;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock(file)),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                // A look at the lock holds it for an instant; a keeper never gives it back.
                Err(TryLockError::WouldBlock) if Instant::now() > until => {
                    return Err(ClaimError::Kept(self.name.clone()));
                }
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Whether a keeper has the folder.
    pub fn is_kept(&self) -> bool {
        let Ok(file) = fs_err::File::open(self.lock_file()) else { return false };
        matches!(file.file().try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    /// What the keeper wrote last; `None` where there was none, or it was of another kind.
    pub fn record(&self) -> Option<Record> {
        read_json(&self.state()).filter(|record: &Record| record.format == FORMAT)
    }

    /// The server, if there ever was one.
    pub fn entry(&self) -> Option<Entry> {
        // First the lock: a keeper that ends in between has written its last word before.
        let kept = self.is_kept();
        Some(Entry { folder: self.clone(), record: self.record()?, kept })
    }

    /// Publishes what the keeper knows.
    pub fn write_record(&self, record: &Record) -> io::Result<()> {
        write_json(&self.state(), record)
    }

    /// Forgets what a keeper knew that is no more. The logs stay.
    pub fn forget(&self) -> io::Result<()> {
        match fs_err::remove_file(self.state()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Keeps what was started, to start it again.
    pub fn write_launch(&self, launch: &impl Serialize) -> io::Result<()> {
        write_json(&self.launch(), launch)
    }

    /// What was started last.
    pub fn read_launch<T: DeserializeOwned>(&self) -> Option<T> {
        read_json(&self.launch())
    }
}

/// A file of JSON; `None` where it is not there or of another kind.
pub fn read_json<T: DeserializeOwned>(file: &Path) -> Option<T> {
    let mut bytes = Vec::new();
    fs_err::File::open(file).ok()?.take(MOST).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// A file of JSON for its owner alone. Aside, then renamed: a reader sees the old or the new.
pub fn write_json(file: &Path, value: &impl Serialize) -> io::Result<()> {
    let aside = file.with_extension("json.new");
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    let mut open = open_private(&aside)?;
    open.set_len(0)?;
    open.write_all(&bytes)?;
    fs_err::rename(aside, file)
}

/// A folder and those above it; the folder itself is for its owner alone.
fn make_private(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        fs_err::create_dir_all(parent)?;
    }
    match private_builder().create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(io::Error::new(
            error.kind(),
            format!("failed to make the folder `{}`: {error}", folder.display()),
        )),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn private_builder() -> std::fs::DirBuilder {
    let mut builder = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Rights come from the folder above, which is the user's own.
#[cfg(not(unix))]
fn private_builder() -> std::fs::DirBuilder {
    std::fs::DirBuilder::new()
}

/// A file that its owner alone may read; made where there is none.
pub fn open_private(file: &Path) -> io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).read(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map_err(|error| {
        io::Error::new(error.kind(), format!("failed to open `{}`: {error}", file.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_of_folders() {
        let registry = Registry::at("/servers".into());
        for name in ["speciesnet", "speciesnet-2", "my_model.v1"] {
            assert_eq!(registry.folder(name).unwrap().path(), Path::new("/servers").join(name));
        }
        for name in ["", ".", "..", ".hidden", "a/b", "A", "a b", &"x".repeat(65)] {
            assert!(registry.folder(name).is_none(), "{name}");
        }
    }

    #[test]
    fn a_lock_is_seen_and_given_back() {
        let root = tempfile::tempdir().unwrap();
        let registry = Registry::at(root.path().join("servers"));
        let folder = registry.folder("a").unwrap();
        assert!(!folder.is_kept());
        let lock = folder.claim().unwrap();
        assert!(folder.is_kept());
        assert!(matches!(folder.claim(), Err(ClaimError::Kept(name)) if name == "a"));
        drop(lock);
        assert!(!folder.is_kept());
        assert!(registry.list().is_empty(), "a folder without a record is no server");
    }

    #[cfg(unix)]
    #[test]
    fn files_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let folder = Registry::at(root.path().join("servers")).folder("a").unwrap();
        let _lock = folder.claim().unwrap();
        folder.write_launch(&[1, 2]).unwrap();
        folder.write_launch(&[3]).unwrap();
        assert_eq!(folder.read_launch::<Vec<u32>>(), Some(vec![3]));
        let mode = |path: &Path| fs_err::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(folder.path()), 0o700);
        assert_eq!(mode(&folder.launch()), 0o600);
    }
}
