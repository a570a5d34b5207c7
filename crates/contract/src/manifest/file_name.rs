//! Names of files inside the model's folder.

use std::fmt;

use serde_json::Value;

use super::section::Expected;

/// A file inside the folder: one or more plain names with `/` between them. It leads nowhere else on any system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

/// Bytes of a name, at most.
const MOST: usize = 255;

impl FileName {
    /// Takes `name` when it stays inside the folder.
    pub fn new(name: &str) -> Option<Self> {
        let plain = |part: &str| {
            let letter = |letter: char| letter.is_control() || "\\:*?\"<>|".contains(letter);
            !part.is_empty() && !part.ends_with('.') && !part.chars().any(letter) && part.trim() == part
        };
        (name.len() <= MOST && name.split('/').all(plain)).then(|| Self(name.to_owned()))
    }

    /// The name, parts separated by `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name ends so, in letters of any case.
    pub fn has_extension(&self, extension: &str) -> bool {
        let found = self.0.rsplit_once('.').map_or("", |(_, found)| found);
        found.eq_ignore_ascii_case(extension)
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file of weights.
pub(super) fn weights(value: &Value) -> Result<FileName, Expected> {
    let known =
        |name: &FileName| ["onnx", "pt", "pth", "safetensors"].iter().any(|end| name.has_extension(end));
    let expected = || {
        "the name of an .onnx or .pt file in the model's folder (no absolute path, no `..`, no `\\`)"
            .to_owned()
    };
    value.as_str().and_then(FileName::new).filter(known).ok_or_else(expected)
}
