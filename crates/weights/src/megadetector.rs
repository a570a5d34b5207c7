//! The note that MegaDetector's weights carry beside the pickle: `megadetector_info.json`.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::zip::{Archive, ZipError};

/// Name of the entry, in the folder of the checkpoint.
pub(crate) const ENTRY: &str = "megadetector_info.json";
/// Bytes of it.
const LIMIT: usize = 1 << 20;

/// What the note says. Keys that are not known are passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MegadetectorInfo {
    /// Version of the note's own form.
    pub metadata_format_version: Option<f64>,
    /// `v5a.0.1`, `v1000.0.0-redwood`, ...
    pub model_version_string: Option<String>,
    /// `yolov5`, `yolov9` or `ultralytics`: the program it was trained with.
    pub model_type: Option<String>,
    /// Side of the images, in pixels.
    pub image_size: Option<usize>,
}

/// Why a note could not be read.
#[derive(Debug, Error)]
pub enum InfoError {
    /// The entry is damaged or too large.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// The text is not what a note looks like.
    #[error("entry {ENTRY} is not the expected JSON")]
    Json(#[from] serde_json::Error),
}

/// The note in the folder `folder` (with its slash) of an archive.
pub(crate) fn read(archive: &Archive, folder: &str) -> Result<Option<MegadetectorInfo>, InfoError> {
    let Some(entry) = archive.entry(&format!("{folder}{ENTRY}")) else { return Ok(None) };
    Ok(Some(serde_json::from_slice(&archive.unpacked(entry, LIMIT)?)?))
}
