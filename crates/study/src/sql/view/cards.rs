//! A study in a few numbers, cheaply, in files that are only looked at.

use super::owned;
use crate::sql::{Database, SqlError};

/// The numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Numbers {
    pub(crate) photos: u64,
    pub(crate) videos: u64,
    pub(crate) deployments: u64,
    pub(crate) species: u64,
    pub(crate) blank: u64,
    pub(crate) failed: u64,
    pub(crate) first: Option<String>,
    pub(crate) last: Option<String>,
}

/// Counts, by indexes of Biowatch alone.
pub(crate) fn numbers(database: &Database) -> Result<Numbers, SqlError> {
    let when = SqlError::when("be counted");
    let connection = database.reading().connection;
    let count = |query: &str| -> Result<u64, SqlError> {
        connection.query_row(query, [], |row| row.get(0)).map(i64::unsigned_abs).map_err(&when)
    };
    let edge = |query: &str| connection.query_row(query, [], |row| Ok(owned(row, 0))).map_err(&when);
    let videos = count("SELECT count(*) FROM media WHERE fileMediatype LIKE 'video/%'")?;
    let failed = if database.has_table("biowatch_errors")? {
        count(
            "SELECT count(DISTINCT e.mediaID) FROM biowatch_errors e WHERE e.mediaID IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM observations o WHERE o.mediaID = e.mediaID)",
        )?
    } else {
        0
    };
    Ok(Numbers {
        photos: count("SELECT count(*) FROM media")?.saturating_sub(videos),
        videos,
        deployments: count("SELECT count(*) FROM deployments")?,
        species: count(
            "SELECT count(DISTINCT scientificName) FROM observations WHERE lower(trim(scientificName))
                NOT IN ('', 'homo sapiens', 'person', 'human', 'vehicle', 'blank', 'empty', 'vide')",
        )?,
        blank: count(
            "SELECT count(*) FROM (SELECT mediaID FROM observations WHERE mediaID IS NOT NULL GROUP BY mediaID
                HAVING max(coalesce(scientificName, '') <> '' OR coalesce(observationType, '') NOT IN ('', 'blank')) = 0)",
        )?,
        failed,
        first: edge("SELECT min(timestamp) FROM media")?,
        last: edge("SELECT max(timestamp) FROM media")?,
    })
}
