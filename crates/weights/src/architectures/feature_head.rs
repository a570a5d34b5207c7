//! DeepFaune's second head, for birds, in a file of its own: a small network on the class token of the first.

use crate::architectures::LayerError;
use crate::architectures::state_dict::StateDict;
use crate::network::Head;
use crate::onnx::graph::Graph;
use crate::onnx::weight::{Norm, Weight};
use crate::pickle::{Kind, View};

const PREFIX: &str = "bird_model.";
/// PyTorch's default for a norm, which the file does not say.
const EPSILON: f64 = 1e-5;

/// The state dict of such a file.
pub(crate) fn find(root: View<'_>) -> Option<View<'_>> {
    let dict = root.attr("state_dict").unwrap_or(root);
    let first = dict.attr("bird_model.0.weight").and_then(View::tensor);
    (dict.kind() == Kind::Dict && first.is_some()).then_some(dict)
}

/// Builds `features` `[batch, width]` to `logits`: linear, norm, GELU, linear.
pub(crate) fn build<'c>(graph: &mut Graph<'c>, dict: View<'c>) -> Result<Head, LayerError> {
    graph.enter("bird_model", "Sequential")?;
    let mut state = StateDict::new(dict, PREFIX)?;
    let kernel = state.take("0.weight")?;
    let &[hidden, features] = kernel.shape() else {
        return Err(LayerError::Tensor {
            name: format!("{PREFIX}0.weight"),
            expected: "a matrix".into(),
            found: format!("shape {:?}", kernel.shape()),
        });
    };
    let bias = Some(state.shaped("0.bias", &[hidden])?);
    let norm = Norm {
        gamma: Some(state.shaped("1.weight", &[hidden])?),
        beta: Some(state.shaped("1.bias", &[hidden])?),
        mean: state.shaped("1.running_mean", &[hidden])?,
        variance: state.shaped("1.running_var", &[hidden])?,
        epsilon: EPSILON,
    };
    let last = state.take("4.weight")?;
    let last_bias = state.take("4.bias")?;
    state.all_taken()?;

    let axes = vec![graph.dims.named("batch"), graph.dims.fixed(features)];
    let x = graph.input("features", axes);
    let x =
        graph.affine(x, Weight::NormedKernel { kernel, norm }, Some(Weight::NormedBias { bias, norm }))?;
    let x = graph.gelu(x)?;
    let logits = graph.linear(x, last, Some(last_bias))?;
    let classes = graph.size(logits, 1).unwrap_or(0);
    graph.output("logits", logits)?;
    graph.leave();
    Ok(Head::OnFeatures { features, classes })
}
