//! Everything that is known of one medium's file, and what was said of it over time.

use rusqlite::OptionalExtension;

use super::{number, owned, whole};
use crate::sql::{Reading, SqlError};

const READ: &str = "tell all of a medium";

/// A row of `biowatch_media`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Provenance {
    pub(crate) file_size: Option<i64>,
    pub(crate) timestamp_source: Option<String>,
    pub(crate) zone_source: Option<String>,
    pub(crate) clock_shift: Option<i64>,
    pub(crate) refused_times: Option<String>,
    pub(crate) latitude: Option<f64>,
    pub(crate) longitude: Option<f64>,
    pub(crate) camera: [Option<String>; 3],
    pub(crate) temperature: Option<f64>,
}

/// What this program read from the file; none for a medium that only Biowatch read.
pub(crate) fn provenance(reading: Reading<'_>, media: &str) -> Result<Provenance, SqlError> {
    let query = "SELECT fileSize, timestampSource, zoneSource, clockShift, refusedTimes, latitude, longitude, cameraMake,
            cameraModel, cameraSerial, temperature FROM biowatch_media WHERE mediaID = ?1";
    let found = reading.connection.query_row(query, [media], |row| {
        Ok(Provenance {
            file_size: row.get(0)?,
            timestamp_source: owned(row, 1),
            zone_source: owned(row, 2),
            clock_shift: row.get(3)?,
            refused_times: owned(row, 4),
            latitude: number(row, 5),
            longitude: number(row, 6),
            camera: [owned(row, 7), owned(row, 8), owned(row, 9)],
            temperature: number(row, 10),
        })
    });
    Ok(found.optional().map_err(SqlError::when(READ))?.unwrap_or_default())
}

/// What models answered: run, model, version and the answer as it came, the latest first.
pub(crate) fn outputs(reading: Reading<'_>, media: &str) -> Result<Vec<[String; 4]>, SqlError> {
    let when = SqlError::when(READ);
    let query = "SELECT r.id, r.modelID, r.modelVersion, coalesce(u.rawOutput, '') FROM model_outputs u
        JOIN model_runs r ON r.id = u.runID WHERE u.mediaID = ?1 ORDER BY r.startedAt DESC, u.rowid DESC";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let rows = statement
        .query_map([media], |row| Ok([0, 1, 2, 3].map(|column| owned(row, column).unwrap_or_default())));
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}

/// A row of `biowatch_corrections`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Corrected {
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) by: String,
    pub(crate) observation: String,
    /// JSON.
    pub(crate) before: Option<String>,
    /// JSON.
    pub(crate) after: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) is_undone: bool,
}

/// What people changed, the latest first.
pub(crate) fn history(reading: Reading<'_>, media: &str) -> Result<Vec<Corrected>, SqlError> {
    let when = SqlError::when(READ);
    let query = "SELECT c.correctedAt, c.correctedBy, c.observationID, c.before, c.after, e.kind, coalesce(e.undone, 0)
        FROM biowatch_corrections c LEFT JOIN biowatch_edits e ON e.editID = c.editID
        WHERE c.mediaID = ?1 ORDER BY c.correctionID DESC";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let rows = statement.query_map([media], |row| {
        Ok(Corrected {
            at: whole(row, 0),
            by: owned(row, 1).unwrap_or_default(),
            observation: owned(row, 2).unwrap_or_default(),
            before: owned(row, 3),
            after: owned(row, 4),
            kind: owned(row, 5),
            is_undone: whole(row, 6) != 0,
        })
    });
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}

/// Id and stored time of the medium in that row.
pub(crate) fn stamp(reading: Reading<'_>, rowid: i64) -> Result<Option<(String, Option<String>)>, SqlError> {
    let when = SqlError::when(READ);
    let mut statement = reading
        .connection
        .prepare_cached("SELECT mediaID, timestamp FROM media WHERE rowid = ?1")
        .map_err(&when)?;
    let read = |row: &rusqlite::Row<'_>| Ok((owned(row, 0).unwrap_or_default(), owned(row, 1)));
    statement.query_row([rowid], read).optional().map_err(when)
}
