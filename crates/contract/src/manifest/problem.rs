//! What is wrong with a manifest.

use std::fmt;

/// Problems that are told; after so many the rest is noise.
const MOST: usize = 50;

/// One thing that is wrong, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The path of the key, as in `detector.size`; empty where it is about the whole file.
    pub key: String,
    /// What is wrong with it, and what is expected.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() { f.write_str(&self.text) } else { write!(f, "`{}`: {}", self.key, self.text) }
    }
}

/// All that is wrong with one manifest; at most 50 things.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, key: impl Into<String>, text: String) {
        if self.0.len() < MOST {
            self.0.push(Problem { key: key.into(), text });
        }
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them, in the order of the keys that are known.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let between = if index == 0 { "" } else { "; " };
            write!(f, "{between}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
