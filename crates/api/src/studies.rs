//! Studies that are open for the pages, and the list of all.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use biowatch_study::{
    EditError, Filter, Listed, OpenStudyError, ReadError, Reader, Sort, SqlError, Studies, Study, StudyCard,
};

use crate::api::Api;
use crate::events::Kind;
use crate::problem::Problem;

/// Studies that are kept open.
const MOST_OPEN: usize = 8;

/// What a study's files looked like when it was counted: its database and its log of changes.
type Stamp = [Option<(SystemTime, u64)>; 2];

/// What is kept.
#[derive(Default)]
pub(crate) struct Opened {
    readers: Mutex<Vec<Arc<Reader>>>,
    rows: Mutex<HashMap<PathBuf, (Stamp, StudyCard)>>,
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
        }
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        match error {
            EditError::NoMedium(_) | EditError::NoObservation(_) => Self::not_found(error.to_string()),
            EditError::TooMany(_) | EditError::Wrong { .. } => Self::unfit(error.to_string()),
            EditError::Sql(error) => error.into(),
            EditError::Open(error) => error.into(),
        }
    }
}

/// What stands behind `?`, as pairs, of which a filter takes its own.
pub(crate) struct Asked {
    pub(crate) filter: Filter,
    pub(crate) sort: Sort,
    rest: HashMap<String, String>,
}

impl Asked {
    /// Sorts the pairs out. Unknown ones are passed over.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Result<Self, Problem> {
        let mut asked = Self { filter: Filter::default(), sort: Sort::default(), rest: HashMap::new() };
        for (key, value) in pairs {
            if key == "sort" {
                asked.sort = Sort::read(&value).ok_or_else(|| {
                    Problem::bad("`sort` is `time`, `-time`, `confidence`, `-confidence` or `name`")
                })?;
            } else if !asked.filter.set(&key, &value).map_err(|error| Problem::bad(error.to_string()))? {
                asked.rest.insert(key, value);
            }
        }
        Ok(asked)
    }

    /// What is no filter's.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.rest.get(key).map(String::as_str)
    }

    /// A number among it.
    pub(crate) fn number<T: std::str::FromStr>(&self, key: &str) -> Result<Option<T>, Problem> {
        let wrong = |_| Problem::bad(format!("`{key}` is a whole number"));
        self.get(key).map(|text| text.parse().map_err(wrong)).transpose()
    }

    /// Yes or no among it.
    pub(crate) fn yes(&self, key: &str) -> bool {
        matches!(self.get(key), Some("true" | "1"))
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

    /// Forgets a study that goes away.
    pub(crate) fn close_study(&self, file: &Path) {
        let mut readers = self.opened.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.retain(|reader| reader.file() != file);
        self.opened.rows.lock().unwrap_or_else(PoisonError::into_inner).remove(file);
    }

    /// Every study, by name.
    pub(crate) fn study_rows(&self) -> Result<Vec<StudyCard>, Problem> {
        let listed = self.studies_folder().list().map_err(|error| Problem::broken(&error))?;
        Ok(listed.into_iter().map(|listed| self.study_row(&listed.file)).collect())
    }

    /// Counted again only when its files changed.
    pub(crate) fn study_row(&self, file: &Path) -> StudyCard {
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
        let listed = Listed { about: Study::look(file), file: file.to_owned() };
        let row = StudyCard::of(&listed);
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
