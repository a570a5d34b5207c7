//! Manas: a MegaDetector and an EfficientNetV2-L, whose classes are named by a pickle.

use std::thread;

use biowatch_vision::manas::{self, Networks};
use biowatch_vision::pipeline::Pipeline;
use biowatch_weights::{BuildOptions, Limits, class_names};

use super::weights_file::WeightsFile;
use super::{classifier, detector, network, video};
use crate::exit::{Exit, Failure};
use crate::model_files::ManasFiles;
use crate::settings::ModelSettings;

/// The one release there is.
pub(super) const VERSION: &str = "1.0";
/// Columns and rows of the classifier's input.
const SIDE: usize = 480;

/// The weights, and the names of the classes.
pub(super) struct Opened {
    detector: WeightsFile,
    classifier: WeightsFile,
    classes: Vec<String>,
}

impl Opened {
    pub(super) fn open(files: ManasFiles) -> Result<Self, Failure> {
        let classes = class_names(&files.classes, &Limits::default()).map_err(|error| {
            Failure::new(Exit::ModelRefused, error).hint(
                "the file that belongs to Manas is called `classes_*.pickle`: copy or download it again",
            )
        })?;
        let (detector, classifier) =
            (WeightsFile::open(&files.detector)?, WeightsFile::open(&files.classifier)?);
        Ok(Self { detector, classifier, classes })
    }

    /// Builds both networks side by side.
    pub(super) fn load(self, settings: &ModelSettings, say: &dyn Fn(&str)) -> Result<Pipeline, Failure> {
        say(&format!("loading Manas {VERSION}"));
        let wanted = BuildOptions { image_size: Some(SIDE), ..BuildOptions::default() };
        let (detector, classifier) = thread::scope(|scope| {
            let classifier = scope.spawn(|| classifier::open(&self.classifier, &wanted, SIDE, settings));
            let detector = detector::open(&self.detector, settings);
            (detector, classifier.join().unwrap_or_else(|_| Err(network::died())))
        });
        let networks = Networks { detector: detector?, classifier: classifier? };
        manas::model(networks, self.classes, settings.detector_options(), video::media(settings))
            .map(|model| Pipeline::Detector(Box::new(model)))
            .map_err(network::do_not_fit)
    }
}
