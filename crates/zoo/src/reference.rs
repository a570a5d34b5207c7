//! How a model is named: `speciesnet`, `speciesnet:4.0.2a`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Names that Windows keeps for devices, whatever their ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Why a text names no model.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// The part before the colon.
    #[error(
        "`{0}` is not a model's short name: lower-case letters, digits, `-`, `_` and `.`, at most 64, beginning with a letter or digit"
    )]
    Id(String),
    /// The part behind it.
    #[error("`{0}` is not a version: letters, digits, `.`, `-`, `_` and `+`, at most 64")]
    Version(String),
}

/// A model and one of its versions. Both are plain names of folders on every system.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModelName {
    /// Short name, such as `speciesnet`.
    pub id: String,
    /// Version, such as `4.0.2a`.
    pub version: String,
}

impl ModelName {
    /// Takes the two when both can be names of folders.
    pub fn new(id: impl Into<String>, version: impl Into<String>) -> Result<Self, NameError> {
        let (id, version) = (id.into(), version.into());
        if !is_id(&id) {
            return Err(NameError::Id(id));
        }
        if !is_version(&version) {
            return Err(NameError::Version(version));
        }
        Ok(Self { id, version })
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.id, self.version)
    }
}

/// What people type: a model, and perhaps one of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Short name.
    pub id: String,
    /// Version; none means the newest.
    pub version: Option<String>,
}

impl FromStr for Reference {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (id, version) = match text.split_once(':') {
            Some((id, version)) => (id, Some(version)),
            None => (text, None),
        };
        if !is_id(id) {
            return Err(NameError::Id(id.to_owned()));
        }
        match version {
            Some(version) if !is_version(version) => Err(NameError::Version(version.to_owned())),
            _ => Ok(Self { id: id.to_owned(), version: version.map(str::to_owned) }),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        self.version.iter().try_for_each(|version| write!(f, ":{version}"))
    }
}

fn is_id(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.bytes().next().is_some_and(letter)
        && text.bytes().all(|byte| letter(byte) || b"-_.".contains(&byte))
        && is_folder(text)
}

fn is_version(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte)) && is_folder(text)
}

/// Whether a plain ASCII name is a folder of its own on every system.
fn is_folder(text: &str) -> bool {
    let stem = text.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let device = DEVICES.iter().any(|device| {
        let rest = stem.strip_prefix(device);
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit())
        })
    });
    (1..=64).contains(&text.len()) && !text.starts_with('.') && !text.ends_with('.') && !device
}

/// The order of version numbers: splits `4.0.10a` into numbers and letters, so that 10 comes after 9.
pub fn version_key(version: &str) -> Vec<(u64, String)> {
    version
        .split(['.', '-', '+'])
        .map(|part| {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            (number.parse().unwrap_or(0), rest.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_comes_after_nine() {
        let mut versions = ["4.0.10a", "4.0.9", "4.0.10", "1.32.0", "1.4"];
        versions.sort_by_cached_key(|version| version_key(version));
        assert_eq!(versions, ["1.4", "1.32.0", "4.0.9", "4.0.10", "4.0.10a"]);
    }

    #[test]
    fn names_are_folders_on_every_system() {
        for good in ["speciesnet", "speciesnet:4.0.2a", "md-5:v5a.0+1", "console:1", "a:com12"] {
            assert_eq!(good.parse::<Reference>().unwrap().to_string(), good);
        }
        for bad in [
            "", "Species", "../x", "a/b", "a:", "a:..", "a:.1", "a:1.", "a:1/2", "con", "a:aux.1", "lpt1",
            "-a", "a b", "a:ü",
        ] {
            assert!(bad.parse::<Reference>().is_err(), "{bad}");
        }
        assert!(ModelName::new("a", "").is_err() && ModelName::new("a".repeat(65), "1").is_err());
    }
}
