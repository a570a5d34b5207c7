//! How a person's word stands in a row.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::instant::iso_now;
use crate::sql::edits::Row;
use crate::sql::{self, Reading, SqlError};

/// Somebody, saying something now.
#[derive(Debug)]
pub(crate) struct Person<'a> {
    by: &'a str,
    at: String,
}

impl<'a> Person<'a> {
    pub(crate) fn now(by: &'a str) -> Self {
        Self { by, at: iso_now() }
    }

    /// The row is this person's word. A machine's probability says nothing of it any more.
    pub(crate) fn sign(&self, row: &mut Row) {
        row.set("classificationMethod", "human".into());
        row.set("classifiedBy", self.by.into());
        row.set("classificationTimestamp", self.at.clone().into());
        row.set("classificationProbability", Value::Null);
    }

    /// The same, where it is not a person's word yet.
    pub(crate) fn confirm(&self, row: &mut Row) {
        if row.text("classificationMethod") == Some("human") {
            return;
        }
        if row.text("scientificName").is_none_or(|name| name.trim().is_empty())
            && row.text("observationType").is_none_or(|kind| kind.trim().is_empty())
        {
            row.set("observationType", "blank".into());
        }
        self.sign(row);
    }

    /// The row is of that species. A common name is kept while the scientific name stays.
    pub(crate) fn name(&self, row: &mut Row, scientific: &str, common: Option<&str>) {
        let stays = row.text("scientificName") == Some(scientific);
        if common.is_some() || !stays {
            row.set("commonName", common.into());
        }
        if row.0.get("count").is_some_and(|count| count.as_i64() == Some(0)) {
            row.set("count", 1.into());
        }
        row.set("scientificName", scientific.into());
        row.set("observationType", type_of(scientific).into());
        self.sign(row);
    }

    /// The row says that nothing is there.
    pub(crate) fn blank(&self, row: &mut Row) {
        let empty = [
            "scientificName",
            "commonName",
            "lifeStage",
            "age",
            "sex",
            "behavior",
            "bboxX",
            "bboxY",
            "bboxWidth",
            "bboxHeight",
            "detectionConfidence",
        ];
        for column in empty {
            row.set(column, Value::Null);
        }
        row.set("observationType", "blank".into());
        row.set("count", 0.into());
        self.sign(row);
    }

    /// A new row of a medium, in the event of its other rows.
    pub(crate) fn fresh(&self, reading: Reading<'_>, media: &str, others: &[Row]) -> Result<Row, SqlError> {
        let taken = sql::media::taken(reading, media)?.unwrap_or_default();
        let event = others.iter().find_map(|row| row.text("eventID")).map(str::to_owned);
        let mut row = Row::default();
        row.set("observationID", Uuid::new_v4().to_string().into());
        row.set("mediaID", media.into());
        row.set("deploymentID", json!(taken.deployment));
        row.set("eventID", event.unwrap_or_else(|| Uuid::new_v4().to_string()).into());
        row.set("eventStart", json!(taken.timestamp));
        row.set("eventEnd", json!(taken.timestamp));
        row.set("count", 1.into());
        self.sign(&mut row);
        Ok(row)
    }
}

/// The observation type that Biowatch's export understands; animals have none.
fn type_of(scientific: &str) -> Option<&'static str> {
    match scientific {
        "homo sapiens" => Some("human"),
        "vehicle" => Some("vehicle"),
        _ => None,
    }
}
