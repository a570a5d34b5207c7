//! DeepFaune: MegaDetector v6 finds animals, a vision transformer names them; by Biowatch's rules.
//!
//! The release's own program scores otherwise (temperatures, sequences, a threshold); its rules are not these.

mod labels;

use crate::decode::Manner;
use crate::detector_model::{
    BirdHead, Classifier, Detector, DetectorModel, DetectorNetwork, OpenDetectorModelError, Options, Rules,
};
use crate::media::Media;
use crate::session::Session;

pub use labels::BIRDS;

/// A release of the classifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// February 2025, 34 classes; the one that Biowatch serves.
    V1_3,
    /// October 2025, 38 classes, and a bird head.
    V1_4,
    /// 2026, 40 classes, a bird head, another backbone.
    V1_5,
}

/// The networks of a release.
pub struct Networks {
    /// Finds `animal`, `person` and `vehicle`.
    pub detector: DetectorNetwork,
    /// Input `[1, 3, S, S]`, normalised RGB; output `logits` `[1, classes]`.
    pub classifier: Session,
    /// Input `[1, features]`, the classifier's output `features`; output `[1, 8]` logits.
    pub birds: Option<Session>,
}

/// Boxes must be surer than this: ultralytics' default.
const LEAST_CONFIDENCE: f32 = 0.25;

impl Version {
    /// The release with that number of classes.
    pub fn of_classes(classes: usize) -> Option<Self> {
        [Self::V1_3, Self::V1_4, Self::V1_5].into_iter().find(|version| version.labels().len() == classes)
    }

    /// As rows carry it.
    pub fn name(self) -> &'static str {
        match self {
            Self::V1_3 => "1.3",
            Self::V1_4 => "1.4",
            Self::V1_5 => "1.5",
        }
    }

    /// English names of the classes, in the network's order.
    pub fn labels(self) -> Vec<String> {
        labels::of(self).map(str::to_owned).collect()
    }

    /// Columns and rows of the classifier's input.
    pub fn side(self) -> usize {
        match self {
            Self::V1_3 | Self::V1_4 => 182,
            Self::V1_5 => 224,
        }
    }
}

/// The model, from its networks.
pub fn model(
    version: Version,
    networks: Networks,
    options: Options,
    media: Media,
) -> Result<DetectorModel, OpenDetectorModelError> {
    let Networks { detector, classifier, birds } = networks;
    let birds = birds.map(|session| BirdHead {
        session,
        labels: BIRDS.map(str::to_owned).into(),
        refines: "bird".to_owned(),
        temperature: 0.9,
    });
    let rules = Rules {
        version: version.name().to_owned(),
        blank: "blank".to_owned(),
        threshold: f64::from(LEAST_CONFIDENCE),
        person: "person".to_owned(),
        manner: Manner::OpenCv,
    };
    let detector = Detector::ultralytics(detector, LEAST_CONFIDENCE);
    let classifier = Classifier::imagenet(classifier, version.labels(), version.side());
    DetectorModel::new(Some(detector), Some(classifier), birds, rules, options, media)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_have_the_classes_they_are_known_by() {
        for (version, count) in [(Version::V1_3, 34), (Version::V1_4, 38), (Version::V1_5, 40)] {
            assert_eq!(Version::of_classes(count), Some(version));
            assert_eq!(version.labels().len(), count);
            assert!(version.labels().contains(&"bird".to_owned()));
        }
        assert_eq!(Version::of_classes(30), None);
        assert_eq!(Version::V1_3.labels()[5], "chamois");
        assert_eq!(Version::V1_4.labels()[5], "golden jackal");
    }
}
