//! The one row that says what the study is.

use rusqlite::OptionalExtension;

use super::{Reading, SqlError, Writing};
use crate::study::{About, DEFAULT_SEQUENCE_GAP};

/// The study's own row; none where Biowatch has not written it yet.
pub(crate) fn read(reading: Reading<'_>) -> Result<Option<About>, SqlError> {
    let query =
        "SELECT id, coalesce(name, title, id), created, importerName, sequenceGap FROM metadata LIMIT 1";
    let read = |row: &rusqlite::Row<'_>| {
        let gap: Option<i64> = row.get(4)?;
        let gap = gap.and_then(|gap| u32::try_from(gap).ok()).unwrap_or(DEFAULT_SEQUENCE_GAP);
        Ok(About {
            id: row.get(0)?,
            name: row.get(1)?,
            created: row.get(2)?,
            importer: row.get(3)?,
            sequence_gap: gap,
        })
    };
    // Files of an early Biowatch know no gap.
    let has_gap = "SELECT EXISTS (SELECT 1 FROM pragma_table_info('metadata') WHERE name = 'sequenceGap')";
    let when = SqlError::when("say what study it is");
    let has_gap: bool = reading.connection.query_row(has_gap, [], |row| row.get(0)).map_err(&when)?;
    let query = if has_gap { query.to_owned() } else { query.replace("sequenceGap", "NULL") };
    reading.connection.query_row(&query, [], read).optional().map_err(when)
}

/// Writes the row of a new study.
pub(crate) fn insert(writing: &Writing<'_>, about: &About) -> Result<(), SqlError> {
    let insert =
        "INSERT INTO metadata (id, name, created, importerName, sequenceGap) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = (&about.id, &about.name, &about.created, &about.importer, about.sequence_gap);
    writing.transaction.execute(insert, values).map(drop).map_err(SqlError::when("be named"))
}
