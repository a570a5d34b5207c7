//! The blocks of a transformer: attention and a feed-forward, each normed before and added after.
//!
//! What is linear is folded into weights when they are written: the scale of the queries and the layer scales. Of the last
//! block only what the class token needs is computed.

use super::HEAD;
use crate::architectures::LayerError;
use crate::architectures::state_dict::StateDict;
use crate::onnx::graph::{Graph, Value};
use crate::onnx::weight::{Factors, Weight};
use crate::tensor::TensorView;

/// Blocks that are believed.
const MAX_BLOCKS: usize = 200;

/// Where the two kinds differ.
pub(super) struct Form {
    pub(super) epsilon: f32,
    /// Names of the two layer scales of a block.
    pub(super) scales: [&'static str; 2],
    /// Numbers of patches' queries and keys that turn with their place.
    pub(super) rotation: Option<Rotation>,
}

/// Constants `[1, tokens, 1, 64]`: `x * cosine + halves_exchanged(x) * sine`.
#[derive(Clone, Copy)]
pub(super) struct Rotation {
    pub(super) cosine: Value,
    pub(super) sine: Value,
}

/// All blocks one after another: `[batch, tokens, width]` to the class token, `[batch, 1, width]`.
pub(super) fn all<'c>(
    graph: &mut Graph<'c>,
    state: &mut StateDict<'c>,
    form: &Form,
    width: usize,
    mut x: Value,
) -> Result<Value, LayerError> {
    let depth =
        (0..=MAX_BLOCKS).take_while(|index| state.has(&format!("blocks.{index}.norm1.weight"))).count();
    if depth == 0 || depth > MAX_BLOCKS {
        let found = if depth == 0 { "none".to_owned() } else { format!("more than {MAX_BLOCKS}") };
        return Err(LayerError::Field { field: "blocks", expected: "blocks 0, 1, ...", found });
    }
    for index in 0..depth {
        graph.enter(&format!("blocks.{index}"), "Block")?;
        let mut block = Block { state, form, width, path: format!("blocks.{index}") };
        x = block.build(graph, x, index + 1 == depth)?;
        graph.leave();
    }
    Ok(x)
}

struct Block<'s, 'c> {
    state: &'s mut StateDict<'c>,
    form: &'s Form,
    width: usize,
    path: String,
}

impl<'c> Block<'_, 'c> {
    fn vector(&mut self, name: &str) -> Result<TensorView<'c>, LayerError> {
        self.state.shaped(&format!("{}.{name}", self.path), &[self.width])
    }

    fn norm(&mut self, graph: &mut Graph<'c>, name: &str, x: Value) -> Result<Value, LayerError> {
        let (gamma, beta) = (self.vector(&format!("{name}.weight"))?, self.vector(&format!("{name}.bias"))?);
        graph.layer_norm(x, gamma, beta, self.form.epsilon)
    }

    fn build(&mut self, graph: &mut Graph<'c>, x: Value, last: bool) -> Result<Value, LayerError> {
        let normed = self.norm(graph, "norm1", x)?;
        let attended = self.attention(graph, normed, last)?;
        let x = if last { graph.slice(x, 1, 0, 1)? } else { x };
        let x = graph.binary("Add", x, attended)?;
        let normed = self.norm(graph, "norm2", x)?;
        let fed = self.feed_forward(graph, normed)?;
        graph.binary("Add", x, fed)
    }

    fn attention(&mut self, graph: &mut Graph<'c>, x: Value, last: bool) -> Result<Value, LayerError> {
        let width = self.width;
        let heads = width / HEAD;
        let kernel = self.state.shaped(&format!("{}.attn.qkv.weight", self.path), &[3 * width, width])?;
        let bias = self.state.optional(&format!("{}.attn.qkv.bias", self.path));
        if let Some(bias) = bias.filter(|bias| bias.shape() != [3 * width]) {
            return Err(LayerError::Tensor {
                name: format!("{}.attn.qkv.bias", self.path),
                expected: format!("shape [{}]", 3 * width),
                found: format!("shape {:?}", bias.shape()),
            });
        }
        let project = |graph: &mut Graph<'c>, x: Value, third: usize, factor: f32| {
            let rows: Vec<usize> = (third * width..(third + 1) * width).collect();
            let part = |tensor: TensorView<'c>| {
                let of = Weight::Picked { of: Box::new(Weight::Tensor(tensor)), rows: rows.clone() };
                if factor == 1.0 {
                    return of;
                }
                Weight::Scaled { of: Box::new(of), by: Factors::Own(vec![factor; width]) }
            };
            let flat = graph.affine(x, part(kernel), bias.map(part))?;
            graph.reshape(flat, &[0, 0, heads as i64, HEAD as i64])
        };
        let scale = (HEAD as f32).sqrt().recip();
        let asking = if last { graph.slice(x, 1, 0, 1)? } else { x };
        let queries = project(graph, asking, 0, scale)?;
        let keys = project(graph, x, 1, 1.0)?;
        let values = project(graph, x, 2, 1.0)?;
        // The class token does not turn, so a last block's only query does not either.
        let queries = if last { queries } else { self.turn(graph, queries)? };
        let keys = self.turn(graph, keys)?;

        let queries = graph.transpose(queries, vec![0, 2, 1, 3])?;
        let keys = graph.transpose(keys, vec![0, 2, 3, 1])?;
        let values = graph.transpose(values, vec![0, 2, 1, 3])?;
        let scores = graph.matmul(queries, keys)?;
        let weights = graph.softmax("Softmax", scores, -1)?;
        let mixed = graph.matmul(weights, values)?;
        let mixed = graph.transpose(mixed, vec![0, 2, 1, 3])?;
        let mixed = graph.reshape(mixed, &[0, 0, width as i64])?;
        self.scaled_linear(graph, "attn.proj", 0, [width, width], mixed)
    }

    /// Queries or keys `[batch, tokens, heads, 64]`, turned by the angles of their places.
    fn turn(&self, graph: &mut Graph<'c>, x: Value) -> Result<Value, LayerError> {
        let Some(Rotation { cosine, sine }) = self.form.rotation else { return Ok(x) };
        let (first, second) = (graph.slice(x, 3, 0, HEAD / 2)?, graph.slice(x, 3, HEAD / 2, HEAD / 2)?);
        let exchanged = graph.concat(&[second, first], 3)?;
        let straight = graph.binary("Mul", x, cosine)?;
        let crossed = graph.binary("Mul", exchanged, sine)?;
        graph.binary("Add", straight, crossed)
    }

    fn feed_forward(&mut self, graph: &mut Graph<'c>, x: Value) -> Result<Value, LayerError> {
        let name = format!("{}.mlp.fc1", self.path);
        let kernel = self.state.take(&format!("{name}.weight"))?;
        let &[hidden, width] = kernel.shape() else {
            return Err(LayerError::Tensor {
                name,
                expected: "a matrix".into(),
                found: format!("shape {:?}", kernel.shape()),
            });
        };
        let bias = self.state.shaped(&format!("{name}.bias"), &[hidden])?;
        let wide = graph.linear(x, kernel, Some(bias))?;
        let wide = graph.gelu(wide)?;
        self.scaled_linear(graph, "mlp.fc2", 1, [width, hidden], wide)
    }

    /// A linear layer times the layer scale behind it, where there is one.
    fn scaled_linear(
        &mut self,
        graph: &mut Graph<'c>,
        name: &str,
        scale: usize,
        shape: [usize; 2],
        x: Value,
    ) -> Result<Value, LayerError> {
        let kernel = self.state.shaped(&format!("{}.{name}.weight", self.path), &shape)?;
        let bias = self.vector(&format!("{name}.bias"))?;
        let scale = self.form.scales.get(scale).copied().unwrap_or_default();
        let present = self.state.has(&format!("{}.{scale}", self.path));
        let gamma = if present { Some(self.vector(scale)?) } else { None };
        let scaled = |tensor: TensorView<'c>| match gamma {
            Some(gamma) => {
                Weight::Scaled { of: Box::new(Weight::Tensor(tensor)), by: Factors::Tensor(gamma) }
            }
            None => Weight::Tensor(tensor),
        };
        graph.affine(x, scaled(kernel), Some(scaled(bias)))
    }
}
