//! `counts.csv`: how many of what in a sequence.

use std::collections::BTreeMap;

use super::super::instant::Clock;
use super::super::kind::Kind;
use super::super::sequences::Sequence;
use super::super::sheet::{Sheet, State};
use super::cell::text;
use super::{Table, name};
use crate::export::ExportError;

/// A sequence while its files go by.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) sequence: Sequence,
    deployment: Option<String>,
    /// Largest number in one file, common name, whether a person said so.
    seen: BTreeMap<(Kind, String), (i64, String, bool)>,
    unclear: bool,
    reviewed: bool,
}

impl Counts {
    pub(super) fn new(sequence: Sequence, deployment: Option<String>) -> Self {
        Self { sequence, deployment, seen: BTreeMap::new(), unclear: false, reviewed: false }
    }

    /// Adds what one file shows.
    pub(super) fn add(&mut self, sheet: &Sheet) {
        self.unclear |= matches!(sheet.state, State::Failed(_) | State::Waiting);
        self.reviewed |= sheet.reviewed;
        let mut numbers: BTreeMap<_, i64> = BTreeMap::new();
        for (kind, row) in sheet.seen() {
            let key = (*kind, name(*kind, row));
            *numbers.entry(key.clone()).or_default() += row.count.unwrap_or(1).clamp(1, 100_000);
            let (_, common, human) = self.seen.entry(key).or_default();
            *human |= row.is_human();
            if common.is_empty() {
                *common = row.common_name.clone().unwrap_or_default();
            }
        }
        for (key, number) in numbers {
            if let Some((most, ..)) = self.seen.get_mut(&key) {
                *most = number.max(*most);
            }
        }
    }

    /// A row for each kind and species. With none: `blank` if all files were looked at, else `unclassified`.
    pub(super) fn write(mut self, table: &mut Table) -> Result<(), ExportError> {
        let mut seen = std::mem::take(&mut self.seen);
        if seen.is_empty() {
            let kind = if self.unclear { Kind::Unclassified } else { Kind::Blank };
            seen.insert((kind, kind.word().to_owned()), (0, String::new(), self.reviewed));
        }
        let time = |stored: &str| Clock::read(stored).map(Clock::iso).unwrap_or_default();
        for ((kind, name), (most, common, human)) in seen {
            table.write_record([
                text(&self.sequence.id),
                text(self.deployment.as_deref().unwrap_or_default()),
                time(&self.sequence.start),
                time(&self.sequence.end),
                self.sequence.files.to_string(),
                kind.word().to_owned(),
                text(&name),
                text(&common),
                most.to_string(),
                human.to_string(),
            ])?;
        }
        Ok(())
    }
}
