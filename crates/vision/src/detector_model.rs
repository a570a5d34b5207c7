//! Models that find animals with an ultralytics or YOLOv5 detector and may name them with a classifier: DeepFaune, Manas,
//! MegaDetector, and models that people bring.
//!
//! The models differ in data only: see [`crate::deepfaune`], [`crate::manas`] and [`crate::megadetector`] for how each
//! is put together. A classifier decides the row when there is an animal; without one the strongest box does.

mod answer;
mod birds;
mod classifier;
mod detector;
mod options;
mod rehearsal;
mod rows;

use biowatch_contract::EngineInfo;
use thiserror::Error;

pub use birds::BirdHead;
pub use classifier::{Classifier, CropRule, Layout, OutputKind};
pub use detector::{Colours, Detector, DetectorNetwork, Fit, Head};
pub use options::{Form, Options};
pub use rehearsal::RehearsalError;

use crate::decode::Manner;
use crate::media::Media;

/// The detector's name for animals, as every published checkpoint has it.
pub const ANIMAL: &str = "animal";
/// The detector's name for people.
pub const PERSON: &str = "person";

/// Everything of a row that is neither pixel nor network.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The model's version, as rows carry it.
    pub version: String,
    /// `prediction` of a picture without boxes.
    pub blank: String,
    /// Least confidence of the box that decides where no classifier does, 0..=1.
    pub threshold: f64,
    /// What `prediction` says where a person decides and no classifier is there.
    pub person: String,
    /// Whose pixels the networks were proved on.
    pub manner: Manner,
}

/// Why parts do not make a model.
#[derive(Debug, Error)]
pub enum OpenDetectorModelError {
    /// Nothing to compute with.
    #[error("the model has neither a detector nor a classifier")]
    Nothing,
    /// Names and classes do not match.
    #[error("the {network} tells {classes} classes apart, but {names} names are given for them")]
    Names {
        /// Which network.
        network: &'static str,
        /// Its classes.
        classes: usize,
        /// Names there are.
        names: usize,
    },
    /// A detector that finds no animals cannot choose what to classify.
    #[error("the detector has no class for animals, so there is nothing to classify")]
    NoAnimal,
    /// A head whose levels make no sense.
    #[error("the detector's head has {0}")]
    Head(String),
}

/// A model, ready to predict.
pub struct DetectorModel {
    detector: Option<Detector>,
    classifier: Option<Classifier>,
    birds: Option<BirdHead>,
    rules: Rules,
    options: Options,
    media: Media,
    engine: EngineInfo,
}

impl DetectorModel {
    /// Joins networks and rules. Without a detector the classifier looks at the whole picture.
    pub fn new(
        detector: Option<Detector>,
        classifier: Option<Classifier>,
        birds: Option<BirdHead>,
        rules: Rules,
        options: Options,
        media: Media,
    ) -> Result<Self, OpenDetectorModelError> {
        if let Some(detector) = &detector {
            detector.check()?;
            let finds_animals = detector.names.iter().any(|name| detector.animals.contains(name));
            if classifier.is_some() && !finds_animals {
                return Err(OpenDetectorModelError::NoAnimal);
            }
        }
        let session = detector.as_ref().map(|detector| &detector.session);
        let session = session.or_else(|| classifier.as_ref().map(|classifier| &classifier.session));
        let engine = session.ok_or(OpenDetectorModelError::Nothing)?.engine().clone();
        Ok(Self { detector, classifier, birds, rules, options, media, engine })
    }

    /// The model's version, as rows carry it.
    pub fn version(&self) -> &str {
        &self.rules.version
    }

    /// What computes: the detector's engine, or the classifier's where there is no detector.
    pub fn engine(&self) -> &EngineInfo {
        &self.engine
    }

    /// Names of the options in force that make rows differ from the reference's.
    pub fn options(&self) -> Vec<String> {
        let birds = self.birds.is_some().then_some("bird-names");
        self.options.names().chain(birds).chain(self.media.video.names()).map(str::to_owned).collect()
    }
}
