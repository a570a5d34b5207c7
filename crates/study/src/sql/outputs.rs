//! What models said, word for word.

use super::{SqlError, Writing};

/// Keeps the raw output of a run for a medium. False when there is one already: then nothing changes.
pub(crate) fn insert(
    writing: &Writing<'_>,
    id: &str,
    media: &str,
    run: &str,
    raw: &str,
) -> Result<bool, SqlError> {
    let sql = "INSERT INTO model_outputs (id, mediaID, runID, rawOutput) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (mediaID, runID) DO NOTHING";
    Ok(writing.count("keep an output", sql, (id, media, run, raw))? == 1)
}
