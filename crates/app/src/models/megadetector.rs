//! MegaDetector, every generation: one detector, run as its own program runs it.

use std::path::Path;

use biowatch_vision::detector_model::Options;
use biowatch_vision::megadetector::{self, Runs, Settings};
use biowatch_vision::pipeline::Pipeline;
use biowatch_weights::{BuildOptions, Head};

use super::weights_file::WeightsFile;
use super::{detector, network, video};
use crate::exit::Failure;
use crate::model_files::MegaDetectorFiles;
use crate::settings::ModelSettings;

/// What Biowatch's server says, whatever it was given.
const SCRIPT_VERSION: &str = "6.0";

/// The weights, and how they are to be run.
pub(super) struct Opened {
    weights: WeightsFile,
    settings: Settings,
}

impl Opened {
    /// Version 6 is run as Biowatch's server runs it. What the MegaDetector package runs (versions 5 and 1000) is run
    /// as that package does, down to the threshold.
    pub(super) fn open(files: MegaDetectorFiles, settings: &ModelSettings) -> Result<Self, Failure> {
        let MegaDetectorFiles { detector, script } = files;
        let weights = WeightsFile::open(&detector)?;
        if let Some(threshold) = script {
            let settings = Settings { threshold, version: SCRIPT_VERSION.to_owned(), ..Settings::default() };
            return Ok(Self { weights, settings });
        }
        let note = detector::note(&weights)?.and_then(|note| note.model_version_string);
        let runs = if note.is_some() || is_yolov5(&weights)? { Runs::Classic } else { Runs::Ultralytics };
        let version = note.unwrap_or_else(|| name_of(&detector));
        let usual = if version.contains("1000") { 0.3 } else { 0.2 };
        let options = Options {
            low_thresholds: runs == Runs::Classic || settings.threshold.is_some(),
            ..settings.detector_options()
        };
        let threshold = settings.threshold.unwrap_or(usual);
        Ok(Self { weights, settings: Settings { version, threshold, runs, options } })
    }

    pub(super) fn version(&self) -> &str {
        &self.settings.version
    }

    pub(super) fn threshold(&self) -> f64 {
        self.settings.threshold
    }

    pub(super) fn load(self, settings: &ModelSettings, say: &dyn Fn(&str)) -> Result<Pipeline, Failure> {
        say(&format!("loading MegaDetector {}", self.version()));
        let network = detector::open(&self.weights, settings)?;
        megadetector::model(network, self.settings, video::media(settings))
            .map(|model| Pipeline::Detector(Box::new(model)))
            .map_err(network::do_not_fit)
    }
}

fn is_yolov5(weights: &WeightsFile) -> Result<bool, Failure> {
    Ok(matches!(weights.build(&BuildOptions::default())?.head, Head::Yolov5(_)))
}

/// `v5a.0.0` of `md_v5a.0.0.pt`; `6.0` of what is called MDV6, as Biowatch has it.
fn name_of(file: &Path) -> String {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    if stem.to_ascii_lowercase().starts_with("mdv6") {
        return SCRIPT_VERSION.to_owned();
    }
    stem.strip_prefix("md_").map(str::to_owned).unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_from_file_names() {
        for (file, version) in
            [("x/md_v5a.0.0.pt", "v5a.0.0"), ("MDV6-yolov10-e-1280.pt", "6.0"), ("mine.pt", "mine")]
        {
            assert_eq!(name_of(Path::new(file)), version);
        }
    }
}
