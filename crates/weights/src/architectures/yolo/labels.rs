//! What every head says of itself: the names of its classes and the strides of its levels.

use crate::architectures::LayerError;
use crate::architectures::torch_nn;
use crate::checkpoint::Checkpoint;
use crate::onnx::graph::{Graph, Value};
use crate::pickle::{Kind, View};

/// Pixels of the image for each pixel of a level. The file's numbers must be those the layers make.
pub(super) fn strides(
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

/// Names of the classes: a list, or a dict from index to name.
pub(super) fn names(model: View<'_>, classes: usize) -> Result<Vec<String>, LayerError> {
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
