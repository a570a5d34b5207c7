//! YOLOv5's `Detect`: one 1x1 convolution a level, and the numbers that decode what it says.

use super::blocks;
use crate::architectures::LayerError;
use crate::architectures::torch_nn::{self, full_class_name};
use crate::checkpoint::Checkpoint;
use crate::network::Yolov5Head;
use crate::onnx::graph::{Graph, Value};
use crate::pickle::{Kind, View};

/// Classes a detector may have.
const MAX_CLASSES: usize = 10_000;

/// Adds the outputs `level0`, `level1`, ... and reads strides, anchors and names.
pub(super) fn build<'c>(
    graph: &mut Graph<'c>,
    checkpoint: &Checkpoint,
    model: View<'c>,
    detect: View<'c>,
    inputs: &[Value],
) -> Result<Yolov5Head, LayerError> {
    let classes = count(detect, "nc", MAX_CLASSES)?;
    let names = names(model, classes)?;
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

    let strides = strides(graph, checkpoint, detect, &maps)?;
    for (level, &map) in maps.iter().enumerate() {
        graph.output(&format!("level{level}"), map)?;
    }
    let scaled = anchors.into_iter().zip(&strides);
    let anchors =
        scaled.map(|(level, stride)| level.into_iter().map(|size| size.map(|side| side * stride)).collect());
    Ok(Yolov5Head { anchors: anchors.collect(), strides, names })
}

fn count(module: View<'_>, field: &'static str, limit: usize) -> Result<usize, LayerError> {
    let found = torch_nn::int(module, field)?;
    usize::try_from(found).ok().filter(|count| (1..=limit).contains(count)).ok_or_else(|| LayerError::Field {
        field,
        expected: "a sensible number, at least 1",
        found: found.to_string(),
    })
}

/// Pixels of the image for each pixel of a level. The file's numbers must be those the layers make.
fn strides(
    graph: &Graph<'_>,
    checkpoint: &Checkpoint,
    detect: View<'_>,
    maps: &[Value],
) -> Result<Vec<f32>, LayerError> {
    let mut made = Vec::with_capacity(maps.len());
    for &map in maps {
        let rows = graph.inputs.first().and_then(|&images| graph.shape(images).get(2));
        let stride =
            rows.zip(graph.shape(map).get(2)).and_then(|(&image, &map)| graph.dims.stride(image, map));
        let stride = stride.ok_or_else(|| LayerError::Shape {
            operator: "Detect",
            expected: "a map whose rows are a fraction of the image's".into(),
            found: graph.describe(map),
        })?;
        made.push(stride as f32);
    }
    let Some(stated) = detect.attr("stride").and_then(View::tensor) else { return Ok(made) };
    let stated = checkpoint.f32s(stated)?;
    if stated == made {
        return Ok(stated);
    }
    let found = format!("{stated:?} where the layers make {made:?}");
    Err(LayerError::Field { field: "stride", expected: "the strides that the layers make", found })
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

/// Names of the classes: a list, or a dict from index to name.
fn names(model: View<'_>, classes: usize) -> Result<Vec<String>, LayerError> {
    let names = torch_nn::field(model, "names")?;
    let mut found = vec![None; classes];
    let mut set = |index: Option<usize>, name: View<'_>| {
        let slot = index.and_then(|index| found.get_mut(index));
        match (slot, name.text()) {
            (Some(slot), Some(name)) => *slot = Some(name.to_owned()),
            _ => found.clear(),
        }
    };
    match names.kind() {
        Kind::List | Kind::Tuple => {
            names.items().enumerate().for_each(|(index, name)| set(Some(index), name))
        }
        _ => names
            .entries()
            .for_each(|(key, name)| set(key.int().and_then(|key| usize::try_from(key).ok()), name)),
    }
    let all: Option<Vec<String>> = found.into_iter().collect();
    all.filter(|all| all.len() == classes).ok_or_else(|| LayerError::Field {
        field: "names",
        expected: "a name for each class and no more",
        found: format!("{} for {classes} classes", names.describe()),
    })
}
