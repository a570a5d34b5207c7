//! MegaDetector, every generation: boxes of animals, people and vehicles, and the strongest one decides.
//!
//! Biowatch serves version 6 the way ultralytics runs it. The MegaDetector package runs all of them in its own way, which
//! came from YOLOv5. Either way can be chosen for either network, and either form of row.

use crate::decode::Manner;
use crate::detector_model::{
    Detector, DetectorModel, DetectorNetwork, Form, OpenDetectorModelError, Options, Rules,
};
use crate::media::Media;

/// Whose letterbox, suppression and way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// As ultralytics, and so Biowatch's server.
    Ultralytics,
    /// As the MegaDetector package by default.
    Classic,
    /// As the MegaDetector package in its mode "modern".
    Modern,
}

/// What decides the rows beside the network.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The model's version, as rows carry it.
    pub version: String,
    /// Least confidence of the box that decides, 0..=1; 0.2 in Biowatch.
    pub threshold: f64,
    /// Whose letterbox, suppression and way back.
    pub runs: Runs,
    /// What is done better than the reference.
    pub options: Options,
}

impl Default for Settings {
    /// What Biowatch serves.
    fn default() -> Self {
        let (version, runs) = ("6.0".to_owned(), Runs::Ultralytics);
        Self { version, threshold: 0.2, runs, options: Options::default() }
    }
}

/// Boxes must be surer than this: ultralytics' default, whatever lower threshold is asked for.
const LEAST_CONFIDENCE: f32 = 0.25;
/// Boxes that the MegaDetector package writes must be surer than this.
const LEAST_RECORDED: f32 = 0.005;

/// The model, from its network.
pub fn model(
    network: DetectorNetwork,
    settings: Settings,
    media: Media,
) -> Result<DetectorModel, OpenDetectorModelError> {
    let Settings { version, threshold, runs, options } = settings;
    let least = match options.form {
        Form::MegaDetectorRecords => LEAST_RECORDED,
        Form::Biowatch if options.low_thresholds => LEAST_CONFIDENCE.min(threshold as f32),
        Form::Biowatch => LEAST_CONFIDENCE,
    };
    let (detector, manner) = match runs {
        Runs::Ultralytics => (Detector::ultralytics(network, least), Manner::OpenCv),
        Runs::Classic => (Detector::megadetector_classic(network, least), Manner::MegaDetector),
        Runs::Modern => (Detector::megadetector_modern(network, least), Manner::MegaDetector),
    };
    let (blank, person) = ("blank".to_owned(), "homo sapiens".to_owned());
    let rules = Rules { version, blank, threshold, person, manner };
    DetectorModel::new(Some(detector), None, None, rules, options, media)
}
