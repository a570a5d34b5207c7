//! How importers know of each other: each holds a lock on a file of its own while it lives, and renews its leases.
//!
//! The system frees the lock when a process ends, however it ends, so that jobs of a killed importer are free at once on the
//! same machine. Where locks do not reach, over a network, leases run out.

use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use thiserror::Error;
use uuid::Uuid;

use crate::instant::millis_now;
use crate::sql::{self, SqlError};
use crate::study::{OpenStudyError, Study};

/// How long a lease lasts unless it is renewed.
const LEASE: Duration = Duration::from_secs(120);
/// Time between renewals.
const RENEWAL: Duration = Duration::from_secs(20);

/// Why an importer could not make itself known.
#[derive(Debug, Error)]
pub enum EnterError {
    /// Its lock file cannot be made.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The database refused.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// Another connection could not be had.
    #[error(transparent)]
    Open(#[from] OpenStudyError),
}

/// This importer among the others. Dropped, it gives its jobs back.
#[derive(Debug)]
pub(super) struct Presence {
    owner: String,
    /// The database of the study.
    file: PathBuf,
    folder: PathBuf,
    /// Locked; closed with the process.
    lock: Option<fs_err::File>,
    renewing: Option<(Sender<()>, JoinHandle<()>)>,
}

/// When a lease taken now ends, in milliseconds since 1970.
pub(super) fn lease_end() -> i64 {
    millis_now() + i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX)
}

impl Presence {
    /// Makes this importer known, and frees jobs of those that died.
    pub(super) fn enter(study: &mut Study) -> Result<Self, EnterError> {
        let folder = study.file().with_file_name(".importers");
        fs_err::create_dir_all(&folder)?;
        let owner = Uuid::new_v4().to_string();
        let lock = fs_err::File::create(lock_file(&folder, &owner))?;
        lock.file().lock()?;
        recover(study, &folder)?;
        let file = study.file().to_owned();
        let mut presence = Self { owner, file, folder, lock: Some(lock), renewing: None };
        presence.renewing = Some(presence.renew(study.again()?)?);
        Ok(presence)
    }

    /// The name under which jobs are leased.
    pub(super) fn owner(&self) -> &str {
        &self.owner
    }

    fn renew(&self, mut study: Study) -> io::Result<(Sender<()>, JoinHandle<()>)> {
        let (stop, stopped) = mpsc::channel::<()>();
        let (owner, folder) = (self.owner.clone(), self.folder.clone());
        let renew = move || {
            while stopped.recv_timeout(RENEWAL) == Err(RecvTimeoutError::Timeout) {
                // A renewal that fails is tried again; until the lease ends nothing is lost, and then others take over.
                let _ = study.database.write(|writing| sql::jobs::extend(writing, &owner, lease_end()));
                let _ = recover(&mut study, &folder);
            }
        };
        let thread = thread::Builder::new().name("leases".to_owned()).spawn(renew)?;
        Ok((stop, thread))
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.renewing.take() {
            drop(stop);
            let _ = thread.join();
        }
        let file = lock_file(&self.folder, &self.owner);
        let study = Study::open(&self.file);
        let released = study.map(|mut study| {
            study.database.write(|writing| sql::jobs::release(writing, &self.owner)).is_ok()
        });
        self.lock = None;
        // Left there where jobs could not be given back: the next importer finds it free and frees them.
        if released.is_ok_and(|released| released) {
            let _ = fs_err::remove_file(file);
        }
    }
}

/// Frees the jobs of owners that are gone.
fn recover(study: &mut Study, folder: &Path) -> Result<(), SqlError> {
    for (owner, has_run_out) in sql::jobs::owners(study.database.reading())? {
        let file = lock_file(folder, &owner);
        if has_run_out || is_gone(&file) {
            study.database.write(|writing| sql::jobs::recover(writing, &owner))?;
            let _ = fs_err::remove_file(file);
        }
    }
    Ok(())
}

/// Whether nobody holds the lock. Where that cannot be found out, the lease has to run out.
fn is_gone(file: &Path) -> bool {
    match fs_err::File::open(file) {
        Ok(lock) => !matches!(lock.file().try_lock(), Err(TryLockError::WouldBlock | TryLockError::Error(_))),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

fn lock_file(folder: &Path, owner: &str) -> PathBuf {
    folder.join(format!("{owner}.lock"))
}
