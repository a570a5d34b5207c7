//! Media in the order in which cameras took them, with what is on them.

use super::{Reading, SqlError};

/// A medium with one species on it, or with none. Several species come as several rows, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sighting {
    pub(crate) media: String,
    pub(crate) deployment: Option<String>,
    pub(crate) deployment_name: Option<String>,
    pub(crate) timestamp: String,
    /// Seconds since 1970; local time counts as UTC where the offset is not known.
    pub(crate) seconds: f64,
    pub(crate) species: Option<String>,
    pub(crate) number: u32,
}

/// Hands over every dated medium, deployment by deployment in the order of time. What a person said hides what models say.
pub(crate) fn sightings(reading: Reading<'_>, each: &mut dyn FnMut(Sighting)) -> Result<(), SqlError> {
    let when = SqlError::when("list events");
    // Boxes are counted one by one; a video's only observation carries its number.
    let query = "SELECT m.mediaID, m.deploymentID, coalesce(d.locationName, d.locationID), m.timestamp,
            (julianday(m.timestamp) - 2440587.5) * 86400.0,
            nullif(o.scientificName, ''), max(count(o.observationID), coalesce(max(o.count), 0))
        FROM media m LEFT JOIN deployments d ON d.deploymentID = m.deploymentID
        LEFT JOIN observations o ON o.mediaID = m.mediaID AND (o.classificationMethod = 'human' OR NOT EXISTS
            (SELECT 1 FROM observations h WHERE h.mediaID = m.mediaID AND h.classificationMethod = 'human'))
        WHERE julianday(m.timestamp) IS NOT NULL
        GROUP BY m.mediaID, nullif(o.scientificName, '')
        ORDER BY m.deploymentID, 5, m.fileName, m.mediaID, 6";
    let mut statement = reading.connection.prepare(query).map_err(&when)?;
    let rows = statement.query_map([], |row| {
        Ok(Sighting {
            media: row.get(0)?,
            deployment: row.get(1)?,
            deployment_name: row.get(2)?,
            timestamp: row.get(3)?,
            seconds: row.get(4)?,
            species: row.get(5)?,
            number: row.get(6)?,
        })
    });
    for row in rows.map_err(&when)? {
        each(row.map_err(&when)?);
    }
    Ok(())
}
