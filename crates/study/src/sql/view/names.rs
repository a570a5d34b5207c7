//! Names that stand in a study.

use super::owned;
use crate::sql::{Reading, SqlError};

const READ: &str = "look up names";

/// A few answers of models that led to rows of that name.
pub(crate) fn outputs_of(reading: Reading<'_>, scientific_name: &str) -> Result<Vec<String>, SqlError> {
    let when = SqlError::when(READ);
    let query = "SELECT u.rawOutput FROM observations o JOIN model_outputs u ON u.id = o.modelOutputID
        WHERE o.scientificName = ?1 AND o.classificationMethod = 'machine' LIMIT 3";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let rows = statement.query_map([scientific_name], |row| Ok(owned(row, 0).unwrap_or_default()));
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}

/// Names that people gave lately, the latest first; some come more than once.
pub(crate) fn recent(reading: Reading<'_>) -> Result<Vec<String>, SqlError> {
    let when = SqlError::when(READ);
    let query = "SELECT json_extract(after, '$.scientificName') FROM (SELECT correctionID, after FROM biowatch_corrections
            WHERE json_valid(after) ORDER BY correctionID DESC LIMIT 1000)
        ORDER BY correctionID DESC";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let rows = statement.query_map([], |row| Ok(owned(row, 0).unwrap_or_default())).map_err(&when)?;
    let names: Vec<String> = rows.collect::<Result<_, _>>().map_err(when)?;
    Ok(names.into_iter().filter(|name| !name.is_empty()).collect())
}
