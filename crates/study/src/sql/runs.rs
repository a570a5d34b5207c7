//! Runs of models over media.

use rusqlite::OptionalExtension;

use super::{Reading, SqlError, Writing};
use crate::instant::{iso_now, millis_now};
use crate::run::{Order, RunSettings, RunStatus};

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
    let doing = "note how a run stands";
    let sql = "UPDATE model_runs SET status = ?2 WHERE id = ?1";
    writing.run(doing, sql, (id, status.word_of_biowatch()))?;
    let sql = "UPDATE biowatch_imports SET state = ?2, reason = NULL WHERE runID = ?1";
    writing.run(doing, sql, (id, status.word()))
}

/// Says why a run cannot go on.
pub(crate) fn set_failed(writing: &Writing<'_>, id: &str, reason: &str) -> Result<(), SqlError> {
    set_status(writing, id, RunStatus::Failed)?;
    let sql = "UPDATE biowatch_imports SET reason = ?2 WHERE runID = ?1";
    writing.run("note why a run failed", sql, (id, reason))
}

/// Remembers how to go on with a run, and queues it unless somebody works on it. One that was asked for before keeps its place.
pub(crate) fn remember(writing: &Writing<'_>, id: &str, wish: &str) -> Result<(), SqlError> {
    let doing = "remember a run";
    let sql = "INSERT INTO biowatch_imports (runID, wish, state, queuedAt) VALUES (?1, ?2, 'queued', ?3)
        ON CONFLICT (runID) DO UPDATE SET wish = ?2, state = CASE state WHEN 'running' THEN state ELSE 'queued' END";
    writing.run(doing, sql, (id, wish, millis_now()))?;
    let sql = "UPDATE model_runs SET status = ?2
        WHERE id = ?1 AND EXISTS (SELECT 1 FROM biowatch_imports WHERE runID = ?1 AND state = 'queued')";
    writing.run(doing, sql, (id, RunStatus::Queued.word_of_biowatch()))
}

/// Tells whoever works on a run what to do; nothing takes an order back.
pub(crate) fn order(writing: &Writing<'_>, id: &str, order: Option<Order>) -> Result<(), SqlError> {
    let sql = "UPDATE biowatch_imports SET asked = ?2 WHERE runID = ?1";
    writing.run("tell what a run is to do", sql, (id, order.map(Order::word)))
}

/// What whoever works on a run is to do.
pub(crate) fn ordered(reading: Reading<'_>, id: &str) -> Result<Option<Order>, SqlError> {
    let when = SqlError::when("ask what a run is to do");
    let query = "SELECT asked FROM biowatch_imports WHERE runID = ?1";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let word: Option<Option<String>> =
        statement.query_row([id], |row| row.get(0)).optional().map_err(when)?;
    Ok(word.flatten().as_deref().and_then(Order::named))
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
    /// `running`, `completed` or `aborted`: Biowatch's word.
    pub status: String,
    /// How it stands.
    pub state: RunStatus,
    /// Why it failed, if it did.
    pub reason: Option<String>,
    /// JSON, in the words of whoever asked for it; none for runs of Biowatch.
    pub wish: Option<String>,
    /// Files that somebody holds.
    pub in_hand: u64,
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
                WHERE b.runID = r.id AND j.status IN ('pending', 'processing')),
            (SELECT count(*) FROM biowatch_jobs b WHERE b.runID = r.id AND b.owner IS NOT NULL),
            i.state, i.reason, i.wish
        FROM model_runs r LEFT JOIN biowatch_imports i ON i.runID = r.id ORDER BY r.startedAt DESC, r.id";
    let mut statement = reading.connection.prepare(query).map_err(&when)?;
    let rows = statement.query_map([], |row| {
        let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
        let status: String = row.get(3)?;
        let state: Option<String> = row.get(9)?;
        Ok(RunSummary {
            id: row.get(0)?,
            model: row.get(1)?,
            started: row.get(2)?,
            state: state.as_deref().and_then(RunStatus::named).unwrap_or(match &*status {
                "running" => RunStatus::Running,
                "completed" => RunStatus::Completed,
                _ => RunStatus::Stopped,
            }),
            status,
            in_hand: count(8)?,
            reason: row.get(10)?,
            wish: row.get(11)?,
            import_path: row.get(4)?,
            predicted: count(5)?,
            failed: count(6)?,
            waiting: count(7)?,
        })
    });
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}

/// Ids of the runs that were asked for, those that were asked for first before the others.
pub(crate) fn queue(reading: Reading<'_>) -> Result<Vec<String>, SqlError> {
    let when = SqlError::when("list the queue of its runs");
    let query = "SELECT runID FROM biowatch_imports ORDER BY queuedAt, rowid";
    let mut statement = reading.connection.prepare(query).map_err(&when)?;
    let rows = statement.query_map([], |row| row.get(0)).map_err(&when)?;
    rows.collect::<Result<_, _>>().map_err(when)
}

/// Queues a run again.
pub(crate) fn requeue(writing: &Writing<'_>, id: &str) -> Result<(), SqlError> {
    set_status(writing, id, RunStatus::Queued)?;
    let sql = "UPDATE biowatch_imports SET queuedAt = ?2 WHERE runID = ?1";
    writing.run("queue a run again", sql, (id, millis_now()))
}

/// Media by what is on them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// An animal.
    pub animal: u64,
    /// A person.
    pub human: u64,
    /// A vehicle.
    pub vehicle: u64,
    /// Nothing.
    pub blank: u64,
    /// Something that could not be told.
    pub unknown: u64,
}

/// Counts the media of a run by what is on them.
pub(crate) fn found(reading: Reading<'_>, id: &str) -> Result<Found, SqlError> {
    let when = SqlError::when("count what a run has found");
    let query = "SELECT CASE
            WHEN lower(coalesce(o.scientificName, '')) IN ('homo sapiens', 'human', 'person') OR o.observationType = 'human' THEN 1
            WHEN lower(coalesce(o.scientificName, '')) = 'vehicle' OR o.observationType = 'vehicle' THEN 2
            WHEN coalesce(o.scientificName, '') <> '' THEN 0
            WHEN coalesce(o.observationType, '') IN ('', 'blank') THEN 3
            WHEN o.observationType IN ('animal', 'machine') THEN 0
            ELSE 4 END AS kind, count(DISTINCT o.mediaID)
        FROM model_outputs m JOIN observations o ON o.mediaID = m.mediaID WHERE m.runID = ?1 GROUP BY kind";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let rows =
        statement.query_map([id], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?.unsigned_abs())));
    let mut found = Found::default();
    for row in rows.map_err(&when)? {
        let (kind, count) = row.map_err(&when)?;
        *match kind {
            0 => &mut found.animal,
            1 => &mut found.human,
            2 => &mut found.vehicle,
            3 => &mut found.blank,
            _ => &mut found.unknown,
        } = count;
    }
    Ok(found)
}
