//! timm's names: `conv_stem`, `blocks.<stage>.<block>`, `conv_head`; the activation belongs to the norm.

use super::{activation, conv, norm, shortcut, squeeze_excite, within};
use crate::architectures::LayerError;
use crate::architectures::script_module::ScriptModule;
use crate::onnx::graph::{Graph, Value};

/// The last map, and the linear layer behind it.
pub(super) fn features<'c>(
    graph: &mut Graph<'c>,
    root: ScriptModule<'c>,
    x: Value,
) -> Result<(Value, ScriptModule<'c>), LayerError> {
    let mut x = step(graph, root, ["conv_stem", "bn1", "act1"], x)?;
    for (index, stage) in root.child("blocks")?.numbered().into_iter().enumerate() {
        for (number, module) in stage.numbered().into_iter().enumerate() {
            let name = format!("blocks.{index}.{number}");
            x = within(graph, &name, module, |graph| block(graph, module, x))?;
        }
    }
    let x = step(graph, root, ["conv_head", "bn2", "act2"], x)?;
    Ok((x, root.child("classifier")?))
}

fn block<'c>(graph: &mut Graph<'c>, block: ScriptModule<'c>, x: Value) -> Result<Value, LayerError> {
    let y = match block.class() {
        "ConvBnAct" => step(graph, block, ["conv", "bn1", "act1"], x)?,
        "EdgeResidual" => {
            let y = step(graph, block, ["conv_exp", "bn1", "act1"], x)?;
            let y = excite(graph, block, y)?;
            step(graph, block, ["conv_pwl", "bn2", ""], y)?
        }
        "InvertedResidual" => {
            let y = step(graph, block, ["conv_pw", "bn1", "act1"], x)?;
            let y = step(graph, block, ["conv_dw", "bn2", "act2"], y)?;
            let y = excite(graph, block, y)?;
            step(graph, block, ["conv_pwl", "bn3", ""], y)?
        }
        "DepthwiseSeparableConv" => {
            let y = step(graph, block, ["conv_dw", "bn1", "act1"], x)?;
            let y = excite(graph, block, y)?;
            step(graph, block, ["conv_pw", "bn2", "act2"], y)?
        }
        _ => return Err(LayerError::UnknownClass { class: block.full_class() }),
    };
    shortcut(graph, block, "has_skip", x, y)
}

/// Convolution, norm, activation: inside the norm, or beside it under a name of its own as in older versions.
fn step<'c>(
    graph: &mut Graph<'c>,
    owner: ScriptModule<'c>,
    names: [&'static str; 3],
    x: Value,
) -> Result<Value, LayerError> {
    let [convolution, normalisation, active] = names;
    let y = conv(graph, owner, convolution, x)?;
    let y = norm(graph, owner, normalisation, y)?;
    let inside = owner.child(normalisation)?.optional_child("act");
    match inside.or_else(|| owner.optional_child(active)) {
        Some(module) => activation(graph, module, y),
        None => Ok(y),
    }
}

/// Squeeze-excite, where the block has one.
fn excite<'c>(graph: &mut Graph<'c>, block: ScriptModule<'c>, x: Value) -> Result<Value, LayerError> {
    let Some(module) = block.optional_child("se").filter(|module| module.class() != "Identity") else {
        return Ok(x);
    };
    let names = ["conv_reduce", "act1", "conv_expand", "gate"];
    within(graph, "se", module, |graph| squeeze_excite(graph, module, names, x))
}
