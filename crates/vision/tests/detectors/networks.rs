//! From the goldens' checkpoints to sessions, and to models.

use std::path::{Path, PathBuf};

use biowatch_vision::boxes::{AnchorFreeHead, Yolov5Head};
use biowatch_vision::deepfaune::{self, Version};
use biowatch_vision::detector_model::{self, DetectorNetwork, Options};
use biowatch_vision::manas;
use biowatch_vision::media::Media;
use biowatch_vision::megadetector;
use biowatch_vision::pipeline::Pipeline;
use biowatch_vision::session::{Graph, Session};
use biowatch_weights::{Head, Limits, class_names};

use crate::engine::{Engine, open};
use crate::{ffmpeg, goldens};

fn at(path: &str) -> PathBuf {
    goldens::folder().join(path)
}

pub(crate) fn detector(path: &str, engine: Engine) -> DetectorNetwork {
    let (session, head) = open(&at(path), engine);
    match head {
        Head::AnchorFree(head) => DetectorNetwork {
            session,
            head: detector_model::Head::AnchorFree(AnchorFreeHead {
                strides: head.strides,
                bins: head.bins,
                classes: head.names.len(),
                end_to_end: head.end_to_end,
            }),
            names: head.names,
            image_size: head.image_size.unwrap(),
        },
        Head::Yolov5(head) => DetectorNetwork {
            session,
            head: detector_model::Head::Yolov5(Yolov5Head {
                strides: head.strides,
                anchors: head.anchors,
                classes: head.names.len(),
            }),
            names: head.names,
            image_size: 1280,
        },
        other => panic!("{path} is no detector: {other:?}"),
    }
}

/// Reads videos, with or without the reference's JPEGs in between.
pub(crate) fn media(compat_jpeg_frames: bool) -> Media {
    Media { video: ffmpeg::settings(compat_jpeg_frames), ..Media::default() }
}

const VIT: &str = "deepfaune/model/deepfaune-vit_large_patch14_dinov2.lvd142m.v3.pt";

/// DeepFaune's, of 34 classes.
pub(crate) fn classifier(engine: Engine) -> Session {
    open(&at(VIT), engine).0
}

/// A bird head for the miniature classifier.
pub(crate) fn birds() -> Session {
    let graph = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/detectors/birds.onnx");
    Session::open(Graph::File(graph), &Engine::BuiltIn.options()).unwrap()
}

pub(crate) fn deepfaune(engine: Engine, options: Options, media: Media) -> Pipeline {
    let (classifier, head) = open(&at(VIT), engine);
    let Head::Logits { classes, .. } = head else { panic!("the classifier has another head") };
    let networks = deepfaune::Networks {
        detector: detector("deepfaune/model/MDV6-yolov10x.pt", engine),
        classifier,
        birds: None,
    };
    let version = Version::of_classes(classes).unwrap();
    Pipeline::Detector(Box::new(deepfaune::model(version, networks, options, media).unwrap()))
}

pub(crate) fn manas(engine: Engine, form: &str, media: Media) -> Pipeline {
    let (classifier, _) = open(&at(&format!("manas/model/classifier_{form}.pt")), engine);
    let detector = detector("manas/model/MDV6-yolov10x.pt", engine);
    let classes = class_names(&at("manas/model/classes_list_protocol4.pickle"), &Limits::default()).unwrap();
    let networks = manas::Networks { detector, classifier };
    Pipeline::Detector(Box::new(manas::model(networks, classes, Options::default(), media).unwrap()))
}

pub(crate) fn megadetector(
    engine: Engine,
    path: &str,
    settings: megadetector::Settings,
    media: Media,
) -> Pipeline {
    let network = detector(path, engine);
    Pipeline::Detector(Box::new(megadetector::model(network, settings, media).unwrap()))
}
