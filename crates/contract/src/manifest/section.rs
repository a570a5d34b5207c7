//! One object of the manifest, read key by key.

use serde_json::{Map, Value};

use super::problem::Problems;
use super::values::{self, describe};

/// Why a value is not taken: what was expected instead.
pub(super) type Expected = String;

/// An object with a name.
pub(super) struct Section<'v> {
    path: &'static str,
    values: &'v Map<String, Value>,
}

impl<'v> Section<'v> {
    /// Takes `value` as an object with some of the keys in `known`; every other key is a problem.
    pub(super) fn open(
        value: &'v Value,
        path: &'static str,
        known: &[&str],
        problems: &mut Problems,
    ) -> Option<Self> {
        let Some(values) = value.as_object() else {
            problems.add(path, format!("expected an object `{{ … }}`, found {}", describe(value)));
            return None;
        };
        let section = Self { path, values };
        for key in values.keys().filter(|key| !known.contains(&key.as_str())) {
            let meant = values::closest(key, known.iter().copied());
            let advice = match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("known keys: {}", known.join(", ")),
            };
            problems.add(section.path_of(&values::shortened(key)), format!("there is no such key; {advice}"));
        }
        Some(section)
    }

    pub(super) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    pub(super) fn value(&self, key: &str) -> Option<&'v Value> {
        self.values.get(key)
    }

    /// The value of `key`; `None` where it is absent, and where it is wrong, which is a problem.
    pub(super) fn get<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Value) -> Result<T, Expected>,
        problems: &mut Problems,
    ) -> Option<T> {
        let value = self.values.get(key)?;
        let wrong = |expected| {
            problems.add(self.path_of(key), format!("expected {expected}, found {}", describe(value)));
        };
        read(value).map_err(wrong).ok()
    }

    /// As [`Self::get`], and absence is a problem, too.
    pub(super) fn need<T>(
        &self,
        key: &str,
        read: impl Fn(&Value) -> Result<T, Expected>,
        problems: &mut Problems,
    ) -> Option<T> {
        if !self.has(key) {
            let expected = read(&Value::Null).err().unwrap_or_default();
            problems.add(self.path_of(key), format!("this key is missing; expected {expected}"));
        }
        self.get(key, read, problems)
    }
}
