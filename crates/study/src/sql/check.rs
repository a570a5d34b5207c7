//! Is the file whole, and does everything add up?

use super::{Reading, SqlError};
use crate::instant::millis_now;

/// Something that should not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What, in words for people.
    pub what: String,
    /// How often.
    pub count: u64,
}

/// What must hold, as the number of exceptions.
const INVARIANTS: &[(&str, &str)] = &[
    (
        "finished files have no output",
        "SELECT count(*) FROM biowatch_jobs b JOIN jobs j ON j.id = b.jobID WHERE j.status = 'completed'
            AND NOT EXISTS (SELECT 1 FROM model_outputs o WHERE o.runID = b.runID AND o.mediaID = b.mediaID)",
    ),
    (
        "failed files have no error",
        "SELECT count(*) FROM biowatch_jobs b JOIN jobs j ON j.id = b.jobID WHERE j.status = 'failed'
            AND NOT EXISTS (SELECT 1 FROM biowatch_errors e WHERE e.runID = b.runID AND e.mediaID = b.mediaID)",
    ),
    (
        "files have an output and an error in one run",
        "SELECT count(*) FROM biowatch_errors e
            JOIN model_outputs o ON o.runID = e.runID AND o.mediaID = e.mediaID",
    ),
    (
        "files are in hand, and nobody holds them",
        "SELECT count(*) FROM biowatch_jobs b JOIN jobs j ON j.id = b.jobID
            WHERE j.status = 'processing' AND (b.owner IS NULL OR b.leaseUntil < ?1)",
    ),
    (
        "files are held, and not in hand",
        "SELECT count(*) FROM biowatch_jobs b JOIN jobs j ON j.id = b.jobID
            WHERE j.status <> 'processing' AND b.owner IS NOT NULL",
    ),
    (
        "media have an output and no observation",
        "SELECT count(*) FROM media m WHERE EXISTS (SELECT 1 FROM model_outputs o WHERE o.mediaID = m.mediaID)
            AND NOT EXISTS (SELECT 1 FROM observations o WHERE o.mediaID = m.mediaID)",
    ),
    (
        "contents are there as more than one medium",
        "SELECT count(*) FROM (SELECT 1 FROM biowatch_media WHERE contentHash IS NOT NULL
            GROUP BY contentHash HAVING count(*) > 1)",
    ),
    (
        "runs are completed, and files of theirs wait",
        "SELECT count(*) FROM model_runs r WHERE r.status = 'completed' AND EXISTS (SELECT 1 FROM biowatch_jobs b
            JOIN jobs j ON j.id = b.jobID WHERE b.runID = r.id AND j.status = 'processing')",
    ),
    (
        "boxes have no size, or probabilities are not from 0 to 1",
        "SELECT count(*) FROM observations WHERE classificationProbability NOT BETWEEN 0 AND 1
            OR detectionConfidence NOT BETWEEN 0 AND 1 OR bboxWidth < 0 OR bboxHeight < 0",
    ),
];

/// Everything that is wrong; nothing when all is well.
pub(crate) fn problems(reading: Reading<'_>) -> Result<Vec<Problem>, SqlError> {
    let when = SqlError::when("be checked");
    let mut problems = Vec::new();
    let mut statement = reading.connection.prepare("PRAGMA integrity_check(20)").map_err(&when)?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0)).map_err(&when)?;
    for line in lines {
        let line = line.map_err(&when)?;
        if line != "ok" {
            problems.push(Problem { what: format!("the file is damaged: {line}"), count: 1 });
        }
    }
    let mut statement = reading.connection.prepare("PRAGMA foreign_key_check").map_err(&when)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(&when)?;
    let mut broken = 0;
    for row in rows {
        row.map_err(&when)?;
        broken += 1;
    }
    if broken > 0 {
        problems.push(Problem { what: "rows point at rows that are not there".to_owned(), count: broken });
    }
    for (what, query) in INVARIANTS {
        let mut statement = reading.connection.prepare(query).map_err(&when)?;
        let now = millis_now();
        let count: i64 = match statement.parameter_count() {
            0 => statement.query_row([], |row| row.get(0)),
            _ => statement.query_row([now], |row| row.get(0)),
        }
        .map_err(&when)?;
        if count > 0 {
            problems.push(Problem { what: (*what).to_owned(), count: count.unsigned_abs() });
        }
    }
    Ok(problems)
}
