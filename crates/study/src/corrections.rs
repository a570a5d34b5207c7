//! A person says what is on a medium. The word stands: no later run changes it, and what stood before is kept.

use thiserror::Error;

use crate::edits::person::Person;
use crate::edits::{diff, record};
use crate::sql::edits::Row;
use crate::sql::{self, SqlError};
use crate::study::Study;

/// What a person says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// None: nothing is there.
    pub scientific_name: Option<String>,
    /// To be shown beside the scientific one.
    pub common_name: Option<String>,
    /// None: as many as before, or one.
    pub count: Option<u32>,
    /// Who says so.
    pub by: String,
}

/// What is said of a medium in one observation.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// UUID.
    pub id: String,
    /// None: nothing, or nothing known.
    pub scientific_name: Option<String>,
    /// `blank`, `unknown`, ...; mostly none.
    pub observation_type: Option<String>,
    /// As shown beside the scientific name.
    pub common_name: Option<String>,
    /// How many.
    pub count: Option<i64>,
    /// 0 to 1.
    pub probability: Option<f64>,
    /// `machine` or `human`.
    pub method: Option<String>,
    /// A model and its version, or a person.
    pub by: Option<String>,
    /// ISO 8601.
    pub at: Option<String>,
}

/// Why nothing was corrected.
#[derive(Debug, Error)]
pub enum CorrectError {
    /// No medium of that id, path or name.
    #[error("there is no photo or video `{0}` in the study")]
    NotFound(String),
    /// More than one file of that name.
    #[error("several files are called `{0}`: {1}")]
    SeveralMedia(String, String),
    /// More than one observation, and it was not said which is meant.
    #[error("there are {} observations on it", .0.len())]
    SeveralObservations(Vec<Observed>),
    /// No observation of that id on the medium.
    #[error("there is no observation `{0}` on it")]
    NoObservation(String),
    /// The database refused.
    #[error(transparent)]
    Sql(#[from] SqlError),
}

impl Study {
    /// Writes `correction` into the observation `which` of `medium` (an id, or the path or name of a file); where it has only
    /// one, that is meant, and where it has none, one is added. Tells the path of the medium.
    pub fn correct(
        &mut self,
        medium: &str,
        which: Option<&str>,
        correction: &Correction,
    ) -> Result<String, CorrectError> {
        let mut found = sql::media::named(self.database.reading(), medium)?;
        let Some((media, path)) = found.pop() else {
            return Err(CorrectError::NotFound(medium.to_owned()));
        };
        if !found.is_empty() {
            found.push((media, path));
            let paths: Vec<_> = found.into_iter().map(|(_, path)| path).collect();
            return Err(CorrectError::SeveralMedia(medium.to_owned(), paths.join(", ")));
        }
        self.database.write(|writing| {
            let reading = writing.reading();
            let mut observed = sql::corrections::observed(reading, &media)?;
            if let Some(which) = which {
                observed.retain(|one| one.id == which);
                if observed.is_empty() {
                    return Err(CorrectError::NoObservation(which.to_owned()));
                }
            }
            if observed.len() > 1 {
                return Err(CorrectError::SeveralObservations(observed));
            }
            let before = sql::edits::rows(reading, &media)?;
            let mut after = before.clone();
            let person = Person::now(&correction.by);
            let only = observed.first().map(|one| one.id.as_str());
            match after.iter_mut().find(|row| only.is_some_and(|id| row.is(id))) {
                Some(row) => person.correct(row, correction),
                None => {
                    let mut row = person.fresh(reading, &media, &before)?;
                    person.correct(&mut row, correction);
                    after.push(row);
                }
            }
            let changes = vec![(media.clone(), diff(&before, &after))];
            record(writing, "correct", &correction.by, &changes)?;
            Ok(())
        })?;
        Ok(path)
    }
}

impl Person<'_> {
    fn correct(&self, row: &mut Row, correction: &Correction) {
        match &correction.scientific_name {
            None => self.blank(row),
            Some(name) => {
                self.name(row, name, correction.common_name.as_deref());
                if let Some(count) = correction.count {
                    row.set("count", count.into());
                }
            }
        }
    }
}
