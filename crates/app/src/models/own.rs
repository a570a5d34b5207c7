//! A model of one's own: a folder with `biowatch-model.json` and the files it names.

mod check;
mod classifier;
mod detector;
mod folder;
mod onnx;
pub(crate) mod program;

use std::path::Path;

use biowatch_contract::manifest::{self, Body, Manifest, Networks, Server};
use biowatch_vision::decode::Manner;
use biowatch_vision::detector_model::{DetectorModel, Rules};
use biowatch_vision::pipeline::Pipeline;
use sha2::{Digest, Sha256};

pub(crate) use self::check::{check, sentence};
use self::folder::{Folder, Labels};
use super::{network, video};
use crate::exit::{Exit, Failure};
use crate::settings::ModelSettings;

/// Where the manifest is explained.
const PAGE: &str = "docs/bring-your-own-model.md explains the file, docs/model.schema.json helps editors";

/// Whether the folder holds a model of one's own.
pub(crate) fn is_here(folder: &Path) -> bool {
    folder.join(manifest::FILE_NAME).is_file()
}

/// A folder whose small files are read. The networks are not built yet.
pub(crate) struct Opened<'a> {
    folder: Folder,
    manifest: Manifest,
    /// Tells manifests apart that differ in anything.
    digest: String,
    detector_labels: Option<Vec<String>>,
    classifier_labels: Option<Vec<String>>,
    settings: &'a ModelSettings,
}

impl<'a> Opened<'a> {
    /// Reads the manifest in `folder` and the names of classes it points to.
    pub(crate) fn open(folder: &Path, settings: &'a ModelSettings) -> Result<Self, Failure> {
        Self::judge(folder, settings).map_err(|problems| refusal(folder, &problems))
    }

    /// As [`Self::open`], with all that is wrong, a sentence each.
    pub(crate) fn judge(folder: &Path, settings: &'a ModelSettings) -> Result<Self, Vec<String>> {
        let folder = Folder::open(folder).map_err(|problem| vec![problem])?;
        let bytes = folder.manifest().map_err(|problem| vec![problem])?;
        let manifest = manifest::parse(&bytes)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        let mut problems = Vec::new();
        let (mut detector_labels, mut classifier_labels) = (None, None);
        if let Body::Networks(networks) = &manifest.body {
            let mut names = |key, labels: Option<&Labels>| {
                let names = labels.map(|labels| folder.labels(key, labels)).transpose();
                names.unwrap_or_else(|problem| {
                    problems.push(problem);
                    None
                })
            };
            let detector = networks.detector.as_ref();
            let classifier = networks.classifier.as_ref();
            detector_labels =
                names("detector.labels", detector.and_then(|detector| detector.labels.as_ref()));
            classifier_labels = names("classifier.labels", classifier.map(|classifier| &classifier.labels));
            let weights = [
                detector.map(|detector| ("detector.weights", &detector.weights)),
                classifier.map(|classifier| ("classifier.weights", &classifier.weights)),
            ];
            for (key, name) in weights.into_iter().flatten() {
                problems.extend(folder.file(key, name).err());
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let digest = Sha256::digest(&bytes).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { folder, manifest, digest, detector_labels, classifier_labels, settings })
    }

    /// The manifest.
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The program that is the model, where it is one.
    pub(crate) fn server(&self) -> Option<&Server> {
        match &self.manifest.body {
            Body::Server(server) => Some(server),
            Body::Networks(_) => None,
        }
    }

    /// The model's name in what decides the content of its rows: another manifest is another model.
    pub(crate) fn row_name(&self) -> String {
        format!("{} (manifest {})", self.manifest.id, self.digest)
    }

    /// The model's version, as rows carry it.
    pub(crate) fn version(&self) -> &str {
        &self.manifest.version
    }

    /// Starts the program that is the model; `None` where it is none.
    pub(crate) fn start(&self, say: &dyn Fn(&str)) -> Option<Result<program::Running, Failure>> {
        let server = self.server()?;
        Some(program::Running::start(server, self.folder.path(), self.version(), say))
    }

    /// Builds the networks and tries them on an empty picture. `say` hears what goes on.
    pub(crate) fn load(self, say: &dyn Fn(&str)) -> Result<Pipeline, Failure> {
        say(&format!("loading {} {}", self.manifest.id, self.manifest.version));
        let model = self.build().map_err(first)?;
        Ok(Pipeline::Detector(Box::new(model)))
    }

    /// The model, or all that is in the way; at least one thing.
    fn build(self) -> Result<DetectorModel, Vec<Failure>> {
        let Body::Networks(networks) = self.manifest.body else {
            let text = "this model is a program of its own, which is started and not loaded";
            return Err(vec![Failure::message(Exit::ModelRefused, text)]);
        };
        let Networks { detector, classifier, rules } = *networks;
        let options = network::options(self.settings);
        let cache = self.settings.cache.as_deref();
        let threshold = self
            .settings
            .threshold
            .or(rules.threshold)
            .or(detector.as_ref().map(|detector| detector.confidence));
        let open = |described| detector::open(&self.folder, described, self.detector_labels, &options, cache);
        let found = detector.map(open).transpose();
        let manner = if matches!(found, Ok(Some(_))) { Manner::OpenCv } else { Manner::Pillow };
        let open = |described| {
            let labels = self.classifier_labels.unwrap_or_default();
            classifier::open(&self.folder, described, labels, &options, cache)
        };
        let named = classifier.map(open).transpose();
        let (found, named) = match (found, named) {
            (Ok(found), Ok(named)) => (found, named),
            (found, named) => return Err(found.err().into_iter().chain(named.err()).collect()),
        };
        let rules = Rules {
            version: self.manifest.version,
            blank: rules.blank,
            threshold: threshold.unwrap_or_default(),
            person: rules.person,
            manner,
        };
        let (answers, media) = (self.settings.detector_options(), video::media(self.settings));
        let refused = |error: String| {
            vec![Failure::message(Exit::ModelRefused, error).hint(format!("change the manifest: {PAGE}"))]
        };
        let mut model = DetectorModel::new(found, named, None, rules, answers, media)
            .map_err(|error| refused(error.to_string()))?;
        model.rehearse().map_err(|error| refused(error.to_string()))?;
        Ok(model)
    }
}

fn first(failures: Vec<Failure>) -> Failure {
    let unnamed = || Failure::message(Exit::ModelRefused, "the model cannot be built");
    failures.into_iter().next().unwrap_or_else(unnamed)
}

/// One failure for all that is wrong.
fn refusal(folder: &Path, problems: &[String]) -> Failure {
    let file = folder.join(manifest::FILE_NAME);
    let text = match problems {
        [one] => format!("`{}`: {one}", file.display()),
        many => {
            let list: Vec<_> = many.iter().map(|problem| format!("\n  - {problem}")).collect();
            format!("`{}` describes no model:{}", file.display(), list.concat())
        }
    };
    Failure::message(Exit::ModelRefused, text).hint(PAGE)
}
