//! One file, before anything is written: is it known, and what does it tell?

use std::path::PathBuf;

use crate::facts::{Clock, Facts, Stamp};
use crate::media_type::MediaType;
use crate::sql::{self, SqlError};
use crate::study::Study;

/// A file that was looked at.
#[derive(Debug)]
pub(super) struct Looked {
    pub(super) path: PathBuf,
    pub(super) media_type: MediaType,
    /// None when nothing changed since it was last read.
    pub(super) facts: Option<Facts>,
    /// The medium that it is, when it was not read again; none for a known copy of another medium.
    pub(super) unread: Option<String>,
}

/// Looks at a file. Reads it only when its size or time say that it may have changed.
pub(super) fn look(
    study: &Study,
    path: PathBuf,
    media_type: MediaType,
    clock: &Clock,
) -> Result<Looked, SqlError> {
    let looked = |path, facts, unread| Ok(Looked { path, media_type, facts, unread });
    let stamp = Stamp::of(&path).ok();
    if let (Some(text), Some(stamp)) = (path.to_str(), stamp) {
        let reading = study.database.reading();
        let same = sql::media::at_path(reading, text)?.into_iter().find(|known| known.stamp == Some(stamp));
        if let Some(known) = same {
            return looked(path, None, Some(known.id));
        }
        if sql::media::of_copy(reading, text, stamp)?.is_some() {
            return looked(path, None, None);
        }
    }
    // A file that cannot be read is stored without facts: predicting it gives the reason.
    let facts = Facts::read(&path, media_type, clock).unwrap_or_default();
    looked(path, Some(facts), None)
}
