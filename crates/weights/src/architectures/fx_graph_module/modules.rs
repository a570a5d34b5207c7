//! What each module class of onnx2torch does, in operators.

use super::Item;
use crate::architectures::LayerError;
use crate::architectures::torch_nn::{self, class_name, field, flag, full_class_name, number};
use crate::checkpoint::Checkpoint;
use crate::onnx::graph::{Attribute, Graph, Value};
use crate::onnx::ops::{Pads, Reduction};
use crate::onnx::weight::{Norm, Weight};
use crate::pickle::{Kind, View};
use crate::tensor::DType;

/// Elements of a constant that holds axes, a shape or a border.
const MAX_SMALL: usize = 64;

/// Calls `module` with `args`.
pub(super) fn call<'c>(
    graph: &mut Graph<'c>,
    checkpoint: &Checkpoint,
    module: View<'c>,
    args: &[Item<'c>],
) -> Result<Item<'c>, LayerError> {
    match (class_name(module), args) {
        ("OnnxConstant", []) => constant(graph, module),
        // An identity of a constant stays one: converters name shared weights that way.
        ("OnnxDropoutDynamic", [x, ..]) | ("OnnxCopyIdentity", [x]) => Ok(*x),
        ("OnnxConcat", args) => {
            let parts = values(graph, args)?;
            graph.concat(&parts, torch_nn::int(module, "axis")?).map(Item::Value)
        }
        ("OnnxSum" | "OnnxMean" | "OnnxMinMax", args) => element_wise(graph, module, args),
        (_, [x]) => {
            let x = as_value(graph, *x)?;
            unary(graph, module, x).map(Item::Value)
        }
        (_, [x, y, rest @ ..]) => {
            let x = as_value(graph, *x)?;
            several(graph, checkpoint, module, x, *y, rest).map(Item::Value)
        }
        (_, []) => unknown(module, 0),
    }
}

fn unknown<T>(module: View<'_>, inputs: usize) -> Result<T, LayerError> {
    let class = full_class_name(module);
    Err(LayerError::UnknownClass { class: format!("{class} with {inputs} inputs") })
}

/// An item as a value of the graph.
pub(super) fn as_value<'c>(graph: &mut Graph<'c>, item: Item<'c>) -> Result<Value, LayerError> {
    match item {
        Item::Value(value) => Ok(value),
        Item::Tensor(tensor) if is_float(tensor.dtype()) => graph.weight("constant", Weight::Tensor(tensor)),
        Item::Tensor(tensor) => graph.weight("constant", Weight::Integers(tensor)),
    }
}

fn is_float(dtype: DType) -> bool {
    matches!(dtype, DType::F16 | DType::BF16 | DType::F32 | DType::F64)
}

fn values<'c>(graph: &mut Graph<'c>, items: &[Item<'c>]) -> Result<Vec<Value>, LayerError> {
    items.iter().map(|&item| as_value(graph, item)).collect()
}

/// A module of one input.
fn unary<'c>(graph: &mut Graph<'c>, module: View<'c>, x: Value) -> Result<Value, LayerError> {
    let simple = |graph: &mut Graph<'c>, operator| graph.unary(operator, x, vec![]);
    match class_name(module) {
        "Conv2d" => torch_nn::conv2d(graph, module, x),
        "BatchNorm2d" => torch_nn::batch_norm(graph, module, x),
        "Linear" => torch_nn::linear(graph, module, x),
        "MaxPool2d" => torch_nn::max_pool(graph, module, x),
        "AvgPool2d" => torch_nn::average_pool(graph, module, x),
        "AdaptiveAvgPool2d" => torch_nn::adaptive_average_pool(graph, module, x),
        "Sequential" => sequence(graph, module, x),
        "OnnxPadStatic" => pad(graph, module, x),
        "OnnxTranspose" => transpose(graph, module, x),
        "OnnxGlobalAveragePool" | "OnnxGlobalAveragePoolWithKnownInputShape" => graph.global_average_pool(x),
        "OnnxReduceStaticAxes" => reduce(graph, module, x),
        "OnnxReduceSumStaticAxes" => reduce_sum(graph, module, x, torch_nn::optional_ints(module, "_axes")?),
        "OnnxReduceSumDynamicAxes" => reduce_sum(graph, module, x, Vec::new()),
        "OnnxSqueezeStaticAxes" => graph.squeeze(x, &torch_nn::ints(module, "axes")?),
        "OnnxUnsqueezeStaticAxes" => graph.unsqueeze(x, &torch_nn::ints(module, "_axes")?),
        "Flatten" => flatten(graph, module, x),
        "OnnxFlatten" => graph.flatten(x, torch_nn::int(module, "axis")?),
        "Softmax" => graph.softmax("Softmax", x, torch_nn::int(module, "dim")?),
        "LogSoftmax" => graph.softmax("LogSoftmax", x, torch_nn::int(module, "dim")?),
        "OnnxSoftmaxV1V11" => flat_softmax(graph, module, x),
        "OnnxClip" => {
            let bound = |name| torch_nn::optional_number(module, name);
            graph.clip(x, bound("min_val")?, bound("max_val")?)
        }
        "OnnxHardSigmoid" => {
            let alpha = number(module, "alpha", 0.2)? as f32;
            let beta = number(module, "beta", 0.5)? as f32;
            let slope = vec![("alpha", Attribute::Float(alpha)), ("beta", Attribute::Float(beta))];
            graph.unary("HardSigmoid", x, slope)
        }
        "OnnxErf" => simple(graph, "Erf"),
        "OnnxSqrt" => simple(graph, "Sqrt"),
        "OnnxNeg" => simple(graph, "Neg"),
        "OnnxReciprocal" => simple(graph, "Reciprocal"),
        "OnnxFunction" => simple(graph, function(module)?),
        "OnnxCast" => cast(module, x),
        _ => torch_nn::activation(graph, module, x).unwrap_or_else(|| unknown(module, 1)),
    }
}

/// A module of two inputs or more.
fn several<'c>(
    graph: &mut Graph<'c>,
    checkpoint: &Checkpoint,
    module: View<'c>,
    x: Value,
    y: Item<'c>,
    rest: &[Item<'c>],
) -> Result<Value, LayerError> {
    let axes = || small_ints(checkpoint, y);
    match (class_name(module), rest) {
        ("OnnxBinaryMathOperation", []) => binary(graph, module, x, y),
        ("OnnxPow", []) => {
            old_broadcast(module)?;
            let y = as_value(graph, y)?;
            graph.binary("Pow", x, y)
        }
        ("OnnxPReLU", []) => {
            let y = as_value(graph, y)?;
            graph.binary("PRelu", x, y)
        }
        ("OnnxMatMul", []) => {
            let y = as_value(graph, y)?;
            graph.matmul(x, y)
        }
        ("OnnxGemm", [] | [_]) => gemm(graph, module, x, y, rest.first().copied()),
        ("OnnxReshape", []) => graph.reshape(x, &axes()?),
        ("OnnxSqueezeDynamicAxes", []) => graph.squeeze(x, &axes()?),
        ("OnnxUnsqueezeDynamicAxes", []) => graph.unsqueeze(x, &axes()?),
        ("OnnxReduceSumDynamicAxes", []) => reduce_sum(graph, module, x, axes()?),
        ("OnnxPadDynamic", [] | [_]) => {
            let fill = match rest {
                [Item::Tensor(fill)] if fill.len() == 1 => checkpoint.f32s(*fill)?.first().copied(),
                [] => Some(0.0),
                _ => None,
            };
            let fill = fill.ok_or_else(|| constant_expected("a border that is not a constant"))?;
            constant_mode(module)?;
            let amounts = axes()?;
            let (before, after) = amounts.split_at_checked(amounts.len() / 2).unwrap_or_default();
            graph.pad(x, borders(before, after)?, fill)
        }
        ("OnnxBatchNorm", &[Item::Tensor(beta), Item::Tensor(mean), Item::Tensor(variance)]) => {
            let Item::Tensor(gamma) = y else { return unknown(module, 5) };
            let epsilon = number(module, "epsilon", 1e-5)?;
            graph.batch_norm(x, Norm { gamma: Some(gamma), beta: Some(beta), mean, variance, epsilon })
        }
        (_, rest) => unknown(module, 2 + rest.len()),
    }
}

fn constant_expected(what: &'static str) -> LayerError {
    LayerError::Unsupported { what, found: "a computed value".to_owned() }
}

/// The integers of a constant argument: axes, a shape, a border.
fn small_ints(checkpoint: &Checkpoint, item: Item<'_>) -> Result<Vec<i64>, LayerError> {
    match item {
        Item::Tensor(tensor) if tensor.shape().len() <= 1 && tensor.len() <= MAX_SMALL => {
            Ok(checkpoint.i64s(tensor)?)
        }
        Item::Tensor(tensor) => {
            let found = format!("shape {:?}", tensor.shape());
            Err(LayerError::Unsupported { what: "a list of axes or sizes that is no short vector", found })
        }
        Item::Value(_) => Err(constant_expected("a list of axes or sizes that is not in the file")),
    }
}

fn sequence<'c>(graph: &mut Graph<'c>, module: View<'c>, x: Value) -> Result<Value, LayerError> {
    torch_nn::children(module).try_fold(x, |x, (name, child)| {
        graph.enter(name, &full_class_name(child))?;
        let y = unary(graph, child, x)?;
        graph.leave();
        Ok(y)
    })
}

/// Name of a function the module was pickled with: `torch.add` is stored as `getattr(class, "add")`.
fn function_name<'c>(module: View<'c>, name: &'static str) -> Result<&'c str, LayerError> {
    let value = field(module, name)?;
    let function = match value.kind() {
        Kind::Call(call) if call.last() == "getattr" => value.item(1).and_then(View::text),
        Kind::Global(function) => Some(function.last()),
        _ => None,
    };
    function.ok_or_else(|| LayerError::Field { field: name, expected: "a function", found: value.describe() })
}

/// ONNX before version 7 could line the second input up with an axis in the middle.
fn old_broadcast(module: View<'_>) -> Result<(), LayerError> {
    match module.attr("axis") {
        Some(axis) if !axis.is_none() && module.attr("broadcast").and_then(View::int) == Some(1) => {
            Err(LayerError::Unsupported { what: "broadcasting from an axis", found: axis.describe() })
        }
        _ => Ok(()),
    }
}

fn binary<'c>(graph: &mut Graph<'c>, module: View<'c>, x: Value, y: Item<'c>) -> Result<Value, LayerError> {
    old_broadcast(module)?;
    let operator = match function_name(module, "math_op_function")? {
        "add" => "Add",
        "sub" => "Sub",
        "mul" => "Mul",
        "div" | "_onnx_div" => "Div",
        other => {
            return Err(LayerError::Unsupported {
                what: "the function of a binary operation",
                found: other.to_owned(),
            });
        }
    };
    let y = as_value(graph, y)?;
    graph.binary(operator, x, y)
}

/// Functions of one number that ONNX has under the same name.
fn function(module: View<'_>) -> Result<&'static str, LayerError> {
    const KNOWN: [(&str, &str); 8] = [
        ("abs", "Abs"),
        ("cos", "Cos"),
        ("exp", "Exp"),
        ("log", "Log"),
        ("sign", "Sign"),
        ("sin", "Sin"),
        ("tan", "Tan"),
        ("tanh", "Tanh"),
    ];
    let name = function_name(module, "function")?;
    let found = KNOWN.iter().find(|(function, _)| *function == name).map(|(_, operator)| *operator);
    found.ok_or_else(|| LayerError::Unsupported { what: "a function of one input", found: name.to_owned() })
}

/// Sum, mean, least or greatest of any number of inputs.
fn element_wise<'c>(
    graph: &mut Graph<'c>,
    module: View<'c>,
    args: &[Item<'c>],
) -> Result<Item<'c>, LayerError> {
    let stated = field(module, "_op_type")?;
    let operator = match stated.text() {
        Some("Sum" | "Mean") => "Add",
        Some("Min") => "Min",
        Some("Max") => "Max",
        _ => {
            let found = stated.describe();
            return Err(LayerError::Field { field: "_op_type", expected: "Sum, Mean, Min or Max", found });
        }
    };
    let parts = values(graph, args)?;
    let [first, rest @ ..] = parts.as_slice() else { return unknown(module, 0) };
    let mut total = *first;
    for &part in rest {
        total = graph.binary(operator, total, part)?;
    }
    if stated.text() == Some("Mean") && !rest.is_empty() {
        let count = graph.scalar(parts.len() as f32)?;
        total = graph.binary("Div", total, count)?;
    }
    Ok(Item::Value(total))
}

/// A constant made by a node: a tensor, or a bare number.
fn constant<'c>(graph: &mut Graph<'c>, module: View<'c>) -> Result<Item<'c>, LayerError> {
    if let Some(tensor) = torch_nn::optional_tensor(module, "value") {
        return Ok(Item::Tensor(tensor));
    }
    let value = number(module, "value", f64::NAN)?;
    if value.is_nan() {
        return Err(LayerError::Field {
            field: "value",
            expected: "a tensor or a number",
            found: "nothing".into(),
        });
    }
    graph.scalar(value as f32).map(Item::Value)
}

/// A cast to f32, which is what everything is already.
fn cast(module: View<'_>, x: Value) -> Result<Value, LayerError> {
    let target = field(module, "torch_dtype")?;
    match target.kind() {
        Kind::Global(dtype) if dtype.last() == "float32" => Ok(x),
        _ => Err(LayerError::Field {
            field: "torch_dtype",
            expected: "torch.float32",
            found: target.describe(),
        }),
    }
}

fn transpose(graph: &mut Graph<'_>, module: View<'_>, x: Value) -> Result<Value, LayerError> {
    let stated = torch_nn::optional_ints(module, "perm")?;
    if stated.is_empty() {
        let reversed = (0..graph.shape(x).len()).rev().collect();
        return graph.transpose(x, reversed);
    }
    let order: Result<Vec<usize>, LayerError> =
        stated.into_iter().map(|axis| graph.checked_axis("Transpose", x, axis)).collect();
    graph.transpose(x, order?)
}

fn reduce(graph: &mut Graph<'_>, module: View<'_>, x: Value) -> Result<Value, LayerError> {
    const KNOWN: [&str; 6] = ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2"];
    let stated = field(module, "operation_type")?;
    let axes = torch_nn::optional_ints(module, "axes")?;
    let keep_axes = flag(module, "keepdims", true)?;
    let known = KNOWN.into_iter().find(|known| stated.text() == Some(*known));
    let operator =
        known.ok_or_else(|| LayerError::Unsupported { what: "a reduction", found: stated.describe() })?;
    graph.reduce(x, &Reduction { operator, axes, keep_axes })
}

fn reduce_sum(
    graph: &mut Graph<'_>,
    module: View<'_>,
    x: Value,
    axes: Vec<i64>,
) -> Result<Value, LayerError> {
    if axes.is_empty() && flag(module, "_noop_with_empty_axes", false)? {
        return Ok(x);
    }
    let keep_axes = flag(module, "_keepdims", true)?;
    graph.reduce(x, &Reduction { operator: "ReduceSum", axes, keep_axes })
}

fn flatten(graph: &mut Graph<'_>, module: View<'_>, x: Value) -> Result<Value, LayerError> {
    match (torch_nn::int(module, "start_dim")?, torch_nn::int(module, "end_dim")?) {
        (1, -1) => graph.flatten(x, 1),
        other => {
            let found = format!("{other:?}");
            Err(LayerError::Field { field: "start_dim, end_dim", expected: "1 and -1", found })
        }
    }
}

/// Softmax over everything from an axis on, as ONNX had it before version 13.
fn flat_softmax(graph: &mut Graph<'_>, module: View<'_>, x: Value) -> Result<Value, LayerError> {
    let axis = torch_nn::int(module, "axis")?;
    let operator = if flag(module, "is_log", false)? { "LogSoftmax" } else { "Softmax" };
    let from = graph.checked_axis(operator, x, axis)?;
    if from + 1 != graph.shape(x).len() {
        let found = format!("axis {axis} of {}", graph.describe(x));
        return Err(LayerError::Unsupported { what: "a softmax over several axes", found });
    }
    graph.softmax(operator, x, axis)
}

fn gemm<'c>(
    graph: &mut Graph<'c>,
    module: View<'c>,
    a: Value,
    b: Item<'c>,
    c: Option<Item<'c>>,
) -> Result<Value, LayerError> {
    let b = as_value(graph, b)?;
    let c = c.map(|c| as_value(graph, c)).transpose()?;
    let factors = [number(module, "alpha", 1.0)? as f32, number(module, "beta", 1.0)? as f32];
    let turned = [flag(module, "trans_a", false)?, flag(module, "trans_b", false)?];
    graph.gemm(a, b, c, turned, factors)
}

fn constant_mode(module: View<'_>) -> Result<(), LayerError> {
    let mode = field(module, "mode")?;
    match mode.text() {
        Some("constant") => Ok(()),
        _ => Err(LayerError::Field { field: "mode", expected: "'constant'", found: mode.describe() }),
    }
}

/// A border in PyTorch's order: the last axis first, each with its beginning and its end.
fn pad(graph: &mut Graph<'_>, module: View<'_>, x: Value) -> Result<Value, LayerError> {
    constant_mode(module)?;
    let pads = torch_nn::ints(module, "pads")?;
    let (pairs, rest) = pads.as_chunks::<2>();
    let before: Vec<i64> = pairs.iter().rev().map(|[before, _]| *before).collect();
    let after: Vec<i64> = pairs.iter().rev().map(|[_, after]| *after).collect();
    if !rest.is_empty() {
        return Err(LayerError::Field { field: "pads", expected: "pairs", found: format!("{pads:?}") });
    }
    let fill = module.attr("constant_value").and_then(View::float).unwrap_or(0.0);
    graph.pad(x, borders(&before, &after)?, fill as f32)
}

/// The border of rows and columns, the last two axes; other axes must have none.
fn borders(before: &[i64], after: &[i64]) -> Result<Pads, LayerError> {
    let size = |pad: &i64| usize::try_from(*pad).ok();
    let pads = match (before, after) {
        ([outer @ .., top, left], [outer_after @ .., bottom, right])
            if outer.iter().chain(outer_after).all(|&pad| pad == 0) =>
        {
            let sizes = (size(top), size(left), size(bottom), size(right));
            let (Some(top), Some(left), Some(bottom), Some(right)) = sizes else {
                return Err(bad_border(before, after));
            };
            Some(Pads { top, left, bottom, right })
        }
        _ => None,
    };
    pads.ok_or_else(|| bad_border(before, after))
}

fn bad_border(before: &[i64], after: &[i64]) -> LayerError {
    let found = format!("{before:?} before, {after:?} after");
    LayerError::Field { field: "pads", expected: "borders of rows and columns, zero or more", found }
}
