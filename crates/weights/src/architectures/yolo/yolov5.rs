//! What only YOLOv5 files, and older ones of the same code, are made of.

use super::blocks::{inner, named};
use crate::architectures::LayerError;
use crate::architectures::torch_nn::{self, child};
use crate::onnx::graph::{Graph, Value};
use crate::pickle::View;

/// The form before C3: bare convolutions at the ends of the branches, one norm over both.
pub(super) fn bottleneck_csp<'c>(
    graph: &mut Graph<'c>,
    layer: View<'c>,
    x: Value,
) -> Result<Value, LayerError> {
    let deep = inner(graph, layer, "cv1", x)?;
    let deep = inner(graph, layer, "m", deep)?;
    let deep = inner(graph, layer, "cv3", deep)?;
    let shallow = inner(graph, layer, "cv2", x)?;
    let both = graph.concat(&[deep, shallow], 1)?;
    let both = inner(graph, layer, "bn", both)?;
    let both = inner(graph, layer, "act", both)?;
    inner(graph, layer, "cv4", both)
}

/// Pools of several sizes side by side.
pub(super) fn spp<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let narrow = inner(graph, layer, "cv1", x)?;
    let mut parts = vec![narrow];
    for (name, pool) in torch_nn::children(child(layer, "m")?) {
        parts.push(named(graph, name, pool, narrow)?);
    }
    let all = graph.concat(&parts, 1)?;
    inner(graph, layer, "cv2", all)
}

/// Each 2 x 2 pixels become one with four times the channels: rows fastest, then columns.
pub(super) fn focus<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let mut parts = Vec::with_capacity(4);
    for (row, column) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        parts.push(graph.every_second_pixel(x, row, column)?);
    }
    let all = graph.concat(&parts, 1)?;
    inner(graph, layer, "conv", all)
}

pub(super) fn ghost_conv<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let half = inner(graph, layer, "cv1", x)?;
    let other = inner(graph, layer, "cv2", half)?;
    graph.concat(&[half, other], 1)
}

pub(super) fn ghost_bottleneck<'c>(
    graph: &mut Graph<'c>,
    layer: View<'c>,
    x: Value,
) -> Result<Value, LayerError> {
    let deep = inner(graph, layer, "conv", x)?;
    let shortcut = inner(graph, layer, "shortcut", x)?;
    graph.binary("Add", deep, shortcut)
}
