//! YOLOv5's `Detect`: one 1x1 convolution a level, and the numbers that decode what it says.

use super::{MAX_CLASSES, blocks, count, labels};
use crate::architectures::LayerError;
use crate::architectures::torch_nn::{self, full_class_name};
use crate::checkpoint::Checkpoint;
use crate::network::Yolov5Head;
use crate::onnx::graph::{Graph, Value};
use crate::pickle::View;

/// Adds the outputs `level0`, `level1`, ... and reads strides, anchors and names.
pub(super) fn build<'c>(
    graph: &mut Graph<'c>,
    checkpoint: &Checkpoint,
    model: View<'c>,
    detect: View<'c>,
    inputs: &[Value],
) -> Result<Yolov5Head, LayerError> {
    let classes = count(detect, "nc", MAX_CLASSES)?;
    let names = labels::names(model, classes)?;
    let convolutions = torch_nn::child(detect, "m")?;
    let levels = torch_nn::children(convolutions).count();
    if levels != inputs.len() {
        return Err(LayerError::Field {
            field: "m",
            expected: "a convolution for each input",
            found: format!("{levels} for {} inputs", inputs.len()),
        });
    }
    let anchors = anchors(checkpoint, detect, levels)?;
    let per_place = anchors.first().map_or(0, Vec::len);

    graph.enter("m", &full_class_name(convolutions))?;
    let mut maps = Vec::with_capacity(levels);
    for (level, &input) in inputs.iter().enumerate() {
        let name = level.to_string();
        let convolution = torch_nn::optional_child(convolutions, &name).ok_or_else(|| LayerError::Field {
            field: "m",
            expected: "convolutions named by number",
            found: format!("none called {name:?}"),
        })?;
        let map = blocks::named(graph, &name, convolution, input)?;
        let channels = per_place * (5 + classes);
        if graph.size(map, 1) != Some(channels) {
            let expected = format!("{per_place} anchors x (5 + {classes} classes) = {channels} channels");
            return Err(LayerError::Shape { operator: "Detect", expected, found: graph.describe(map) });
        }
        maps.push(map);
    }
    graph.leave();

    let strides = labels::strides(graph, checkpoint, detect, &maps)?;
    for (level, &map) in maps.iter().enumerate() {
        graph.output(&format!("level{level}"), map)?;
    }
    let scaled = anchors.into_iter().zip(&strides);
    let anchors =
        scaled.map(|(level, stride)| level.into_iter().map(|size| size.map(|side| side * stride)).collect());
    Ok(Yolov5Head { anchors: anchors.collect(), strides, names })
}

/// Width and height of each anchor, in strides of its level.
fn anchors(
    checkpoint: &Checkpoint,
    detect: View<'_>,
    levels: usize,
) -> Result<Vec<Vec<[f32; 2]>>, LayerError> {
    let tensor = torch_nn::tensor(detect, "anchors")?;
    let per_level = match *tensor.shape() {
        [found, per_level, 2] if found == levels && per_level > 0 => per_level,
        _ => {
            let found = format!("shape {:?} for {levels} levels", tensor.shape());
            return Err(LayerError::Field { field: "anchors", expected: "[levels, anchors, 2]", found });
        }
    };
    let values = checkpoint.f32s(tensor)?;
    let (sizes, _) = values.as_chunks::<2>();
    Ok(sizes.chunks(per_level).map(<[[f32; 2]]>::to_vec).collect())
}
