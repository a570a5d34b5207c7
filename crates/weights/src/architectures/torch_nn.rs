//! Fields of pickled `torch.nn` modules, and the modules that every architecture may use.

use crate::architectures::LayerError;
use crate::onnx::graph::{Attribute, Graph, Value};
use crate::onnx::ops::{ConvSpec, Pads, PoolSpec, Window};
use crate::onnx::weight::Norm;
use crate::pickle::{Kind, View};
use crate::tensor::TensorView;

/// Largest kernel, stride, padding, dilation or number of groups that is believed.
const MAX_EXTENT: i64 = 1 << 16;

/// Last part of the name of an object's class: module paths move between versions, names do not.
pub(super) fn class_name(module: View<'_>) -> &str {
    module.class().map_or("", |class| class.last())
}

/// `module.path.Class` of an object, or what the value is instead.
pub(super) fn full_class_name(module: View<'_>) -> String {
    module.class().map_or_else(|| module.describe(), |class| class.to_string())
}

fn wrong(field: &'static str, expected: &'static str, found: Option<View<'_>>) -> LayerError {
    let found = found.map_or_else(|| "nothing".to_owned(), View::describe);
    LayerError::Field { field, expected, found }
}

/// A field of the object itself.
pub(super) fn field<'c>(module: View<'c>, name: &'static str) -> Result<View<'c>, LayerError> {
    module.attr(name).ok_or_else(|| wrong(name, "a value", None))
}

/// A module inside the object.
pub(super) fn child<'c>(module: View<'c>, name: &'static str) -> Result<View<'c>, LayerError> {
    optional_child(module, name).ok_or_else(|| wrong(name, "a module", None))
}

/// A module inside the object that may be absent or `None`.
pub(super) fn optional_child<'c>(module: View<'c>, name: &str) -> Option<View<'c>> {
    module.attr("_modules")?.attr(name).filter(|child| !child.is_none())
}

/// Modules inside the object, with their names, in the order of the file.
pub(super) fn children<'c>(module: View<'c>) -> impl Iterator<Item = (&'c str, View<'c>)> {
    let modules = module.attr("_modules").into_iter().flat_map(View::entries);
    modules.filter_map(|(name, child)| Some((name.text()?, child)))
}

/// A parameter or buffer that may be absent or `None`.
pub(super) fn optional_tensor<'c>(module: View<'c>, name: &str) -> Option<TensorView<'c>> {
    let of = |table: &str| module.attr(table)?.attr(name)?.tensor();
    of("_parameters").or_else(|| of("_buffers"))
}

/// A parameter or buffer.
pub(super) fn tensor<'c>(module: View<'c>, name: &'static str) -> Result<TensorView<'c>, LayerError> {
    optional_tensor(module, name).ok_or_else(|| wrong(name, "a tensor", None))
}

/// An integer field.
pub(super) fn int(module: View<'_>, name: &'static str) -> Result<i64, LayerError> {
    let value = field(module, name)?;
    value.int().ok_or_else(|| wrong(name, "an integer", Some(value)))
}

/// A boolean field, `default` where the object has none. Integers count as booleans, as in Python.
pub(super) fn flag(module: View<'_>, name: &'static str, default: bool) -> Result<bool, LayerError> {
    let Some(value) = module.attr(name) else { return Ok(default) };
    let as_flag = value.bool().or_else(|| value.int().map(|int| int != 0));
    as_flag.ok_or_else(|| wrong(name, "True or False", Some(value)))
}

/// A number field, `default` where the object has none.
pub(super) fn number(module: View<'_>, name: &'static str, default: f64) -> Result<f64, LayerError> {
    let Some(value) = module.attr(name) else { return Ok(default) };
    value
        .float()
        .filter(|number| number.is_finite())
        .ok_or_else(|| wrong(name, "a finite number", Some(value)))
}

/// A number field that may be `None`.
pub(super) fn optional_number(module: View<'_>, name: &'static str) -> Result<Option<f64>, LayerError> {
    match module.attr(name) {
        Some(value) if !value.is_none() => number(module, name, 0.0).map(Some),
        _ => Ok(None),
    }
}

/// A list or tuple of integers.
pub(super) fn ints(module: View<'_>, name: &'static str) -> Result<Vec<i64>, LayerError> {
    let value = field(module, name)?;
    let listed = matches!(value.kind(), Kind::List | Kind::Tuple);
    let ints: Option<Vec<i64>> = value.items().map(View::int).collect();
    ints.filter(|_| listed).ok_or_else(|| wrong(name, "a list of integers", Some(value)))
}

/// A list of integers that may be `None` or absent: then it is empty.
pub(super) fn optional_ints(module: View<'_>, name: &'static str) -> Result<Vec<i64>, LayerError> {
    match module.attr(name) {
        Some(value) if !value.is_none() => ints(module, name),
        _ => Ok(Vec::new()),
    }
}

/// One integer for both directions, or a pair: rows, columns.
fn pair(module: View<'_>, name: &'static str) -> Result<[usize; 2], LayerError> {
    let value = field(module, name)?;
    let pair = match value.int() {
        Some(both) => Some([both, both]),
        None => ints(module, name)?.try_into().ok(),
    };
    pair.filter(|pair| pair.iter().all(|extent| (0..=MAX_EXTENT).contains(extent)))
        .map(|pair| pair.map(|extent| usize::try_from(extent).unwrap_or_default()))
        .ok_or_else(|| wrong(name, "one or two integers from 0 to 65536", Some(value)))
}

/// A pair that may be absent.
fn pair_or(module: View<'_>, name: &'static str, default: [usize; 2]) -> Result<[usize; 2], LayerError> {
    if module.attr(name).is_some() { pair(module, name) } else { Ok(default) }
}

/// `Conv2d`.
pub(super) fn conv2d<'c>(graph: &mut Graph<'c>, module: View<'c>, x: Value) -> Result<Value, LayerError> {
    let mode = module.attr("padding_mode");
    if let Some(mode) = mode.filter(|mode| mode.text() != Some("zeros")) {
        return Err(wrong("padding_mode", "'zeros'", Some(mode)));
    }
    let (kernel, stride) = (pair(module, "kernel_size")?, pair(module, "stride")?);
    let dilation = pair_or(module, "dilation", [1, 1])?;
    let pads = match field(module, "padding")?.text() {
        None => pair(module, "padding").map(|[vertical, horizontal]| Pads::even(vertical, horizontal))?,
        Some("valid") => Pads::default(),
        Some("same") => same_pads(kernel, dilation),
        Some(_) => return Err(wrong("padding", "'same' or 'valid'", module.attr("padding"))),
    };
    let groups = pair_or(module, "groups", [1, 1])?;
    let spec = ConvSpec {
        kernel: tensor(module, "weight")?,
        bias: optional_tensor(module, "bias"),
        window: Window { kernel, stride, dilation, pads, ceil: false },
        groups: groups.into_iter().next().unwrap_or(1),
    };
    let channels = [("in_channels", 1, spec.groups), ("out_channels", 0, 1)];
    for (name, axis, factor) in channels {
        let Some(stated) = module.attr(name) else { continue };
        let size = spec.kernel.shape().get(axis).and_then(|size| size.checked_mul(factor));
        if stated.int().and_then(|stated| usize::try_from(stated).ok()) != size {
            return Err(wrong(name, "the channels of the weight", Some(stated)));
        }
    }
    graph.conv(x, spec)
}

/// What 'same' means to PyTorch: as much as the kernel takes away, the odd pixel below and to the right.
fn same_pads(kernel: [usize; 2], dilation: [usize; 2]) -> Pads {
    let [rows, columns] = kernel;
    let [down, across] = dilation;
    let (vertical, horizontal) = (down * rows.saturating_sub(1), across * columns.saturating_sub(1));
    Pads {
        top: vertical / 2,
        left: horizontal / 2,
        bottom: vertical - vertical / 2,
        right: horizontal - horizontal / 2,
    }
}

/// `BatchNorm2d` with the epsilon of the file.
pub(super) fn batch_norm<'c>(graph: &mut Graph<'c>, module: View<'c>, x: Value) -> Result<Value, LayerError> {
    let epsilon = number(module, "eps", 1e-5)?;
    let norm = Norm {
        gamma: optional_tensor(module, "weight"),
        beta: optional_tensor(module, "bias"),
        mean: tensor(module, "running_mean")?,
        variance: tensor(module, "running_var")?,
        epsilon,
    };
    graph.batch_norm(x, norm)
}

/// `MaxPool2d`.
pub(super) fn max_pool(graph: &mut Graph<'_>, module: View<'_>, x: Value) -> Result<Value, LayerError> {
    let window = Window { dilation: pair_or(module, "dilation", [1, 1])?, ..pool_window(module)? };
    graph.pool(x, PoolSpec::Max, window)
}

/// `AvgPool2d`.
pub(super) fn average_pool(graph: &mut Graph<'_>, module: View<'_>, x: Value) -> Result<Value, LayerError> {
    if let Some(divisor) = module.attr("divisor_override").filter(|divisor| !divisor.is_none()) {
        return Err(wrong("divisor_override", "None", Some(divisor)));
    }
    let count_padding = flag(module, "count_include_pad", true)?;
    graph.pool(x, PoolSpec::Average { count_padding }, pool_window(module)?)
}

fn pool_window(module: View<'_>) -> Result<Window, LayerError> {
    let kernel = pair(module, "kernel_size")?;
    let [vertical, horizontal] = pair_or(module, "padding", [0, 0])?;
    let stride = match module.attr("stride") {
        Some(stride) if !stride.is_none() => pair(module, "stride")?,
        _ => kernel,
    };
    let ceil = flag(module, "ceil_mode", false)?;
    Ok(Window { kernel, stride, dilation: [1, 1], pads: Pads::even(vertical, horizontal), ceil })
}

/// `AdaptiveAvgPool2d(1)`.
pub(super) fn adaptive_average_pool(
    graph: &mut Graph<'_>,
    module: View<'_>,
    x: Value,
) -> Result<Value, LayerError> {
    match pair(module, "output_size")? {
        [1, 1] => graph.global_average_pool(x),
        _ => Err(wrong("output_size", "1", module.attr("output_size"))),
    }
}

/// `Linear`.
pub(super) fn linear<'c>(graph: &mut Graph<'c>, module: View<'c>, x: Value) -> Result<Value, LayerError> {
    graph.linear(x, tensor(module, "weight")?, optional_tensor(module, "bias"))
}

/// An activation, or a module that does nothing at rest. `None` if the class is neither.
pub(super) fn activation(
    graph: &mut Graph<'_>,
    module: View<'_>,
    x: Value,
) -> Option<Result<Value, LayerError>> {
    let with = |name: &'static str, field: &'static str, default: f64| {
        number(module, field, default).map(|value| vec![(name, Attribute::Float(value as f32))])
    };
    let alpha = |graph: &mut Graph<'_>, operator, field, default| {
        with("alpha", field, default).and_then(|attributes| graph.unary(operator, x, attributes))
    };
    Some(match class_name(module) {
        "Identity" | "Dropout" | "Dropout2d" | "OnnxCopyIdentity" => Ok(x),
        "SiLU" => graph.silu(x),
        "Sigmoid" => graph.unary("Sigmoid", x, vec![]),
        "Tanh" => graph.unary("Tanh", x, vec![]),
        "ReLU" => graph.unary("Relu", x, vec![]),
        "ReLU6" => graph.clip(x, Some(0.0), Some(6.0)),
        "Hardswish" => graph.unary("HardSwish", x, vec![]),
        "Hardsigmoid" => {
            let slope = vec![("alpha", Attribute::Float(1.0 / 6.0)), ("beta", Attribute::Float(0.5))];
            graph.unary("HardSigmoid", x, slope)
        }
        "LeakyReLU" => alpha(graph, "LeakyRelu", "negative_slope", 0.01),
        "ELU" => alpha(graph, "Elu", "alpha", 1.0),
        "Softsign" => graph.unary("Softsign", x, vec![]),
        _ => return None,
    })
}
