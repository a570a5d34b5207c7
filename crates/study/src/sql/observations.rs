//! What is on a medium, by a model or by a person.

use super::{Reading, SqlError, Writing};
use crate::rows::Observation;

/// Adds what a model saw.
pub(crate) fn insert(
    writing: &Writing<'_>,
    id: &str,
    media: &str,
    output: &str,
    observation: &Observation,
) -> Result<(), SqlError> {
    let sql = "INSERT INTO observations (observationID, mediaID, deploymentID, eventID, eventStart, eventEnd, scientificName,
            observationType, commonName, classificationProbability, count, bboxX, bboxY, bboxWidth, bboxHeight,
            modelOutputID, classificationMethod, classifiedBy, classificationTimestamp, detectionConfidence)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 'machine', ?17, ?18, ?19)";
    let one = observation;
    let [x, y, width, height] = match one.bbox {
        Some(bbox) => bbox.map(Some),
        None => [None; 4],
    };
    let values = rusqlite::params![
        id,
        media,
        one.deployment,
        one.event,
        one.event_start,
        one.event_end,
        one.scientific_name,
        one.observation_type,
        one.common_name,
        one.probability,
        one.count,
        x,
        y,
        width,
        height,
        output,
        one.classified_by,
        one.classified_at,
        one.confidence,
    ];
    writing.run("add an observation", sql, values)
}

/// Whether a person said what is on the medium: then models are no longer asked.
pub(crate) fn has_human(reading: Reading<'_>, media: &str) -> Result<bool, SqlError> {
    let when = SqlError::when("look for a person's word");
    let query =
        "SELECT EXISTS (SELECT 1 FROM observations WHERE mediaID = ?1 AND classificationMethod = 'human')";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    statement.query_row([media], |row| row.get(0)).map_err(when)
}

/// Takes away what models saw on the medium in earlier runs. Their outputs stay, word for word.
pub(crate) fn clear_machine(writing: &Writing<'_>, media: &str) -> Result<(), SqlError> {
    let sql = "DELETE FROM observations WHERE mediaID = ?1 AND classificationMethod = 'machine'
        AND modelOutputID IN (SELECT id FROM model_outputs WHERE mediaID = ?1)";
    writing.run("replace observations", sql, [media])
}
