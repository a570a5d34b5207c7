//! A row as any of the models writes it.

use serde::Deserialize;
use serde_json::Value;

use super::VideoFacts;

/// The parts of a row that observations are made of. Other keys are passed over; `model_outputs` keeps them.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Raw {
    pub(super) prediction: Option<String>,
    pub(super) prediction_score: Option<f64>,
    #[serde(default)]
    failures: Vec<Value>,
    error: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    detections: Option<Vec<RawBox>>,
    /// Among the sampled frames, from 0.
    pub(super) frame_number: Option<u64>,
    /// Seconds from the start.
    pub(super) frame_time: Option<f64>,
    pub(super) metadata: Option<VideoFacts>,
}

/// One box in any of the forms.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct RawBox {
    category: Option<String>,
    label: Option<String>,
    pub(super) conf: f64,
    bbox: Option<[f64; 4]>,
    xywhn: Option<[f64; 4]>,
    classifications: Option<RawRanking>,
    processed_classification: Option<Processed>,
}

#[derive(Debug, Clone, Deserialize)]
struct RawRanking {
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    scores: Vec<f64>,
}

#[derive(Debug, Clone, Deserialize)]
struct Processed {
    class: String,
    score: f64,
}

impl<'de> Deserialize<'de> for VideoFacts {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Metadata {
            fps: f64,
            duration: f64,
        }
        Metadata::deserialize(deserializer).map(|Metadata { fps, duration }| Self { fps, duration })
    }
}

/// What a detector calls a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Animal,
    Person,
    Vehicle,
}

impl Kind {
    /// The word that stands for it when no classifier has a better one.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Animal => "animal",
            Self::Person => "person",
            Self::Vehicle => "vehicle",
        }
    }
}

impl Raw {
    pub(super) fn is_error(&self) -> bool {
        !self.failures.is_empty() || self.prediction.as_deref() == Some("error")
    }

    /// Why there is no answer, for people.
    pub(super) fn reason(&self) -> String {
        let parts: Vec<_> = self.failures.iter().filter_map(Value::as_str).collect();
        let failed = || {
            let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
            format!("the model failed on it{parts}")
        };
        let error = self.error.clone().unwrap_or_else(failed);
        match &self.reason {
            Some(reason) => format!("{error}: {reason}"),
            None => error,
        }
    }

    /// Boxes, the surest first; among equals in the model's order.
    pub(super) fn boxes(&self) -> Vec<&RawBox> {
        let mut boxes: Vec<_> = self.detections.iter().flatten().collect();
        boxes.sort_by(|a, b| b.conf.total_cmp(&a.conf));
        boxes
    }
}

impl RawBox {
    pub(super) fn kind(&self) -> Kind {
        match (self.label.as_deref(), self.category.as_deref()) {
            (Some("person" | "human"), _) | (None, Some("2")) => Kind::Person,
            (Some("vehicle"), _) | (None, Some("3")) => Kind::Vehicle,
            _ => Kind::Animal,
        }
    }

    /// What the detector calls it: its own word where that says more than `animal`.
    pub(super) fn word(&self) -> &str {
        let kind = self.kind();
        let own = self.label.as_deref().filter(|label| kind == Kind::Animal && !label.starts_with("whole"));
        own.filter(|label| !label.is_empty()).unwrap_or(kind.word())
    }

    /// What a classifier says of this box alone: label and score.
    pub(super) fn own_answer(&self) -> Option<(&str, f64)> {
        if let Some(processed) = &self.processed_classification {
            return Some((&processed.class, processed.score));
        }
        let ranking = self.classifications.as_ref()?;
        Some((ranking.labels.first()?, *ranking.scores.first()?))
    }

    /// Left, top, width and height as fractions.
    pub(super) fn corner(&self) -> Option<[f64; 4]> {
        let from_centre =
            |[x, y, width, height]: [f64; 4]| [x - width / 2.0, y - height / 2.0, width, height];
        self.bbox.or_else(|| self.xywhn.map(from_centre))
    }
}
