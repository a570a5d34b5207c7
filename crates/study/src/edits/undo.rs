//! Taking edits back, and making them again.

use serde::Serialize;

use super::{EditError, Touched};
use crate::instant::iso_utc;
use crate::sql::edits::{Change, EditRow};
use crate::sql::{self, SqlError};
use crate::study::Study;
use crate::view::Reader;

/// Something that a person did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// Its number, ascending.
    pub id: i64,
    /// `say`, `correct`, `confirm`, `relabel`, `blank` or `favourite`.
    pub kind: String,
    /// Who did it.
    pub by: String,
    /// ISO 8601, UTC.
    pub at: String,
    /// Media that it changed.
    pub media: u64,
    /// Whether it was taken back.
    pub undone: bool,
}

/// An edit that was taken back or made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// Which, as it stands now.
    pub edit: Edit,
    /// Media that were left alone because something else changed them since.
    pub left: u64,
}

impl From<EditRow> for Edit {
    fn from(row: EditRow) -> Self {
        let at = jiff::Timestamp::from_millisecond(row.at).map(iso_utc).unwrap_or_default();
        let EditRow { id, kind, by, media, is_undone, .. } = row;
        Self { id, kind, by, at, media, undone: is_undone }
    }
}

impl Study {
    /// Takes the latest edit back: rows stand again as they stood. None: there is no more.
    pub fn undo(&mut self) -> Result<Option<Undone>, EditError> {
        self.move_touching(true).map(|(undone, _)| undone)
    }

    /// Makes the edit again that was taken back last. None: there is none, or something was edited since.
    pub fn redo(&mut self) -> Result<Option<Undone>, EditError> {
        self.move_touching(false).map(|(undone, _)| undone)
    }

    /// The latest edits, the latest first; those that were taken back among them.
    pub fn edits(&self, limit: u32) -> Result<Vec<Edit>, SqlError> {
        Ok(sql::edits::list(self.database.reading(), limit)?.into_iter().map(Edit::from).collect())
    }

    fn move_touching(&mut self, is_undo: bool) -> Result<Touched<Option<Undone>>, EditError> {
        self.database.write(|writing| {
            let reading = writing.reading();
            let Some(edit) = sql::edits::next(reading, !is_undo)? else {
                return Ok((None, Some(Vec::new())));
            };
            let mut by_medium: Vec<(String, Vec<Change>)> = Vec::new();
            for (media, change) in sql::edits::changes(reading, edit.id)? {
                match by_medium.last_mut() {
                    Some((last, changes)) if *last == media => changes.push(change),
                    _ => by_medium.push((media, vec![change])),
                }
            }
            let (mut left, mut touched) = (0, Vec::new());
            for (media, mut changes) in by_medium {
                if is_undo {
                    changes.reverse();
                    for change in &mut changes {
                        std::mem::swap(&mut change.before, &mut change.after);
                    }
                }
                let mut stands = true;
                for change in &changes {
                    stands = stands && sql::edits::stands(reading, &media, change)?;
                }
                if !stands {
                    left += 1;
                    continue;
                }
                for change in &changes {
                    sql::edits::apply(writing, &media, change)?;
                }
                touched.push(media);
            }
            sql::edits::mark(writing, edit.id, is_undo)?;
            let edit = Edit::from(EditRow { is_undone: is_undo, ..edit });
            Ok((Some(Undone { edit, left }), Some(touched)))
        })
    }
}

impl Reader {
    /// See [`Study::undo`].
    pub fn undo(&self) -> Result<Option<Undone>, EditError> {
        self.editing(|study| study.move_touching(true))
    }

    /// See [`Study::redo`].
    pub fn redo(&self) -> Result<Option<Undone>, EditError> {
        self.editing(|study| study.move_touching(false))
    }

    /// See [`Study::edits`].
    pub fn edits(&self, limit: u32) -> Result<Vec<Edit>, EditError> {
        self.with(|study| Ok(study.edits(limit)?))
    }
}
