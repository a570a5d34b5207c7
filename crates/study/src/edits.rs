//! People say what is on media: one by one, or many at once. Each edit happens as a whole, is kept, and can be undone and
//! made again, without end and after a restart. Rows are left as Biowatch leaves them when somebody edits there.
//!
//! Never here: rows that models write. A medium with a person's word is never written to by a later run.
//!
//! Read first: [`Action`], [`Saying`].

mod bulk;
pub(crate) mod person;
mod saying;
mod undo;

use serde::Serialize;
use thiserror::Error;

pub use bulk::Action;
pub use saying::Saying;
pub use undo::{Edit, Undone};

use crate::sql::edits::{Change, Row};
use crate::sql::{self, SqlError, Writing};
use crate::study::OpenStudyError;

/// Most media of one edit.
pub const MOST_MEDIA: usize = 10_000;

/// What an edit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Edited {
    /// Its number; none when nothing had to be changed.
    pub edit: Option<i64>,
    /// Media that were changed.
    pub media: u64,
}

/// Why nothing was edited.
#[derive(Debug, Error)]
pub enum EditError {
    /// It was deleted, or never there.
    #[error("there is no photo or video `{0}` in the study")]
    NoMedium(String),
    /// It is not one of the medium's.
    #[error("there is no observation `{0}` on it")]
    NoObservation(String),
    /// More than one edit takes.
    #[error("{0} photos and videos are too many for one edit: {MOST_MEDIA} at most")]
    TooMany(usize),
    /// A value that cannot be.
    #[error("{what}: {wanted}")]
    Wrong {
        /// What was given.
        what: String,
        /// What may stand there.
        wanted: &'static str,
    },
    /// The database refused.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// The study could not be opened again.
    #[error(transparent)]
    Open(#[from] OpenStudyError),
}

/// What an edit did, and the ids of the media that it touched.
type Touched<T> = (T, Option<Vec<String>>);

/// What makes `after` of `before`: for rows that stay, only the columns that change.
pub(crate) fn diff(before: &[Row], after: &[Row]) -> Vec<Change> {
    let mut changes = Vec::new();
    for old in before {
        let observation = old.id().to_owned();
        let Some(new) = after.iter().find(|new| new.is(old.id())) else {
            changes.push(Change { observation, before: Some(old.clone()), after: None });
            continue;
        };
        let (mut was, mut is) = (Row::default(), Row::default());
        for (column, value) in &new.0 {
            let stood = old.0.get(column).cloned().unwrap_or_default();
            if stood != *value {
                was.set(column, stood);
                is.set(column, value.clone());
            }
        }
        if !is.0.is_empty() {
            changes.push(Change { observation, before: Some(was), after: Some(is) });
        }
    }
    let new = after.iter().filter(|new| !before.iter().any(|old| old.is(new.id())));
    changes.extend(new.map(|new| Change {
        observation: new.id().to_owned(),
        before: None,
        after: Some(new.clone()),
    }));
    changes
}

/// Makes and keeps an edit. Media without a change are passed over; with none at all nothing is kept.
pub(crate) fn record(
    writing: &Writing<'_>,
    kind: &str,
    by: &str,
    changes: &[(String, Vec<Change>)],
) -> Result<Touched<Edited>, SqlError> {
    let touched: Vec<_> = changes.iter().filter(|(_, changes)| !changes.is_empty()).collect();
    if touched.is_empty() {
        return Ok((Edited { edit: None, media: 0 }, Some(Vec::new())));
    }
    let edit = sql::edits::add(writing, kind, by, touched.len())?;
    for (media, changes) in &touched {
        for change in changes {
            sql::edits::apply(writing, media, change)?;
            sql::edits::note(writing, edit, by, media, change)?;
        }
    }
    let media: Vec<_> = touched.into_iter().map(|(media, _)| media.clone()).collect();
    Ok((Edited { edit: Some(edit), media: media.len() as u64 }, Some(media)))
}
