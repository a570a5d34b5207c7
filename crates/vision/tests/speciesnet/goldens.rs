//! Where the reference's answers are.

use std::env;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// `$BIOWATCH_GOLDENS`, else `../shared/goldens` beside the repository.
pub(crate) fn root() -> PathBuf {
    env::var_os("BIOWATCH_GOLDENS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/goldens"), PathBuf::from)
}

/// Why there are none, if there are none.
pub(crate) fn absent() -> Option<String> {
    let root = root();
    (!root.join("speciesnet").is_dir())
        .then(|| format!("no goldens in {}: set BIOWATCH_GOLDENS", root.display()))
}

pub(crate) fn text(name: &str) -> String {
    fs_err::read_to_string(root().join(name)).unwrap()
}

pub(crate) fn json(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap()
}

/// The list at `key`, which must not have shrunk.
pub(crate) fn cases<'a>(file: &'a Value, key: &str, count: usize) -> &'a [Value] {
    let cases = file[key].as_array().unwrap();
    assert_eq!(cases.len(), count, "number of {key}");
    cases
}

/// Fails with the first outliers when there are any.
pub(crate) fn verdict(outliers: &[String], cases: usize) -> Result<(), String> {
    const SHOWN: usize = 5;
    match outliers.len() {
        0 => Ok(()),
        wrong => Err(format!("{wrong} of {cases} differ:\n{}", outliers[..wrong.min(SHOWN)].join("\n"))),
    }
}
