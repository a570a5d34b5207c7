//! Where the reference's answers are, and how close ours must be.

use std::env;
use std::path::{Path, PathBuf};

/// How far boxes, confidences and scores may be from the reference's.
const TOLERANCE: f64 = 2e-3;

/// `$BIOWATCH_GOLDENS`, else `../shared/goldens` beside the repository.
pub(crate) fn root() -> PathBuf {
    let root = env::var_os("BIOWATCH_GOLDENS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/goldens"), PathBuf::from);
    root.canonicalize().unwrap_or(root)
}

/// Why there are none, if there are none.
pub(crate) fn absent() -> Option<String> {
    let root = root();
    (!root.join("speciesnet").is_dir())
        .then(|| format!("no goldens in {}: set BIOWATCH_GOLDENS", root.display()))
}

/// The miniature SpeciesNet package.
pub(crate) fn model() -> String {
    root().join("speciesnet/model").to_str().unwrap().to_owned()
}

/// A photo, by its name in `images`.
pub(crate) fn photo(name: &str) -> PathBuf {
    root().join("images").join(name)
}

/// The rows of a recorded run, without the envelope of the wire.
pub(crate) fn expected(run: &str) -> Vec<String> {
    let text = fs_err::read_to_string(root().join("speciesnet/expected").join(run)).unwrap();
    let unwrap = |line: &str| {
        let row = line.strip_prefix(r#"{"output": {"predictions": ["#).unwrap();
        row.strip_suffix("]}}").unwrap().to_owned()
    };
    text.lines().map(unwrap).collect()
}

/// Fails unless the rows are the same text, key order included, but for numbers, which may differ a little.
pub(crate) fn assert_same(found: &str, expected: &str) {
    let ((found_text, found_numbers), (text, numbers)) = (split(found), split(expected));
    assert_eq!(found_text, text);
    for (found, expected) in found_numbers.iter().zip(&numbers) {
        assert!((found - expected).abs() <= TOLERANCE, "{found} is not {expected} in\n{text}");
    }
}

/// The row with `#` for each number outside of strings, and the numbers.
fn split(row: &str) -> (String, Vec<f64>) {
    let (mut text, mut numbers) = (String::new(), Vec::new());
    let (mut in_string, mut escaped) = (false, false);
    let mut number = String::new();
    for c in row.chars() {
        if !in_string && (c.is_ascii_digit() || "+-.e".contains(c) && !number.is_empty() || c == '-') {
            number.push(c);
            continue;
        }
        if !number.is_empty() {
            numbers.push(number.parse().unwrap());
            number.clear();
            text.push('#');
        }
        in_string ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        text.push(c);
    }
    (text, numbers)
}
