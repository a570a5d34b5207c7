//! The detector: a letterboxed photo in, boxes out.

use thiserror::Error;

use super::ensemble::{Sighting, Subject};
use super::judge::Seen;
use super::photo::Photo;
use crate::boxes::{DecodeHeadError, Level, Scored, Suppression, Yolov5Head, suppress};
use crate::cancel::Cancel;
use crate::session::{Input, RunError, Session};

/// Boxes below are not reported.
const LEAST_CONFIDENCE: f32 = 0.01;

/// A YOLOv5 network that finds animals, people and vehicles.
pub struct Detector {
    /// Input `[1, 3, H, W]`, RGB, 0..=1; outputs the raw levels of `head`, finest first.
    pub session: Session,
    /// How to read the levels.
    pub head: Yolov5Head,
}

#[derive(Debug, Error)]
pub(super) enum DetectError {
    #[error("the detector gave no answer")]
    Run(#[source] RunError),
    #[error("the detector's answer cannot be read")]
    Head(#[source] DecodeHeadError),
    #[error("the detector found something of class {0}, which SpeciesNet has no word for")]
    UnknownClass(usize),
}

impl Detector {
    /// Boxes with a confidence above 0.01, most confident first.
    pub(super) fn detect(&mut self, photo: &Photo, cancel: &Cancel) -> Result<Vec<Seen>, DetectError> {
        let (width, height) = (photo.letterbox.width(), photo.letterbox.height());
        let input = Input { shape: &[1, 3, height, width], data: &photo.planes };
        let outputs = self.session.run(input, cancel).map_err(DetectError::Run)?;
        let levels =
            outputs.iter().map(Level::of).collect::<Result<Vec<_>, _>>().map_err(DetectError::Head)?;
        let found = self.head.decode(&levels, LEAST_CONFIDENCE).map_err(DetectError::Head)?;
        let photo_size = (photo.image.width(), photo.image.height());
        let seen = |scored: Scored| {
            let subject = Subject::of_class(scored.class).ok_or(DetectError::UnknownClass(scored.class))?;
            let bbox = scored.bbox.in_photo((width, height), photo_size);
            Ok(Seen {
                sighting: Sighting { subject, confidence: f64::from(scored.confidence) },
                bbox_norm_xywh: bbox.fractions(photo_size),
            })
        };
        suppress(found, &Suppression::SPECIESNET).into_iter().map(seen).collect()
    }
}
