//! The layers that YOLO networks share, and the list of all that are known.

use super::{yolo11, yolov5, yolov8, yolov9, yolov10};
use crate::architectures::LayerError;
use crate::architectures::torch_nn::{self, child, class_name, flag, full_class_name, optional_child};
use crate::onnx::graph::{Graph, Value};
use crate::onnx::ops::Pads;
use crate::pickle::View;

/// What a layer of the list makes: one map, or several for a layer that takes its pick.
#[derive(Debug, Clone)]
pub(super) enum Output {
    One(Value),
    Several(Vec<Value>),
}

/// A layer of the list, which may have several inputs.
pub(super) fn layer<'c>(
    graph: &mut Graph<'c>,
    layer: View<'c>,
    inputs: &[Output],
) -> Result<Output, LayerError> {
    match (class_name(layer), inputs) {
        ("CBFuse", inputs) => yolov9::cb_fuse(graph, layer, inputs).map(Output::One),
        ("CBLinear", [Output::One(input)]) => yolov9::cb_linear(graph, layer, *input).map(Output::Several),
        ("Concat", inputs) => {
            let maps = inputs.iter().map(one_map).collect::<Result<Vec<_>, _>>()?;
            graph.concat(&maps, torch_nn::int(layer, "d")?).map(Output::One)
        }
        // Keeps the image for layers that ask for it by the number of this one.
        ("Silence", [Output::One(input)]) => Ok(Output::One(*input)),
        (_, [Output::One(input)]) => block(graph, layer, *input).map(Output::One),
        (_, [Output::Several(maps)]) => Err(LayerError::Unsupported {
            what: "a list of maps as the input of a layer of this class",
            found: maps.len().to_string(),
        }),
        (class, inputs) => Err(LayerError::Unsupported {
            what: "a layer of this class with this many inputs",
            found: format!("{class} with {}", inputs.len()),
        }),
    }
}

/// The map that an input is; a list of maps is none.
pub(super) fn one_map(input: &Output) -> Result<Value, LayerError> {
    match input {
        Output::One(value) => Ok(*value),
        Output::Several(values) => Err(LayerError::Unsupported {
            what: "a list of maps as the input of a layer of this class",
            found: values.len().to_string(),
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
        "Bottleneck" | "CrossConv" | "RepBottleneck" | "RepNBottleneck" => bottleneck(graph, layer, x),
        "C3" | "C3x" | "C3SPP" | "C3Ghost" | "C3k" | "RepC3" | "RepCSP" | "RepNCSP" => c3(graph, layer, x),
        "SPPF" => sppf(graph, layer, x),
        "BottleneckCSP" => yolov5::bottleneck_csp(graph, layer, x),
        "SPP" => yolov5::spp(graph, layer, x),
        "Focus" => yolov5::focus(graph, layer, x),
        "GhostConv" => yolov5::ghost_conv(graph, layer, x),
        "GhostBottleneck" => yolov5::ghost_bottleneck(graph, layer, x),
        "C2" => yolov8::c2(graph, layer, x),
        "C2f" | "C3k2" | "C2fCIB" | "C2fPSA" => yolov8::c2f(graph, layer, x),
        "RepConv" | "RepConvN" => yolov9::rep_conv(graph, layer, x),
        "RepNCSPELAN4" | "ELAN1" => yolov9::elan(graph, layer, x),
        "SPPELAN" => yolov9::spp_elan(graph, layer, x),
        "ADown" => yolov9::a_down(graph, layer, x),
        "AConv" => yolov9::a_conv(graph, layer, x),
        "SP" => inner(graph, layer, "m", x),
        "CIB" => yolov10::cib(graph, layer, x),
        "RepVGGDW" => yolov10::rep_vgg_dw(graph, layer, x),
        "SCDown" => yolov10::sc_down(graph, layer, x),
        "PSA" => yolov10::psa(graph, layer, x),
        "C2PSA" => yolo11::c2_psa(graph, layer, x),
        "PSABlock" => yolo11::psa_block(graph, layer, x),
        "Attention" => super::attention::attention(graph, layer, x),
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

/// Both halves of a map's channels.
pub(super) fn halves(graph: &mut Graph<'_>, x: Value) -> Result<[Value; 2], LayerError> {
    let channels = graph.size(x, 1).filter(|channels| channels % 2 == 0);
    let half = channels.map(|channels| channels / 2).ok_or_else(|| LayerError::Shape {
        operator: "Split",
        expected: "an even number of channels".into(),
        found: graph.describe(x),
    })?;
    let first: Vec<usize> = (0..half).collect();
    let second: Vec<usize> = (half..2 * half).collect();
    Ok([graph.channels(x, &first)?, graph.channels(x, &second)?])
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

/// Pools of several sizes, made by one small pool three times in a row.
fn sppf<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let narrow = inner(graph, layer, "cv1", x)?;
    let once = inner(graph, layer, "m", narrow)?;
    let twice = inner(graph, layer, "m", once)?;
    let thrice = inner(graph, layer, "m", twice)?;
    let all = graph.concat(&[narrow, once, twice, thrice], 1)?;
    inner(graph, layer, "cv2", all)
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
