//! YOLOv8's C2f, which later families fill with other blocks, and C2 of its networks for large images.

use super::blocks::{halves, inner, named};
use crate::architectures::LayerError;
use crate::architectures::torch_nn::{self, child};
use crate::onnx::graph::{Graph, Value};
use crate::pickle::View;

/// `cv2(all of cv1(x), m0(second half), m1(m0), ...)`.
pub(super) fn c2f<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let both = inner(graph, layer, "cv1", x)?;
    let [first, mut last] = halves(graph, both)?;
    let mut parts = vec![first, last];
    let blocks = child(layer, "m")?;
    for (name, block) in torch_nn::children(blocks) {
        last = named(graph, &format!("m.{name}"), block, last)?;
        parts.push(last);
    }
    let all = graph.concat(&parts, 1)?;
    inner(graph, layer, "cv2", all)
}

/// `cv2(m(first half of cv1(x)), second half)`.
pub(super) fn c2<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let both = inner(graph, layer, "cv1", x)?;
    let [first, second] = halves(graph, both)?;
    let deep = inner(graph, layer, "m", first)?;
    let all = graph.concat(&[deep, second], 1)?;
    inner(graph, layer, "cv2", all)
}
