//! Studies that are open for the pages, and the list of all.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use biowatch_study::{OpenStudyError, SqlError, Studies, Study};
use biowatch_study::{ReadError, Reader};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::events::Kind;
use crate::moment;
use crate::problem::Problem;
use crate::runs::folder_name;

/// Studies that are kept open.
const MOST_OPEN: usize = 8;

/// A study in the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StudyRow {
    pub(crate) id: String,
    name: String,
    photos: u64,
    videos: u64,
    deployments: u64,
    species: u64,
    blank: u64,
    failed: u64,
    first: Option<String>,
    last: Option<String>,
    updated_at: Option<String>,
    /// Of its database.
    bytes: u64,
    /// Why it cannot be opened.
    problem: Option<String>,
}

/// What a study's files looked like when it was counted: its database and its log of changes.
type Stamp = [Option<(SystemTime, u64)>; 2];

/// What is kept.
#[derive(Default)]
pub(crate) struct Opened {
    readers: Mutex<Vec<Arc<Reader>>>,
    rows: Mutex<HashMap<PathBuf, (Stamp, StudyRow)>>,
}

impl From<OpenStudyError> for Problem {
    fn from(error: OpenStudyError) -> Self {
        match error {
            OpenStudyError::NotFound(_) => Self::not_found("there is no study of that id"),
            error => Self::broken(&error),
        }
    }
}

impl From<SqlError> for Problem {
    fn from(error: SqlError) -> Self {
        Self::broken(&error)
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Sql(error) => error.into(),
            ReadError::Open(error) => error.into(),
            ReadError::NoMedium(_) => Self::not_found(error.to_string()),
            ReadError::Cursor(_) => Self::bad(error.to_string()),
            #[expect(unreachable_patterns, reason = "more may come")]
            error => Self::broken(&error),
        }
    }
}

impl Api {
    pub(crate) fn studies_folder(&self) -> Studies {
        let data = &self.settings.data;
        Studies::new(data.join("studies"), data.join(".staging"))
    }

    /// The database of a study, whose id is the name of its folder.
    pub(crate) fn study_file(&self, id: &str) -> Result<PathBuf, Problem> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let is_name = (1..=128).contains(&id.len()) && id.chars().all(plain) && !id.starts_with('.');
        let file = self.settings.data.join("studies").join(id).join("study.db");
        if is_name && file.is_file() {
            return Ok(file);
        }
        Err(Problem::not_found("there is no study of that id"))
    }

    /// The study, opened for many.
    pub(crate) fn reader(&self, id: &str) -> Result<Arc<Reader>, Problem> {
        let file = self.study_file(id)?;
        let mut readers = self.opened.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = readers.iter().position(|reader| reader.file() == file) {
            let reader = readers.remove(place);
            readers.push(Arc::clone(&reader));
            return Ok(reader);
        }
        let reader = Arc::new(Reader::open(&file)?);
        if readers.len() >= MOST_OPEN {
            readers.remove(0);
        }
        readers.push(Arc::clone(&reader));
        Ok(reader)
    }

    /// Every study, by name.
    pub(crate) fn study_rows(&self) -> Result<Vec<StudyRow>, Problem> {
        let listed = self.studies_folder().list().map_err(|error| Problem::broken(&error))?;
        Ok(listed.into_iter().map(|listed| self.study_row(&listed.file)).collect())
    }

    /// Counted again only when its files changed.
    pub(crate) fn study_row(&self, file: &Path) -> StudyRow {
        let stamp = [file.to_owned(), file.with_extension("db-wal")].map(|file| {
            let data = fs_err::metadata(file).ok()?;
            Some((data.modified().ok()?, data.len()))
        });
        {
            let rows = self.opened.rows.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((known, row)) = rows.get(file)
                && *known == stamp
            {
                return row.clone();
            }
        }
        let updated = stamp.iter().flatten().map(|(time, _)| *time).max();
        let mut row = StudyRow {
            id: folder_name(file),
            name: folder_name(file),
            photos: 0,
            videos: 0,
            deployments: 0,
            species: 0,
            blank: 0,
            failed: 0,
            first: None,
            last: None,
            updated_at: updated.and_then(moment::of_system),
            bytes: stamp.iter().flatten().map(|(_, bytes)| *bytes).sum(),
            problem: None,
        };
        if let Err(problem) = count(file, &mut row) {
            row.problem = Some(problem.detail().to_owned());
        }
        let mut rows = self.opened.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.insert(file.to_owned(), (stamp, row.clone()));
        row
    }

    /// Tells everybody how a study is.
    pub(crate) fn tell_study(&self, file: &Path) {
        let row = self.study_row(file);
        self.events.tell(Kind::Study, &row.id, &row);
    }
}

fn count(file: &Path, row: &mut StudyRow) -> Result<(), Problem> {
    let study = Study::open(file)?;
    row.name.clone_from(&study.about().name);
    let totals = study.totals()?;
    row.photos = totals.photos;
    row.videos = totals.videos;
    row.deployments = totals.deployments;
    row.blank = totals.blank;
    row.failed = totals.failed;
    row.species = study.species()?.len() as u64;
    let deployments = study.deployments()?;
    row.first = deployments.iter().filter_map(|one| one.start.clone()).min();
    row.last = deployments.iter().filter_map(|one| one.end.clone()).max();
    Ok(())
}
