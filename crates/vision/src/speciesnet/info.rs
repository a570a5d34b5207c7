//! `info.json`: which file of a model's folder is what.

use std::path::Path;

use serde_json::{Map, Value};
use thiserror::Error;

/// What `info.json` says. File names are relative to the folder that holds it, and never lead out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// The model's version, as rows carry it.
    pub version: String,
    /// What the classifier looks at.
    pub kind: Kind,
    /// The classifier's checkpoint.
    pub classifier: String,
    /// One label a line; the line number is the class.
    pub labels: String,
    /// The detector's checkpoint.
    pub detector: Detector,
    /// Lines in the form of labels.
    pub taxonomy: String,
    /// Rules by taxon.
    pub geofence: String,
}

/// What the classifier looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The detector's best box ("a" packages).
    AlwaysCrop,
    /// The whole image ("b" packages).
    FullImage,
}

/// Where the detector's checkpoint is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detector {
    /// The file.
    pub file: String,
    /// Where it comes from, for a package that gives an address instead of a file.
    pub address: Option<String>,
}

/// Why text is no `info.json`. Each one means that the file is damaged or is not SpeciesNet's.
#[derive(Debug, Error)]
pub enum InfoError {
    /// Not JSON.
    #[error("not JSON: {0}")]
    NotJson(#[source] serde_json::Error),
    /// JSON, but not an object.
    #[error("expected a JSON object, found {0}")]
    NotAnObject(&'static str),
    /// A key is not there.
    #[error("the key `{0}` is missing")]
    MissingKey(&'static str),
    /// A key's value is not text.
    #[error("`{key}` is {found}, expected text")]
    NotText {
        /// The key.
        key: &'static str,
        /// What its value is.
        found: &'static str,
    },
    /// A type nobody knows.
    #[error("`type` is `{0}`, expected `always_crop` or `full_image`")]
    UnknownKind(String),
    /// A name that is no plain file name.
    #[error("`{key}` is `{name}`, expected the name of a file in the model's own folder")]
    FileName {
        /// The key.
        key: &'static str,
        /// What was found.
        name: String,
    },
}

impl Info {
    /// Reads the text of an `info.json`. Every key is required; unknown keys are ignored.
    pub fn parse(text: &str) -> Result<Self, InfoError> {
        let object = match serde_json::from_str(text).map_err(InfoError::NotJson)? {
            Value::Object(object) => object,
            other => return Err(InfoError::NotAnObject(kind_of(&other))),
        };
        Ok(Self {
            version: text_of(&object, "version")?,
            kind: match text_of(&object, "type")?.as_str() {
                "always_crop" => Kind::AlwaysCrop,
                "full_image" => Kind::FullImage,
                other => return Err(InfoError::UnknownKind(other.to_owned())),
            },
            classifier: file_of(&object, "classifier")?,
            labels: file_of(&object, "classifier_labels")?,
            detector: detector_of(&object)?,
            taxonomy: file_of(&object, "taxonomy")?,
            geofence: file_of(&object, "geofence")?,
        })
    }
}

fn text_of(object: &Map<String, Value>, key: &'static str) -> Result<String, InfoError> {
    match object.get(key) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Err(InfoError::NotText { key, found: kind_of(other) }),
        None => Err(InfoError::MissingKey(key)),
    }
}

fn file_of(object: &Map<String, Value>, key: &'static str) -> Result<String, InfoError> {
    plain_file_name(key, text_of(object, key)?)
}

/// An address becomes the name under which the reference's downloader stores it: the query is cut off and
/// every colon and slash becomes an underscore.
fn detector_of(object: &Map<String, Value>) -> Result<Detector, InfoError> {
    const KEY: &str = "detector";
    let name = text_of(object, KEY)?;
    if !name.starts_with("http://") && !name.starts_with("https://") {
        return Ok(Detector { file: plain_file_name(KEY, name)?, address: None });
    }
    let path = name.split_once('?').map_or(name.as_str(), |(path, _)| path);
    let file = plain_file_name(KEY, path.replace([':', '/'], "_"))?;
    Ok(Detector { file, address: Some(name) })
}

/// Refuses what could lead out of the folder on any system: separators, drive letters, `..`.
fn plain_file_name(key: &'static str, name: String) -> Result<String, InfoError> {
    let has_forbidden = name.contains(['/', '\\', ':', '\0']);
    if has_forbidden || Path::new(&name).file_name().is_none_or(|file| file != name.as_str()) {
        return Err(InfoError::FileName { key, name });
    }
    Ok(name)
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn info(key: &str, value: Value) -> Result<Info, InfoError> {
        let mut object = json!({"version": "1", "type": "always_crop", "classifier": "c.pt",
            "classifier_labels": "l.txt", "detector": "d.pt", "taxonomy": "t.txt", "geofence": "g.json"});
        object[key] = value;
        Info::parse(&object.to_string())
    }

    #[test]
    fn unknown_keys_pass() {
        assert_eq!(info("released", json!(2025)).unwrap().kind, Kind::AlwaysCrop);
        assert_eq!(info("type", json!("full_image")).unwrap().kind, Kind::FullImage);
    }

    #[test]
    fn an_address_names_a_file() {
        let detector = info("detector", json!("https://a.org/b/d.pt?x=1/2")).unwrap().detector;
        assert_eq!(detector.file, "https___a.org_b_d.pt");
        assert_eq!(detector.address.unwrap(), "https://a.org/b/d.pt?x=1/2");
    }

    #[test]
    fn refuses_and_says_what_was_expected() {
        let refused = |text: &str| Info::parse(text).unwrap_err().to_string();
        assert!(refused("").starts_with("not JSON"));
        assert_eq!(refused("[]"), "expected a JSON object, found a list");
        assert_eq!(refused("{}"), "the key `version` is missing");

        let refused = |key: &str, value: Value| info(key, value).unwrap_err().to_string();
        assert_eq!(refused("version", json!(4)), "`version` is a number, expected text");
        assert_eq!(
            refused("type", json!("crop")),
            "`type` is `crop`, expected `always_crop` or `full_image`"
        );
        for key in ["classifier", "classifier_labels", "detector", "taxonomy", "geofence"] {
            let names =
                ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\\b", "C:x", "x\0", "x/", "ftp://a.org/d.pt"];
            for name in names {
                let message = refused(key, json!(name));
                assert!(message.contains("in the model's own folder"), "{key} {name:?}: {message}");
            }
        }
        assert!(refused("detector", json!("https://a.org/..\\d.pt")).contains("own folder"));
    }
}
