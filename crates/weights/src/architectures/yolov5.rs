//! YOLOv5 checkpoints (also YOLOv3 ones from the same code): the layers, wired as the file says.
//!
//! Nothing is looked up in a table of model sizes. `model.model` lists the layers; each says by `f` where its
//! input comes from (-1: the layer before; else an index; a list for several), and every width and stride is
//! read from the module itself. The outputs are the raw maps of the head's 1x1 convolutions.

mod blocks;
mod head;

use crate::architectures::LayerError;
use crate::architectures::torch_nn::{self, class_name, full_class_name};
use crate::checkpoint::Checkpoint;
use crate::network::Yolov5Head;
use crate::onnx::graph::{Graph, Value};
use crate::pickle::{Kind, View};

/// The model of a checkpoint, if it is one of these: `ema` where there is one, else `model`, else the root.
pub(crate) fn find(root: View<'_>) -> Option<View<'_>> {
    let present = |name: &str| root.attr(name).filter(|value| !value.is_none());
    let model = present("ema").or_else(|| present("model")).unwrap_or(root);
    matches!(model.kind(), Kind::Object(_))
        .then_some(model)
        .filter(|model| matches!(class_name(*model), "Model" | "DetectionModel"))
}

/// Builds the graph of `model`: `images` `[1, 3, height, width]` to `level0`, `level1`, ...
pub(crate) fn build<'c>(
    graph: &mut Graph<'c>,
    checkpoint: &Checkpoint,
    model: View<'c>,
) -> Result<Yolov5Head, LayerError> {
    graph.enter("model", &full_class_name(model))?;
    let layers = in_order(torch_nn::child(model, "model")?)?;
    let kept = model.attr("save").map(|save| save.items().filter_map(View::int).collect::<Vec<i64>>());
    let shape =
        vec![graph.dims.fixed(1), graph.dims.fixed(3), graph.dims.named("height"), graph.dims.named("width")];
    let images = graph.input("images", shape);

    let mut wiring = Wiring { outputs: Vec::with_capacity(layers.len()), kept, images };
    let count = layers.len();
    for (index, layer) in layers.into_iter().enumerate() {
        graph.enter(&index.to_string(), &full_class_name(layer))?;
        let inputs = wiring.inputs(index, layer)?;
        if class_name(layer) == "Detect" {
            if index + 1 != count {
                return Err(LayerError::Unsupported {
                    what: "a head before the last layer",
                    found: index.to_string(),
                });
            }
            let head = head::build(graph, checkpoint, model, layer, &inputs)?;
            graph.leave();
            graph.leave();
            return Ok(head);
        }
        let output = blocks::layer(graph, layer, &inputs)?;
        graph.leave();
        wiring.outputs.push(output);
    }
    Err(LayerError::Field { field: "model", expected: "a last layer of class Detect", found: "none".into() })
}

/// Layers "0", "1", ... of a `Sequential`, whatever their order in the file.
fn in_order(sequence: View<'_>) -> Result<Vec<View<'_>>, LayerError> {
    let mut named: Vec<(usize, View<'_>)> = Vec::new();
    for (name, layer) in torch_nn::children(sequence) {
        let index = name.parse().map_err(|_| LayerError::Field {
            field: "model",
            expected: "layers named by number",
            found: format!("{name:?}"),
        })?;
        named.push((index, layer));
    }
    named.sort_by_key(|(index, _)| *index);
    if let Some((expected, (found, _))) = named.iter().enumerate().find(|(at, (index, _))| at != index) {
        let found = format!("layer {found} where {expected} is due");
        return Err(LayerError::Field {
            field: "model",
            expected: "layers without gap or repetition",
            found,
        });
    }
    Ok(named.into_iter().map(|(_, layer)| layer).collect())
}

/// Where layers take their inputs from.
struct Wiring {
    outputs: Vec<Value>,
    /// Layers whose outputs the original program keeps; any other but the last one is gone by then.
    kept: Option<Vec<i64>>,
    images: Value,
}

impl Wiring {
    fn inputs(&self, index: usize, layer: View<'_>) -> Result<Vec<Value>, LayerError> {
        let from = torch_nn::field(layer, "f")?;
        let one_or_many = match from.int() {
            Some(one) => Some(vec![one]),
            None => from.items().map(View::int).collect(),
        };
        let sources = one_or_many.filter(|sources| !sources.is_empty()).ok_or_else(|| LayerError::Field {
            field: "f",
            expected: "a layer index, or a list of them",
            found: from.describe(),
        })?;
        sources.into_iter().map(|source| self.output_of(index, source)).collect()
    }

    fn output_of(&self, index: usize, from: i64) -> Result<Value, LayerError> {
        if from == -1 {
            return Ok(self.outputs.last().copied().unwrap_or(self.images));
        }
        let place = if from < 0 { from.checked_add(index as i64) } else { Some(from) };
        let place = place.and_then(|place| usize::try_from(place).ok());
        let found = place.and_then(|place| Some((place, self.outputs.get(place).copied()?)));
        let (place, value) = found.ok_or(LayerError::From { index, from })?;
        match &self.kept {
            Some(kept) if !kept.contains(&(place as i64)) => Err(LayerError::NotKept { index, from: place }),
            _ => Ok(value),
        }
    }
}
