//! The folder of studies: `<folder>/<uuid>/study.db`, as Biowatch lays them out.

mod cards;
mod trash;

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use thiserror::Error;
use uuid::Uuid;

use crate::sql::SqlError;
use crate::study::{About, DEFAULT_SEQUENCE_GAP, OpenStudyError, Study};

pub use cards::StudyCard;
pub use trash::TrashError;

/// Name of a study's database in its folder.
const FILE_NAME: &str = "study.db";
/// How the folder of a study begins that is not published yet.
const STAGED: &str = "study-";

/// All studies of a data folder.
#[derive(Debug, Clone)]
pub struct Studies {
    folder: PathBuf,
    staging: PathBuf,
}

/// A study as it stands in the folder.
#[derive(Debug)]
pub struct Listed {
    /// Its database.
    pub file: PathBuf,
    /// What it says of itself, or why it cannot be read.
    pub about: Result<About, OpenStudyError>,
}

/// Why no study was found.
#[derive(Debug, Error)]
pub enum FindStudyError {
    /// The folder cannot be listed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// No study of that name or id.
    #[error("there is no study `{0}`")]
    NotFound(String),
    /// More than one.
    #[error("{} studies are called `{name}`: {}", .ids.len(), .ids.join(", "))]
    Several {
        /// The name.
        name: String,
        /// Their ids.
        ids: Vec<String>,
    },
    /// It is there and cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenStudyError),
}

/// Why a study could not be made.
#[derive(Debug, Error)]
pub enum CreateStudyError {
    /// No word that a person would find again.
    #[error("a study needs a name")]
    NoName,
    /// A folder or file could not be made.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The database refused.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// It was made and cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenStudyError),
}

impl Studies {
    /// The studies in `folder`. New ones are put together in `staging`, on the same disk. Neither needs to exist.
    pub fn new(folder: PathBuf, staging: PathBuf) -> Self {
        Self { folder, staging }
    }

    /// Every study, in the order of their names. No file is changed.
    pub fn list(&self) -> io::Result<Vec<Listed>> {
        let mut listed: Vec<_> =
            self.files()?.into_iter().map(|file| Listed { about: Study::look(&file), file }).collect();
        listed.sort_by_cached_key(Listed::sort_key);
        Ok(listed)
    }

    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let entries = match fs_err::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut files = Vec::new();
        for entry in entries {
            let file = entry?.path().join(FILE_NAME);
            if file.is_file() {
                files.push(file);
            }
        }
        Ok(files)
    }

    /// Where the study called `name` lies: its name, its id, the first characters of its id (4 at least), or a path of a
    /// database or of the folder that holds one.
    pub fn find(&self, name: &str) -> Result<PathBuf, FindStudyError> {
        if name.contains(['/', '\\']) {
            let path = Path::new(name);
            let file = if path.is_dir() { path.join(FILE_NAME) } else { path.to_owned() };
            return if file.is_file() { Ok(file) } else { Err(FindStudyError::NotFound(name.to_owned())) };
        }
        let mut named = Vec::new();
        let mut starting = Vec::new();
        for listed in self.list()? {
            let id = listed.folder_name();
            let is_named = listed.about.as_ref().is_ok_and(|about| about.name == name || about.id == name);
            if is_named || id == name {
                named.push(listed);
            } else if name.len() >= 4 && id.starts_with(name) {
                starting.push(listed);
            }
        }
        let mut found = if named.is_empty() { starting } else { named };
        match (found.pop(), found.len()) {
            (Some(only), 0) => Ok(only.file),
            (Some(last), _) => {
                found.push(last);
                let ids = found.iter().map(Listed::folder_name).collect();
                Err(FindStudyError::Several { name: name.to_owned(), ids })
            }
            (None, _) => Err(FindStudyError::NotFound(name.to_owned())),
        }
    }

    /// Opens the study called `name`: see [`Studies::find`].
    pub fn open(&self, name: &str) -> Result<Study, FindStudyError> {
        Ok(Study::open(&self.find(name)?)?)
    }

    /// Opens the study called `name`, or makes it. Two processes that ask for the same new study get the same one.
    pub fn open_or_create(&self, name: &str) -> Result<Study, OpenOrCreateError> {
        let _lock = self.lock().map_err(CreateStudyError::from)?;
        match self.open(name) {
            Err(FindStudyError::NotFound(_)) if !name.contains(['/', '\\']) => Ok(self.make(name)?),
            found => Ok(found?),
        }
    }

    /// Makes an empty study. It appears in the folder whole or not at all.
    pub fn create(&self, name: &str) -> Result<Study, CreateStudyError> {
        let _lock = self.lock()?;
        self.make(name)
    }

    /// Held, nobody else makes a study here. It lies with what is not published: the folder of studies holds nothing else.
    fn lock(&self) -> io::Result<fs_err::File> {
        fs_err::create_dir_all(&self.folder)?;
        fs_err::create_dir_all(&self.staging)?;
        let lock = fs_err::File::create(self.staging.join("studies.lock"))?;
        lock.file().lock()?;
        Ok(lock)
    }

    fn make(&self, name: &str) -> Result<Study, CreateStudyError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(CreateStudyError::NoName);
        }
        self.sweep();
        let id = Uuid::new_v4().to_string();
        let about = About {
            id: id.clone(),
            name: name.to_owned(),
            created: crate::instant::iso_utc(Timestamp::now()),
            importer: "local/ml_run".to_owned(),
            sequence_gap: DEFAULT_SEQUENCE_GAP,
        };
        let staged = self.staging.join(format!("{STAGED}{id}"));
        fs_err::create_dir_all(&staged)?;
        Study::make(&staged.join(FILE_NAME), &about)?;
        let place = self.folder.join(&id);
        fs_err::rename(&staged, &place)?;
        Ok(Study::open(&place.join(FILE_NAME))?)
    }

    /// Removes what those left who died while they made a study.
    fn sweep(&self) {
        let left = fs_err::read_dir(&self.staging).into_iter().flatten().flatten();
        for entry in left.filter(|entry| entry.file_name().to_string_lossy().starts_with(STAGED)) {
            let _ = fs_err::remove_dir_all(entry.path());
        }
    }
}

/// Why a study was neither opened nor made.
#[derive(Debug, Error)]
pub enum OpenOrCreateError {
    /// It is there, and something is wrong with it.
    #[error(transparent)]
    Find(#[from] FindStudyError),
    /// It is not there and cannot be made.
    #[error(transparent)]
    Create(#[from] CreateStudyError),
}

impl Listed {
    /// Name of the study's folder: its id.
    pub fn folder_name(&self) -> String {
        let folder = self.file.parent().and_then(Path::file_name).unwrap_or_default();
        folder.to_string_lossy().into_owned()
    }

    fn sort_key(&self) -> (String, String) {
        let name = self.about.as_ref().map(|about| about.name.to_lowercase()).unwrap_or_default();
        (name, self.folder_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn studies(root: &Path) -> Studies {
        Studies::new(root.join("studies"), root.join(".staging"))
    }

    #[test]
    fn a_study_is_found_by_name_id_and_path() {
        let root = tempfile::tempdir().unwrap();
        let studies = studies(root.path());
        assert_eq!(studies.list().unwrap().len(), 0);
        let made = studies.create(" Lynx 2026 ").unwrap();
        let id = made.about().id.clone();
        assert_eq!(made.about().name, "Lynx 2026");
        assert_eq!(made.file(), root.path().join("studies").join(&id).join("study.db"));
        for name in ["Lynx 2026", &id, &id[..6], made.file().to_str().unwrap()] {
            assert_eq!(studies.find(name).unwrap(), made.file(), "{name}");
        }
        assert!(matches!(studies.find("lynx"), Err(FindStudyError::NotFound(_))));
        assert_eq!(fs_err::read_dir(root.path().join("studies")).unwrap().count(), 1);
        let left: Vec<_> = fs_err::read_dir(root.path().join(".staging")).unwrap().flatten().collect();
        assert!(left.iter().all(|entry| entry.file_name() == "studies.lock"), "{left:?}");
    }

    #[test]
    fn two_of_one_name_must_be_told_apart() {
        let root = tempfile::tempdir().unwrap();
        let studies = studies(root.path());
        let (one, two) = (studies.create("A").unwrap(), studies.create("A").unwrap());
        let error = studies.open("A").unwrap_err().to_string();
        assert!(error.contains(&one.about().id) && error.contains(&two.about().id), "{error}");
    }

    #[test]
    fn many_that_ask_for_a_new_study_get_the_same_one() {
        let root = tempfile::tempdir().unwrap();
        let studies = studies(root.path());
        let ids = std::thread::scope(|scope| {
            let ask = || studies.open_or_create("shared").unwrap().about().id.clone();
            let asking: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
            asking.into_iter().map(|one| one.join().unwrap()).collect::<std::collections::HashSet<_>>()
        });
        assert_eq!((ids.len(), studies.list().unwrap().len()), (1, 1));
    }

    #[test]
    fn what_is_no_study_is_told() {
        let root = tempfile::tempdir().unwrap();
        let studies = studies(root.path());
        let file = root.path().join("studies/x/study.db");
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(&file, "no database at all, but long enough to look at").unwrap();
        let listed = studies.list().unwrap();
        assert_eq!(listed.len(), 1);
        assert!(listed[0].about.is_err());
        assert!(matches!(Study::open(&file), Err(OpenStudyError::Sql(..))));
        assert!(matches!(studies.create("  "), Err(CreateStudyError::NoName)));
    }
}
