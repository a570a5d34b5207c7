//! The `Detect` of YOLOv8 and later: a box branch and a class branch a level. Of YOLOv10's two sets of branches only
//! the one that finds each animal once is built.

use super::{MAX_CLASSES, blocks, count, labels};
use crate::architectures::LayerError;
use crate::architectures::torch_nn::{self, child, full_class_name, optional_child};
use crate::checkpoint::Checkpoint;
use crate::network::AnchorFreeHead;
use crate::onnx::graph::{Graph, Value};
use crate::pickle::View;

/// Bins a side of a box may be spread over; real heads have 16.
const MAX_BINS: usize = 256;
/// Largest image side that a file is believed.
const MAX_SIDE: i64 = 1 << 16;

/// Adds the outputs `level0`, `level1`, ... and reads strides, bins and names.
pub(super) fn build<'c>(
    graph: &mut Graph<'c>,
    checkpoint: &Checkpoint,
    model: View<'c>,
    detect: View<'c>,
    inputs: &[Value],
) -> Result<AnchorFreeHead, LayerError> {
    let classes = count(detect, "nc", MAX_CLASSES)?;
    let bins = count(detect, "reg_max", MAX_BINS)?;
    check_bins(checkpoint, detect, bins)?;
    let names = labels::names(model, classes)?;
    let end_to_end = optional_child(detect, "one2one_cv2").is_some();
    let [boxes, scores] = if end_to_end { ["one2one_cv2", "one2one_cv3"] } else { ["cv2", "cv3"] };

    let mut maps = Vec::with_capacity(inputs.len());
    for (level, &input) in inputs.iter().enumerate() {
        let sides = branch(graph, detect, boxes, level, input, 4 * bins)?;
        let logits = branch(graph, detect, scores, level, input, classes)?;
        maps.push(graph.concat(&[sides, logits], 1)?);
    }
    for name in [boxes, scores] {
        let levels = torch_nn::children(child(detect, name)?).count();
        if levels != inputs.len() {
            let found = format!("{levels} in {name} for {} inputs", inputs.len());
            return Err(LayerError::Field { field: "cv2, cv3", expected: "a branch for each input", found });
        }
    }
    let strides = labels::strides(graph, checkpoint, detect, &maps)?;
    for (level, &map) in maps.iter().enumerate() {
        graph.output(&format!("level{level}"), map)?;
    }
    Ok(AnchorFreeHead { strides, bins, names, end_to_end, image_size: image_size(checkpoint) })
}

fn branch<'c>(
    graph: &mut Graph<'c>,
    detect: View<'c>,
    name: &'static str,
    level: usize,
    input: Value,
    channels: usize,
) -> Result<Value, LayerError> {
    let branches = child(detect, name)?;
    let number = level.to_string();
    let branch = optional_child(branches, &number).ok_or_else(|| LayerError::Field {
        field: name,
        expected: "branches named by number",
        found: format!("none called {number:?}"),
    })?;
    let path = format!("{name}.{number}");
    let map = blocks::named(graph, &path, branch, input)?;
    if graph.size(map, 1) == Some(channels) {
        return Ok(map);
    }
    graph.enter(&path, &full_class_name(branch))?;
    let expected = format!("{channels} channels");
    Err(LayerError::Shape { operator: "Detect", expected, found: graph.describe(map) })
}

/// The last step of a box, done by whoever decodes the maps, is a mean of the bins' numbers: 0, 1, 2, ...
fn check_bins(checkpoint: &Checkpoint, detect: View<'_>, bins: usize) -> Result<(), LayerError> {
    if bins < 2 {
        let found = format!("reg_max {bins}");
        return Err(LayerError::Unsupported { what: "a box of single numbers instead of bins", found });
    }
    let weights = optional_child(detect, "dfl").and_then(|dfl| optional_child(dfl, "conv"));
    let Some(weights) = weights.map(|conv| torch_nn::tensor(conv, "weight")).transpose()? else {
        return Ok(());
    };
    let right = weights.len() == bins
        && checkpoint.f32s(weights)?.iter().enumerate().all(|(bin, &value)| value == bin as f32);
    if right {
        return Ok(());
    }
    let found = format!("others, of shape {:?}", weights.shape());
    Err(LayerError::Field { field: "dfl", expected: "the numbers 0, 1, 2, ... of the bins", found })
}

/// The side that the network was trained at, or that MegaDetector's note asks for.
fn image_size(checkpoint: &Checkpoint) -> Option<usize> {
    let stated = checkpoint.root().attr("train_args").and_then(|args| args.attr("imgsz"));
    let stated = stated.and_then(|size| size.int().or_else(|| size.items().filter_map(View::int).max()));
    let stated = stated.filter(|size| (1..=MAX_SIDE).contains(size));
    let noted = || checkpoint.megadetector_info().ok().flatten()?.image_size;
    stated.and_then(|size| usize::try_from(size).ok()).or_else(noted)
}
