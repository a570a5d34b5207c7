//! `rules`: what rows say.

use serde_json::Value;

use super::problem::Problems;
use super::section::Section;
use super::values;

/// Keys of `rules`.
pub(super) const KEYS: &[&str] = &["blank", "person", "threshold"];

/// What rows say.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// `prediction` of a picture with nothing in it.
    pub blank: String,
    /// `prediction` of a picture in which a person decides, where there is no classifier.
    pub person: String,
    /// Least confidence of the box that decides where no classifier does, 0..=1; by default the detector's.
    pub threshold: Option<f64>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { blank: "blank".to_owned(), person: "person".to_owned(), threshold: None }
    }
}

impl Rules {
    pub(super) fn read(value: &Value, problems: &mut Problems) -> Option<Self> {
        let section = Section::open(value, "rules", KEYS, problems)?;
        let rules = Self::default();
        Some(Self {
            blank: section.get("blank", values::text(200), problems).unwrap_or(rules.blank),
            person: section.get("person", values::text(200), problems).unwrap_or(rules.person),
            threshold: section.get("threshold", values::number(0.0..=1.0), problems),
        })
    }
}
