//! SpeciesNet: a package folder, its two checkpoints, and the pipeline that runs them.

use std::path::Path;
use std::thread;

use biowatch_vision::boxes;
use biowatch_vision::pipeline::Pipeline;
use biowatch_vision::session::{Session, SessionOptions};
use biowatch_vision::speciesnet::package::{Limits, Package, PackageError};
use biowatch_vision::speciesnet::place::{Place, PlaceError};
use biowatch_vision::speciesnet::{self, Classifier, Detector, Format, PerAnimal, SpeciesNet};
use biowatch_weights::{BuildOptions, Head, Prefer};

use super::weights_file::WeightsFile;
use super::{network, video};
use crate::cli::Answers;
use crate::exit::{Exit, Failure};
use crate::results::{self, RowSettings};
use crate::settings::ModelSettings;

/// SpeciesNet's own loader takes `model`, whatever else a checkpoint holds.
const AS_TRAINED_LAST: BuildOptions = BuildOptions { image_size: None, prefer: Prefer::Model };

/// What to do with a package that is not whole.
const GET_IT_AGAIN: &str =
    "copy or download the model again; `biowatch weights inspect` looks into its .pt files";

/// The place that was typed.
pub(crate) fn place(settings: &ModelSettings) -> Result<Place, Failure> {
    Place::parse(settings.country.as_deref(), settings.admin1_region.as_deref()).map_err(|error| {
        let hint = match &error {
            PlaceError::Country { .. } => "leave `--country` out to predict without geofencing",
            PlaceError::Region { .. } | PlaceError::RegionAlone(_) => {
                "leave `--admin1-region` out to geofence by country alone"
            }
        };
        Failure::new(Exit::UnknownCountry, error).hint(hint)
    })
}

/// A package whose small files are read. The networks are not built yet.
pub(crate) struct Opened<'a> {
    package: Package,
    place: Place,
    settings: &'a ModelSettings,
}

impl<'a> Opened<'a> {
    /// Reads the package in `folder`.
    pub(crate) fn open(folder: &Path, settings: &'a ModelSettings) -> Result<Self, Failure> {
        let place = place(settings)?;
        let package = Package::open(folder, &Limits::default()).map_err(refused)?;
        Ok(Self { package, place, settings })
    }

    /// What decides the content of this model's rows.
    pub(crate) fn row_settings(&self) -> RowSettings {
        RowSettings {
            model: "speciesnet".to_owned(),
            model_version: self.package.version.clone(),
            country: self.place.country.map(|country| country.to_string()),
            admin1_region: self.place.admin1_region.map(|region| region.to_string()),
            geofence: self.settings.geofence,
            answer_per: self.settings.answer_per.word().to_owned(),
            precision: self.settings.engine.precision.to_string(),
            options: self.settings.options.words().join(", "),
            sample_fps: results::USUAL_SAMPLE_FPS,
        }
    }

    /// Builds both networks, side by side, and joins them to a pipeline. `say` hears what goes on.
    pub(crate) fn load(self, say: &dyn Fn(&str)) -> Result<Pipeline, Failure> {
        say(&format!("loading SpeciesNet {}", self.package.version));
        let options = network::options(self.settings);
        let cache = self.settings.cache.as_deref();
        let (detector, classifier) = thread::scope(|scope| {
            let classifier = scope.spawn(|| classifier(&self.package.classifier, &options, cache));
            let detector = detector(&self.package.detector, &options, cache);
            (detector, classifier.join().unwrap_or_else(|_| Err(network::died())))
        });
        let settings = speciesnet::Settings {
            place: self.place,
            geofence: self.settings.geofence,
            format: match self.settings.answer_per {
                Answers::Photo => Format::FirstGeneration,
                Answers::Animal => Format::PerAnimal(PerAnimal::default()),
            },
            media: video::media(self.settings),
        };
        let model = SpeciesNet::new(self.package, detector?, classifier?, settings)
            .map_err(|error| Failure::new(Exit::ModelRefused, error).hint(GET_IT_AGAIN))?;
        Ok(Pipeline::SpeciesNet(Box::new(model)))
    }
}

fn refused(error: PackageError) -> Failure {
    match &error {
        PackageError::NoFolder(_) => Failure::new(Exit::ModelNotFound, error),
        _ => Failure::new(Exit::ModelRefused, error),
    }
    .hint(GET_IT_AGAIN)
}

fn detector(file: &Path, options: &SessionOptions, cache: Option<&Path>) -> Result<Detector, Failure> {
    let (session, head) = network::open(&WeightsFile::open(file)?, &AS_TRAINED_LAST, options, cache)?;
    match head {
        Head::Yolov5(head) => {
            let classes = head.names.len();
            Ok(Detector {
                session,
                head: boxes::Yolov5Head { strides: head.strides, anchors: head.anchors, classes },
            })
        }
        _ => Err(network::another(file, "a YOLOv5 detector")),
    }
}

fn classifier(file: &Path, options: &SessionOptions, cache: Option<&Path>) -> Result<Classifier, Failure> {
    let (session, head): (Session, Head) =
        network::open(&WeightsFile::open(file)?, &AS_TRAINED_LAST, options, cache)?;
    match head {
        Head::Logits { classes, .. } => Ok(Classifier { session, classes }),
        _ => Err(network::another(file, "an image classifier")),
    }
}
