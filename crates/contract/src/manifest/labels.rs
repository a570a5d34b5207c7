//! Names of classes, in the manifest or in a file beside it.

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use super::file_name::FileName;
use super::section::Expected;
use super::values;

/// Classes that are believed.
const MAX_CLASSES: usize = 100_000;
/// Characters of one name.
const MAX_LABEL: usize = 500;

/// Names of classes by index, or where they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Labels {
    /// Here; at least one.
    List(Vec<String>),
    /// In a file: `.txt`, one a line; `.json`, a list or an object from index to name; `.pkl`, the same pickled.
    File(FileName),
}

/// Why a file holds no names.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum LabelsError {
    /// Not a text.
    #[error("expected a text in UTF-8; save the file as UTF-8")]
    NotUtf8,
    /// Not JSON.
    #[error("this is not JSON: {0}")]
    NotJson(String),
    /// Something else in JSON.
    #[error("expected a list of class names, or an object from \"0\", \"1\", \"2\", … to them")]
    Form,
    /// Too many or none.
    #[error("there are {0} class names, expected from 1 to {MAX_CLASSES}")]
    Count(usize),
    /// A gap or an endless name.
    #[error(
        "line {0} is no class name: expected a text of at most {MAX_LABEL} characters; an empty line may only end the file"
    )]
    Line(usize),
    /// The same for JSON.
    #[error("class {0} has no name: expected a text of at most {MAX_LABEL} characters")]
    Name(usize),
}

pub(super) fn read(value: &Value) -> Result<Labels, Expected> {
    let known = |name: &FileName| ["txt", "json", "pkl", "pickle"].iter().any(|end| name.has_extension(end));
    let found = match value {
        Value::String(name) => FileName::new(name).filter(known).map(Labels::File),
        Value::Array(_) => values::texts(1..=MAX_CLASSES, MAX_LABEL)(value).ok().map(Labels::List),
        _ => None,
    };
    let expected = || {
        format!(
            "the classes' names as a list of texts (at most {MAX_LABEL} characters each), or the name of a .txt, \
             .json or .pkl file in the model's folder"
        )
    };
    found.ok_or_else(expected)
}

/// Names of classes from a text file, one a line, the first line class 0.
pub fn labels_from_text(bytes: &[u8]) -> Result<Vec<String>, LabelsError> {
    let text = std::str::from_utf8(bytes).map_err(|_| LabelsError::NotUtf8)?;
    let text = text.trim_start_matches('\u{feff}').trim_end();
    let label = |(index, line): (usize, &str)| {
        usable(line.trim()).map(str::to_owned).ok_or(LabelsError::Line(index + 1))
    };
    let count = text.lines().count();
    counted(count)?;
    text.lines().enumerate().map(label).collect()
}

/// Names of classes from JSON: a list, or an object from index to name as ultralytics writes it.
pub fn labels_from_json(bytes: &[u8]) -> Result<Vec<String>, LabelsError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| LabelsError::NotJson(error.to_string()))?;
    let items: Vec<Option<&Value>> = match &value {
        Value::Array(items) => items.iter().map(Some).collect(),
        Value::Object(map) => {
            let by_index: Option<BTreeMap<usize, &Value>> =
                map.iter().map(|(key, name)| Some((key.parse().ok()?, name))).collect();
            let by_index = by_index.ok_or(LabelsError::Form)?;
            (0..map.len()).map(|index| by_index.get(&index).copied()).collect()
        }
        _ => return Err(LabelsError::Form),
    };
    counted(items.len())?;
    let name = |(index, item): (usize, Option<&Value>)| {
        let name = item.and_then(Value::as_str).and_then(usable);
        name.map(str::to_owned).ok_or(LabelsError::Name(index))
    };
    items.into_iter().enumerate().map(name).collect()
}

fn counted(count: usize) -> Result<(), LabelsError> {
    if (1..=MAX_CLASSES).contains(&count) { Ok(()) } else { Err(LabelsError::Count(count)) }
}

fn usable(name: &str) -> Option<&str> {
    let good = !name.is_empty() && name.chars().count() <= MAX_LABEL && !name.chars().any(char::is_control);
    good.then_some(name)
}
