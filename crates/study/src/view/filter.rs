//! Which media are meant.

mod matching;

use jiff::civil::{Date, DateTime};
use thiserror::Error;

pub(crate) use matching::{Matching, shown};

/// What a medium must be to be shown. Nothing asked for: all are. Values of one list are alternatives; all else must hold
/// together, and what is asked of observations must hold for one and the same observation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Names as stored (`vulpes vulpes`), genera (`vulpes`), or the beginning of a lineage (`mammalia;carnivora`).
    pub species: Vec<String>,
    /// Ids.
    pub deployments: Vec<String>,
    /// Earliest time by the camera's clock, inclusive.
    pub from: Option<DateTime>,
    /// Latest time by the camera's clock, inclusive.
    pub to: Option<DateTime>,
    /// First hour of the day by the camera's clock, 0 to 24.
    pub hour_from: Option<u8>,
    /// Hour of the day before which it must be, 0 to 24; below `hour_from` the night is meant.
    pub hour_to: Option<u8>,
    /// Least confidence of the box, or else of the name, 0 to 1.
    pub min_confidence: Option<f64>,
    /// Highest confidence, 0 to 1.
    pub max_confidence: Option<f64>,
    /// What is to be on it.
    pub kinds: Vec<ShownKind>,
    /// Who said so.
    pub method: Option<Method>,
    /// Whether a person looked at it.
    pub reviewed: Option<bool>,
    /// Whether it was marked.
    pub favourite: Option<bool>,
    /// Whether it is a video.
    pub video: Option<bool>,
    /// Part of the file's name, in any case.
    pub search: Option<String>,
}

/// What is on a medium, or why nothing is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownKind {
    /// An animal.
    Animal,
    /// A person.
    Human,
    /// A vehicle.
    Vehicle,
    /// Nothing, as a model or a person says.
    Blank,
    /// Something that could not be told.
    Unknown,
    /// Nobody has looked yet.
    Unprocessed,
    /// It could not be predicted.
    Failed,
}

/// Who says what is on a medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// A model.
    Machine,
    /// A person.
    Human,
}

/// A word that a filter does not understand.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{key}={value}`: {wanted}")]
pub struct FilterError {
    /// What was to be set.
    pub key: String,
    /// To what.
    pub value: String,
    /// What may stand there.
    pub wanted: &'static str,
}

/// Most values of one list.
const MOST_VALUES: usize = 1_000;

impl Filter {
    /// Sets what a pair of a query string says: `species`, `deployment` and `kind` may come again, `from` and `to` are dates
    /// or times. False for keys that are not a filter's; an empty value asks for nothing.
    pub fn set(&mut self, key: &str, value: &str) -> Result<bool, FilterError> {
        let wrong = |wanted| FilterError { key: key.to_owned(), value: value.to_owned(), wanted };
        let yes = || match value {
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            _ => Err(wrong("it must be `true` or `false`")),
        };
        let hour = || {
            let hour = value.parse().ok().filter(|hour| *hour <= 24);
            hour.map(Some).ok_or_else(|| wrong("it must be an hour from 0 to 24"))
        };
        let share = || {
            let share = value.parse().ok().filter(|share| (0.0..=1.0).contains(share));
            share.map(Some).ok_or_else(|| wrong("it must be a number from 0 to 1"))
        };
        let known = [
            "species",
            "deployment",
            "from",
            "to",
            "hourFrom",
            "hourTo",
            "minConfidence",
            "maxConfidence",
            "kind",
            "method",
            "reviewed",
            "favourite",
            "video",
            "search",
        ];
        if value.is_empty() {
            return Ok(known.contains(&key));
        }
        let lists = self.species.len().max(self.deployments.len()).max(self.kinds.len());
        if lists >= MOST_VALUES {
            return Err(wrong("there are too many of them"));
        }
        match key {
            "species" => self.species.push(value.trim().to_lowercase()),
            "deployment" => self.deployments.push(value.to_owned()),
            "from" => self.from = Some(moment(value, false).ok_or_else(|| wrong(A_DATE))?),
            "to" => self.to = Some(moment(value, true).ok_or_else(|| wrong(A_DATE))?),
            "hourFrom" => self.hour_from = hour()?,
            "hourTo" => self.hour_to = hour()?,
            "minConfidence" => self.min_confidence = share()?,
            "maxConfidence" => self.max_confidence = share()?,
            "kind" => self.kinds.push(ShownKind::read(value).ok_or_else(|| wrong(A_KIND))?),
            "method" => {
                self.method = Some(match value {
                    "human" => Method::Human,
                    "machine" => Method::Machine,
                    _ => return Err(wrong("it must be `human` or `machine`")),
                });
            }
            "reviewed" => self.reviewed = yes()?,
            "favourite" => self.favourite = yes()?,
            "video" => self.video = yes()?,
            "search" => self.search = Some(value.to_lowercase()),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

const A_DATE: &str = "it must be a date as `2026-05-01` or a time as `2026-05-01T06:00:00`";
const A_KIND: &str = "it must be `animal`, `human`, `vehicle`, `blank`, `unknown`, `unprocessed` or `failed`";

/// A day alone means its first second, or its last.
fn moment(text: &str, is_end: bool) -> Option<DateTime> {
    if text.len() > 10 {
        return text.parse().ok();
    }
    let date: Date = text.parse().ok()?;
    Some(if is_end { date.at(23, 59, 59, 0) } else { date.at(0, 0, 0, 0) })
}

impl ShownKind {
    fn read(word: &str) -> Option<Self> {
        Some(match word {
            "animal" => Self::Animal,
            "human" => Self::Human,
            "vehicle" => Self::Vehicle,
            "blank" => Self::Blank,
            "unknown" => Self::Unknown,
            "unprocessed" => Self::Unprocessed,
            "failed" => Self::Failed,
            _ => return None,
        })
    }
}
