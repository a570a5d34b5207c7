//! Files that could not be predicted, with the reason.

use super::{Reading, SqlError, Writing};
use crate::instant::millis_now;

/// A file without rows, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// Where it was looked for.
    pub path: String,
    /// Why, in words for people.
    pub reason: String,
    /// How often it was tried.
    pub attempts: u32,
    /// `speciesnet 4.0.2a`.
    pub model: String,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// Notes that a file has an error in a run. A second note replaces the first.
pub(crate) fn put(
    writing: &Writing<'_>,
    run: &str,
    media: Option<&str>,
    path: &str,
    (reason, attempts): (&str, u32),
) -> Result<(), SqlError> {
    let sql = "INSERT INTO biowatch_errors (runID, mediaID, filePath, reason, attempts, createdAt)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (runID, filePath) DO UPDATE SET mediaID = ?2, reason = ?4, attempts = ?5, createdAt = ?6";
    writing.run("note an error", sql, (run, media, path, reason, attempts, millis_now()))
}

/// Forgets the error of a medium in a run: it has rows now.
pub(crate) fn clear(writing: &Writing<'_>, run: &str, media: &str) -> Result<(), SqlError> {
    writing.run(
        "forget an error",
        "DELETE FROM biowatch_errors WHERE runID = ?1 AND mediaID = ?2",
        [run, media],
    )
}

/// Every error in the order of paths.
pub(crate) fn each(reading: Reading<'_>, each: &mut dyn FnMut(FileError)) -> Result<(), SqlError> {
    let when = SqlError::when("list its errors");
    let query = "SELECT e.filePath, e.reason, e.attempts, r.modelID || ' ' || r.modelVersion, e.createdAt
        FROM biowatch_errors e JOIN model_runs r ON r.id = e.runID ORDER BY e.filePath, e.errorID";
    let mut statement = reading.connection.prepare(query).map_err(&when)?;
    let rows = statement.query_map([], |row| {
        Ok(FileError {
            path: row.get(0)?,
            reason: row.get(1)?,
            attempts: row.get(2)?,
            model: row.get(3)?,
            at: row.get(4)?,
        })
    });
    for row in rows.map_err(&when)? {
        each(row.map_err(&when)?);
    }
    Ok(())
}

/// A file of one run that could not be predicted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunError {
    /// The medium, where it was known before it failed.
    pub media: Option<String>,
    /// The file.
    pub path: String,
    /// Why.
    pub reason: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// Errors of a run in the order of paths, those after `after`, and how many there are in all.
pub(crate) fn of_run(
    reading: Reading<'_>,
    run: &str,
    after: &str,
    limit: u32,
) -> Result<(Vec<RunError>, u64), SqlError> {
    let when = SqlError::when("list the errors of a run");
    let count = "SELECT count(*) FROM biowatch_errors WHERE runID = ?1";
    let total: i64 = reading.connection.query_row(count, [run], |row| row.get(0)).map_err(&when)?;
    let query = "SELECT mediaID, filePath, reason, attempts, createdAt FROM biowatch_errors
        WHERE runID = ?1 AND filePath > ?2 ORDER BY filePath LIMIT ?3";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let rows = statement.query_map((run, after, limit), |row| {
        Ok(RunError {
            media: row.get(0)?,
            path: row.get(1)?,
            reason: row.get(2)?,
            attempts: row.get(3)?,
            at: row.get(4)?,
        })
    });
    let errors = rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)?;
    Ok((errors, total.unsigned_abs()))
}
