//! Rows of observations column by column, and the edits that changed them.

use rusqlite::types::{Value as Stored, ValueRef};
use rusqlite::{OptionalExtension, params_from_iter};
use serde_json::{Map, Value, json};

use super::{Reading, SqlError, Writing};
use crate::instant::millis_now;

const EDIT: &str = "keep an edit";

/// A row, or the columns of one that an edit changed. Every column that the table has, whoever added it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Row(pub(crate) Map<String, Value>);

impl Row {
    pub(crate) fn text(&self, column: &str) -> Option<&str> {
        self.0.get(column).and_then(Value::as_str)
    }

    pub(crate) fn set(&mut self, column: &str, value: Value) {
        self.0.insert(column.to_owned(), value);
    }

    pub(crate) fn id(&self) -> &str {
        self.text("observationID").unwrap_or_default()
    }

    /// Whether it is the row of that id.
    pub(crate) fn is(&self, id: &str) -> bool {
        self.id() == id
    }
}

/// What an edit did to an observation, or where `observation` is empty, to the medium itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    pub(crate) observation: String,
    /// None: there was no row.
    pub(crate) before: Option<Row>,
    /// None: there is no row.
    pub(crate) after: Option<Row>,
}

/// A row of `biowatch_edits`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EditRow {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) by: String,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) media: u64,
    pub(crate) is_undone: bool,
}

fn to_json(value: ValueRef<'_>) -> Value {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) if number.is_finite() => number.into(),
        ValueRef::Real(number) => json!({ "real": number.to_string() }),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => json!({ "blob": hex(bytes) }),
        },
        ValueRef::Blob(bytes) => json!({ "blob": hex(bytes) }),
    }
}

fn from_json(value: &Value) -> Stored {
    let bytes = |hex: &str| {
        let byte = |at| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        (0..hex.len()).step_by(2).filter_map(byte).collect::<Vec<u8>>()
    };
    match value {
        Value::Null | Value::Array(_) => Stored::Null,
        Value::Bool(yes) => Stored::Integer((*yes).into()),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Stored::Integer(number),
            None => Stored::Real(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Stored::Text(text.clone()),
        Value::Object(tagged) => {
            let tag = |name| tagged.get(name).and_then(Value::as_str);
            match (tag("real"), tag("blob")) {
                (Some(number), _) => number.parse().map_or(Stored::Null, Stored::Real),
                (None, Some(hex)) => Stored::Blob(bytes(hex)),
                (None, None) => Stored::Null,
            }
        }
    }
}

/// All observations of a medium, the surest first.
pub(crate) fn rows(reading: Reading<'_>, media: &str) -> Result<Vec<Row>, SqlError> {
    ask(
        reading,
        "SELECT * FROM observations WHERE mediaID = ?1 ORDER BY detectionConfidence DESC, observationID",
        media,
    )
}

/// One observation, or the part of a medium that edits can change; none when there is none.
fn row(reading: Reading<'_>, media: &str, observation: &str) -> Result<Option<Row>, SqlError> {
    let found = if observation.is_empty() {
        ask(reading, "SELECT favorite FROM media WHERE mediaID = ?1", media)?
    } else {
        ask(reading, "SELECT * FROM observations WHERE observationID = ?1", observation)?
    };
    Ok(found.into_iter().next())
}

/// Whether a medium is marked; none when there is no such medium.
pub(crate) fn favourite(reading: Reading<'_>, media: &str) -> Result<Option<Row>, SqlError> {
    row(reading, media, "")
}

fn ask(reading: Reading<'_>, query: &str, value: &str) -> Result<Vec<Row>, SqlError> {
    let when = SqlError::when("look up observations");
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let rows = statement.query_map([value], |row| {
        let mut map = Map::new();
        for (at, column) in columns.iter().enumerate() {
            map.insert(column.clone(), to_json(row.get_ref(at)?));
        }
        Ok(Row(map))
    });
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}

/// Whether all that `change` starts from still stands.
pub(crate) fn stands(reading: Reading<'_>, media: &str, from: &Change) -> Result<bool, SqlError> {
    let now = row(reading, media, &from.observation)?;
    Ok(match (&from.before, now) {
        (None, None) => true,
        (Some(before), Some(now)) => before.0.iter().all(|(column, value)| now.0.get(column) == Some(value)),
        _ => false,
    })
}

/// Makes a change.
pub(crate) fn apply(writing: &Writing<'_>, media: &str, change: &Change) -> Result<(), SqlError> {
    if change.observation.is_empty() {
        let favourite = change.after.as_ref().and_then(|row| row.0.get("favorite"));
        let values = (media, from_json(favourite.unwrap_or(&Value::Null)));
        return writing.run(EDIT, "UPDATE media SET favorite = ?2 WHERE mediaID = ?1", values);
    }
    match (&change.before, &change.after) {
        (_, None) => {
            writing.run(EDIT, "DELETE FROM observations WHERE observationID = ?1", [&change.observation])
        }
        (None, Some(row)) => {
            let (columns, values) = parts(writing, row)?;
            let marks = vec!["?"; columns.len()].join(", ");
            let sql = format!("INSERT INTO observations ({}) VALUES ({marks})", columns.join(", "));
            writing.run(EDIT, &sql, params_from_iter(values))
        }
        (Some(_), Some(row)) => {
            let (columns, mut values) = parts(writing, row)?;
            if columns.is_empty() {
                return Ok(());
            }
            let sets: Vec<_> = columns.iter().map(|column| format!("{column} = ?")).collect();
            values.push(Stored::Text(change.observation.clone()));
            let sql = format!("UPDATE observations SET {} WHERE observationID = ?", sets.join(", "));
            writing.run(EDIT, &sql, params_from_iter(values))
        }
    }
}

/// Columns, quoted, and values of those that the table has. What they refer to and is gone is left out.
fn parts(writing: &Writing<'_>, row: &Row) -> Result<(Vec<String>, Vec<Stored>), SqlError> {
    let when = SqlError::when(EDIT);
    let connection = writing.reading().connection;
    let query = "SELECT name FROM pragma_table_info('observations')";
    let mut statement = connection.prepare_cached(query).map_err(&when)?;
    let known: Vec<String> =
        statement.query_map([], |row| row.get(0)).map_err(&when)?.collect::<Result<_, _>>().map_err(&when)?;
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    for (column, value) in &row.0 {
        if !known.contains(column) {
            continue;
        }
        let referred = match column.as_str() {
            "modelOutputID" => Some("SELECT EXISTS (SELECT 1 FROM model_outputs WHERE id = ?1)"),
            "deploymentID" => Some("SELECT EXISTS (SELECT 1 FROM deployments WHERE deploymentID = ?1)"),
            _ => None,
        };
        let is_there = match (referred, value.as_str()) {
            (Some(query), Some(id)) => {
                let mut statement = connection.prepare_cached(query).map_err(&when)?;
                statement.query_row([id], |row| row.get(0)).map_err(&when)?
            }
            _ => true,
        };
        columns.push(format!("\"{}\"", column.replace('"', "\"\"")));
        values.push(if is_there { from_json(value) } else { Stored::Null });
    }
    Ok((columns, values))
}

/// Adds an edit, which ends what could be made again.
pub(crate) fn add(writing: &Writing<'_>, kind: &str, by: &str, media: usize) -> Result<i64, SqlError> {
    writing.run(EDIT, "DELETE FROM biowatch_edits WHERE undone <> 0", [])?;
    let sql = "INSERT INTO biowatch_edits (kind, editedBy, editedAt, media) VALUES (?1, ?2, ?3, ?4)";
    writing.run(EDIT, sql, (kind, by, millis_now(), i64::try_from(media).unwrap_or(i64::MAX)))?;
    Ok(writing.reading().connection.last_insert_rowid())
}

/// Notes a change of an edit.
pub(crate) fn note(
    writing: &Writing<'_>,
    edit: i64,
    by: &str,
    media: &str,
    change: &Change,
) -> Result<(), SqlError> {
    let sql = "INSERT INTO biowatch_corrections (mediaID, observationID, correctedBy, correctedAt, before, after, editID)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let text = |row: &Option<Row>| row.as_ref().map(|row| Value::Object(row.0.clone()).to_string());
    let after = text(&change.after).unwrap_or_else(|| "null".to_owned());
    let values = (media, &change.observation, by, millis_now(), text(&change.before), after, edit);
    writing.run(EDIT, sql, values)
}

/// Changes of an edit with their media, in the order in which they were made.
pub(crate) fn changes(reading: Reading<'_>, edit: i64) -> Result<Vec<(String, Change)>, SqlError> {
    let when = SqlError::when("look up an edit");
    let query = "SELECT mediaID, observationID, before, after FROM biowatch_corrections WHERE editID = ?1
        ORDER BY correctionID";
    let mut statement = reading.connection.prepare_cached(query).map_err(&when)?;
    let read = |text: Option<String>| match text.and_then(|text| serde_json::from_str(&text).ok()) {
        Some(Value::Object(map)) => Some(Row(map)),
        _ => None,
    };
    let rows = statement.query_map([edit], |row| {
        let change = Change { observation: row.get(1)?, before: read(row.get(2)?), after: read(row.get(3)?) };
        Ok((row.get(0)?, change))
    });
    rows.map_err(&when)?.collect::<Result<_, _>>().map_err(when)
}

const EDITS: &str = "SELECT editID, kind, editedBy, editedAt, media, undone FROM biowatch_edits";

fn edit(row: &rusqlite::Row<'_>) -> rusqlite::Result<EditRow> {
    Ok(EditRow {
        id: row.get(0)?,
        kind: row.get(1)?,
        by: row.get(2)?,
        at: row.get(3)?,
        media: row.get::<_, i64>(4)?.unsigned_abs(),
        is_undone: row.get(5)?,
    })
}

/// The edit that is undone next, or made again next.
pub(crate) fn next(reading: Reading<'_>, is_undone: bool) -> Result<Option<EditRow>, SqlError> {
    let order =
        if is_undone { "WHERE undone <> 0 ORDER BY editID" } else { "WHERE undone = 0 ORDER BY editID DESC" };
    let found = reading.connection.query_row(&format!("{EDITS} {order} LIMIT 1"), [], edit);
    found.optional().map_err(SqlError::when("look up an edit"))
}

/// Says whether an edit is undone.
pub(crate) fn mark(writing: &Writing<'_>, id: i64, is_undone: bool) -> Result<(), SqlError> {
    writing.run(EDIT, "UPDATE biowatch_edits SET undone = ?2 WHERE editID = ?1", (id, is_undone))
}

/// The latest edits, the latest first.
pub(crate) fn list(reading: Reading<'_>, limit: u32) -> Result<Vec<EditRow>, SqlError> {
    let when = SqlError::when("list edits");
    let query = format!("{EDITS} ORDER BY editID DESC LIMIT ?1");
    let mut statement = reading.connection.prepare(&query).map_err(&when)?;
    let rows = statement.query_map([limit], edit).map_err(&when)?;
    rows.collect::<Result<_, _>>().map_err(when)
}
