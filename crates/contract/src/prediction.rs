//! One row of an answer. Key order is the declaration order, and it is part of the contract.

mod detections;
mod foreign;
mod frame;

use serde::Serialize;
use serde::ser::SerializeMap;

pub use detections::{DetectionRow, LabelledBox, MegaDetectorBox, MegaDetectorRow, Ranking};
pub use foreign::{ForeignRow, ForeignRowError};
pub use frame::{Frame, VideoMetadata};

/// A row: what a model says of one image or one video frame, or why it could say nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Prediction {
    /// SpeciesNet, one answer for the whole image: what Biowatch reads.
    SpeciesNet(SpeciesNet),
    /// SpeciesNet, one answer for each detection: format `20261015`.
    SpeciesNetPerAnimal(SpeciesNetPerAnimal),
    /// DeepFaune, Manas and MegaDetector, as Biowatch reads them.
    Detections(DetectionRow),
    /// MegaDetector, in the form of its own package.
    MegaDetector(MegaDetectorRow),
    /// The file could not be read or predicted.
    Error(ErrorRow),
    /// A row that another program wrote.
    Foreign(ForeignRow),
}

impl Prediction {
    /// The path as the client sent it.
    pub fn filepath(&self) -> &str {
        match self {
            Self::SpeciesNet(row) => &row.filepath,
            Self::SpeciesNetPerAnimal(row) => &row.filepath,
            Self::Detections(row) => &row.filepath,
            Self::MegaDetector(row) => &row.filepath,
            Self::Error(row) => &row.filepath,
            Self::Foreign(row) => row.filepath(),
        }
    }

    /// Whether the row records a failure: never to be counted as blank.
    pub fn is_error(&self) -> bool {
        match self {
            Self::SpeciesNet(row) => !row.failures.is_empty(),
            Self::SpeciesNetPerAnimal(row) => !row.failures.is_empty(),
            Self::Detections(_) | Self::MegaDetector(_) => false,
            Self::Error(_) => true,
            Self::Foreign(row) => row.is_error(),
        }
    }

    /// The label that was settled on: of the surest classified detection where each has its own. None for errors, and
    /// where nothing was settled on.
    pub fn settled_on(&self) -> Option<&str> {
        match self {
            Self::SpeciesNet(row) => row.prediction.as_deref(),
            Self::SpeciesNetPerAnimal(row) => {
                let detections = row.detections.iter().flatten();
                detections
                    .filter_map(|one| one.processed_classification.as_ref())
                    .map(|one| &*one.class)
                    .next()
            }
            Self::Detections(row) => Some(&row.prediction),
            Self::Foreign(row) => row.settled_on(),
            Self::MegaDetector(_) | Self::Error(_) => None,
        }
    }

    /// Which frame of a video the row is about; none for photos and errors.
    pub fn frame(&self) -> Option<&Frame> {
        match self {
            Self::SpeciesNet(row) => row.frame.as_ref(),
            Self::SpeciesNetPerAnimal(row) => row.frame.as_ref(),
            Self::Detections(row) => row.frame.as_ref(),
            Self::MegaDetector(row) => row.frame.as_ref(),
            Self::Error(_) | Self::Foreign(_) => None,
        }
    }

    /// Says which frame of a video the row is about. An error row stays as it is: it is about the whole file.
    pub fn set_frame(&mut self, frame: Frame) {
        match self {
            Self::SpeciesNet(row) => row.frame = Some(frame),
            Self::SpeciesNetPerAnimal(row) => row.frame = Some(frame),
            Self::Detections(row) => row.frame = Some(frame),
            Self::MegaDetector(row) => row.frame = Some(frame),
            Self::Error(_) | Self::Foreign(_) => {}
        }
    }
}

/// First generation (speciesnet 5.0.0 to 5.0.5). Absent parts are left out, never null.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SpeciesNet {
    /// The path as the client sent it.
    pub filepath: String,
    /// Parts that failed; empty on success.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// ISO 3166-1 alpha-3, as given to the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Two-letter state of the USA, as given to the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin1_region: Option<String>,
    /// The classifier's best five.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classifications: Option<Classifications>,
    /// Boxes, most confident first. May be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detections: Option<Vec<Detection>>,
    /// Label the ensemble settled on: `uuid;class;order;family;genus;species;common name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction: Option<String>,
    /// Score of `prediction`, 0..=1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction_score: Option<f64>,
    /// Which rule decided: `classifier`, `detector`, `classifier+rollup_to_genus`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction_source: Option<String>,
    /// `version` of the package's `info.json`.
    pub model_version: String,
    /// Which frame of a video this is about.
    #[serde(flatten)]
    pub frame: Option<Frame>,
}

/// Second generation (speciesnet 5.0.6, format `20261015`): classifications hang on the detections.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SpeciesNetPerAnimal {
    /// The path as the client sent it.
    pub filepath: String,
    /// Parts that failed; empty on success.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// ISO 3166-1 alpha-3, as given to the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Two-letter state of the USA, as given to the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin1_region: Option<String>,
    /// Boxes, most confident first, the classified ones with their answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detections: Option<Vec<ClassifiedDetection>>,
    /// `version` of the package's `info.json`.
    pub model_version: String,
    /// Which frame of a video this is about.
    #[serde(flatten)]
    pub frame: Option<Frame>,
    /// Why parts failed. Ours: the reference has no such key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A part of the pipeline that failed on an image, in the reference's spelling and order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Failure {
    /// No classification.
    Classifier,
    /// No detections.
    Detector,
    /// No place.
    Geolocation,
}

/// Best classes of one picture or crop, most probable first.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Classifications {
    /// Complete seven-part labels.
    pub classes: Vec<String>,
    /// Softmax, f32 widened to f64, 0..=1; as many as `classes`.
    pub scores: Vec<f64>,
}

/// One box.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Detection {
    /// `"1"`, `"2"`, `"3"`; `"0"` for the whole image of a full-image package.
    pub category: String,
    /// `animal`, `human`, `vehicle`; `whole_image_classification` for category `"0"`.
    pub label: String,
    /// Confidence, f32 widened to f64, 0..=1.
    pub conf: f64,
    /// `[xmin, ymin, width, height]` as fractions of the upright image, top-left corner.
    pub bbox: [f64; 4],
}

/// One box of the second generation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassifiedDetection {
    /// The box itself.
    #[serde(flatten)]
    pub detection: Detection,
    /// The classifier's best classes for this box; absent when it was not classified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_classifications: Option<Classifications>,
    /// What the ensemble made of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processed_classification: Option<ProcessedClassification>,
}

/// The ensemble's answer for one box.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProcessedClassification {
    /// Complete seven-part label.
    pub class: String,
    /// 0..=1.
    pub score: f64,
    /// Which rule decided.
    pub source: String,
}

/// The row for a file that could not be predicted: `prediction` is `error`, the score 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorRow {
    /// The path as the client sent it.
    pub filepath: String,
    /// What failed, in the reference's words.
    pub error: String,
    /// The model's version.
    pub model_version: String,
    /// Why it failed and what to do. Ours: the reference has no such key.
    pub reason: Option<String>,
}

impl Serialize for ErrorRow {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("filepath", &self.filepath)?;
        map.serialize_entry("prediction", "error")?;
        map.serialize_entry("prediction_score", &0.0)?;
        map.serialize_entry("error", &self.error)?;
        map.serialize_entry("classifications", &serde_json::Map::new())?;
        map.serialize_entry("detections", &[(); 0])?;
        map.serialize_entry("model_version", &self.model_version)?;
        if let Some(reason) = &self.reason {
            map.serialize_entry("reason", reason)?;
        }
        map.end()
    }
}
