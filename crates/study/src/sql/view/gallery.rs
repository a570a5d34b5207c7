//! One medium as it is shown.

use rusqlite::OptionalExtension;

use super::{number, owned, text, whole};
use crate::sql::{Reading, SqlError};

const READ: &str = "show a medium";

/// A row of `media` with its deployment's name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    pub(crate) rowid: i64,
    pub(crate) id: String,
    pub(crate) file_name: String,
    pub(crate) path: Option<String>,
    pub(crate) media_type: Option<String>,
    pub(crate) deployment: Option<(String, String)>,
    pub(crate) timestamp: Option<String>,
    pub(crate) is_favourite: bool,
    /// JSON.
    pub(crate) exif: Option<String>,
}

/// A row of `observations`, with when the run began that it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) common: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) count: i64,
    pub(crate) probability: Option<f64>,
    pub(crate) confidence: Option<f64>,
    pub(crate) bbox: Option<[f64; 4]>,
    pub(crate) is_human: bool,
    pub(crate) by: Option<String>,
    pub(crate) at: Option<String>,
    pub(crate) event_start: Option<String>,
    pub(crate) life_stage: Option<String>,
    pub(crate) sex: Option<String>,
    /// Begin of the run and id of the output.
    pub(crate) answer: Option<(String, String)>,
}

/// Which medium.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which<'a> {
    Row(i64),
    Id(&'a str),
}

/// A medium; none when it is gone.
pub(crate) fn medium(reading: Reading<'_>, which: Which<'_>) -> Result<Option<Shown>, SqlError> {
    let when = SqlError::when(READ);
    let (column, value) = match which {
        Which::Row(row) => ("rowid", rusqlite::types::Value::from(row)),
        Which::Id(id) => ("mediaID", rusqlite::types::Value::from(id.to_owned())),
    };
    let query = format!(
        "SELECT m.rowid, m.mediaID, m.fileName, m.filePath, m.fileMediatype, m.deploymentID, m.timestamp, m.favorite,
            m.exifData, coalesce(d.locationName, d.locationID, d.deploymentID)
        FROM media m LEFT JOIN deployments d ON d.deploymentID = m.deploymentID WHERE m.{column} = ?1"
    );
    let mut statement = reading.connection.prepare_cached(&query).map_err(&when)?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Shown {
            rowid: whole(row, 0),
            id: owned(row, 1).unwrap_or_default(),
            file_name: owned(row, 2).unwrap_or_default(),
            path: owned(row, 3),
            media_type: owned(row, 4),
            deployment: owned(row, 5).zip(owned(row, 9)),
            timestamp: owned(row, 6),
            is_favourite: whole(row, 7) != 0,
            exif: owned(row, 8),
        })
    };
    statement.query_row([value], read).optional().map_err(when)
}

/// All that is said of a medium, the surest first.
pub(crate) fn observations(reading: Reading<'_>, media: &str) -> Result<Vec<Said>, SqlError> {
    let when = SqlError::when(READ);
    let query = "SELECT o.observationID, o.scientificName, o.commonName, o.observationType, coalesce(o.count, 1),
            o.classificationProbability, o.detectionConfidence, o.bboxX, o.bboxY, o.bboxWidth, o.bboxHeight,
            o.classificationMethod, o.classifiedBy, o.classificationTimestamp, o.eventStart, o.lifeStage, o.sex,
            r.startedAt, u.id
        FROM observations o LEFT JOIN model_outputs u ON u.id = o.modelOutputID LEFT JOIN model_runs r ON r.id = u.runID
        WHERE o.mediaID = ?1 ORDER BY o.detectionConfidence DESC, o.observationID";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let rows = statement.query_map([media], |row| {
        let sides = [number(row, 7), number(row, 8), number(row, 9), number(row, 10)];
        let bbox = match sides {
            [Some(x), Some(y), Some(width), Some(height)] if width > 0.0 && height > 0.0 => {
                Some([x, y, width, height])
            }
            _ => None,
        };
        Ok(Said {
            id: owned(row, 0).unwrap_or_default(),
            name: owned(row, 1).filter(|name| !name.trim().is_empty()),
            common: owned(row, 2).filter(|name| !name.trim().is_empty()),
            kind: owned(row, 3),
            count: whole(row, 4),
            probability: number(row, 5),
            confidence: number(row, 6),
            bbox,
            is_human: text(row, 11) == Some("human"),
            by: owned(row, 12),
            at: owned(row, 13),
            event_start: owned(row, 14),
            life_stage: owned(row, 15),
            sex: owned(row, 16),
            answer: owned(row, 17).zip(owned(row, 18)),
        })
    });
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}

/// Why a medium could not be predicted, when last tried.
pub(crate) fn error(reading: Reading<'_>, media: &str) -> Result<Option<String>, SqlError> {
    let when = SqlError::when(READ);
    let query = "SELECT reason FROM biowatch_errors WHERE mediaID = ?1 ORDER BY createdAt DESC LIMIT 1";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    statement.query_row([media], |row| row.get(0)).optional().map_err(when)
}

/// The id of a medium; none when it is gone.
pub(crate) fn id(reading: Reading<'_>, rowid: i64) -> Result<Option<String>, SqlError> {
    let when = SqlError::when(READ);
    let mut statement =
        reading.connection.prepare_cached("SELECT mediaID FROM media WHERE rowid = ?1").map_err(&when)?;
    statement.query_row([rowid], |row| row.get(0)).optional().map_err(when)
}
