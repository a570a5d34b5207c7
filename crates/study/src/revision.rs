//! What a study says of itself, changed.

use thiserror::Error;

use crate::sql::{self, SqlError};
use crate::study::{About, OpenStudyError, Study};
use crate::view::Reader;

/// What is to be changed; none: stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revision {
    /// As the user calls it; not empty.
    pub name: Option<String>,
    /// For publications; empty: none.
    pub title: Option<String>,
    /// For publications; empty: none.
    pub description: Option<String>,
    /// Seconds without a photo after which a new sequence begins, 0 to 600.
    pub sequence_gap: Option<u32>,
}

/// Why nothing was changed.
#[derive(Debug, Error)]
pub enum ReviseError {
    /// No word that a person would find again.
    #[error("a study needs a name")]
    NoName,
    /// More than anybody reads.
    #[error("`{0}` is too long: {1} letters at most")]
    TooLong(&'static str, usize),
    /// Biowatch knows no longer ones.
    #[error("a sequence gap of {0} s is too long: 600 s at most")]
    Gap(u32),
    /// The database refused.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// The study could not be opened again.
    #[error(transparent)]
    Open(#[from] OpenStudyError),
}

impl Study {
    /// Writes down what the study is called, and how.
    pub fn revise(&mut self, revision: &Revision) -> Result<&About, ReviseError> {
        let mut revision = revision.clone();
        if let Some(name) = &mut revision.name {
            *name = name.trim().to_owned();
            if name.is_empty() {
                return Err(ReviseError::NoName);
            }
        }
        let texts = [
            ("name", &revision.name, 500),
            ("title", &revision.title, 2_000),
            ("description", &revision.description, 100_000),
        ];
        for (what, text, most) in texts {
            if text.as_ref().is_some_and(|text| text.len() > most) {
                return Err(ReviseError::TooLong(what, most));
            }
        }
        if let Some(gap) = revision.sequence_gap.filter(|gap| *gap > 600) {
            return Err(ReviseError::Gap(gap));
        }
        self.database.write(|writing| sql::metadata::revise(writing, &self.about, &revision))?;
        if let Some(name) = revision.name {
            self.about.name = name;
        }
        self.about.sequence_gap = revision.sequence_gap.unwrap_or(self.about.sequence_gap);
        Ok(&self.about)
    }
}

impl Reader {
    /// See [`Study::revise`].
    pub fn revise(&self, revision: &Revision) -> Result<About, ReviseError> {
        self.editing(|study| {
            let about = study.revise(revision)?.clone();
            Ok((about, None))
        })
    }
}
