//! From the package's checkpoints to sessions, and to a model.

use biowatch_vision::boxes::Yolov5Head;
use biowatch_vision::pipeline::Pipeline;
use biowatch_vision::speciesnet::package::Limits;
use biowatch_vision::speciesnet::{Classifier, Detector, Package, Settings, SpeciesNet};
use biowatch_weights::Head;

use crate::engine::{Engine, open};
use crate::goldens;

/// A package of the goldens, `model` or `model-2498`.
pub(crate) fn package(model: &str) -> Package {
    let folder = goldens::folder().join("speciesnet").join(model);
    Package::open(&folder, &Limits::default()).unwrap()
}

/// The networks of a package.
pub(crate) fn networks(package: &Package, engine: Engine) -> (Detector, Classifier) {
    let (session, head) = open(&package.detector, engine);
    let Head::Yolov5(head) = head else { panic!("the detector has another head") };
    let head = Yolov5Head { strides: head.strides, anchors: head.anchors, classes: head.names.len() };
    let detector = Detector { session, head };
    let (session, head) = open(&package.classifier, engine);
    let Head::Logits { classes, .. } = head else { panic!("the classifier has another head") };
    (detector, Classifier { session, classes })
}

/// Joins a package with its networks.
pub(crate) fn join(package: Package, engine: Engine, settings: Settings) -> Pipeline {
    let (detector, classifier) = networks(&package, engine);
    Pipeline::SpeciesNet(Box::new(SpeciesNet::new(package, detector, classifier, settings).unwrap()))
}
