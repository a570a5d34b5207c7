//! The classifier: a part of the photo in, its best classes out.

use thiserror::Error;

use super::info::Kind;
use super::judge::{Best, Seen};
use crate::cancel::Cancel;
use crate::classes::{self, NotANumber};
use crate::crop::{Crop, EmptyCrop, classifier_input};
use crate::image::RgbImage;
use crate::session::{Input, RunError, Session};

/// Columns and rows of the classifier's input.
const SIDE: usize = 480;

/// An image classifier over the labels of a package.
pub struct Classifier {
    /// Input `[1, 480, 480, 3]`, RGB, 0..=1; output `[1, classes]` logits.
    pub session: Session,
    /// How many classes the network has.
    pub classes: usize,
}

#[derive(Debug, Error)]
pub(super) enum ClassifyError {
    #[error("the classifier gave no answer")]
    Run(#[source] RunError),
    #[error("the classifier has nothing to look at")]
    EmptyCrop(#[source] EmptyCrop),
    #[error("the classifier gave {got} numbers, expected {expected}")]
    Shape { got: usize, expected: usize },
    #[error(transparent)]
    NotANumber(#[from] NotANumber),
}

/// The part of the photo to look at: the box or, without one, all of it. Classifiers of whole images see
/// the middle rows, without the bands where cameras print their data.
pub(super) fn crop(kind: Kind, image: &RgbImage, seen: Option<&Seen>) -> Result<Crop, ClassifyError> {
    match (kind, seen) {
        (Kind::FullImage, _) => Ok(Crop::without_bands(image)),
        (Kind::AlwaysCrop, Some(seen)) => {
            Crop::of_box(image, seen.bbox_norm_xywh).map_err(ClassifyError::EmptyCrop)
        }
        (Kind::AlwaysCrop, None) => Ok(Crop::whole(image)),
    }
}

impl Classifier {
    /// The best `count` classes of the part `crop` of the photo, best first.
    pub(super) fn best(
        &mut self,
        image: &RgbImage,
        crop: &Crop,
        count: usize,
        cancel: &Cancel,
    ) -> Result<Best, ClassifyError> {
        let values = classifier_input(image, crop, SIDE);
        let input = Input { shape: &[1, SIDE, SIDE, 3], data: &values };
        let outputs = self.session.run(input, cancel).map_err(ClassifyError::Run)?;
        let logits = outputs.first().map_or(&[][..], |output| &output.data);
        if logits.len() != self.classes {
            return Err(ClassifyError::Shape { got: logits.len(), expected: self.classes });
        }
        Ok(classes::best(logits, count)?)
    }
}
