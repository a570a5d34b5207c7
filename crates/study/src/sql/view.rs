//! What the pages ask. Rows that a hostile or damaged file holds in place of text or numbers are read as nothing.

pub(crate) mod cards;
pub(crate) mod digest;
pub(crate) mod gallery;
pub(crate) mod medium;
pub(crate) mod names;

use rusqlite::Row;
use rusqlite::types::ValueRef;

/// The text in a column; none for anything else.
fn text<'a>(row: &'a Row<'_>, column: usize) -> Option<&'a str> {
    match row.get_ref(column) {
        Ok(ValueRef::Text(bytes)) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// The number in a column; none for anything else, and for one that is not finite.
fn number(row: &Row<'_>, column: usize) -> Option<f64> {
    match row.get_ref(column) {
        Ok(ValueRef::Real(number)) => Some(number).filter(|number| number.is_finite()),
        Ok(ValueRef::Integer(number)) => Some(number as f64),
        _ => None,
    }
}

/// The whole number in a column; 0 for anything else.
fn whole(row: &Row<'_>, column: usize) -> i64 {
    match row.get_ref(column) {
        Ok(ValueRef::Integer(number)) => number,
        Ok(ValueRef::Real(number)) => number as i64,
        _ => 0,
    }
}

fn owned(row: &Row<'_>, column: usize) -> Option<String> {
    text(row, column).map(str::to_owned)
}
