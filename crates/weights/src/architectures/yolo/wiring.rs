//! Which layer takes its input from which, as the file says.

use super::blocks::Output;
use crate::architectures::LayerError;
use crate::architectures::torch_nn;
use crate::onnx::graph::Value;
use crate::pickle::View;

/// Layers "0", "1", ... of a `Sequential`, whatever their order in the file.
pub(super) fn in_order(sequence: View<'_>) -> Result<Vec<View<'_>>, LayerError> {
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
pub(super) struct Wiring {
    outputs: Vec<Output>,
    /// Layers whose outputs the original program keeps; any other but the last one is gone by then.
    kept: Option<Vec<i64>>,
    images: Value,
}

impl Wiring {
    pub(super) fn new(model: View<'_>, layers: usize, images: Value) -> Self {
        let kept = model.attr("save").map(|save| save.items().filter_map(View::int).collect());
        Self { outputs: Vec::with_capacity(layers), kept, images }
    }

    /// Notes what the next layer makes.
    pub(super) fn push(&mut self, output: Output) {
        self.outputs.push(output);
    }

    /// What layer `index` takes.
    pub(super) fn inputs(&self, index: usize, layer: View<'_>) -> Result<Vec<Output>, LayerError> {
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

    fn output_of(&self, index: usize, from: i64) -> Result<Output, LayerError> {
        if from == -1 {
            return Ok(self.outputs.last().cloned().unwrap_or(Output::One(self.images)));
        }
        let place = if from < 0 { from.checked_add(index as i64) } else { Some(from) };
        let place = place.and_then(|place| usize::try_from(place).ok());
        let found = place.and_then(|place| Some((place, self.outputs.get(place)?)));
        let (place, value) = found.ok_or(LayerError::From { index, from })?;
        match &self.kept {
            Some(kept) if !kept.contains(&(place as i64)) => Err(LayerError::NotKept { index, from: place }),
            _ => Ok(value.clone()),
        }
    }
}
