//! Which files are meant by what the user typed. Nothing is opened here: see `models`.

use std::path::PathBuf;

/// What the user asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// A folder, a weights file, or the name of an installed model.
    Reference(String),
    /// Weights files, each named by a flag.
    Files(Files),
}

/// A model whose files are known, and not yet opened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Files {
    /// The folder of a package.
    SpeciesNet(PathBuf),
    /// Detector and classifier, and perhaps a bird head.
    DeepFaune(DeepFauneFiles),
    /// Detector, classifier and the names of its classes.
    Manas(ManasFiles),
    /// One detector.
    MegaDetector(MegaDetectorFiles),
    /// The folder of a model of one's own.
    Own(PathBuf),
}

/// DeepFaune's weights.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DeepFauneFiles {
    pub(crate) detector: PathBuf,
    pub(crate) classifier: PathBuf,
    pub(crate) birds: Option<PathBuf>,
}

/// Manas's weights, and the names of its classes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ManasFiles {
    pub(crate) detector: PathBuf,
    pub(crate) classifier: PathBuf,
    pub(crate) classes: PathBuf,
}

/// MegaDetector's weights, and what the script form says of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MegaDetectorFiles {
    pub(crate) detector: PathBuf,
    /// `--detection-confidence-threshold`: to be run as Biowatch's server runs version 6.
    pub(crate) script: Option<f64>,
}

impl Source {
    /// As the user wrote it: `/info` shows it, and messages name it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Reference(reference) => reference.clone(),
            Self::Files(files) => files.id().to_owned(),
        }
    }
}

impl Files {
    /// What `run_deepfaune_server.py` is given.
    pub(crate) fn deepfaune(detector: PathBuf, classifier: PathBuf) -> Self {
        Self::DeepFaune(DeepFauneFiles { detector, classifier, birds: None })
    }

    /// What `run_manas_server.py` is given.
    pub(crate) fn manas(detector: PathBuf, classifier: PathBuf, classes: PathBuf) -> Self {
        Self::Manas(ManasFiles { detector, classifier, classes })
    }

    /// What `run_megadetector_server.py` is given, to be run as that server runs it.
    pub(crate) fn megadetector_as_served(detector: PathBuf, threshold: f64) -> Self {
        Self::MegaDetector(MegaDetectorFiles { detector, script: Some(threshold) })
    }

    /// As Biowatch spells the model.
    pub(crate) fn id(&self) -> &'static str {
        match self {
            Self::SpeciesNet(_) => "speciesnet",
            Self::DeepFaune(_) => "deepfaune",
            Self::Manas(_) => "manas",
            Self::MegaDetector(_) => "megadetector",
            Self::Own(_) => "own",
        }
    }
}
