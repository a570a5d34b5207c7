//! What is still to be predicted: Biowatch's `jobs`, and beside each who works on it and until when.
//!
//! A job is `pending`, `processing` (leased), `completed`, `failed` or `cancelled`. Whoever writes the rows of a medium must hold
//! the lease in the same transaction.

use rusqlite::Row;

use super::{Reading, SqlError, Writing};
use crate::instant::{iso_now, millis_now};

/// Attempts after which a job stays failed.
const MOST_ATTEMPTS: u32 = 3;
/// Leases that may be lost before a job is worked on alone, so that it takes no other with it.
const SUSPECT_LOSSES: u32 = 3;

/// A job that this process may work on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) media: String,
    pub(crate) path: String,
    pub(crate) media_type: String,
    /// Attempts with this one.
    pub(crate) attempts: u32,
    /// Leases of this job that were lost to a crash.
    pub(crate) losses: u32,
}

impl Job {
    /// Whether it may be what ended the processes that held it.
    pub(crate) fn is_suspect(&self) -> bool {
        self.losses >= SUSPECT_LOSSES
    }
}

/// A new job for a medium. Returns whether there was none yet, and no run with the same settings has an output of it.
pub(crate) fn add(
    writing: &Writing<'_>,
    id: &str,
    topic: &str,
    run: &str,
    media: &str,
    (path, media_type): (&str, &str),
) -> Result<bool, SqlError> {
    let doing = "queue a file";
    let wanted = "SELECT NOT EXISTS (SELECT 1 FROM biowatch_jobs WHERE runID = ?1 AND mediaID = ?2)
        AND NOT EXISTS (SELECT 1 FROM model_outputs o WHERE o.mediaID = ?2 AND o.runID IN
            (SELECT runID FROM biowatch_runs WHERE settings = (SELECT settings FROM biowatch_runs WHERE runID = ?1)))";
    let mut statement = writing.transaction.prepare_cached(wanted).map_err(SqlError::when(doing))?;
    let wanted: bool = statement.query_row([run, media], |row| row.get(0)).map_err(SqlError::when(doing))?;
    if !wanted {
        return Ok(false);
    }
    let payload = serde_json::json!({ "mediaId": media, "filePath": path, "fileMediatype": media_type });
    let sql = "INSERT INTO jobs (id, kind, topic, status, payload, attempts, maxAttempts, createdAt)
        VALUES (?1, 'ml-inference', ?2, 'pending', ?3, 0, ?4, ?5)";
    writing.run(doing, sql, (id, topic, payload.to_string(), MOST_ATTEMPTS, iso_now()))?;
    let sql = "INSERT INTO biowatch_jobs (jobID, mediaID, runID) VALUES (?1, ?2, ?3)";
    writing.run(doing, sql, (id, media, run))?;
    Ok(true)
}

/// Takes over what Biowatch queued for this model and left.
pub(crate) fn adopt(writing: &Writing<'_>, topic: &str, run: &str) -> Result<usize, SqlError> {
    let doing = "take over jobs";
    let sql = "INSERT OR IGNORE INTO biowatch_jobs (jobID, mediaID, runID)
        SELECT j.id, m.mediaID, ?2 FROM jobs j JOIN media m ON m.mediaID = json_extract(j.payload, '$.mediaId')
        WHERE j.kind = 'ml-inference' AND j.topic = ?1 AND j.status IN ('pending', 'processing') AND json_valid(j.payload)
            AND NOT EXISTS (SELECT 1 FROM biowatch_jobs b WHERE b.jobID = j.id)
            AND NOT EXISTS (SELECT 1 FROM model_outputs o WHERE o.mediaID = m.mediaID AND o.runID = ?2)";
    let count = writing.count(doing, sql, (topic, run))?;
    let sql =
        "UPDATE jobs SET status = 'pending', startedAt = NULL WHERE status = 'processing' AND topic = ?1
        AND id IN (SELECT jobID FROM biowatch_jobs WHERE owner IS NULL)";
    writing.run(doing, sql, [topic])?;
    Ok(count)
}

/// Leases up to `count` jobs of `run` to `owner` until `until`, in the order in which they were queued.
///
/// A job that ended several processes comes last, and alone. `CROSS JOIN` has SQLite walk the waiting jobs in their order,
/// however many are done.
pub(crate) fn claim(
    writing: &Writing<'_>,
    run: &str,
    owner: &str,
    count: usize,
    until: i64,
) -> Result<Vec<Job>, SqlError> {
    let when = SqlError::when("claim jobs");
    let query = "SELECT j.id, m.mediaID, coalesce(m.filePath, ''), coalesce(m.fileMediatype, ''), j.attempts + 1, b.lostLeases
        FROM jobs j CROSS JOIN biowatch_jobs b ON b.jobID = j.id CROSS JOIN media m ON m.mediaID = b.mediaID
        WHERE j.status = 'pending' AND b.runID = ?1 AND b.notBefore <= ?2 AND (b.lostLeases >= ?3) = ?4
        ORDER BY j.createdAt, j.rowid LIMIT ?5";
    let ask = |suspects: bool, count: usize| -> rusqlite::Result<Vec<Job>> {
        let mut statement = writing.transaction.prepare_cached(query)?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let rows = statement.query_map((run, millis_now(), SUSPECT_LOSSES, suspects, count), job)?;
        rows.collect()
    };
    let mut jobs = ask(false, count).map_err(&when)?;
    if jobs.is_empty() {
        jobs = ask(true, 1).map_err(&when)?;
    }
    for job in &jobs {
        let sql =
            "UPDATE jobs SET status = 'processing', startedAt = ?2, attempts = attempts + 1 WHERE id = ?1";
        writing.run("claim jobs", sql, (&job.id, iso_now()))?;
        let sql = "UPDATE biowatch_jobs SET owner = ?2, leaseUntil = ?3 WHERE jobID = ?1";
        writing.run("claim jobs", sql, (&job.id, owner, until))?;
    }
    Ok(jobs)
}

fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    Ok(Job {
        id: row.get(0)?,
        media: row.get(1)?,
        path: row.get(2)?,
        media_type: row.get(3)?,
        attempts: row.get(4)?,
        losses: row.get(5)?,
    })
}

/// Whether `owner` still holds the job.
pub(crate) fn is_held(reading: Reading<'_>, job: &str, owner: &str) -> Result<bool, SqlError> {
    let when = SqlError::when("look at a lease");
    let query = "SELECT EXISTS (SELECT 1 FROM biowatch_jobs b JOIN jobs j ON j.id = b.jobID
        WHERE b.jobID = ?1 AND b.owner = ?2 AND j.status = 'processing')";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    statement.query_row([job, owner], |row| row.get(0)).map_err(when)
}

/// The job is done.
pub(crate) fn complete(writing: &Writing<'_>, job: &str) -> Result<(), SqlError> {
    let sql = "UPDATE jobs SET status = 'completed', error = NULL, completedAt = ?2 WHERE id = ?1";
    writing.run("finish a job", sql, (job, iso_now()))?;
    end_lease(writing, job, 0)
}

/// The job cannot be done.
pub(crate) fn fail(writing: &Writing<'_>, job: &str, reason: &str) -> Result<(), SqlError> {
    let sql = "UPDATE jobs SET status = 'failed', error = ?2, completedAt = ?3 WHERE id = ?1";
    writing.run("fail a job", sql, (job, reason, iso_now()))?;
    end_lease(writing, job, 0)
}

/// The job is to be tried again, not before that time, and alone: it may be what ended the model.
pub(crate) fn put_off(
    writing: &Writing<'_>,
    job: &str,
    reason: &str,
    not_before: i64,
) -> Result<(), SqlError> {
    let sql = "UPDATE biowatch_jobs SET lostLeases = max(lostLeases, ?2) WHERE jobID = ?1";
    writing.run("put a job off", sql, (job, SUSPECT_LOSSES))?;
    let sql = "UPDATE jobs SET status = 'pending', error = ?2, startedAt = NULL WHERE id = ?1";
    writing.run("put a job off", sql, (job, reason))?;
    end_lease(writing, job, not_before)
}

fn end_lease(writing: &Writing<'_>, job: &str, not_before: i64) -> Result<(), SqlError> {
    let sql = "UPDATE biowatch_jobs SET owner = NULL, leaseUntil = NULL, notBefore = ?2 WHERE jobID = ?1";
    writing.run("end a lease", sql, (job, not_before))
}

/// Gives back, as if never claimed, what `owner` holds: nothing of it was begun, or it was stopped on purpose.
pub(crate) fn release(writing: &Writing<'_>, owner: &str) -> Result<usize, SqlError> {
    let sql = "UPDATE jobs SET status = 'pending', startedAt = NULL, attempts = max(0, attempts - 1)
        WHERE status = 'processing' AND id IN (SELECT jobID FROM biowatch_jobs WHERE owner = ?1)";
    let count = writing.count("give jobs back", sql, [owner])?;
    let sql = "UPDATE biowatch_jobs SET owner = NULL, leaseUntil = NULL WHERE owner = ?1";
    writing.run("give jobs back", sql, [owner])?;
    Ok(count)
}

/// Gives one job back, as if never claimed, if `owner` holds it.
pub(crate) fn give_back(writing: &Writing<'_>, job: &str, owner: &str) -> Result<(), SqlError> {
    if !is_held(writing.reading(), job, owner)? {
        return Ok(());
    }
    let sql =
        "UPDATE jobs SET status = 'pending', startedAt = NULL, attempts = max(0, attempts - 1) WHERE id = ?1";
    writing.run("give a job back", sql, [job])?;
    end_lease(writing, job, 0)
}

/// Frees what `owner` held when it died. A lost lease is no attempt: whoever pulled the plug, it was hardly the photo.
pub(crate) fn recover(writing: &Writing<'_>, owner: &str) -> Result<usize, SqlError> {
    let sql = "UPDATE biowatch_jobs SET lostLeases = lostLeases + 1 WHERE owner = ?1";
    writing.run("recover jobs", sql, [owner])?;
    release(writing, owner)
}

/// Everybody who holds a lease, and whether one of the leases has run out.
pub(crate) fn owners(reading: Reading<'_>) -> Result<Vec<(String, bool)>, SqlError> {
    let when = SqlError::when("list who works");
    let query =
        "SELECT owner, min(leaseUntil) < ?1 FROM biowatch_jobs WHERE owner IS NOT NULL GROUP BY owner";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let rows = statement.query_map([millis_now()], |row| Ok((row.get(0)?, row.get(1)?))).map_err(&when)?;
    rows.collect::<Result<_, _>>().map_err(when)
}

/// Lets `owner` keep its jobs until `until`.
pub(crate) fn extend(writing: &Writing<'_>, owner: &str, until: i64) -> Result<(), SqlError> {
    writing.run("extend leases", "UPDATE biowatch_jobs SET leaseUntil = ?2 WHERE owner = ?1", (owner, until))
}

/// How many jobs of a run stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Nobody works on them.
    pub pending: u64,
    /// Somebody does.
    pub processing: u64,
    /// Their rows are written.
    pub completed: u64,
    /// Their reasons are written.
    pub failed: u64,
}

impl Counts {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.pending + self.processing + self.completed + self.failed
    }
}

/// Counts the jobs of a run.
pub(crate) fn counts(reading: Reading<'_>, run: &str) -> Result<Counts, SqlError> {
    let when = SqlError::when("count jobs");
    let query = "SELECT j.status, count(*) FROM biowatch_jobs b JOIN jobs j ON j.id = b.jobID WHERE b.runID = ?1 GROUP BY 1";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let rows = statement.query_map([run], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)));
    let mut counts = Counts::default();
    for row in rows.map_err(&when)? {
        let (status, count) = row.map_err(&when)?;
        let count = count.unsigned_abs();
        match &*status {
            "pending" => counts.pending = count,
            "processing" => counts.processing = count,
            "completed" => counts.completed = count,
            "failed" => counts.failed = count,
            _ => {}
        }
    }
    Ok(counts)
}

/// Whether a job of the run waits, be it for its time to come.
pub(crate) fn is_any_pending(reading: Reading<'_>, run: &str) -> Result<bool, SqlError> {
    let when = SqlError::when("look for jobs");
    let query = "SELECT EXISTS (SELECT 1 FROM jobs j CROSS JOIN biowatch_jobs b ON b.jobID = j.id
        WHERE j.status = 'pending' AND b.runID = ?1)";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    statement.query_row([run], |row| row.get(0)).map_err(when)
}

/// Drops what nobody has begun. Files that are in hand are dropped when they come back.
pub(crate) fn cancel(writing: &Writing<'_>, run: &str) -> Result<usize, SqlError> {
    let sql = "UPDATE jobs SET status = 'cancelled', completedAt = ?2
        WHERE status = 'pending' AND id IN (SELECT jobID FROM biowatch_jobs WHERE runID = ?1)";
    writing.count("drop files", sql, (run, iso_now()))
}

/// Takes back that the rest was dropped.
pub(crate) fn revive(writing: &Writing<'_>, run: &str) -> Result<usize, SqlError> {
    let sql = "UPDATE jobs SET status = 'pending', completedAt = NULL
        WHERE status = 'cancelled' AND id IN (SELECT jobID FROM biowatch_jobs WHERE runID = ?1)";
    writing.count("take dropped files up again", sql, [run])
}

/// Queues every failed job of the study anew, and forgets why it failed. Only jobs of `run`, where one is given.
pub(crate) fn retry(writing: &Writing<'_>, run: Option<&str>) -> Result<usize, SqlError> {
    let doing = "queue failed files again";
    let sql = "DELETE FROM biowatch_errors WHERE mediaID IS NOT NULL AND (?1 IS NULL OR runID = ?1)";
    writing.run(doing, sql, [run])?;
    let sql = "UPDATE biowatch_jobs SET notBefore = 0, lostLeases = 0
        WHERE (?1 IS NULL OR runID = ?1) AND jobID IN (SELECT id FROM jobs WHERE status = 'failed')";
    writing.run(doing, sql, [run])?;
    let sql =
        "UPDATE jobs SET status = 'pending', attempts = 0, error = NULL, startedAt = NULL, completedAt = NULL
        WHERE status = 'failed' AND kind = 'ml-inference'
            AND (?1 IS NULL OR id IN (SELECT jobID FROM biowatch_jobs WHERE runID = ?1))";
    writing.count(doing, sql, [run])
}
