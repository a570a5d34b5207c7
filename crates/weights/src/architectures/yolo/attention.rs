//! Attention between the pixels of a small map, as YOLOv10 and YOLO11 have it.

use super::blocks::inner;
use crate::architectures::LayerError;
use crate::architectures::torch_nn::{int, number};
use crate::onnx::graph::{Graph, Value};
use crate::pickle::View;

/// Heads and channels of a head that are believed.
const MAX_CHANNELS: i64 = 1 << 16;

/// `proj(softmax(qᵀk · scale) v + pe(v))`; `qkv` gives each head its query, key and value in turn.
pub(super) fn attention<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let sizes = [int(layer, "num_heads")?, int(layer, "key_dim")?, int(layer, "head_dim")?];
    let found = format!("{sizes:?}");
    let fits = sizes.iter().all(|size| (1..=MAX_CHANNELS).contains(size));
    let [heads, key, head] = sizes.map(|size| usize::try_from(size).unwrap_or_default());
    let width = key.saturating_mul(2).saturating_add(head);
    let all = inner(graph, layer, "qkv", x)?;
    let channels = heads.saturating_mul(width);
    let values = heads.saturating_mul(head);
    if !fits || graph.size(all, 1) != Some(channels) || graph.size(x, 1) != Some(values) {
        return Err(LayerError::Field {
            field: "num_heads, key_dim, head_dim",
            expected: "numbers that make the channels of qkv and of the input",
            found: format!("{found} for {} and {}", graph.describe(all), graph.describe(x)),
        });
    }
    let channels_of = |start: usize, count: usize| -> Vec<usize> {
        (0..heads).flat_map(|head| (head * width + start..).take(count)).collect()
    };
    let default = (key as f64).powf(-0.5);
    let scale = graph.scalar(number(layer, "scale", default)? as f32)?;

    let query = graph.channels(all, &channels_of(0, key))?;
    let query = tokens(graph, query, heads, key)?;
    let query = graph.transpose(query, vec![0, 2, 1])?;
    let query = graph.binary("Mul", query, scale)?;
    let keys = graph.channels(all, &channels_of(key, key))?;
    let keys = tokens(graph, keys, heads, key)?;
    let scores = graph.matmul(query, keys)?;
    let weights = graph.softmax("Softmax", scores, -1)?;

    let value_map = graph.channels(all, &channels_of(2 * key, head))?;
    let value = tokens(graph, value_map, heads, head)?;
    let value = graph.transpose(value, vec![0, 2, 1])?;
    let mixed = graph.matmul(weights, value)?;
    let mixed = graph.transpose(mixed, vec![0, 2, 1])?;
    let mixed = graph.reshape_like(mixed, value_map)?;

    let places = inner(graph, layer, "pe", value_map)?;
    let sum = graph.binary("Add", mixed, places)?;
    inner(graph, layer, "proj", sum)
}

/// `[1, heads * channels, rows, columns]` as `[heads, channels, pixels]`.
fn tokens(graph: &mut Graph<'_>, map: Value, heads: usize, channels: usize) -> Result<Value, LayerError> {
    graph.reshape(map, &[heads as i64, channels as i64, -1])
}
