//! A study in numbers.

use super::{Reading, SqlError};

/// How much of what there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Photos.
    pub photos: u64,
    /// Videos.
    pub videos: u64,
    /// Deployments.
    pub deployments: u64,
    /// Media without a time that may be believed.
    pub undated: u64,
    /// Media on which a model or a person found nothing.
    pub blank: u64,
    /// Media on which a model saw something and could not tell what.
    pub unknown: u64,
    /// Media with an error and no observation.
    pub failed: u64,
    /// Media about which nothing is known yet.
    pub unprocessed: u64,
}

/// Species and on how many media it is.
pub type SpeciesCount = (String, u64);

/// Counts everything.
pub(crate) fn totals(reading: Reading<'_>) -> Result<Totals, SqlError> {
    let when = SqlError::when("sum up");
    let count = |query: &str| -> Result<u64, SqlError> {
        let count: i64 = reading.connection.query_row(query, [], |row| row.get(0)).map_err(&when)?;
        Ok(count.unsigned_abs())
    };
    let seen = "EXISTS (SELECT 1 FROM observations o WHERE o.mediaID = m.mediaID
        AND (coalesce(o.scientificName, '') <> '' OR o.observationType IN ('vehicle', 'unknown')))";
    let media = "SELECT count(*) FROM media m WHERE";
    let observed = "EXISTS (SELECT 1 FROM observations o WHERE o.mediaID = m.mediaID)";
    Ok(Totals {
        videos: count(&format!("{media} fileMediatype LIKE 'video/%'"))?,
        photos: count(&format!("{media} coalesce(fileMediatype, '') NOT LIKE 'video/%'"))?,
        deployments: count("SELECT count(*) FROM deployments")?,
        undated: count(&format!("{media} timestamp IS NULL"))?,
        blank: count(&format!("{media} {observed} AND NOT {seen}"))?,
        unknown: count(&format!(
            "{media} EXISTS (SELECT 1 FROM observations o WHERE o.mediaID = m.mediaID AND observationType = 'unknown')"
        ))?,
        failed: count(&format!(
            "{media} NOT {observed} AND EXISTS (SELECT 1 FROM biowatch_errors e WHERE e.mediaID = m.mediaID)"
        ))?,
        unprocessed: count(&format!(
            "{media} NOT {observed} AND NOT EXISTS (SELECT 1 FROM biowatch_errors e WHERE e.mediaID = m.mediaID)"
        ))?,
    })
}

/// Every species, the commonest first.
pub(crate) fn species(reading: Reading<'_>) -> Result<Vec<SpeciesCount>, SqlError> {
    let when = SqlError::when("count species");
    let query = "SELECT scientificName, count(DISTINCT mediaID) FROM observations
        WHERE coalesce(scientificName, '') <> '' GROUP BY scientificName ORDER BY 2 DESC, 1";
    let mut statement = reading.connection.prepare(query).map_err(&when)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())));
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}
