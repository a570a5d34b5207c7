//! From the package's checkpoints to sessions, and to a model.

use std::path::Path;

use biowatch_vision::boxes::Yolov5Head;
use biowatch_vision::pipeline::Pipeline;
use biowatch_vision::session::{EngineChoice, Graph, Libraries, Session, SessionOptions};
use biowatch_vision::speciesnet::package::Limits;
use biowatch_vision::speciesnet::{Classifier, Detector, Package, Settings, SpeciesNet};
use biowatch_weights::{Checkpoint, Head, build};

use crate::goldens;

/// What computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    BuiltIn,
    OnnxRuntime,
}

impl Engine {
    fn options(self) -> SessionOptions {
        let (engine, named) = match self {
            Self::BuiltIn => (EngineChoice::BuiltIn, None),
            Self::OnnxRuntime => {
                (EngineChoice::OnnxRuntime, std::env::var_os("BIOWATCH_ONNXRUNTIME").map(Into::into))
            }
        };
        let libraries = Libraries { named, ..Libraries::default() };
        SessionOptions { engine, libraries, ..SessionOptions::default() }
    }
}

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

fn open(checkpoint: &Path, engine: Engine) -> (Session, Head) {
    let checkpoint = Checkpoint::open(checkpoint, &biowatch_weights::Limits::default()).unwrap();
    let network = build(&checkpoint).unwrap();
    let session = Session::open(Graph::Bytes(network.to_onnx().unwrap()), &engine.options()).unwrap();
    (session, network.head)
}

/// Joins a package with its networks.
pub(crate) fn join(package: Package, engine: Engine, settings: Settings) -> Pipeline {
    let (detector, classifier) = networks(&package, engine);
    Pipeline::SpeciesNet(Box::new(SpeciesNet::new(package, detector, classifier, settings).unwrap()))
}
