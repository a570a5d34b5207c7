//! Manas (snow leopards and their neighbours): MegaDetector v6 finds animals, an EfficientNetV2-L names them; by
//! Biowatch's rules.

use crate::decode::Manner;
use crate::detector_model::{
    Classifier, Detector, DetectorModel, DetectorNetwork, OpenDetectorModelError, Options, Rules,
};
use crate::media::Media;
use crate::session::Session;

/// Boxes must be surer than this.
const LEAST_CONFIDENCE: f32 = 0.33;
/// Columns and rows of the classifier's input.
const SIDE: usize = 480;
/// The class that stands for nothing, and the word for a picture without boxes where that class exists.
const EMPTY: &str = "vide";

/// The networks of the model.
pub struct Networks {
    /// Finds `animal`, `person` and `vehicle`.
    pub detector: DetectorNetwork,
    /// Input `[1, 3, 480, 480]`, normalised RGB; output `logits` `[1, classes]`.
    pub classifier: Session,
}

/// The model, from its networks and the names of the classifier's classes.
pub fn model(
    networks: Networks,
    classes: Vec<String>,
    options: Options,
    media: Media,
) -> Result<DetectorModel, OpenDetectorModelError> {
    let has_empty = classes.iter().any(|class| class == EMPTY);
    let rules = Rules {
        version: "1.0".to_owned(),
        blank: if has_empty { EMPTY } else { "blank" }.to_owned(),
        threshold: f64::from(LEAST_CONFIDENCE),
        person: "person".to_owned(),
        manner: Manner::OpenCv,
    };
    let detector = Detector::ultralytics(networks.detector, LEAST_CONFIDENCE);
    let classifier = Classifier::imagenet(networks.classifier, classes, SIDE);
    DetectorModel::new(Some(detector), Some(classifier), None, rules, options, media)
}
