//! One medium with all that is known of it.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::gallery::{Medium, medium};
use super::reader::{ReadError, Reader};
use crate::export::kind::Kind;
use crate::instant::iso_utc;
use crate::sql::view::gallery::{self as rows, Which};
use crate::sql::view::medium as more;

/// A medium, its file, and what was said of it over time.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// As the gallery shows it.
    #[serde(flatten)]
    pub medium: Medium,
    /// Where its file is said to lie.
    pub file_path: Option<String>,
    /// Bytes, when last read.
    pub file_size: Option<i64>,
    /// What the file says of itself, as far as it is kept.
    pub exif: Value,
    /// Degrees: of the medium, else of its deployment.
    pub latitude: Option<f64>,
    /// Degrees: of the medium, else of its deployment.
    pub longitude: Option<f64>,
    /// Maker of the camera.
    pub camera_make: Option<String>,
    /// Model of the camera.
    pub camera_model: Option<String>,
    /// Serial number of the camera.
    pub camera_serial: Option<String>,
    /// Degrees Celsius, as the camera measured.
    pub temperature: Option<f64>,
    /// Where the time comes from: `exif DateTimeOriginal`, `file name`, ...
    pub timestamp_source: Option<String>,
    /// Where the offset of the time comes from.
    pub zone_source: Option<String>,
    /// Seconds that were added to the camera's clock.
    pub clock_shift: Option<i64>,
    /// Times that were found and not believed.
    pub refused_times: Vec<String>,
    /// What models answered, the latest first.
    pub raw: Vec<RawOutput>,
    /// What people changed, the latest first.
    pub history: Vec<Change>,
}

/// A model's answer as it came.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RawOutput {
    /// UUID.
    pub run: String,
    /// `speciesnet`, ...
    pub model: String,
    /// `4.0.2a`, ...
    pub version: String,
    /// Digit for digit; none where what is stored is no JSON.
    pub output: Option<Box<RawValue>>,
}

/// What a person changed in one observation, or in the medium itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// ISO 8601, UTC.
    pub at: String,
    /// Who.
    pub by: String,
    /// `say`, `confirm`, ...; none for changes of before edits were kept.
    pub kind: Option<String>,
    /// Whether it was taken back.
    pub undone: bool,
    /// None: the medium itself.
    pub observation_id: Option<String>,
    /// Columns as they stood; null: there was no such observation.
    pub before: Value,
    /// Columns as they stood then; null: there is no such observation.
    pub after: Value,
}

/// The file of a medium, and where people are on it.
#[derive(Debug, Clone, PartialEq)]
pub struct MediumFile {
    /// Where it is said to lie.
    pub path: PathBuf,
    /// `image/jpeg`, `video/mp4`, ...
    pub media_type: String,
    /// Whether it has frames.
    pub is_video: bool,
    /// Boxes of people, left, top, width and height as shares of the sides; also those of observations that do not count.
    pub people: Vec<[f64; 4]>,
    /// Whether people are on it without a box.
    pub has_people_without_box: bool,
}

impl Reader {
    /// All of one medium.
    pub fn medium(&self, id: &str) -> Result<Details, ReadError> {
        let digest = self.digest()?;
        self.with(|study| {
            let reading = study.database.reading();
            let shown = rows::medium(reading, Which::Id(id))?;
            let shown = shown.ok_or_else(|| ReadError::NoMedium(id.to_owned()))?;
            let place = shown
                .deployment
                .as_ref()
                .and_then(|(id, _)| digest.deployments.iter().find(|one| one.id == *id));
            let found = more::provenance(reading, id)?;
            let [camera_make, camera_model, camera_serial] = found.camera;
            let json = |text: Option<&str>| text.and_then(|text| serde_json::from_str(text).ok());
            let raw = more::outputs(reading, id)?.into_iter().map(|[run, model, version, output]| {
                RawOutput { run, model, version, output: serde_json::from_str(&output).ok() }
            });
            let history = more::history(reading, id)?.into_iter().map(|one| Change {
                at: jiff::Timestamp::from_millisecond(one.at).map(iso_utc).unwrap_or_default(),
                by: one.by,
                kind: one.kind,
                undone: one.is_undone,
                observation_id: Some(one.observation).filter(|id| !id.is_empty()),
                before: json(one.before.as_deref()).unwrap_or_default(),
                after: json(one.after.as_deref()).unwrap_or_default(),
            });
            Ok(Details {
                file_path: shown.path.clone(),
                exif: json(shown.exif.as_deref()).unwrap_or_default(),
                latitude: found.latitude.or_else(|| place?.latitude),
                longitude: found.longitude.or_else(|| place?.longitude),
                file_size: found.file_size,
                camera_make,
                camera_model,
                camera_serial,
                temperature: found.temperature,
                timestamp_source: found.timestamp_source,
                zone_source: found.zone_source,
                clock_shift: found.clock_shift,
                refused_times: found
                    .refused_times
                    .and_then(|text| serde_json::from_str(&text).ok())
                    .unwrap_or_default(),
                raw: raw.collect(),
                history: history.collect(),
                medium: medium(reading, &digest, shown)?,
            })
        })
    }

    /// Where the file of a medium lies, for pictures of it.
    pub fn medium_file(&self, id: &str) -> Result<MediumFile, ReadError> {
        self.with(|study| {
            let reading = study.database.reading();
            let shown = rows::medium(reading, Which::Id(id))?;
            let shown = shown.ok_or_else(|| ReadError::NoMedium(id.to_owned()))?;
            let said = rows::observations(reading, id)?;
            let people = said
                .iter()
                .filter(|one| Kind::of_words(one.name.as_deref(), one.kind.as_deref()) == Kind::Human);
            let (boxes, without): (Vec<_>, Vec<_>) = people.partition(|one| one.bbox.is_some());
            let media_type = shown.media_type.unwrap_or_else(|| "image/jpeg".to_owned());
            Ok(MediumFile {
                path: PathBuf::from(shown.path.unwrap_or_default()),
                is_video: media_type.starts_with("video/"),
                media_type,
                people: boxes.into_iter().filter_map(|one| one.bbox).collect(),
                has_people_without_box: !without.is_empty(),
            })
        })
    }
}
