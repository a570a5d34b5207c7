//! YOLOv10's layers: large depthwise kernels, downsampling in two steps, and attention over half of the channels.

use super::blocks::{halves, inner};
use crate::architectures::LayerError;
use crate::architectures::torch_nn::{flag, optional_child};
use crate::onnx::graph::{Graph, Value};
use crate::pickle::View;

/// A chain of convolutions beside the input.
pub(super) fn cib<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let y = inner(graph, layer, "cv1", x)?;
    if flag(layer, "add", false)? { graph.binary("Add", x, y) } else { Ok(y) }
}

/// A 7x7 and a 3x3 depthwise convolution, added. A file saved after fusing has only the first.
pub(super) fn rep_vgg_dw<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let mut sum = inner(graph, layer, "conv", x)?;
    if optional_child(layer, "conv1").is_some() {
        let small = inner(graph, layer, "conv1", x)?;
        sum = graph.sum(sum, small)?;
    }
    inner(graph, layer, "act", sum)
}

/// Channels first, then half the size.
pub(super) fn sc_down<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let wide = inner(graph, layer, "cv1", x)?;
    inner(graph, layer, "cv2", wide)
}

/// Half of the channels through attention and a feed-forward, each beside its input.
pub(super) fn psa<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let both = inner(graph, layer, "cv1", x)?;
    let [first, second] = halves(graph, both)?;
    let attended = inner(graph, layer, "attn", second)?;
    let second = graph.binary("Add", second, attended)?;
    let fed = inner(graph, layer, "ffn", second)?;
    let second = graph.binary("Add", second, fed)?;
    let all = graph.concat(&[first, second], 1)?;
    inner(graph, layer, "cv2", all)
}
