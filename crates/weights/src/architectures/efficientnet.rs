//! EfficientNet classifiers (V2 as Manas uses it) traced or scripted by PyTorch.
//!
//! torchvision and timm name the same layers differently, and timm's `tf_` networks pad strided convolutions as
//! TensorFlow does, which depends on the size of the picture. Depths and widths are those of the tensors; strides and
//! epsilons those of the text.

mod timm;
mod torchvision;

use crate::architectures::LayerError;
use crate::architectures::script_module::ScriptModule;
use crate::checkpoint::{Checkpoint, Format};
use crate::network::{BuildOptions, Head};
use crate::onnx::graph::{Graph, Value};
use crate::onnx::ops::{ConvSpec, Pads, Window};
use crate::onnx::weight::Norm;
use crate::tensor::TensorView;

/// Side of Manas's pictures, when nobody asks for another.
const DEFAULT_SIDE: usize = 480;
/// Largest side of a picture.
const MAX_SIDE: usize = 1 << 13;

/// Whose names a file uses.
#[derive(Clone, Copy)]
pub(crate) enum Naming {
    Torchvision,
    Timm,
}

/// The names that a checkpoint uses, if it is one of these.
pub(crate) fn find(checkpoint: &Checkpoint) -> Option<Naming> {
    let root = ScriptModule::new(checkpoint, checkpoint.root());
    let known = checkpoint.format() == Format::TorchScript && root.class() == "EfficientNet";
    let has = |name| known && root.optional_child(name).is_some();
    if has("conv_stem") { Some(Naming::Timm) } else { has("features").then_some(Naming::Torchvision) }
}

/// Builds `input` `[batch, 3, side, side]` to `logits`.
pub(crate) fn build<'c>(
    graph: &mut Graph<'c>,
    checkpoint: &'c Checkpoint,
    naming: Naming,
    options: &BuildOptions,
) -> Result<Head, LayerError> {
    let root = ScriptModule::new(checkpoint, checkpoint.root());
    graph.enter("model", &root.full_class())?;
    let side = side(options, DEFAULT_SIDE, MAX_SIDE)?;
    let axes =
        vec![graph.dims.named("batch"), graph.dims.fixed(3), graph.dims.fixed(side), graph.dims.fixed(side)];
    let input = graph.input("input", axes);
    let (map, last) = match naming {
        Naming::Torchvision => torchvision::features(graph, root, input)?,
        Naming::Timm => timm::features(graph, root, input)?,
    };
    let pooled = graph.global_average_pool(map)?;
    let flat = graph.flatten(pooled, 1)?;
    graph.enter("classifier", &last.full_class())?;
    let logits = graph.linear(flat, last.tensor("weight")?, last.optional_tensor("bias"))?;
    graph.leave();
    let classes = graph.size(logits, 1).unwrap_or(0);
    graph.output("logits", logits)?;
    graph.leave();
    let input = vec![None, Some(3), Some(side), Some(side)];
    Ok(Head::Logits { classes, input, features: None, preprocessing: None })
}

/// The side of the pictures: as asked for, else `otherwise`.
pub(super) fn side(options: &BuildOptions, otherwise: usize, largest: usize) -> Result<usize, LayerError> {
    let side = options.image_size.unwrap_or(otherwise);
    if (1..=largest).contains(&side) {
        return Ok(side);
    }
    Err(LayerError::Field {
        field: "image_size",
        expected: "a side from 1 to 8192 pixels",
        found: side.to_string(),
    })
}

/// A step of a path, built by `make`.
fn within<'c, T>(
    graph: &mut Graph<'c>,
    name: &str,
    module: ScriptModule<'c>,
    make: impl FnOnce(&mut Graph<'c>) -> Result<T, LayerError>,
) -> Result<T, LayerError> {
    graph.enter(name, &module.full_class())?;
    let made = make(graph)?;
    graph.leave();
    Ok(made)
}

/// A convolution with the border of its class: its own, or TensorFlow's for the size of `x`.
fn conv<'c>(
    graph: &mut Graph<'c>,
    owner: ScriptModule<'c>,
    name: &'static str,
    x: Value,
) -> Result<Value, LayerError> {
    let module = owner.child(name)?;
    within(graph, name, module, |graph| {
        let constants = module.conv_constants()?;
        let kernel = module.tensor("weight")?;
        let pads = match module.class() {
            "Conv2d" => constants.pads(),
            "Conv2dSame" => same(graph, kernel, constants.stride, constants.dilation, x)?,
            _ => return Err(LayerError::UnknownClass { class: module.full_class() }),
        };
        let size = match *kernel.shape() {
            [_, _, rows, columns] => [rows, columns],
            _ => [0, 0],
        };
        let window = Window {
            kernel: size,
            stride: constants.stride,
            dilation: constants.dilation,
            pads,
            ceil: false,
        };
        let spec =
            ConvSpec { kernel, bias: module.optional_tensor("bias"), window, groups: constants.groups };
        graph.conv(x, spec)
    })
}

/// TensorFlow's border: as many steps as the stride goes into the size, rounded up, and what that lacks on both
/// sides, the odd pixel below and to the right.
fn same(
    graph: &Graph<'_>,
    kernel: TensorView<'_>,
    stride: [usize; 2],
    dilation: [usize; 2],
    x: Value,
) -> Result<Pads, LayerError> {
    let lack = |axis: usize, stride: usize, dilation: usize| {
        let size = graph.size(x, axis)?;
        let kernel = *kernel.shape().get(axis)?;
        let steps = size.checked_add(stride.checked_sub(1)?)?.checked_div(stride)?;
        let reach = kernel.checked_sub(1)?.checked_mul(dilation)?.checked_add(1)?;
        let needed = steps.checked_sub(1)?.checked_mul(stride)?.checked_add(reach)?;
        Some(needed.saturating_sub(size))
    };
    let ([down, across], [down_dilation, across_dilation]) = (stride, dilation);
    let lacks = (lack(2, down, down_dilation), lack(3, across, across_dilation));
    let (Some(vertical), Some(horizontal)) = lacks else {
        return Err(LayerError::Shape {
            operator: "Conv",
            expected: "a picture of known size".into(),
            found: graph.describe(x),
        });
    };
    Ok(Pads {
        top: vertical / 2,
        left: horizontal / 2,
        bottom: vertical - vertical / 2,
        right: horizontal - horizontal / 2,
    })
}

fn norm<'c>(
    graph: &mut Graph<'c>,
    owner: ScriptModule<'c>,
    name: &'static str,
    x: Value,
) -> Result<Value, LayerError> {
    let module = owner.child(name)?;
    within(graph, name, module, |graph| {
        let norm = Norm {
            gamma: Some(module.tensor("weight")?),
            beta: Some(module.tensor("bias")?),
            mean: module.tensor("running_mean")?,
            variance: module.tensor("running_var")?,
            epsilon: module.epsilon()?,
        };
        graph.batch_norm(x, norm)
    })
}

fn activation(graph: &mut Graph<'_>, module: ScriptModule<'_>, x: Value) -> Result<Value, LayerError> {
    match module.class() {
        "SiLU" | "Swish" => graph.silu(x),
        "Sigmoid" => graph.unary("Sigmoid", x, vec![]),
        "Identity" => Ok(x),
        _ => Err(LayerError::UnknownClass { class: module.full_class() }),
    }
}

/// Each channel times a number that the means of all channels decide. `names`: the convolution to few numbers and its
/// activation, the one back and its gate.
fn squeeze_excite<'c>(
    graph: &mut Graph<'c>,
    module: ScriptModule<'c>,
    names: [&'static str; 4],
    x: Value,
) -> Result<Value, LayerError> {
    let [reduce, between, expand, gate] = names;
    let means = graph.global_average_pool(x)?;
    let few = conv(graph, module, reduce, means)?;
    let few = activation(graph, module.child(between)?, few)?;
    let all = conv(graph, module, expand, few)?;
    let gates = activation(graph, module.child(gate)?, all)?;
    graph.binary("Mul", x, gates)
}

/// `y`, or its sum with `x` where the block has a shortcut: scripted files say so in a field, traced ones by adding.
fn shortcut<'c>(
    graph: &mut Graph<'c>,
    block: ScriptModule<'c>,
    field: &str,
    x: Value,
    y: Value,
) -> Result<Value, LayerError> {
    let adds = block.flag(field).map_or_else(|| block.adds(), Ok)?;
    if adds { graph.binary("Add", y, x) } else { Ok(y) }
}
