//! A key that does not show itself.

use std::fmt;

use subtle::ConstantTimeEq;

/// A key as given by the person who started the server. `Debug` and `Display` mask it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes the key as it is. An empty key matches nothing, so it opens no door.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key itself, to be handed to a process that serves with it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether `candidate` is the key. Takes the same time wherever the two differ; only a difference in
    /// length can be told from outside.
    pub fn matches(&self, candidate: &[u8]) -> bool {
        !self.0.is_empty() && bool::from(self.0.as_bytes().ct_eq(candidate))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("<secret>")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("<secret>")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn matches_itself_and_nothing_else() {
        let key = Secret::new("open sesame");
        assert!(key.matches(b"open sesame"));
        for other in [&b""[..], b"open sesam", b"open sesame ", b"OPEN SESAME"] {
            assert!(!key.matches(other), "{other:?}");
        }
        assert!(!Secret::new("").matches(b""));
    }

    #[test]
    fn never_shows_itself() {
        let key = Secret::new("open sesame");
        assert_eq!(format!("{key} {key:?} {:?}", Some(&key)), "<secret> <secret> Some(<secret>)");
    }
}
