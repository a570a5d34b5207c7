//! An open study.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::sql::{self, Database, MigrateError, Migrated, SqlError};

/// An open study: one SQLite file. For one thread; another thread or process opens the study again.
#[derive(Debug)]
pub struct Study {
    pub(crate) database: Database,
    file: PathBuf,
    pub(crate) about: About,
    migrated: Migrated,
}

/// What a study says of itself: the row of `metadata`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// UUID; also the name of the folder.
    pub id: String,
    /// As the user calls it.
    pub name: String,
    /// When it was made: ISO 8601.
    pub created: String,
    /// `local/ml_run` for studies made here; else what kind of data was imported.
    pub importer: String,
    /// Seconds without a photo after which a new sequence begins, 0 to 600.
    pub sequence_gap: u32,
}

/// Seconds between the sequences of a study that does not say.
pub(crate) const DEFAULT_SEQUENCE_GAP: u32 = 120;

/// Why a study cannot be opened.
#[derive(Debug, Error)]
pub enum OpenStudyError {
    /// No file there.
    #[error("there is no study at `{}`", .0.display())]
    NotFound(PathBuf),
    /// A file that is not a study.
    #[error("`{}` is not a study: it has no table `{}`", .0.display(), .1)]
    NotAStudy(PathBuf, &'static str),
    /// The database refused.
    #[error("the study at `{}` cannot be opened", .0.display())]
    Sql(PathBuf, #[source] SqlError),
    /// Its tables could not be brought up to date.
    #[error("the study at `{}` cannot be brought up to date", .0.display())]
    Migrate(PathBuf, #[source] MigrateError),
}

impl Study {
    /// Opens the study in `file`, and adds tables that it lacks: see [`Study::migrated`].
    pub fn open(file: &Path) -> Result<Self, OpenStudyError> {
        let failed = |error| OpenStudyError::Sql(file.to_owned(), error);
        check_is_study(file, &Self::look_at(file)?)?;
        let mut database = Database::open(file).map_err(failed)?;
        let migrated =
            database.migrate(file).map_err(|error| OpenStudyError::Migrate(file.to_owned(), error))?;
        let about = sql::metadata::read(database.reading()).map_err(failed)?;
        let about = about.unwrap_or_else(|| unnamed(file));
        Ok(Self { database, file: file.to_owned(), about, migrated })
    }

    /// What the study in `file` says of itself. The file stays as it is.
    pub fn look(file: &Path) -> Result<About, OpenStudyError> {
        let database = Self::look_at(file)?;
        check_is_study(file, &database)?;
        let about = sql::metadata::read(database.reading())
            .map_err(|error| OpenStudyError::Sql(file.to_owned(), error))?;
        Ok(about.unwrap_or_else(|| unnamed(file)))
    }

    fn look_at(file: &Path) -> Result<Database, OpenStudyError> {
        if !file.is_file() {
            return Err(OpenStudyError::NotFound(file.to_owned()));
        }
        Database::look(file).map_err(|error| OpenStudyError::Sql(file.to_owned(), error))
    }

    /// Makes the file of a new study. `file` must not exist; its folder must.
    pub(crate) fn make(file: &Path, about: &About) -> Result<(), SqlError> {
        let mut database = Database::create(file)?;
        database.make_tables()?;
        database.write(|writing| sql::metadata::insert(writing, about))
    }

    /// Opens the same study again, for another thread.
    pub fn again(&self) -> Result<Self, OpenStudyError> {
        Self::open(&self.file)
    }

    /// Its name and dates.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The database file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What opening did to the file.
    pub fn migrated(&self) -> &Migrated {
        &self.migrated
    }
}

fn check_is_study(file: &Path, database: &Database) -> Result<(), OpenStudyError> {
    for table in ["metadata", "media", "deployments", "observations"] {
        let found = database.has_table(table).map_err(|error| OpenStudyError::Sql(file.to_owned(), error))?;
        if !found {
            return Err(OpenStudyError::NotAStudy(file.to_owned(), table));
        }
    }
    Ok(())
}

/// A study whose `metadata` is empty: Biowatch writes that row only once processing has begun.
fn unnamed(file: &Path) -> About {
    let folder = file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    About {
        name: folder.clone(),
        id: folder,
        created: String::new(),
        importer: "local/ml_run".to_owned(),
        sequence_gap: DEFAULT_SEQUENCE_GAP,
    }
}
