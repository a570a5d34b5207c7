//! YOLOv8's C2f, which later families fill with other blocks.

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
