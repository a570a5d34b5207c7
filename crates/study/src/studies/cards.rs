//! All studies with their numbers.

use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::Serialize;

use super::Studies;
use crate::instant::iso_utc;
use crate::sql::view::cards::{self, Numbers};
use crate::sql::{Database, SqlError};

/// A study in the list of studies.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StudyCard {
    /// Name of its folder.
    pub id: String,
    /// As the user calls it.
    pub name: String,
    /// Photos.
    pub photos: u64,
    /// Videos.
    pub videos: u64,
    /// Deployments.
    pub deployments: u64,
    /// Names of animals.
    pub species: u64,
    /// Media with nothing on them.
    pub blank: u64,
    /// Media that could not be predicted.
    pub failed: u64,
    /// Time of the first medium, as stored.
    pub first: Option<String>,
    /// Time of the last medium, as stored.
    pub last: Option<String>,
    /// When its files changed last: ISO 8601, UTC.
    pub updated_at: Option<String>,
    /// Size of its files.
    pub bytes: u64,
    /// Why it cannot be read.
    pub problem: Option<String>,
}

impl Studies {
    /// Every study with its numbers, in the order of names. No file is changed; one that cannot be read says why.
    pub fn cards(&self) -> io::Result<Vec<StudyCard>> {
        Ok(self.list()?.iter().map(StudyCard::of).collect())
    }
}

impl StudyCard {
    /// The numbers of one study.
    pub fn of(listed: &super::Listed) -> Self {
        let (bytes, updated_at) = on_disk(&listed.file);
        let id = listed.folder_name();
        let (name, counted) = match &listed.about {
            Ok(about) => (about.name.clone(), count(&listed.file).map_err(|error| with_cause(&error))),
            Err(error) => (id.clone(), Err(with_cause(error))),
        };
        let problem = counted.as_ref().err().cloned();
        let Numbers { photos, videos, deployments, species, blank, failed, first, last } =
            counted.unwrap_or_default();
        Self {
            id,
            name,
            photos,
            videos,
            deployments,
            species,
            blank,
            failed,
            first,
            last,
            updated_at,
            bytes,
            problem,
        }
    }
}

fn count(file: &Path) -> Result<Numbers, SqlError> {
    cards::numbers(&Database::look(file)?)
}

fn with_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", with_cause(cause)),
        None => error.to_string(),
    }
}

/// Size, and when it changed last. What is not yet in the database itself stands in its log.
fn on_disk(file: &Path) -> (u64, Option<String>) {
    let log = file.with_extension("db-wal");
    let found: Vec<_> = [file, &log].into_iter().filter_map(|file| fs_err::metadata(file).ok()).collect();
    let changed = found.iter().filter_map(|found| found.modified().ok()).max();
    let millis = changed.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map(|since| since.as_millis());
    let at = millis.and_then(|millis| jiff::Timestamp::from_millisecond(i64::try_from(millis).ok()?).ok());
    (found.iter().map(std::fs::Metadata::len).sum(), at.map(iso_utc))
}
