//! The one row that says what the study is.

use rusqlite::OptionalExtension;

use super::{Reading, SqlError, Writing};
use crate::revision::Revision;
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

/// Title and description.
pub(crate) fn headings(reading: Reading<'_>) -> Result<[Option<String>; 2], SqlError> {
    let query = "SELECT title, description FROM metadata LIMIT 1";
    let found = reading.connection.query_row(query, [], |row| Ok([row.get(0)?, row.get(1)?]));
    Ok(found.optional().map_err(SqlError::when("say what study it is"))?.unwrap_or_default())
}

/// Writes what is given over what stands there; an empty title or description is taken away.
pub(crate) fn revise(writing: &Writing<'_>, about: &About, revision: &Revision) -> Result<(), SqlError> {
    let doing = "be described";
    let rows: i64 = writing
        .transaction
        .query_row("SELECT count(*) FROM metadata", [], |row| row.get(0))
        .map_err(SqlError::when(doing))?;
    if rows == 0 {
        insert(writing, about)?;
    }
    let sql = "UPDATE metadata SET name = coalesce(?1, name), title = iif(?2 IS NULL, title, nullif(?2, '')),
            description = iif(?3 IS NULL, description, nullif(?3, '')), sequenceGap = coalesce(?4, sequenceGap),
            updatedAt = ?5";
    let Revision { name, title, description, sequence_gap } = revision;
    writing.run(doing, sql, (name, title, description, sequence_gap, crate::instant::iso_now()))
}
