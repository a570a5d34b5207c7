//! Rows that other programs write, passed on as they are.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use thiserror::Error;

/// A row in the words of the program that wrote it. It is a JSON object with a `filepath`.
#[derive(Debug, Clone)]
pub struct ForeignRow {
    filepath: String,
    is_error: bool,
    settled_on: Option<String>,
    json: Box<RawValue>,
}

/// Why a line holds no rows.
#[derive(Debug, Error)]
pub enum ForeignRowError {
    /// Not JSON, or of another form.
    #[error("expected {{\"output\": {{\"predictions\": [{{\"filepath\": …}}]}}}}: {0}")]
    Json(#[from] serde_json::Error),
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    output: Output<'a>,
}

#[derive(Deserialize)]
struct Output<'a> {
    #[serde(borrow)]
    predictions: Vec<&'a RawValue>,
}

/// What this program wants to know of a row.
#[derive(Deserialize)]
struct Known {
    filepath: String,
    #[serde(default)]
    prediction: serde_json::Value,
    #[serde(default)]
    failures: Vec<serde_json::Value>,
}

impl ForeignRow {
    /// The rows of one line of an answer to `POST /predict`.
    pub fn from_line(line: &[u8]) -> Result<Vec<Self>, ForeignRowError> {
        let line: Line<'_> = serde_json::from_slice(line)?;
        line.output.predictions.into_iter().map(Self::from_raw).collect()
    }

    fn from_raw(json: &RawValue) -> Result<Self, ForeignRowError> {
        let known: Known = serde_json::from_str(json.get())?;
        let is_error = known.prediction == "error" || !known.failures.is_empty();
        let settled_on = known.prediction.as_str().filter(|_| !is_error).map(str::to_owned);
        Ok(Self { filepath: known.filepath, is_error, settled_on, json: json.to_owned() })
    }

    /// The path, as the program repeats it.
    pub fn filepath(&self) -> &str {
        &self.filepath
    }

    /// What the program settled on, in its words.
    pub fn settled_on(&self) -> Option<&str> {
        self.settled_on.as_deref()
    }

    /// Its JSON, as the program wrote it.
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// Whether the row records a failure.
    pub fn is_error(&self) -> bool {
        self.is_error
    }
}

impl PartialEq for ForeignRow {
    fn eq(&self, other: &Self) -> bool {
        self.json.get() == other.json.get()
    }
}

impl Serialize for ForeignRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Prediction;
    use crate::lines::to_python_json;

    #[test]
    fn rows_are_passed_on_to_the_byte() {
        let row = r#"{"zeta": 1.50, "filepath": "a.jpg", "prediction": "fox"}"#;
        let line = format!(r#"{{"output": {{"predictions": [{row}]}}}}"#);
        let rows = ForeignRow::from_line(line.as_bytes()).unwrap();
        assert_eq!((rows.len(), rows[0].filepath(), rows[0].is_error()), (1, "a.jpg", false));
        assert_eq!(to_python_json(&Prediction::Foreign(rows[0].clone())).unwrap(), row.as_bytes());
        let failed = br#"{"output": {"predictions": [{"filepath": "b", "prediction": "error"}]}}"#;
        assert!(ForeignRow::from_line(failed).unwrap()[0].is_error());
    }

    #[test]
    fn anything_else_is_refused() {
        for line in [
            "",
            "{}",
            "null",
            r#"{"output": {"predictions": [{"filepath": NaN}]}}"#,
            r#"{"output": {"predictions": [7]}}"#,
        ] {
            assert!(
                ForeignRow::from_line(line.as_bytes()).unwrap_err().to_string().starts_with("expected"),
                "{line}"
            );
        }
    }
}
