//! A person's word about a medium, and what stood there before.

use serde_json::json;

use super::{Reading, SqlError, Writing};
use crate::corrections::{Correction, Observed};
use crate::instant::{iso_now, millis_now};

/// What is said of a medium now, the surest first.
pub(crate) fn observed(reading: Reading<'_>, media: &str) -> Result<Vec<Observed>, SqlError> {
    let when = SqlError::when("look up observations");
    let query =
        "SELECT observationID, scientificName, observationType, commonName, count, classificationProbability,
            classificationMethod, classifiedBy, classificationTimestamp
        FROM observations WHERE mediaID = ?1 ORDER BY detectionConfidence DESC, observationID";
    let mut statement = reading.connection.prepare(query).map_err(&when)?;
    let rows = statement.query_map([media], |row| {
        Ok(Observed {
            id: row.get(0)?,
            scientific_name: row.get(1)?,
            observation_type: row.get(2)?,
            common_name: row.get(3)?,
            count: row.get(4)?,
            probability: row.get(5)?,
            method: row.get(6)?,
            by: row.get(7)?,
            at: row.get(8)?,
        })
    });
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}

/// Changes one observation, and keeps what stood in it.
pub(crate) fn change(
    writing: &Writing<'_>,
    media: &str,
    before: &Observed,
    correction: &Correction,
) -> Result<(), SqlError> {
    let sql = "UPDATE observations SET scientificName = ?2, observationType = ?3, commonName = ?4,
            count = coalesce(?5, count), classificationProbability = NULL, classificationMethod = 'human',
            classifiedBy = ?6, classificationTimestamp = ?7
        WHERE observationID = ?1";
    let values = (
        &before.id,
        &correction.scientific_name,
        correction.observation_type(),
        &correction.common_name,
        correction.count,
        &correction.by,
        iso_now(),
    );
    writing.run("correct an observation", sql, values)?;
    let stood = json!({
        "scientificName": before.scientific_name,
        "observationType": before.observation_type,
        "commonName": before.common_name,
        "count": before.count,
        "classificationProbability": before.probability,
        "classificationMethod": before.method,
        "classifiedBy": before.by,
        "classificationTimestamp": before.at,
    });
    note(writing, media, &before.id, correction, Some(stood.to_string()))
}

/// Adds a person's observation to a medium that has none.
pub(crate) fn add(
    writing: &Writing<'_>,
    media: &str,
    id: &str,
    correction: &Correction,
) -> Result<(), SqlError> {
    let sql = "INSERT INTO observations (observationID, mediaID, deploymentID, eventID, eventStart, eventEnd, scientificName,
            observationType, commonName, count, classificationMethod, classifiedBy, classificationTimestamp)
        SELECT ?2, mediaID, deploymentID, ?3, timestamp, timestamp, ?4, ?5, ?6, ?7, 'human', ?8, ?9
        FROM media WHERE mediaID = ?1";
    let values = (
        media,
        id,
        uuid::Uuid::new_v4().to_string(),
        &correction.scientific_name,
        correction.observation_type(),
        &correction.common_name,
        correction.count.unwrap_or(1),
        &correction.by,
        iso_now(),
    );
    writing.run("add an observation", sql, values)?;
    note(writing, media, id, correction, None)
}

fn note(
    writing: &Writing<'_>,
    media: &str,
    observation: &str,
    correction: &Correction,
    before: Option<String>,
) -> Result<(), SqlError> {
    let after = json!({
        "scientificName": correction.scientific_name,
        "observationType": correction.observation_type(),
        "commonName": correction.common_name,
        "count": correction.count,
    });
    let sql =
        "INSERT INTO biowatch_corrections (mediaID, observationID, correctedBy, correctedAt, before, after)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = (media, observation, &correction.by, millis_now(), before, after.to_string());
    writing.run("note a correction", sql, values)
}
