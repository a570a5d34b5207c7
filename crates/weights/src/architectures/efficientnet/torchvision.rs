//! torchvision's names: `features.<stage>.<block>.block.<step>`, each step a convolution, a norm and perhaps a SiLU.

use super::{activation, conv, norm, shortcut, squeeze_excite, within};
use crate::architectures::LayerError;
use crate::architectures::script_module::ScriptModule;
use crate::onnx::graph::{Graph, Value};

/// The last map, and the linear layer behind it.
pub(super) fn features<'c>(
    graph: &mut Graph<'c>,
    root: ScriptModule<'c>,
    mut x: Value,
) -> Result<(Value, ScriptModule<'c>), LayerError> {
    let features = root.child("features")?;
    for (index, stage) in features.numbered().into_iter().enumerate() {
        x = within(graph, &format!("features.{index}"), stage, |graph| match stage.class() {
            "Conv2dNormActivation" | "ConvNormActivation" => step(graph, stage, x),
            "Sequential" => stage.numbered().into_iter().enumerate().try_fold(x, |x, (index, module)| {
                within(graph, &index.to_string(), module, |graph| block(graph, module, x))
            }),
            _ => Err(LayerError::UnknownClass { class: stage.full_class() }),
        })?;
    }
    let classifier = root.child("classifier")?;
    let last = classifier.numbered().into_iter().rfind(|module| module.class() == "Linear");
    let last = last.ok_or_else(|| LayerError::Field {
        field: "classifier",
        expected: "a linear layer",
        found: classifier.full_class(),
    })?;
    Ok((x, last))
}

fn block<'c>(graph: &mut Graph<'c>, block: ScriptModule<'c>, x: Value) -> Result<Value, LayerError> {
    if !matches!(block.class(), "FusedMBConv" | "MBConv") {
        return Err(LayerError::UnknownClass { class: block.full_class() });
    }
    let mut y = x;
    for (index, module) in block.child("block")?.numbered().into_iter().enumerate() {
        y = within(graph, &format!("block.{index}"), module, |graph| match module.class() {
            "Conv2dNormActivation" | "ConvNormActivation" => step(graph, module, y),
            "SqueezeExcitation" => {
                squeeze_excite(graph, module, ["fc1", "activation", "fc2", "scale_activation"], y)
            }
            _ => Err(LayerError::UnknownClass { class: module.full_class() }),
        })?;
    }
    shortcut(graph, block, "use_res_connect", x, y)
}

/// Convolution, norm, activation if there is one.
fn step<'c>(graph: &mut Graph<'c>, module: ScriptModule<'c>, x: Value) -> Result<Value, LayerError> {
    let y = conv(graph, module, "0", x)?;
    let y = norm(graph, module, "1", y)?;
    match module.optional_child("2") {
        Some(active) => activation(graph, active, y),
        None => Ok(y),
    }
}
