//! From a path to the pixels both networks need, read once.

use std::path::Path;

use biowatch_contract::prediction::Failure;
use thiserror::Error;

use super::judge::Shortfall;
use crate::decode::{self, DecodeError};
use crate::fault;
use crate::image::RgbImage;
use crate::letterbox::{Frame, Letterbox, TooThin};

/// What the detector was trained for.
const FRAME: Frame = Frame { side: 1280, stride: Some(64) };

/// Endings of names that are videos, whatever their case.
const VIDEO_ENDINGS: [&str; 6] = ["mp4", "mkv", "mov", "webm", "avi", "m4v"];

/// A photo, ready for both networks.
#[derive(Debug)]
pub(super) struct Photo {
    /// The upright photo, for crops.
    pub image: RgbImage,
    /// How the photo lies in the detector's input.
    pub letterbox: Letterbox,
    /// The detector's input, `[1, 3, H, W]`, RGB, 0..=1.
    pub planes: Vec<f32>,
}

/// Why a path gives no photo.
#[derive(Debug, Error)]
pub(super) enum ReadPhotoError {
    #[error("the path is empty")]
    EmptyPath,
    #[error("videos are not read by this version of the program; photos are")]
    Video,
    #[error("the file cannot be reached")]
    Unreachable(#[source] std::io::Error),
    #[error("it is a folder, not a photo")]
    Folder,
    #[error("it is not a regular file")]
    Special,
    #[error("cannot read image `{path}`")]
    Decode {
        path: String,
        #[source]
        source: DecodeError,
    },
    #[error("cannot fit image `{path}` into the detector's input")]
    Letterbox {
        path: String,
        #[source]
        source: TooThin,
    },
}

impl Photo {
    /// Reads, decodes and letterboxes the file at `path`.
    pub(super) fn read(path: &str, limits: &decode::Limits) -> Result<Self, ReadPhotoError> {
        check_path(path)?;
        let image = decode::read(Path::new(path), limits)
            .map_err(|source| ReadPhotoError::Decode { path: path.to_owned(), source })?;
        let letterbox = Letterbox::fit(image.width(), image.height(), FRAME)
            .map_err(|source| ReadPhotoError::Letterbox { path: path.to_owned(), source })?;
        let mut planes = Vec::new();
        letterbox.write_planes(&image, &mut planes);
        Ok(Self { image, letterbox, planes })
    }
}

/// Opening a named pipe would wait for whoever writes to it, so only regular files are opened.
fn check_path(path: &str) -> Result<(), ReadPhotoError> {
    if path.is_empty() {
        return Err(ReadPhotoError::EmptyPath);
    }
    let path = Path::new(path);
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    if ending.is_some_and(|ending| VIDEO_ENDINGS.contains(&ending.as_str())) {
        return Err(ReadPhotoError::Video);
    }
    match fs_err::metadata(path).map_err(ReadPhotoError::Unreachable)? {
        metadata if metadata.is_dir() => Err(ReadPhotoError::Folder),
        metadata if !metadata.is_file() => Err(ReadPhotoError::Special),
        _ => Ok(()),
    }
}

impl ReadPhotoError {
    /// What the row of `path` says: the reference's words, and ours.
    pub(super) fn shortfall(&self, path: &str) -> Shortfall {
        let parts = vec![Failure::Classifier, Failure::Detector];
        let reason = fault::chain(self);
        let error = match self {
            Self::EmptyPath => "Empty filepath provided: ''".to_owned(),
            Self::Video => format!("Cannot open video: {path}"),
            Self::Unreachable(_) | Self::Folder | Self::Special => format!("Cannot access filepath: {path}"),
            Self::Decode { .. } | Self::Letterbox { .. } => return Shortfall::of_parts(&parts, reason),
        };
        Shortfall { error, parts, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_no_photo() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs_err::write(at("note.jpg"), "not a photo").unwrap();
        let cases = [
            (String::new(), "Empty filepath provided: ''", "the path is empty"),
            (at("no.jpg"), "Cannot access filepath: /", "No such file"),
            (at(""), "Cannot access filepath: /", "it is a folder"),
            (at("clip.MP4"), "Cannot open video: /", "videos are not read"),
            (at("note.jpg"), "Inference failed: ['CLASSIFIER', 'DETECTOR']", "note.jpg`: not a picture"),
        ];
        for (path, error, reason) in cases {
            let limits = decode::Limits::default();
            let shortfall = Photo::read(&path, &limits).unwrap_err().shortfall(&path);
            assert!(shortfall.error.starts_with(error), "{}", shortfall.error);
            assert!(shortfall.reason.contains(reason), "{}", shortfall.reason);
        }
    }
}
