//! A key that opens a server or a keeper to those who may stop it.

use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// A key. `Debug` masks it; it is written only into files that its owner alone may read, and into the environment of
/// a server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// A key as somebody gave it. An empty one matches nothing.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// 128 bits of the system's randomness, in hexadecimal.
    pub fn random() -> std::io::Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// Whether `candidate` is the key, in a time that tells nothing but a difference in length.
    pub fn matches(&self, candidate: &str) -> bool {
        !self.0.is_empty() && bool::from(self.0.as_bytes().ct_eq(candidate.as_bytes()))
    }

    /// The key itself, to be handed on.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("<key>")
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn matches_itself_alone_and_is_never_shown() {
        let key = Key::random().unwrap();
        assert_eq!(key.reveal().len(), 32);
        assert!(key.matches(key.reveal()));
        assert_ne!(key, Key::random().unwrap());
        assert!(!key.matches("") && !Key::new("").matches("") && !key.matches("0"));
        assert_eq!(format!("{key:?}"), "<key>");
    }
}
