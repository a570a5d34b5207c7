//! Tables and columns of a database, and what one has that another lacks.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::MigrateError;
use crate::sql::SqlError;

/// The tables of a database by name.
#[derive(Debug)]
pub(super) struct Structure {
    tables: BTreeMap<String, Table>,
}

#[derive(Debug, Clone)]
struct Table {
    /// The statement that makes it.
    sql: String,
    columns: Vec<Column>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    name: String,
    kind: String,
    is_required: bool,
    default: Option<String>,
}

/// Something that a database has not.
#[derive(Debug)]
pub(super) enum Lack {
    Table(String),
    Column(String, Column),
}

impl Structure {
    /// Reads it from the database's own description of itself.
    pub(super) fn read(connection: &Connection) -> Result<Self, SqlError> {
        let when = SqlError::when("describe its tables");
        let query = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL";
        let mut statement = connection.prepare(query).map_err(&when)?;
        let named = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(&when)?;
        let mut tables = BTreeMap::new();
        for named in named {
            let (name, sql): (String, String) = named.map_err(&when)?;
            let columns = columns(connection, &name).map_err(&when)?;
            tables.insert(name, Table { sql, columns });
        }
        Ok(Self { tables })
    }

    /// What of `model` is not here. Names are compared as SQLite compares them, without case.
    pub(super) fn lacks(&self, model: &Self) -> Vec<Lack> {
        let mut lacks = Vec::new();
        for (name, wanted) in &model.tables {
            let Some((_, table)) = self.tables.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)) else {
                lacks.push(Lack::Table(wanted.sql.clone()));
                continue;
            };
            for column in &wanted.columns {
                if !table.columns.iter().any(|own| own.name.eq_ignore_ascii_case(&column.name)) {
                    lacks.push(Lack::Column(name.clone(), column.clone()));
                }
            }
        }
        lacks
    }
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Column>> {
    let query = r#"SELECT name, type, "notnull", dflt_value FROM pragma_table_info(?1)"#;
    let mut statement = connection.prepare(query)?;
    let columns = statement.query_map([table], |row| {
        let (name, kind) = (row.get(0)?, row.get(1)?);
        Ok(Column { name, kind, is_required: row.get(2)?, default: row.get(3)? })
    })?;
    columns.collect()
}

impl Lack {
    /// Adds it.
    pub(super) fn add(&self, connection: &Connection) -> Result<(), MigrateError> {
        let sql = match self {
            Self::Table(sql) => sql.clone(),
            Self::Column(table, column) => {
                let Column { name, kind, is_required, default } = column;
                if *is_required && default.is_none() {
                    return Err(MigrateError::CannotAdd { table: table.clone(), column: name.clone() });
                }
                let default = default.as_ref().map(|value| format!(" DEFAULT {value}")).unwrap_or_default();
                let required = if *is_required { " NOT NULL" } else { "" };
                format!(r#"ALTER TABLE "{table}" ADD COLUMN "{name}" {kind}{default}{required}"#)
            }
        };
        Ok(connection.execute_batch(&sql).map_err(SqlError::when("be upgraded"))?)
    }
}
