//! How a file comes to have the tables of today, whoever made it.
//!
//! Biowatch keeps a journal, `__drizzle_migrations`: it applies each of its migrations whose time is later than the latest
//! entry. A file made here carries the entry of the last one, so that Biowatch leaves it alone. An older file of Biowatch
//! is given what it lacks, as far as that is only adding; a copy is kept beside it.

mod structure;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use thiserror::Error;

use self::structure::{Lack, Structure};
use super::database::has_table;
use super::{Database, SqlError};

const BIOWATCH: &str = include_str!("biowatch.sql");
const BIOWATCH_INDEXES: &str = include_str!("biowatch_indexes.sql");
const OWN: &str = include_str!("own.sql");
const OWN_EDITS: &str = include_str!("own_edits.sql");
/// Version of the tables in `own.sql` and `own_edits.sql`.
const OWN_VERSION: i64 = 3;

/// Biowatch's journal. `SERIAL` means nothing to SQLite: its `id` stays NULL, as in files of Biowatch.
const JOURNAL: &str = "CREATE TABLE IF NOT EXISTS __drizzle_migrations
    (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)";
/// First and last migration of Biowatch 1.9.5: hash and time, which is all that its journal keeps.
const FIRST: (&str, i64) =
    ("fb6a249dd27273235236c60a03d2dcb783872db8ce2f4039a667033802abda97", 1_754_230_216_349);
const LAST: (&str, i64) =
    ("2f5681b7ee4f8d67c3eb13ed3165cd136a9c94d726b9a83e106cd7b4316f36ee", 1_780_669_776_160);

/// Why a file could not be given the tables of today.
#[derive(Debug, Error)]
pub enum MigrateError {
    /// The database refused a statement.
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// A table or column is missing that cannot simply be added.
    #[error("`{table}.{column}` is missing and cannot be added to rows that exist")]
    CannotAdd {
        /// Table.
        table: String,
        /// Column.
        column: String,
    },
    /// Made by a program that is newer than this one.
    #[error("the file has tables of version {found}; this program knows versions up to {known}")]
    TooNew {
        /// Version in the file.
        found: i64,
        /// Highest version known.
        known: i64,
    },
    /// A copy of the file could not be put beside it before it is changed.
    #[error("no copy could be made at `{}`, so the file was left as it is", .0.display())]
    NoCopy(PathBuf, #[source] SqlError),
}

/// What was done to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Migrated {
    /// It had everything.
    Nothing,
    /// Only this program's own tables were added beside Biowatch's.
    OwnTables,
    /// Tables or columns of Biowatch were added; the file as it was is kept in `copy`.
    Upgraded {
        /// The file as it was.
        copy: PathBuf,
    },
}

impl Database {
    /// Gives an empty file all tables.
    pub(crate) fn make_tables(&mut self) -> Result<(), SqlError> {
        self.write(|writing| {
            let connection: &Connection = &writing.transaction;
            let make = |sql: &str| connection.execute_batch(sql).map_err(SqlError::when("make its tables"));
            make(BIOWATCH)?;
            make(BIOWATCH_INDEXES)?;
            make(JOURNAL)?;
            enter(connection, FIRST)?;
            enter(connection, LAST)?;
            make_own(connection)
        })
    }

    /// Gives the file what it lacks. `file` is where the database lies.
    pub(crate) fn migrate(&mut self, file: &Path) -> Result<Migrated, MigrateError> {
        let own = own_version(&self.connection)?;
        if let Some(found) = own.filter(|found| *found > OWN_VERSION) {
            return Err(MigrateError::TooNew { found, known: OWN_VERSION });
        }
        let lacks = lacks(&self.connection)?;
        let journal = latest_entry(&self.connection)?;
        if lacks.is_empty() {
            if own == Some(OWN_VERSION) && has_table(&self.connection, "biowatch_edits")? {
                return Ok(Migrated::Nothing);
            }
            self.write(|writing| make_own(&writing.transaction))?;
            return Ok(Migrated::OwnTables);
        }
        let copy = free_name(file, journal.unwrap_or_default());
        self.back_up(&copy).map_err(|error| MigrateError::NoCopy(copy.clone(), error))?;
        self.write(|writing| {
            let connection: &Connection = &writing.transaction;
            // Another process may have done it meanwhile.
            for lack in self::lacks(connection)? {
                lack.add(connection)?;
            }
            connection
                .execute_batch(BIOWATCH_INDEXES)
                .and_then(|()| connection.execute_batch(JOURNAL))
                .map_err(SqlError::when("be upgraded"))?;
            if latest_entry(connection)?.is_none_or(|latest| latest < LAST.1) {
                enter(connection, LAST)?;
            }
            make_own(connection)?;
            Ok::<_, MigrateError>(())
        })?;
        Ok(Migrated::Upgraded { copy })
    }
}

fn make_own(connection: &Connection) -> Result<(), SqlError> {
    let when = SqlError::when("make its own tables");
    connection.execute_batch(OWN).map_err(&when)?;
    let has_edits =
        "SELECT EXISTS (SELECT 1 FROM pragma_table_info('biowatch_corrections') WHERE name = 'editID')";
    if !connection.query_row(has_edits, [], |row| row.get(0)).map_err(&when)? {
        // Corrections of before edits were kept have none.
        let add = "ALTER TABLE biowatch_corrections
            ADD COLUMN editID integer REFERENCES biowatch_edits(editID) ON DELETE CASCADE";
        connection.execute_batch(add).map_err(&when)?;
    }
    connection.execute_batch(OWN_EDITS).map_err(&when)?;
    connection.execute("DELETE FROM biowatch_schema", []).map_err(&when)?;
    connection.execute("INSERT INTO biowatch_schema (version) VALUES (?1)", [OWN_VERSION]).map_err(&when)?;
    Ok(())
}

fn own_version(connection: &Connection) -> Result<Option<i64>, SqlError> {
    if !has_table(connection, "biowatch_schema")? {
        return Ok(None);
    }
    let version = connection.query_row("SELECT max(version) FROM biowatch_schema", [], |row| row.get(0));
    version.map_err(SqlError::when("say which version it has"))
}

/// Time of the latest migration that Biowatch's journal names.
fn latest_entry(connection: &Connection) -> Result<Option<i64>, SqlError> {
    if !has_table(connection, "__drizzle_migrations")? {
        return Ok(None);
    }
    let query = "SELECT CAST(max(created_at) AS integer) FROM __drizzle_migrations";
    connection.query_row(query, [], |row| row.get(0)).map_err(SqlError::when("read its journal"))
}

fn enter(connection: &Connection, (hash, time): (&str, i64)) -> Result<(), SqlError> {
    let entry = "INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?1, ?2)";
    connection.execute(entry, (hash, time)).map(drop).map_err(SqlError::when("write its journal"))
}

/// What `connection` has not and a file of today has.
fn lacks(connection: &Connection) -> Result<Vec<Lack>, SqlError> {
    let when = SqlError::when("say how its tables should be");
    let model = Connection::open_in_memory().map_err(&when)?;
    model.execute_batch(BIOWATCH).map_err(&when)?;
    Ok(Structure::read(connection)?.lacks(&Structure::read(&model)?))
}

/// A name beside `file` that is not taken.
fn free_name(file: &Path, journal: i64) -> PathBuf {
    let mut names = (0..).map(|count| {
        let count = if count == 0 { String::new() } else { format!("-{count}") };
        file.with_file_name(format!("study.before-{journal}{count}.db"))
    });
    names.find(|name: &PathBuf| !name.exists()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
