//! Everything that filters, orders and counts go by, read once.

use std::collections::HashMap;

use super::{number, owned, text, whole};
use crate::sql::{Reading, SqlError};

const READ: &str = "be read for its pages";

/// A row of `media`, while it goes by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MediumRow<'a> {
    pub(crate) rowid: i64,
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) deployment: Option<&'a str>,
    pub(crate) timestamp: Option<&'a str>,
    pub(crate) is_video: bool,
    pub(crate) is_favourite: bool,
}

/// A row of `observations`, while it goes by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ObservationRow<'a> {
    pub(crate) rowid: i64,
    pub(crate) media: &'a str,
    pub(crate) name: Option<&'a str>,
    pub(crate) kind: Option<&'a str>,
    pub(crate) common: Option<&'a str>,
    pub(crate) is_human: bool,
    pub(crate) count: i64,
    /// Of the box, else of the name.
    pub(crate) confidence: Option<f64>,
}

/// A row of `deployments`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DeploymentRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) latitude: Option<f64>,
    pub(crate) longitude: Option<f64>,
    pub(crate) start: Option<String>,
    pub(crate) end: Option<String>,
}

const MEDIUM: &str =
    "SELECT rowid, mediaID, fileName, deploymentID, timestamp, fileMediatype, favorite FROM media";
const OBSERVATION: &str =
    "SELECT rowid, mediaID, scientificName, observationType, commonName, classificationMethod,
    coalesce(count, 1), detectionConfidence, classificationProbability FROM observations";

fn medium<'a>(row: &'a rusqlite::Row<'_>) -> MediumRow<'a> {
    MediumRow {
        rowid: whole(row, 0),
        id: text(row, 1).unwrap_or_default(),
        name: text(row, 2).unwrap_or_default(),
        deployment: text(row, 3),
        timestamp: text(row, 4),
        is_video: text(row, 5).is_some_and(|kind| kind.starts_with("video/")),
        is_favourite: whole(row, 6) != 0,
    }
}

fn observation<'a>(row: &'a rusqlite::Row<'_>) -> ObservationRow<'a> {
    ObservationRow {
        rowid: whole(row, 0),
        media: text(row, 1).unwrap_or_default(),
        name: text(row, 2),
        kind: text(row, 3),
        common: text(row, 4),
        is_human: text(row, 5) == Some("human"),
        count: whole(row, 6),
        confidence: number(row, 7).or_else(|| number(row, 8)),
    }
}

/// Hands over every medium in the order of rows.
pub(crate) fn media(reading: Reading<'_>, each: &mut dyn FnMut(MediumRow<'_>)) -> Result<(), SqlError> {
    let when = SqlError::when(READ);
    let query = format!("{MEDIUM} ORDER BY rowid");
    let mut statement = reading.connection.prepare(&query).map_err(&when)?;
    let mut rows = statement.query([]).map_err(&when)?;
    while let Some(row) = rows.next().map_err(&when)? {
        each(medium(row));
    }
    Ok(())
}

/// Hands over every observation of a medium.
pub(crate) fn observations(
    reading: Reading<'_>,
    each: &mut dyn FnMut(ObservationRow<'_>),
) -> Result<(), SqlError> {
    let when = SqlError::when(READ);
    let query = format!("{OBSERVATION} WHERE mediaID IS NOT NULL ORDER BY rowid");
    let mut statement = reading.connection.prepare(&query).map_err(&when)?;
    let mut rows = statement.query([]).map_err(&when)?;
    while let Some(row) = rows.next().map_err(&when)? {
        each(observation(row));
    }
    Ok(())
}

/// Hands over one medium and what is said of it.
pub(crate) fn one(
    reading: Reading<'_>,
    media: &str,
    each_medium: &mut dyn FnMut(MediumRow<'_>),
    each: &mut dyn FnMut(ObservationRow<'_>),
) -> Result<(), SqlError> {
    let when = SqlError::when(READ);
    let query = format!("{MEDIUM} WHERE mediaID = ?1");
    let mut statement = reading.connection.prepare_cached(&query).map_err(&when)?;
    let mut rows = statement.query([media]).map_err(&when)?;
    while let Some(row) = rows.next().map_err(&when)? {
        each_medium(medium(row));
    }
    let query = format!("{OBSERVATION} WHERE mediaID = ?1 ORDER BY rowid");
    let mut statement = reading.connection.prepare_cached(&query).map_err(&when)?;
    let mut rows = statement.query([media]).map_err(&when)?;
    while let Some(row) = rows.next().map_err(&when)? {
        each(observation(row));
    }
    Ok(())
}

/// For rows of media with several answers of models: when the run began that the row comes from, and which answer it is.
/// All such rows, or those of one medium.
pub(crate) fn answers(
    reading: Reading<'_>,
    media: Option<&str>,
) -> Result<HashMap<i64, (String, String)>, SqlError> {
    let when = SqlError::when(READ);
    let of_one = if media.is_some() { "WHERE mediaID = ?1" } else { "" };
    let several = format!("SELECT mediaID FROM model_outputs {of_one} GROUP BY mediaID HAVING count(*) > 1");
    let query = format!(
        "SELECT o.rowid, r.startedAt, u.id FROM ({several}) s CROSS JOIN observations o ON o.mediaID = s.mediaID
            JOIN model_outputs u ON u.id = o.modelOutputID JOIN model_runs r ON r.id = u.runID"
    );
    let mut statement = reading.connection.prepare_cached(&query).map_err(&when)?;
    let rows = statement.query_map(rusqlite::params_from_iter(media), |row| {
        let answer = (owned(row, 1).unwrap_or_default(), owned(row, 2).unwrap_or_default());
        Ok((row.get(0)?, answer))
    });
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}

/// Hands over the id of every medium with an error.
pub(crate) fn failed(reading: Reading<'_>, each: &mut dyn FnMut(&str)) -> Result<(), SqlError> {
    let when = SqlError::when(READ);
    let query = "SELECT DISTINCT mediaID FROM biowatch_errors WHERE mediaID IS NOT NULL";
    let mut statement = reading.connection.prepare(query).map_err(&when)?;
    let mut rows = statement.query([]).map_err(&when)?;
    while let Some(row) = rows.next().map_err(&when)? {
        each(text(row, 0).unwrap_or_default());
    }
    Ok(())
}

/// All deployments in the order of their ids.
pub(crate) fn deployments(reading: Reading<'_>) -> Result<Vec<DeploymentRow>, SqlError> {
    let when = SqlError::when(READ);
    let query = "SELECT deploymentID, coalesce(locationName, locationID, deploymentID), latitude, longitude,
            deploymentStart, deploymentEnd FROM deployments ORDER BY deploymentID";
    let mut statement = reading.connection.prepare(query).map_err(&when)?;
    let rows = statement.query_map([], |row| {
        Ok(DeploymentRow {
            id: owned(row, 0).unwrap_or_default(),
            name: owned(row, 1).unwrap_or_default(),
            latitude: number(row, 2).filter(|degrees| degrees.abs() <= 90.0),
            longitude: number(row, 3).filter(|degrees| degrees.abs() <= 180.0),
            start: owned(row, 4),
            end: owned(row, 5),
        })
    });
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}

/// A number that differs from the last time whenever another connection has written meanwhile.
pub(crate) fn version(reading: Reading<'_>) -> Result<i64, SqlError> {
    let version = reading.connection.pragma_query_value(None, "data_version", |row| row.get(0));
    version.map_err(SqlError::when("say whether it has changed"))
}
