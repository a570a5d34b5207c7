//! What is said of a medium, as a person who corrects it sees it.

use super::{Reading, SqlError};
use crate::corrections::Observed;

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
