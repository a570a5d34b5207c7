//! SpeciesNet: a detector finds animals, people and vehicles, a classifier names them, an ensemble settles
//! on one answer.

mod answer;
mod classifier;
mod detector;
pub mod ensemble;
pub mod geofence;
pub mod info;
mod judge;
pub mod label;
pub mod package;
mod photo;
pub mod place;
pub mod taxonomy;

use std::path::PathBuf;

use biowatch_contract::EngineInfo;
use thiserror::Error;

pub use classifier::Classifier;
pub use detector::Detector;
pub use package::Package;
pub use place::Place;

use crate::media::Media;
use judge::Judge;

/// Most classes the detector may have: [`ensemble::Subject`] has no word for more.
const MOST_SUBJECTS: usize = 3;

/// What the networks were opened for.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the photos were taken; echoed in the rows.
    pub place: Place,
    /// Whether to heed the package's rules about countries; on by default.
    pub geofence: bool,
    /// The form of the rows.
    pub format: Format,
    /// How files are read.
    pub media: Media,
}

impl Default for Settings {
    fn default() -> Self {
        Self { place: Place::default(), geofence: true, format: Format::default(), media: Media::default() }
    }
}

/// The form of the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Format {
    /// speciesnet 5.0.0 to 5.0.5, and what Biowatch reads: one answer for the photo, from its best box.
    #[default]
    FirstGeneration,
    /// speciesnet 5.0.6, format `20261015`: an answer for each box.
    PerAnimal(PerAnimal),
}

/// Which boxes are classified, and how much is told of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PerAnimal {
    /// Least confidence of a box that is classified, 0..=1; default 0.1.
    pub least_confidence: f64,
    /// Most boxes of a photo that are classified, most confident first; default all.
    pub max_boxes_per_image: Option<usize>,
    /// Most classes shown for a box; default 2, `None` shows five. The ensemble always weighs five.
    pub max_classes_per_detection: Option<usize>,
}

impl Default for PerAnimal {
    fn default() -> Self {
        Self { least_confidence: 0.1, max_boxes_per_image: None, max_classes_per_detection: Some(2) }
    }
}

/// Why package and networks do not belong together.
#[derive(Debug, Error)]
pub enum OpenSpeciesNetError {
    /// A class without a name, or a name without a class.
    #[error(
        "`{}` names {labels} classes, but the classifier has {classes}: they belong to different models",
        .file.display()
    )]
    Labels {
        /// The labels file.
        file: PathBuf,
        /// Labels in it.
        labels: usize,
        /// Outputs of the classifier.
        classes: usize,
    },
    /// Not SpeciesNet's detector.
    #[error("the detector tells {0} kinds of objects apart, expected animal, person and vehicle")]
    Detector(usize),
}

/// The model, ready to predict.
pub struct SpeciesNet {
    detector: Detector,
    classifier: Classifier,
    judge: Judge,
    media: Media,
}

impl SpeciesNet {
    /// Joins a package and its two networks.
    pub fn new(
        package: Package,
        detector: Detector,
        classifier: Classifier,
        settings: Settings,
    ) -> Result<Self, OpenSpeciesNetError> {
        let (labels, classes) = (package.labels.len(), classifier.classes);
        if labels != classes {
            return Err(OpenSpeciesNetError::Labels { file: package.labels_file, labels, classes });
        }
        if !(1..=MOST_SUBJECTS).contains(&detector.head.classes) {
            return Err(OpenSpeciesNetError::Detector(detector.head.classes));
        }
        let judge = Judge {
            version: package.version,
            kind: package.kind,
            labels: package.labels,
            taxonomy: package.taxonomy,
            geofence: settings.geofence.then_some(package.geofence),
            place: settings.place,
            format: settings.format,
        };
        Ok(Self { detector, classifier, judge, media: settings.media })
    }

    /// The model's version, as rows carry it.
    pub fn version(&self) -> &str {
        &self.judge.version
    }

    /// Names of the options in force that make rows differ from the reference's; how the place and the form of rows
    /// were chosen is not among them.
    pub fn options(&self) -> Vec<String> {
        self.media.video.names().map(str::to_owned).collect()
    }

    /// What computes; the detector does nine tenths of it.
    pub fn engine(&self) -> &EngineInfo {
        self.detector.session.engine()
    }
}
