//! The detector of a model of one's own.

use std::path::Path;

use biowatch_contract::manifest::{self, ChannelOrder, DetectorFit, HeadKind};
use biowatch_vision::boxes::{self, DecodedForm, DecodedHead, Suppression};
use biowatch_vision::detector_model::{Colours, Detector, Fit, Head};
use biowatch_vision::letterbox::Frame;
use biowatch_vision::session::{Session, SessionOptions};
use biowatch_weights::{self as weights, BuildOptions};

use super::super::network;
use super::super::weights_file::WeightsFile;
use super::folder::Folder;
use super::onnx::{self, describe, may_be, mismatch};
use crate::exit::{Exit, Failure};

/// Side of the pictures where neither the manifest nor the file says one: what the YOLO families are made for.
const USUAL_SIDE: usize = 640;

/// A network and what its file says of it.
struct Network {
    session: Session,
    head: Head,
    names: Vec<String>,
    side: Option<usize>,
}

/// Opens the network and prepares it as described.
pub(super) fn open(
    folder: &Folder,
    described: manifest::Detector,
    labels: Option<Vec<String>>,
    options: &SessionOptions,
    cache: Option<&Path>,
) -> Result<Detector, Failure> {
    let refused = |text| Failure::message(Exit::ModelRefused, text);
    let file = folder.file("detector.weights", &described.weights).map_err(refused)?;
    let network = if onnx::is_onnx(&described.weights) {
        let names = labels.unwrap_or_default();
        let head = Head::Decoded(DecodedHead { form: form(described.head), classes: names.len() });
        Network { session: onnx::open(&file, options)?, head, names, side: None }
    } else {
        checkpoint(&file, labels, options, cache)?
    };
    for (key, names) in [("animal", &described.animal), ("person", &described.person)] {
        let strange = names.iter().find(|name| *name != key && !network.names.contains(name));
        if let Some(name) = strange {
            let text = format!("\"{name}\" is not among the detector's labels: {}", network.names.join(", "));
            return Err(mismatch(&format!("detector.{key}"), text));
        }
    }
    let fit = fit(&described, &network)?;
    Ok(Detector {
        session: network.session,
        head: network.head,
        names: network.names,
        fit,
        colours: Colours {
            mean: described.mean,
            std: described.std,
            blue_first: described.channels == ChannelOrder::Bgr,
        },
        animals: described.animal,
        people: described.person,
        least_confidence: described.confidence as f32,
        suppression: Suppression {
            max_overlap: described.overlap,
            kept: described.most_boxes,
            ..Suppression::ULTRALYTICS
        },
    })
}

/// `auto` does not get here: the manifest must say what an ONNX file is.
fn form(head: HeadKind) -> DecodedForm {
    match head {
        HeadKind::Yolov5 => DecodedForm::Objectness,
        HeadKind::Yolov8 | HeadKind::Auto => DecodedForm::ClassScores,
        HeadKind::EndToEnd => DecodedForm::Final,
    }
}

fn checkpoint(
    file: &Path,
    labels: Option<Vec<String>>,
    options: &SessionOptions,
    cache: Option<&Path>,
) -> Result<Network, Failure> {
    let (session, head) = network::open(&WeightsFile::open(file)?, &BuildOptions::default(), options, cache)?;
    let (head, own, side) = match head {
        weights::Head::Yolov5(head) => {
            let classes = head.names.len();
            let read = boxes::Yolov5Head { strides: head.strides, anchors: head.anchors, classes };
            (Head::Yolov5(read), head.names, None)
        }
        weights::Head::AnchorFree(head) => {
            let read = boxes::AnchorFreeHead {
                strides: head.strides,
                bins: head.bins,
                classes: head.names.len(),
                end_to_end: head.end_to_end,
            };
            (Head::AnchorFree(read), head.names, head.image_size)
        }
        _ => {
            let text = format!("`{}` holds another network than a detector", file.display());
            return Err(mismatch("detector.weights", text));
        }
    };
    if let Some(labels) = labels.as_ref().filter(|labels| labels.len() != own.len()) {
        let text = format!(
            "{} names are given, and the network has {} classes: {}",
            labels.len(),
            own.len(),
            own.join(", ")
        );
        return Err(mismatch("detector.labels", text));
    }
    Ok(Network { session, head, names: labels.unwrap_or(own), side })
}

/// How pictures are fitted into what the network takes.
fn fit(described: &manifest::Detector, network: &Network) -> Result<Fit, Failure> {
    let shape = network.session.input_shape();
    let &[batch, channels, rows, columns] = shape else { return Err(other_input(described, shape)) };
    if !may_be(batch, 1) || !may_be(channels, 3) {
        return Err(other_input(described, shape));
    }
    let name = &described.weights;
    let fixed = rows.is_some() || columns.is_some();
    let side = network.side.unwrap_or(USUAL_SIDE);
    let [height, width] = described.size.unwrap_or([rows.unwrap_or(side), columns.unwrap_or(side)]);
    if !may_be(rows, height) || !may_be(columns, width) {
        let wanted =
            [rows, columns].map(|extent| extent.map_or("any".to_owned(), |extent| extent.to_string()));
        let text = format!(
            "`{name}` takes pictures of {} rows and {} columns only, and the manifest says {height} and {width}: leave \
             the key out",
            wanted[0], wanted[1]
        );
        return Err(mismatch("detector.size", text));
    }
    match described.fit {
        Some(DetectorFit::Rectangle) if fixed => {
            let text = format!(
                "\"rectangle\" needs a network that takes any size, and `{name}` takes {} only: use \"square\"",
                describe(shape)
            );
            Err(mismatch("detector.fit", text))
        }
        Some(DetectorFit::Stretch) => Ok(Fit::Stretch { width, height }),
        Some(DetectorFit::Square) => Ok(Fit::Exact { width, height }),
        None if fixed || height != width => Ok(Fit::Exact { width, height }),
        None | Some(DetectorFit::Rectangle) => {
            let stride = described.stride;
            let side = height.max(1).next_multiple_of(stride.max(1));
            Ok(Fit::Ultralytics(Frame { side, stride: Some(stride) }))
        }
    }
}

fn other_input(described: &manifest::Detector, shape: &[Option<usize>]) -> Failure {
    let text = format!(
        "`{}` takes an input of the shape {}, expected [1, 3, rows, columns]: export it with a batch of 1 and the \
         channels first",
        described.weights,
        describe(shape)
    );
    mismatch("detector.weights", text)
}
