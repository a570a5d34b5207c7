//! A connection to one study's file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::SqlError;

/// How long a statement waits for another process to finish writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

/// An open study database. Write-ahead log, foreign keys on. One thread at a time; other threads and processes open
/// their own.
#[derive(Debug)]
pub(crate) struct Database {
    pub(super) connection: Connection,
}

impl Database {
    /// Opens a file that exists.
    pub(crate) fn open(file: &Path) -> Result<Self, SqlError> {
        Self::open_with(file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
    }

    /// Makes a new file, or opens one that exists.
    pub(crate) fn create(file: &Path) -> Result<Self, SqlError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::open_with(file, flags)
    }

    fn open_with(file: &Path, flags: OpenFlags) -> Result<Self, SqlError> {
        let when = SqlError::when("be opened");
        let connection = Connection::open_with_flags(file, flags).map_err(&when)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(&when)?;
        connection.set_prepared_statement_cache_capacity(64);
        let set = |name: &str, value: &str| connection.pragma_update(None, name, value).map_err(&when);
        set("foreign_keys", "ON")?;
        set("journal_mode", "WAL")?;
        set("synchronous", "NORMAL")?;
        Ok(Self { connection })
    }

    /// Opens a file to look at it only: it stays as it is, whoever made it.
    pub(crate) fn look(file: &Path) -> Result<Self, SqlError> {
        let when = SqlError::when("be opened for reading");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags).map_err(&when)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(&when)?;
        Ok(Self { connection })
    }

    /// Leave to ask. Each question sees the state of its own moment.
    pub(crate) fn reading(&self) -> Reading<'_> {
        Reading { connection: &self.connection }
    }

    /// Runs `work`, which only asks, so that all its questions see one state.
    pub(crate) fn snapshot<T>(
        &self,
        work: impl FnOnce(Reading<'_>) -> Result<T, SqlError>,
    ) -> Result<T, SqlError> {
        let transaction = self.connection.unchecked_transaction().map_err(SqlError::when("begin to read"))?;
        work(Reading { connection: &transaction })
    }

    /// Runs `work` so that all of it happens or nothing. The right to write is taken at once, so `work` cannot fail half
    /// way for want of it.
    pub(crate) fn write<T, E: From<SqlError>>(
        &mut self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let begin = SqlError::when("begin to write");
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(begin)?;
        let writing = Writing { transaction };
        let value = work(&writing)?;
        writing.transaction.commit().map_err(SqlError::when("keep what was written"))?;
        Ok(value)
    }

    /// Writes a copy of the whole database to `file`, which must not exist.
    pub(crate) fn back_up(&self, file: &Path) -> Result<(), SqlError> {
        let name = file.to_string_lossy();
        let copied = self.connection.execute("VACUUM INTO ?1", [&*name]);
        copied.map(drop).map_err(SqlError::when("be copied"))
    }

    /// Whether there is a table of that name.
    pub(crate) fn has_table(&self, name: &str) -> Result<bool, SqlError> {
        has_table(&self.connection, name)
    }
}

/// Leave to ask, in a transaction or outside of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(super) connection: &'a Connection,
}

/// Proof that a transaction is open. Dropped without commit, nothing of it happened.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    pub(super) transaction: Transaction<'a>,
}

impl Writing<'_> {
    /// Sees what was written so far.
    pub(crate) fn reading(&self) -> Reading<'_> {
        Reading { connection: &self.transaction }
    }

    /// Runs one statement that answers nothing. `doing` continues "the study database cannot".
    pub(super) fn run(
        &self,
        doing: &'static str,
        sql: &str,
        values: impl rusqlite::Params,
    ) -> Result<(), SqlError> {
        self.count(doing, sql, values).map(drop)
    }

    /// Runs one statement and tells how many rows it changed.
    pub(super) fn count(
        &self,
        doing: &'static str,
        sql: &str,
        values: impl rusqlite::Params,
    ) -> Result<usize, SqlError> {
        let mut statement = self.transaction.prepare_cached(sql).map_err(SqlError::when(doing))?;
        statement.execute(values).map_err(SqlError::when(doing))
    }
}

pub(super) fn has_table(connection: &Connection, name: &str) -> Result<bool, SqlError> {
    let query = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)";
    connection.query_row(query, [name], |row| row.get(0)).map_err(SqlError::when("list its tables"))
}
