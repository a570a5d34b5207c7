//! Rows of the models that are built on an ultralytics detector: DeepFaune, Manas, MegaDetector.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::Frame;

/// The answer for one image or frame, as Biowatch's servers of these models send it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DetectionRow {
    /// The path as the client sent it.
    pub filepath: String,
    /// The classifier's best five for the box that decided; `{}` when nothing was classified.
    #[serde(serialize_with = "ranking_or_empty")]
    pub classifications: Option<Ranking>,
    /// Boxes, most confident first. May be empty.
    pub detections: Vec<LabelledBox>,
    /// The label that was settled on; `blank` or the model's own word for it without boxes.
    pub prediction: String,
    /// Score of `prediction`, 0..=1. Absent for blanks: clients refuse null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction_score: Option<f64>,
    /// The model's version.
    pub model_version: String,
    /// Which frame of a video this is about.
    #[serde(flatten)]
    pub frame: Option<Frame>,
    /// The bird classifier's order of its classes. Ours: absent unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bird_classifications: Option<Ranking>,
    /// Options in force that make this row differ from the reference's, by name. Ours: absent when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// How many of the least confident boxes were left out so that the row fits into a line. Ours: absent when all
    /// are there.
    #[serde(skip_serializing_if = "is_zero")]
    pub detections_left_out: usize,
}

/// Best labels, most probable first.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Ranking {
    /// The model's names.
    pub labels: Vec<String>,
    /// Softmax, f32 widened to f64, 0..=1; as many as `labels`.
    pub scores: Vec<f64>,
}

/// One box.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelledBox {
    /// The detector's class, from 0.
    pub class: usize,
    /// The detector's name for it: `animal`, `person`, `vehicle`.
    pub label: String,
    /// Confidence, f32 widened to f64, 0..=1.
    pub conf: f64,
    /// Left, top, right, bottom in pixels of the upright image.
    pub xyxy: [f64; 4],
    /// Centre x and y, width and height as fractions of the upright image.
    pub xywhn: [f64; 4],
    /// The classifier's best five for this box. Ours: absent unless every animal is classified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classifications: Option<Ranking>,
}

/// The answer in the form of the MegaDetector package's results.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MegaDetectorRow {
    /// The path as the client sent it.
    pub filepath: String,
    /// Boxes, the least confident first.
    pub detections: Vec<MegaDetectorBox>,
    /// The model's version.
    pub model_version: String,
    /// Which frame of a video this is about.
    #[serde(flatten)]
    pub frame: Option<Frame>,
    /// As in [`DetectionRow::options`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// As in [`DetectionRow::detections_left_out`].
    #[serde(skip_serializing_if = "is_zero")]
    pub detections_left_out: usize,
}

/// One box of the MegaDetector package.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MegaDetectorBox {
    /// `"1"` animal, `"2"` person, `"3"` vehicle.
    pub category: String,
    /// Confidence to three decimals, 0..=1.
    pub conf: f64,
    /// Left, top, width and height as fractions of the image, to four decimals.
    pub bbox: [f64; 4],
}

fn ranking_or_empty<S: Serializer>(ranking: &Option<Ranking>, serializer: S) -> Result<S::Ok, S::Error> {
    match ranking {
        Some(ranking) => ranking.serialize(serializer),
        None => serializer.serialize_map(Some(0))?.end(),
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}
