//! What was seen in a whole sequence.

use std::collections::BTreeMap;

use super::super::kind::Kind;
use super::super::records::Observation;
use super::super::sequences::Sequence;
use super::super::sheet::{Sheet, State};
use super::scientific_name;

/// A sequence while its files go by. It grows with the number of species, not of files.
#[derive(Debug)]
pub(in crate::export) struct Event {
    pub(in crate::export) deployment: String,
    pub(in crate::export) sequence: Sequence,
    seen: BTreeMap<(Kind, Option<String>), Seen>,
    blank: Option<Observation>,
    unclassified: bool,
}

#[derive(Debug)]
struct Seen {
    /// Largest number in one file.
    most: i64,
    methods: BTreeMap<String, ()>,
    human: bool,
    at: Option<String>,
    probability: Option<f64>,
    name: Option<String>,
    common_name: Option<String>,
}

impl Event {
    pub(in crate::export) fn new(deployment: String, sequence: Sequence) -> Self {
        Self { deployment, sequence, seen: BTreeMap::new(), blank: None, unclassified: false }
    }

    /// Adds what one file of the sequence shows.
    pub(in crate::export) fn add(&mut self, sheet: &Sheet) {
        match &sheet.state {
            State::Seen(rows) => self.add_rows(rows),
            State::Blank(row) => {
                if self.blank.as_ref().is_none_or(|known| !known.is_human() && row.is_human()) {
                    self.blank = Some((**row).clone());
                }
            }
            State::Failed(_) | State::Waiting => self.unclassified = true,
        }
    }

    fn add_rows(&mut self, rows: &[(Kind, Observation)]) {
        let mut numbers = BTreeMap::new();
        for (kind, row) in rows {
            if *kind == Kind::Unclassified {
                self.unclassified = true;
                continue;
            }
            let key = (*kind, scientific_name(*kind, row));
            *numbers.entry(key.clone()).or_insert(0) += row.count.unwrap_or(1).clamp(1, 100_000);
            let seen = self.seen.entry(key).or_insert_with(|| Seen::new(row));
            seen.add(row);
        }
        for (key, number) in numbers {
            if let Some(seen) = self.seen.get_mut(&key) {
                seen.most = seen.most.max(number);
            }
        }
    }

    /// A row for each kind and species; blank only if every file is.
    pub(in crate::export) fn rows(&self) -> Vec<(Kind, Observation)> {
        let mut rows: Vec<_> = self.seen.iter().map(|((kind, _), seen)| (*kind, seen.row())).collect();
        if rows.is_empty() {
            rows.push(match &self.blank {
                Some(blank) if !self.unclassified => (Kind::Blank, blank.clone()),
                _ => (Kind::Unclassified, Observation::default()),
            });
        }
        for (number, (_, row)) in rows.iter_mut().enumerate() {
            row.id = format!("{}:{}", self.sequence.id, number + 1);
        }
        rows
    }
}

impl Seen {
    fn new(row: &Observation) -> Self {
        Self {
            most: 0,
            methods: BTreeMap::new(),
            human: false,
            at: None,
            probability: None,
            name: row.scientific_name.clone(),
            common_name: row.common_name.clone(),
        }
    }

    /// As soon as one person has said it, it is people's word.
    fn add(&mut self, row: &Observation) {
        if row.is_human() && !self.human {
            *self = Self { human: true, most: self.most, ..Self::new(row) };
        }
        if row.is_human() != self.human {
            return;
        }
        // A handful of names; more would only be noise.
        if let Some(name) = row.classified_by.as_ref().filter(|_| self.methods.len() < 8) {
            self.methods.insert(name.clone(), ());
        }
        self.at = self.at.take().max(row.classified_at.clone());
        let best = [self.probability, row.probability].into_iter().flatten().reduce(f64::max);
        self.probability = best.filter(|_| !self.human);
    }

    fn row(&self) -> Observation {
        let by: Vec<_> = self.methods.keys().map(String::as_str).collect();
        Observation {
            scientific_name: self.name.clone(),
            common_name: self.common_name.clone(),
            count: Some(self.most),
            probability: self.probability,
            method: Some(if self.human { "human" } else { "machine" }.to_owned()),
            classified_by: Some(by.join(" | ")).filter(|by| !by.is_empty()),
            classified_at: self.at.clone(),
            ..Observation::default()
        }
    }
}
