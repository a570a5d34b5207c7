//! A line of `observations.csv`.

use super::super::instant::Clock;
use super::super::kind::Kind;
use super::super::raw::inside;
use super::super::records::Observation;
use super::super::sequences::Sequence;
use super::super::sheet::Sheet;
use super::{columns, scientific_name};

/// An observation about to be written: of a file, or of a whole sequence.
pub(super) struct Row<'a> {
    pub(super) kind: Kind,
    pub(super) row: &'a Observation,
    pub(super) comment: &'a str,
    pub(super) sheet: Option<&'a Sheet>,
    pub(super) sequence: &'a Sequence,
    pub(super) deployment: Option<&'a str>,
}

impl Row<'_> {
    /// A cell for each column.
    pub(super) fn values(&self) -> Vec<String> {
        columns::OBSERVATIONS.iter().map(|column| self.value(column.name)).collect()
    }

    fn value(&self, column: &str) -> String {
        let row = self.row;
        let time = |stored: &str| Clock::read(stored).map(Clock::with_offset).unwrap_or_default();
        let side = |index: usize| {
            let sides = row.bbox.filter(|_| self.kind != Kind::Blank).map(inside);
            sides.and_then(|sides| sides.get(index).map(f64::to_string)).unwrap_or_default()
        };
        let medium = self.sheet.map(|sheet| &sheet.medium);
        match column {
            "observationID" => row.id.clone(),
            "deploymentID" => {
                let own = medium.and_then(|medium| medium.deployment_id.as_deref());
                own.or(self.deployment).unwrap_or_default().to_owned()
            }
            "mediaID" => medium.map(|medium| medium.id.clone()).unwrap_or_default(),
            "eventID" => self.sequence.id.clone(),
            "eventStart" => time(&self.sequence.start),
            "eventEnd" => time(&self.sequence.end),
            "observationLevel" => if self.sheet.is_some() { "media" } else { "event" }.to_owned(),
            "observationType" => self.kind.word().to_owned(),
            "scientificName" => scientific_name(self.kind, row).unwrap_or_default(),
            "count" => {
                let count = row.count.filter(|count| *count >= 1 && self.kind.is_something());
                count.map(|count| count.to_string()).unwrap_or_default()
            }
            "lifeStage" => columns::one_of(&row.life_stage, &["adult", "subadult", "juvenile"]),
            "sex" => columns::one_of(&row.sex, &["female", "male"]),
            "behavior" => behaviour(row.behaviour.as_deref().unwrap_or_default()),
            "bboxX" => side(0),
            "bboxY" => side(1),
            "bboxWidth" => side(2),
            "bboxHeight" => side(3),
            "classificationMethod" => columns::one_of(&row.method, &["human", "machine"]),
            "classifiedBy" => row.classified_by.clone().unwrap_or_default(),
            "classificationTimestamp" => row.classified_at.as_deref().map(time).unwrap_or_default(),
            "classificationProbability" => {
                let probability = row.probability.filter(|_| !row.is_human());
                probability.map(|probability| probability.clamp(0.0, 1.0).to_string()).unwrap_or_default()
            }
            "observationComments" => self.comment.to_owned(),
            _ => String::new(),
        }
    }
}

/// Words joined by `|`, of a JSON list or of such words.
fn behaviour(stored: &str) -> String {
    match serde_json::from_str::<Vec<String>>(stored) {
        Ok(words) => words.join("|"),
        Err(_) => stored.to_owned(),
    }
}
