//! The columns of the three tables of Camtrap DP 1.0.2, in their order, and what may stand in them.

/// A column.
#[derive(Debug, Clone, Copy)]
pub(in crate::export) struct Column {
    pub(in crate::export) name: &'static str,
    pub(in crate::export) holds: Holds,
    pub(in crate::export) required: bool,
}

/// What may stand in a column.
#[derive(Debug, Clone, Copy)]
pub(in crate::export) enum Holds {
    Text,
    /// `true` or `false`.
    Truth,
    /// A number from … to …, both included.
    Number(f64, f64),
    /// A whole number from … to ….
    Whole(f64, f64),
    /// `2026-05-01T06:00:00+02:00`.
    Time,
    /// A path inside the package, or an address.
    Path,
    /// JSON.
    Json,
    /// One of these words.
    Word(&'static [&'static str]),
}

use Holds::{Json, Number, Path, Text, Time, Truth, Whole, Word};

const ANY: f64 = f64::INFINITY;

const fn must(name: &'static str, holds: Holds) -> Column {
    Column { name, holds, required: true }
}

const fn may(name: &'static str, holds: Holds) -> Column {
    Column { name, holds, required: false }
}

const FEATURES: &[&str] = &[
    "roadPaved",
    "roadDirt",
    "trailHiking",
    "trailGame",
    "roadUnderpass",
    "roadOverpass",
    "roadBridge",
    "culvert",
    "burrow",
    "nestSite",
    "carcass",
    "waterSource",
    "fruitingTree",
];

/// `deployments.csv`.
pub(in crate::export) const DEPLOYMENTS: [Column; 24] = [
    must("deploymentID", Text),
    may("locationID", Text),
    may("locationName", Text),
    must("latitude", Number(-90.0, 90.0)),
    must("longitude", Number(-180.0, 180.0)),
    may("coordinateUncertainty", Whole(1.0, ANY)),
    must("deploymentStart", Time),
    must("deploymentEnd", Time),
    may("setupBy", Text),
    may("cameraID", Text),
    may("cameraModel", Text),
    may("cameraDelay", Whole(0.0, ANY)),
    may("cameraHeight", Number(0.0, ANY)),
    may("cameraDepth", Number(0.0, ANY)),
    may("cameraTilt", Whole(-90.0, 90.0)),
    may("cameraHeading", Whole(0.0, 360.0)),
    may("detectionDistance", Number(0.0, ANY)),
    may("timestampIssues", Truth),
    may("baitUse", Truth),
    may("featureType", Word(FEATURES)),
    may("habitat", Text),
    may("deploymentGroups", Text),
    may("deploymentTags", Text),
    may("deploymentComments", Text),
];

/// `media.csv`.
pub(in crate::export) const MEDIA: [Column; 11] = [
    must("mediaID", Text),
    must("deploymentID", Text),
    may("captureMethod", Word(&["activityDetection", "timeLapse"])),
    must("timestamp", Time),
    must("filePath", Path),
    must("filePublic", Truth),
    may("fileName", Text),
    must("fileMediatype", Text),
    may("exifData", Json),
    may("favorite", Truth),
    may("mediaComments", Text),
];

/// `observations.csv`.
pub(in crate::export) const OBSERVATIONS: [Column; 28] = [
    must("observationID", Text),
    must("deploymentID", Text),
    may("mediaID", Text),
    may("eventID", Text),
    must("eventStart", Time),
    must("eventEnd", Time),
    must("observationLevel", Word(&["media", "event"])),
    must("observationType", Word(&["animal", "human", "vehicle", "blank", "unknown", "unclassified"])),
    may("cameraSetupType", Word(&["setup", "calibration"])),
    may("scientificName", Text),
    may("count", Whole(1.0, ANY)),
    may("lifeStage", Word(&["adult", "subadult", "juvenile"])),
    may("sex", Word(&["female", "male"])),
    may("behavior", Text),
    may("individualID", Text),
    may("individualPositionRadius", Number(0.0, ANY)),
    may("individualPositionAngle", Number(-90.0, 90.0)),
    may("individualSpeed", Number(0.0, ANY)),
    may("bboxX", Number(0.0, 1.0)),
    may("bboxY", Number(0.0, 1.0)),
    may("bboxWidth", Number(1e-15, 1.0)),
    may("bboxHeight", Number(1e-15, 1.0)),
    may("classificationMethod", Word(&["human", "machine"])),
    may("classifiedBy", Text),
    may("classificationTimestamp", Time),
    may("classificationProbability", Number(0.0, 1.0)),
    may("observationTags", Text),
    may("observationComments", Text),
];

/// Whether a path may stand in `filePath`, and leads into the package.
pub(in crate::export) fn is_path(path: &str) -> bool {
    let drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    !path.is_empty()
        && !path.starts_with(['.', '/', '~'])
        && !path.contains("..")
        && !path.contains('\n')
        && !drive
}

/// The word, if it is one of those that may stand there.
pub(in crate::export) fn one_of(word: &Option<String>, words: &[&str]) -> String {
    let word = word.as_deref().unwrap_or_default().trim().to_lowercase();
    if words.contains(&word.as_str()) { word } else { String::new() }
}
