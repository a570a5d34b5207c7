//! YOLO11's attention in blocks.

use super::blocks::{halves, inner};
use crate::architectures::LayerError;
use crate::architectures::torch_nn::flag;
use crate::onnx::graph::{Graph, Value};
use crate::pickle::View;

/// Half of the channels through blocks of attention.
pub(super) fn c2_psa<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let both = inner(graph, layer, "cv1", x)?;
    let [first, second] = halves(graph, both)?;
    let second = inner(graph, layer, "m", second)?;
    let all = graph.concat(&[first, second], 1)?;
    inner(graph, layer, "cv2", all)
}

/// Attention and a feed-forward, each beside its input if the file says so.
pub(super) fn psa_block<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let add = flag(layer, "add", true)?;
    let attended = inner(graph, layer, "attn", x)?;
    let x = if add { graph.binary("Add", x, attended)? } else { attended };
    let fed = inner(graph, layer, "ffn", x)?;
    if add { graph.binary("Add", x, fed) } else { Ok(fed) }
}
