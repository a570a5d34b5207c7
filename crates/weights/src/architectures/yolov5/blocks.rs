//! The layers a YOLOv5 network is made of.

use crate::architectures::LayerError;
use crate::architectures::torch_nn::{self, child, class_name, flag, full_class_name, optional_child};
use crate::onnx::graph::{Graph, Value};
use crate::onnx::ops::Pads;
use crate::pickle::View;

/// A layer of the list, which may have several inputs.
pub(super) fn layer<'c>(
    graph: &mut Graph<'c>,
    layer: View<'c>,
    inputs: &[Value],
) -> Result<Value, LayerError> {
    match (class_name(layer), inputs) {
        ("Concat", inputs) => graph.concat(inputs, torch_nn::int(layer, "d")?),
        (_, &[input]) => block(graph, layer, input),
        (_, inputs) => Err(LayerError::Unsupported {
            what: "several inputs to a layer of this class",
            found: inputs.len().to_string(),
        }),
    }
}

/// The module `name` inside the layer being built.
pub(super) fn inner<'c>(
    graph: &mut Graph<'c>,
    layer: View<'c>,
    name: &'static str,
    x: Value,
) -> Result<Value, LayerError> {
    named(graph, name, child(layer, name)?, x)
}

/// A module under a name of its own.
pub(super) fn named<'c>(
    graph: &mut Graph<'c>,
    name: &str,
    module: View<'c>,
    x: Value,
) -> Result<Value, LayerError> {
    graph.enter(name, &full_class_name(module))?;
    let y = block(graph, module, x)?;
    graph.leave();
    Ok(y)
}

fn block<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    match class_name(layer) {
        "Conv" | "DWConv" => conv(graph, layer, x),
        "Bottleneck" | "CrossConv" => bottleneck(graph, layer, x),
        "C3" | "C3x" | "C3SPP" | "C3Ghost" => c3(graph, layer, x),
        "BottleneckCSP" => bottleneck_csp(graph, layer, x),
        "SPP" => spp(graph, layer, x),
        "SPPF" => sppf(graph, layer, x),
        "Focus" => focus(graph, layer, x),
        "GhostConv" => ghost_conv(graph, layer, x),
        "GhostBottleneck" => ghost_bottleneck(graph, layer, x),
        "Upsample" => upsample(graph, layer, x),
        "ZeroPad2d" => zero_pad(graph, layer, x),
        "Sequential" => {
            torch_nn::children(layer).try_fold(x, |x, (name, module)| named(graph, name, module, x))
        }
        "Conv2d" => torch_nn::conv2d(graph, layer, x),
        "BatchNorm2d" => torch_nn::batch_norm(graph, layer, x),
        "MaxPool2d" => torch_nn::max_pool(graph, layer, x),
        "AvgPool2d" => torch_nn::average_pool(graph, layer, x),
        _ => torch_nn::activation(graph, layer, x)
            .unwrap_or_else(|| Err(LayerError::UnknownClass { class: full_class_name(layer) })),
    }
}

/// Convolution, norm, activation. A file saved after fusing has no norm.
fn conv<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let mut y = inner(graph, layer, "conv", x)?;
    if optional_child(layer, "bn").is_some() {
        y = inner(graph, layer, "bn", y)?;
    }
    inner(graph, layer, "act", y)
}

fn bottleneck<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let narrow = inner(graph, layer, "cv1", x)?;
    let y = inner(graph, layer, "cv2", narrow)?;
    if flag(layer, "add", false)? { graph.binary("Add", x, y) } else { Ok(y) }
}

/// Two branches, one through the inner blocks, joined by a third convolution.
fn c3<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let deep = inner(graph, layer, "cv1", x)?;
    let deep = inner(graph, layer, "m", deep)?;
    let shallow = inner(graph, layer, "cv2", x)?;
    let both = graph.concat(&[deep, shallow], 1)?;
    inner(graph, layer, "cv3", both)
}

/// The form before C3: bare convolutions at the ends of the branches, one norm over both.
fn bottleneck_csp<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
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
fn spp<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let narrow = inner(graph, layer, "cv1", x)?;
    let mut parts = vec![narrow];
    for (name, pool) in torch_nn::children(child(layer, "m")?) {
        parts.push(named(graph, name, pool, narrow)?);
    }
    let all = graph.concat(&parts, 1)?;
    inner(graph, layer, "cv2", all)
}

/// The same by one small pool three times in a row.
fn sppf<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let narrow = inner(graph, layer, "cv1", x)?;
    let once = inner(graph, layer, "m", narrow)?;
    let twice = inner(graph, layer, "m", once)?;
    let thrice = inner(graph, layer, "m", twice)?;
    let all = graph.concat(&[narrow, once, twice, thrice], 1)?;
    inner(graph, layer, "cv2", all)
}

/// Each 2 x 2 pixels become one with four times the channels: rows fastest, then columns.
fn focus<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let mut parts = Vec::with_capacity(4);
    for (row, column) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        parts.push(graph.every_second_pixel(x, row, column)?);
    }
    let all = graph.concat(&parts, 1)?;
    inner(graph, layer, "conv", all)
}

fn ghost_conv<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let half = inner(graph, layer, "cv1", x)?;
    let other = inner(graph, layer, "cv2", half)?;
    graph.concat(&[half, other], 1)
}

fn ghost_bottleneck<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let deep = inner(graph, layer, "conv", x)?;
    let shortcut = inner(graph, layer, "shortcut", x)?;
    graph.binary("Add", deep, shortcut)
}

/// Old files lack `recompute_scale_factor`; with a whole factor it changes nothing.
fn upsample(graph: &mut Graph<'_>, layer: View<'_>, x: Value) -> Result<Value, LayerError> {
    let mode = torch_nn::field(layer, "mode")?;
    if mode.text() != Some("nearest") {
        return Err(LayerError::Field { field: "mode", expected: "'nearest'", found: mode.describe() });
    }
    let scale = torch_nn::field(layer, "scale_factor")?;
    let factors: Vec<Option<f64>> = match scale.float() {
        Some(both) => vec![Some(both)],
        None => scale.items().map(View::float).collect(),
    };
    match factors.as_slice() {
        [Some(factor)] | [Some(factor), Some(_)]
            if factors.iter().all(|other| *other == Some(*factor))
                && (1.0..=64.0).contains(factor)
                && factor.fract() == 0.0 =>
        {
            graph.upsample(x, *factor as usize)
        }
        _ => Err(LayerError::Field {
            field: "scale_factor",
            expected: "a whole number from 1 to 64",
            found: scale.describe(),
        }),
    }
}

fn zero_pad(graph: &mut Graph<'_>, layer: View<'_>, x: Value) -> Result<Value, LayerError> {
    let pads = torch_nn::ints(layer, "padding")?;
    let sizes: Vec<usize> = pads.iter().filter_map(|&pad| usize::try_from(pad).ok()).collect();
    match sizes.as_slice() {
        &[left, right, top, bottom] => graph.pad(x, Pads { top, left, bottom, right }, 0.0),
        _ => Err(LayerError::Field {
            field: "padding",
            expected: "four borders of zero or more",
            found: format!("{pads:?}"),
        }),
    }
}
