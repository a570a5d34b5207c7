//! Studies that are thrown away. They stay on the disk until somebody deletes the folder.

use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{FindStudyError, Studies};

/// Below the folder of studies.
const TRASH: &str = ".trash";

/// Why a study was not thrown away.
#[derive(Debug, Error)]
pub enum TrashError {
    /// No such study.
    #[error(transparent)]
    Find(#[from] FindStudyError),
    /// Somebody imports into it.
    #[error("files are being imported into `{}`", .0.display())]
    InUse(PathBuf),
    /// It lies outside the folder of studies.
    #[error("`{}` is not in the folder of studies", .0.display())]
    Elsewhere(PathBuf),
    /// The folder could not be moved.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Studies {
    /// Moves the study called `name` (see [`Studies::find`]) into the trash and tells where it lies now. Media stay where
    /// they are. Close it first: some systems do not move files that are open.
    pub fn trash(&self, name: &str) -> Result<PathBuf, TrashError> {
        let file = self.find(name)?;
        let Some(folder) = file.parent().filter(|folder| folder.parent() == Some(&*self.folder)) else {
            return Err(TrashError::Elsewhere(file));
        };
        if is_in_use(folder) {
            return Err(TrashError::InUse(folder.to_owned()));
        }
        let trash = self.folder.join(TRASH);
        fs_err::create_dir_all(&trash)?;
        let name = folder.file_name().unwrap_or_default();
        let mut places = (0..1_000_u32).map(|count| {
            let mut name = name.to_owned();
            if count > 0 {
                name.push(format!("-{count}"));
            }
            trash.join(name)
        });
        let place = places.find(|place| !place.exists()).unwrap_or_else(|| trash.join(name));
        fs_err::rename(folder, &place)?;
        Ok(place)
    }
}

/// Whether an importer lives that works on it: each holds a lock.
fn is_in_use(folder: &Path) -> bool {
    let locks = fs_err::read_dir(folder.join(".importers")).into_iter().flatten().flatten();
    let mut locks = locks.filter_map(|entry| fs_err::File::open(entry.path()).ok());
    locks.any(|lock| matches!(lock.file().try_lock(), Err(TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_study_in_the_trash_is_no_longer_listed_and_stays_whole() {
        let root = tempfile::tempdir().unwrap();
        let studies = Studies::new(root.path().join("studies"), root.path().join(".staging"));
        let id = studies.create("Lynx").unwrap().about().id.clone();
        fs_err::create_dir_all(root.path().join("studies").join(&id).join(".importers")).unwrap();
        let lock_file = root.path().join("studies").join(&id).join(".importers/one.lock");
        let lock = fs_err::File::create(lock_file).unwrap();
        lock.file().lock().unwrap();
        assert!(matches!(studies.trash("Lynx"), Err(TrashError::InUse(_))));
        drop(lock);
        let place = studies.trash("Lynx").unwrap();
        assert_eq!(place, root.path().join("studies/.trash").join(&id));
        assert!(studies.list().unwrap().is_empty() && crate::Study::open(&place.join("study.db")).is_ok());
        assert!(matches!(studies.trash("Lynx"), Err(TrashError::Find(_))));
    }
}
