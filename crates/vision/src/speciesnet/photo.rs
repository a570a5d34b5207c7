//! From a picture to what both networks need.

use biowatch_contract::prediction::Failure;
use thiserror::Error;

use super::judge::Shortfall;
use crate::image::RgbImage;
use crate::letterbox::{Frame, Letterbox, TooThin};
use crate::media::ReadError;

/// What the detector was trained for.
const FRAME: Frame = Frame { side: 1280, stride: Some(64) };

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

/// The picture cannot be letterboxed.
#[derive(Debug, Error)]
#[error("cannot fit image `{path}` into the detector's input")]
pub(super) struct FitError {
    path: String,
    #[source]
    source: TooThin,
}

impl Photo {
    /// Letterboxes the picture of the file at `path`.
    pub(super) fn fit(image: RgbImage, path: &str) -> Result<Self, FitError> {
        let letterbox = Letterbox::fit(image.width(), image.height(), FRAME)
            .map_err(|source| FitError { path: path.to_owned(), source })?;
        let mut planes = Vec::new();
        letterbox.write_planes(&image, &mut planes);
        Ok(Self { image, letterbox, planes })
    }
}

/// What the row of a file without a picture says: the reference's words, and ours.
pub(super) fn unread(error: &ReadError, path: &str) -> Shortfall {
    let parts = vec![Failure::Classifier, Failure::Detector];
    let reason = error.reason();
    match error {
        // SpeciesNet loads images itself, and answers for one that it cannot read in its own way.
        ReadError::Decode { .. } | ReadError::Panic { .. } => Shortfall::of_parts(&parts, reason),
        ReadError::Path(_) | ReadError::Video { .. } => {
            Shortfall { error: error.in_reference_words(path), parts, reason }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use biowatch_contract::Instance;

    use super::*;
    use crate::cancel::Cancel;
    use crate::decode::Manner;
    use crate::media::Media;

    #[test]
    fn paths_that_are_no_photo() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs_err::write(at("note.jpg"), "not a photo").unwrap();
        fs_err::write(Path::new(&at("clip.MP4")), "not a video").unwrap();
        let cases = [
            (String::new(), "Empty filepath provided: ''", "the path is empty"),
            (at("no.jpg"), "Cannot access filepath: /", "No such file"),
            (at(""), "Cannot access filepath: /", "it is a folder"),
            (at("clip.MP4"), "Cannot open video: /", "videos need FFmpeg"),
            (at("no.avi"), "Cannot open video: /", "No such file"),
            (at("note.jpg"), "Inference failed: ['CLASSIFIER', 'DETECTOR']", "note.jpg`: not a picture"),
        ];
        let (media, cancel) = (Media::default(), Cancel::default());
        for (path, error, reason) in cases {
            let item = media.items(std::iter::once(Instance::new(path.clone())), &cancel).next().unwrap();
            let unreadable = media.picture(item, Manner::Pillow).image.unwrap_err();
            let shortfall = unread(&unreadable, &path);
            assert!(shortfall.error.starts_with(error), "{}", shortfall.error);
            assert!(shortfall.reason.contains(reason), "{}", shortfall.reason);
        }
    }
}
