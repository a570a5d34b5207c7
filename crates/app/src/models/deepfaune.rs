//! DeepFaune: a MegaDetector and a vision transformer, and from release 1.4 on a bird head.

use std::thread;

use biowatch_vision::deepfaune::{self, Networks, Version};
use biowatch_vision::pipeline::Pipeline;
use biowatch_weights::BuildOptions;

use super::weights_file::WeightsFile;
use super::{classifier, detector, network, video};
use crate::exit::{Exit, Failure};
use crate::model_files::DeepFauneFiles;
use crate::settings::ModelSettings;

/// The weights, and which release they are.
pub(super) struct Opened {
    detector: WeightsFile,
    classifier: WeightsFile,
    birds: Option<WeightsFile>,
    version: Version,
}

impl Opened {
    /// Finds out the release by the number of classes.
    pub(super) fn open(files: DeepFauneFiles) -> Result<Self, Failure> {
        let classifier = WeightsFile::open(&files.classifier)?;
        let classes = classifier::classes(&classifier, &BuildOptions::default())?;
        match Version::of_classes(classes) {
            Some(version) => Ok(Self {
                detector: WeightsFile::open(&files.detector)?,
                classifier,
                birds: files.birds.as_deref().map(WeightsFile::open).transpose()?,
                version,
            }),
            None => {
                let text = format!(
                    "`{}` tells {classes} classes apart, and no release of DeepFaune that is known here does: 1.3 has 34, 1.4 has 38, 1.5 has 40",
                    files.classifier.display()
                );
                Err(Failure::message(Exit::ModelRefused, text)
                    .hint("use one of these releases; `biowatch weights inspect` tells what is in the file"))
            }
        }
    }

    pub(super) fn version(&self) -> &'static str {
        self.version.name()
    }

    /// Builds the networks side by side.
    pub(super) fn load(self, settings: &ModelSettings, say: &dyn Fn(&str)) -> Result<Pipeline, Failure> {
        say(&format!("loading DeepFaune {}", self.version()));
        let Self { detector, classifier, birds, .. } = &self;
        let side = self.version.side();
        let wanted = BuildOptions { image_size: Some(side), ..BuildOptions::default() };
        let (detector, classifier) = thread::scope(|scope| {
            let classifier = scope.spawn(|| classifier::open(classifier, &wanted, side, settings));
            let detector = detector::open(detector, settings);
            (detector, classifier.join().unwrap_or_else(|_| Err(network::died())))
        });
        let birds = birds.as_ref().map(|birds| classifier::open_on_features(birds, settings)).transpose()?;
        let networks = Networks { detector: detector?, classifier: classifier?, birds };
        deepfaune::model(self.version, networks, settings.detector_options(), video::media(settings))
            .map(|model| Pipeline::Detector(Box::new(model)))
            .map_err(network::do_not_fit)
    }
}
