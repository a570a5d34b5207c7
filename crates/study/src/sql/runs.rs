//! Runs of models over media.

use rusqlite::OptionalExtension;

use super::{Reading, SqlError, Writing};
use crate::instant::iso_now;
use crate::run::{RunSettings, RunStatus};

/// The run with exactly these settings on that folder.
pub(crate) fn find(reading: Reading<'_>, settings: &RunSettings) -> Result<Option<String>, SqlError> {
    let query = "SELECT r.id FROM model_runs r JOIN biowatch_runs b ON b.runID = r.id
        WHERE r.modelID = ?1 AND r.modelVersion = ?2 AND r.importPath = ?3 AND b.settings = ?4
        ORDER BY r.startedAt DESC LIMIT 1";
    let values = (&settings.model_id, &settings.model_version, &settings.import_path, &settings.details);
    let found = reading.connection.query_row(query, values, |row| row.get(0));
    found.optional().map_err(SqlError::when("look up a run"))
}

/// Adds a run.
pub(crate) fn insert(writing: &Writing<'_>, id: &str, settings: &RunSettings) -> Result<(), SqlError> {
    let sql = "INSERT INTO model_runs (id, modelID, modelVersion, startedAt, status, importPath, options)
        VALUES (?1, ?2, ?3, ?4, 'running', ?5, ?6)";
    let options =
        settings.country.as_ref().map(|country| serde_json::json!({ "country": country }).to_string());
    let RunSettings { model_id, model_version, import_path, .. } = settings;
    writing.run("add a run", sql, (id, model_id, model_version, iso_now(), import_path, options))?;
    let sql = "INSERT INTO biowatch_runs (runID, settings, threshold) VALUES (?1, ?2, ?3)";
    writing.run("add a run", sql, (id, &settings.details, settings.threshold))
}

/// Says how a run stands.
pub(crate) fn set_status(writing: &Writing<'_>, id: &str, status: RunStatus) -> Result<(), SqlError> {
    writing.run(
        "note how a run stands",
        "UPDATE model_runs SET status = ?2 WHERE id = ?1",
        (id, status.word()),
    )
}

/// A run with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSummary {
    /// UUID.
    pub id: String,
    /// `speciesnet 4.0.2a`.
    pub model: String,
    /// ISO 8601.
    pub started: String,
    /// `running`, `completed` or `aborted`.
    pub status: String,
    /// The folder that was imported.
    pub import_path: Option<String>,
    /// Media with an output.
    pub predicted: u64,
    /// Media with an error.
    pub failed: u64,
    /// Media that still wait.
    pub waiting: u64,
}

/// All runs, the latest first.
pub(crate) fn list(reading: Reading<'_>) -> Result<Vec<RunSummary>, SqlError> {
    let when = SqlError::when("list its runs");
    let query =
        "SELECT r.id, r.modelID || ' ' || r.modelVersion, r.startedAt, coalesce(r.status, ''), r.importPath,
            (SELECT count(*) FROM model_outputs o WHERE o.runID = r.id),
            (SELECT count(*) FROM biowatch_errors e WHERE e.runID = r.id),
            (SELECT count(*) FROM biowatch_jobs b JOIN jobs j ON j.id = b.jobID
                WHERE b.runID = r.id AND j.status IN ('pending', 'processing'))
        FROM model_runs r ORDER BY r.startedAt DESC, r.id";
    let mut statement = reading.connection.prepare(query).map_err(&when)?;
    let rows = statement.query_map([], |row| {
        let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
        Ok(RunSummary {
            id: row.get(0)?,
            model: row.get(1)?,
            started: row.get(2)?,
            status: row.get(3)?,
            import_path: row.get(4)?,
            predicted: count(5)?,
            failed: count(6)?,
            waiting: count(7)?,
        })
    });
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}
