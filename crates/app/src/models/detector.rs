//! A checkpoint of a detector, opened as the pipelines take it.

use biowatch_vision::boxes::{AnchorFreeHead, Yolov5Head};
use biowatch_vision::detector_model::{DetectorNetwork, Head};
use biowatch_weights::{BuildOptions, Head as BuiltHead, MegadetectorInfo};

use super::network;
use super::weights_file::WeightsFile;
use crate::exit::{Exit, Failure};
use crate::settings::ModelSettings;

/// Sizes of pictures that are believed, in pixels.
const SIDES: std::ops::RangeInclusive<usize> = 32..=4096;
/// What ultralytics takes where a checkpoint says nothing.
const ULTRALYTICS_SIDE: usize = 640;
/// What the MegaDetector package takes where a YOLOv5 checkpoint says nothing.
const MEGADETECTOR_SIDE: usize = 1280;

/// The network in `weights`.
pub(super) fn open(weights: &WeightsFile, settings: &ModelSettings) -> Result<DetectorNetwork, Failure> {
    let file = weights.path();
    let note = note(weights)?.and_then(|note| note.image_size);
    let (session, head) = network::open(
        weights,
        &BuildOptions::default(),
        &network::options(settings),
        settings.cache.as_deref(),
    )?;
    let (head, names, image_size) = match head {
        BuiltHead::Yolov5(head) => {
            let classes = head.names.len();
            let numbers = Yolov5Head { strides: head.strides, anchors: head.anchors, classes };
            (Head::Yolov5(numbers), head.names, note.unwrap_or(MEGADETECTOR_SIDE))
        }
        BuiltHead::AnchorFree(head) => {
            let numbers = AnchorFreeHead {
                strides: head.strides,
                bins: head.bins,
                classes: head.names.len(),
                end_to_end: head.end_to_end,
            };
            let side = note.or(head.image_size).unwrap_or(ULTRALYTICS_SIDE);
            (Head::AnchorFree(numbers), head.names, side)
        }
        _ => return Err(network::another(file, "a detector")),
    };
    if !SIDES.contains(&image_size) {
        let text = format!(
            "`{}` asks for pictures of {image_size} pixels, expected from {} to {}",
            file.display(),
            SIDES.start(),
            SIDES.end()
        );
        return Err(Failure::message(Exit::ModelRefused, text)
            .hint("the file is damaged or not what it is called: download it again"));
    }
    Ok(DetectorNetwork { session, head, names, image_size })
}

/// What MegaDetector's newer files say of themselves.
pub(super) fn note(weights: &WeightsFile) -> Result<Option<MegadetectorInfo>, Failure> {
    let note = weights.checkpoint().megadetector_info();
    note.map_err(|error| network::refused(weights.path(), error))
}
