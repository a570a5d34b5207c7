//! YOLO detectors as their trainers pickle them: YOLOv3 and v5 of the yolov5 code, YOLOv5u, v8, v9, v10 and 11 of
//! ultralytics, YOLOv9 of its own code.
//!
//! Nothing is looked up in a table of model sizes. `model.model` lists the layers; each says by `f` where its
//! input comes from (-1: the layer before; else an index; a list for several), and every width and stride is
//! read from the module itself. Classes are told by the last part of their name: module paths move between versions.
//! The outputs are the raw maps of the head's last convolutions.

mod anchor_free_head;
mod anchor_head;
mod attention;
mod blocks;
mod labels;
mod wiring;
mod yolo11;
mod yolov10;
mod yolov5;
mod yolov8;
mod yolov9;

use blocks::Output;
use wiring::Wiring;

use crate::architectures::LayerError;
use crate::architectures::torch_nn::{self, class_name, full_class_name};
use crate::checkpoint::Checkpoint;
use crate::network::{Head, Prefer};
use crate::onnx::graph::Graph;
use crate::pickle::{Kind, View};

/// Classes a detector may have.
const MAX_CLASSES: usize = 10_000;

/// The model of a checkpoint: of `ema` and `model` the preferred one that is there, else the root.
pub(crate) fn model(root: View<'_>, prefer: Prefer) -> View<'_> {
    let present = |name: &str| root.attr(name).filter(|value| !value.is_none());
    let [first, second] = match prefer {
        Prefer::Ema => ["ema", "model"],
        Prefer::Model => ["model", "ema"],
    };
    present(first).or_else(|| present(second)).unwrap_or(root)
}

/// The model of a checkpoint, if it is one of these.
pub(crate) fn find(root: View<'_>, prefer: Prefer) -> Option<View<'_>> {
    const CLASSES: [&str; 3] = ["Model", "DetectionModel", "YOLOv10DetectionModel"];
    let model = model(root, prefer);
    let known = matches!(model.kind(), Kind::Object(_)) && CLASSES.contains(&class_name(model));
    known.then_some(model)
}

/// Builds the graph of `model`: `images` `[1, 3, height, width]` to `level0`, `level1`, ...
pub(crate) fn build<'c>(
    graph: &mut Graph<'c>,
    checkpoint: &Checkpoint,
    model: View<'c>,
) -> Result<Head, LayerError> {
    graph.enter("model", &full_class_name(model))?;
    let layers = wiring::in_order(torch_nn::child(model, "model")?)?;
    let shape =
        vec![graph.dims.fixed(1), graph.dims.fixed(3), graph.dims.named("height"), graph.dims.named("width")];
    let images = graph.input("images", shape);

    let count = layers.len();
    let mut wiring = Wiring::new(model, count, images);
    for (index, layer) in layers.into_iter().enumerate() {
        graph.enter(&index.to_string(), &full_class_name(layer))?;
        let inputs = wiring.inputs(index, layer)?;
        if let Some(head) = head(graph, checkpoint, model, layer, &inputs) {
            let head = head?;
            if index + 1 != count {
                return Err(LayerError::Unsupported {
                    what: "a head before the last layer",
                    found: index.to_string(),
                });
            }
            graph.leave();
            graph.leave();
            return Ok(head);
        }
        let output = blocks::layer(graph, layer, &inputs)?;
        graph.leave();
        wiring.push(output);
    }
    Err(LayerError::Field { field: "model", expected: "a last layer of class Detect", found: "none".into() })
}

/// The head, if the layer is one. A `Detect` with anchors is YOLOv5's, one without is of the later families.
fn head<'c>(
    graph: &mut Graph<'c>,
    checkpoint: &Checkpoint,
    model: View<'c>,
    layer: View<'c>,
    inputs: &[Output],
) -> Option<Result<Head, LayerError>> {
    let anchored =
        || ["cv2", "one2one_cv2"].iter().all(|name| torch_nn::optional_child(layer, name).is_none());
    let maps = || inputs.iter().map(blocks::one_map).collect::<Result<Vec<_>, _>>();
    Some(match class_name(layer) {
        "Detect" if anchored() => maps().and_then(|inputs| {
            anchor_head::build(graph, checkpoint, model, layer, &inputs).map(Head::Yolov5)
        }),
        "Detect" | "DDetect" | "v10Detect" => maps().and_then(|inputs| {
            anchor_free_head::build(graph, checkpoint, model, layer, &inputs).map(Head::AnchorFree)
        }),
        _ => return None,
    })
}

/// A number of things in a field, from 1 to `limit`.
fn count(module: View<'_>, field: &'static str, limit: usize) -> Result<usize, LayerError> {
    let found = torch_nn::int(module, field)?;
    usize::try_from(found).ok().filter(|count| (1..=limit).contains(count)).ok_or_else(|| LayerError::Field {
        field,
        expected: "a sensible number, at least 1",
        found: found.to_string(),
    })
}
