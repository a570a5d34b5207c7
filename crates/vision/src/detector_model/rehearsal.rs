//! One run before the first photo, so that parts that do not fit show at once and not in every row.

use thiserror::Error;

use super::DetectorModel;
use crate::cancel::Cancel;
use crate::fault;
use crate::image::RgbImage;

/// Columns and rows of the picture that is shown.
const SIZE: (usize, usize) = (320, 240);
/// Its grey.
const GREY: u8 = 114;

/// Why a network does not answer as it was described.
#[derive(Debug, Error)]
pub enum RehearsalError {
    /// The detector.
    #[error("the detector does not answer as it is described: {0}")]
    Detector(String),
    /// The classifier.
    #[error("the classifier does not answer as it is described: {0}")]
    Classifier(String),
}

impl DetectorModel {
    /// Shows an empty picture to every network. What they find does not matter; whether their answers can be read does.
    pub fn rehearse(&mut self) -> Result<(), RehearsalError> {
        let image = RgbImage::filled(SIZE.0, SIZE.1, vec![GREY; SIZE.0 * SIZE.1 * 3]);
        let never = Cancel::default();
        if let Some(detector) = &mut self.detector {
            let run = || {
                let fitted =
                    detector.fit.apply(&image, &detector.colours).map_err(|error| fault::chain(&error))?;
                detector.detect(&fitted, &never).map_err(|error| fault::chain(&error))
            };
            fault::contain(run).unwrap_or_else(Err).map_err(RehearsalError::Detector)?;
        }
        if let Some(classifier) = &mut self.classifier {
            let run = || classifier.rank(&image, None, &never).map_err(|error| fault::chain(&error));
            fault::contain(run).unwrap_or_else(Err).map_err(RehearsalError::Classifier)?;
        }
        Ok(())
    }
}
