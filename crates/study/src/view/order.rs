//! In which order media are shown, and how a page says where the next one begins.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::digest::{Digest, Item};

/// Order of a gallery. What has no time or no confidence comes last; equals follow by file name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// The oldest first.
    #[default]
    Time,
    /// The latest first.
    TimeDown,
    /// The least sure first.
    Confidence,
    /// The surest first.
    ConfidenceDown,
    /// By file name.
    Name,
}

impl Sort {
    /// `time`, `-time`, `confidence`, `-confidence` or `name`.
    pub fn read(word: &str) -> Option<Self> {
        Some(match word {
            "time" => Self::Time,
            "-time" => Self::TimeDown,
            "confidence" => Self::Confidence,
            "-confidence" => Self::ConfidenceDown,
            "name" => Self::Name,
            _ => return None,
        })
    }
}

/// Where a medium stands in an order. Comparable with media that come and go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Key(Option<f64>, String, i64);

impl Key {
    pub(crate) fn of(sort: Sort, item: &Item) -> Self {
        Self(value(sort, item), item.name.to_string(), item.rowid)
    }

    /// As it stands in an address.
    pub(crate) fn to_cursor(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        json.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// None for what was never a cursor.
    pub(crate) fn from_cursor(cursor: &str) -> Option<Self> {
        if cursor.len() > 20_000 || !cursor.is_ascii() {
            return None;
        }
        let byte = |at: usize| u8::from_str_radix(cursor.get(at..at + 2)?, 16).ok();
        let json: Option<Vec<u8>> = (0..cursor.len()).step_by(2).map(byte).collect();
        serde_json::from_slice(&json?).ok()
    }

    fn parts(&self) -> (Option<f64>, &str, i64) {
        (self.0, &self.1, self.2)
    }
}

fn value(sort: Sort, item: &Item) -> Option<f64> {
    match sort {
        // Seconds of any year that a clock can show are whole in 53 bits.
        Sort::Time | Sort::TimeDown => item.seconds.map(|seconds| seconds as f64),
        Sort::Confidence | Sort::ConfidenceDown => item.confidence,
        Sort::Name => None,
    }
}

fn compare(sort: Sort, one: (Option<f64>, &str, i64), other: (Option<f64>, &str, i64)) -> Ordering {
    let is_down = matches!(sort, Sort::TimeDown | Sort::ConfidenceDown);
    let by_value = match (one.0, other.0) {
        (Some(one), Some(other)) if is_down => other.total_cmp(&one),
        (Some(one), Some(other)) => one.total_cmp(&other),
        (one, other) => other.is_some().cmp(&one.is_some()),
    };
    let by_name = one.1.cmp(other.1).then(one.2.cmp(&other.2));
    by_value.then(if sort == Sort::TimeDown { by_name.reverse() } else { by_name })
}

/// Puts places of media, given in the order of time, in order.
pub(crate) fn arrange(digest: &Digest, sort: Sort, list: &mut [u32]) {
    if sort == Sort::Time {
        return;
    }
    let parts = |at: u32| digest.item(at).map(|item| (value(sort, item), &*item.name, item.rowid));
    list.sort_unstable_by(|one, other| match (parts(*one), parts(*other)) {
        (Some(one), Some(other)) => compare(sort, one, other),
        _ => Ordering::Equal,
    });
}

/// How many of an ordered list come up to `key`, inclusive.
pub(crate) fn after(digest: &Digest, sort: Sort, list: &[u32], key: &Key) -> usize {
    list.partition_point(|at| {
        digest.item(*at).is_some_and(|item| {
            compare(sort, (value(sort, item), &item.name, item.rowid), key.parts()) != Ordering::Greater
        })
    })
}
