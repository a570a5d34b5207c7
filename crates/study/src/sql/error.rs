//! A statement that the database refused.

use thiserror::Error;

/// What was being done, and the database's own words.
#[derive(Debug, Error)]
#[error("the study database cannot {doing}")]
pub struct SqlError {
    doing: &'static str,
    #[source]
    source: Box<rusqlite::Error>,
}

impl SqlError {
    /// Names what `doing` was, for use with `map_err`. `doing` continues "the study database cannot".
    pub(crate) fn when(doing: &'static str) -> impl Fn(rusqlite::Error) -> Self {
        move |source| Self { doing, source: Box::new(source) }
    }

    /// Whether another process held the database for longer than the time-out: trying again may help.
    pub fn is_busy(&self) -> bool {
        matches!(
            self.source.sqlite_error_code(),
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
        )
    }

    /// Whether the disk is full or gone.
    pub fn is_disk(&self) -> bool {
        matches!(
            self.source.sqlite_error_code(),
            Some(rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::SystemIoFailure)
        )
    }
}
