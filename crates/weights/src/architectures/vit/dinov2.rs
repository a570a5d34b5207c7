//! DINOv2's tokens: a learnt place for each patch of a 37x37 grid, resampled to the grid of the picture.

use super::blocks::Form;
use super::{MAX_TABLE, Sizes};
use crate::architectures::LayerError;
use crate::architectures::state_dict::StateDict;
use crate::checkpoint::Checkpoint;
use crate::onnx::graph::{Graph, Value};
use crate::onnx::weight::Weight;
use crate::tensor::TensorView;

/// Side of the grid that a table of places was learnt on.
pub(super) fn table_grid(table: TensorView<'_>) -> Result<usize, LayerError> {
    let bad = || LayerError::Tensor {
        name: "pos_embed".into(),
        expected: "[1, 1 + side * side, width]: a class token and a square of patches".into(),
        found: format!("shape {:?}", table.shape()),
    };
    let &[1, places, width] = table.shape() else { return Err(bad()) };
    let patches = places.checked_sub(1).ok_or_else(bad)?;
    let side = patches.isqrt();
    let whole =
        side > 0 && side * side == patches && places.checked_mul(width).is_some_and(|all| all <= MAX_TABLE);
    if whole { Ok(side) } else { Err(bad()) }
}

/// The class token and the patches with their places, `[batch, 1 + grid * grid, width]`, from patches without.
pub(super) fn tokens<'c>(
    graph: &mut Graph<'c>,
    checkpoint: &Checkpoint,
    state: &mut StateDict<'c>,
    sizes: &Sizes,
    patches: Value,
) -> Result<(Value, Form), LayerError> {
    let &Sizes { width, grid, .. } = sizes;
    let class = checkpoint.f32s(state.shaped("cls_token", &[1, 1, width])?)?;
    let bias = checkpoint.f32s(state.shaped("patch_embed.proj.bias", &[width])?)?;
    let table = state.take("pos_embed")?;
    let from = table_grid(table)?;
    let values = checkpoint.f32s(table)?;
    let (class_place, places) = values.split_at_checked(width).unwrap_or((&[], &[]));
    let places = if from == grid { places.to_vec() } else { resampled(places, from, grid, width) };

    let sum = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a + b).collect::<Vec<f32>>();
    let mut all = sum(&class, class_place);
    for place in places.chunks(width) {
        all.extend(sum(place, &bias));
    }
    let shape = vec![1, 1 + grid * grid, width];
    let places = graph.weight("pos_embed", Weight::Floats { shape, values: all })?;
    let tokens = graph.zero_in_front(patches, 1, 1)?;
    let tokens = graph.binary("Add", tokens, places)?;
    Ok((tokens, Form { epsilon: 1e-6, scales: ["ls1.gamma", "ls2.gamma"], rotation: None }))
}

/// A square table of vectors at another resolution, as PyTorch's `interpolate(mode="bicubic", antialias=True)` does.
fn resampled(table: &[f32], from: usize, to: usize, width: usize) -> Vec<f32> {
    let kernels = kernels(from, to);
    let line = |get: &dyn Fn(usize) -> usize, source: &[f32], kernel: &Kernel, out: &mut Vec<f32>| {
        for channel in 0..width {
            let terms = kernel.weights.iter().enumerate().map(|(tap, weight)| {
                let place = get(kernel.start + tap) * width + channel;
                weight * f64::from(source.get(place).copied().unwrap_or(0.0))
            });
            out.push(terms.sum::<f64>() as f32);
        }
    };
    let mut narrow = Vec::with_capacity(from * to * width);
    for row in 0..from {
        for kernel in &kernels {
            line(&|column| row * from + column, table, kernel, &mut narrow);
        }
    }
    let mut out = Vec::with_capacity(to * to * width);
    for kernel in &kernels {
        for column in 0..to {
            line(&|row| row * to + column, &narrow, kernel, &mut out);
        }
    }
    out
}

/// What one output takes from the inputs: those from `start` on, weighted.
struct Kernel {
    start: usize,
    weights: Vec<f64>,
}

/// Keys' bicubic kernel with a = -0.5, stretched where the result is smaller; the weights add up to one.
fn kernels(from: usize, to: usize) -> Vec<Kernel> {
    let scale = from as f64 / to.max(1) as f64;
    let stretch = scale.max(1.0);
    let reach = 2.0 * stretch;
    let one = |index: usize| {
        let centre = (index as f64 + 0.5) * scale;
        let start = (centre - reach + 0.5).max(0.0) as usize;
        let end = ((centre + reach + 0.5) as usize).min(from);
        let weights: Vec<f64> =
            (start..end).map(|place| bicubic((place as f64 - centre + 0.5) / stretch)).collect();
        let total: f64 = weights.iter().sum();
        Kernel { start, weights: weights.into_iter().map(|weight| weight / total).collect() }
    };
    (0..to).map(one).collect()
}

fn bicubic(x: f64) -> f64 {
    const A: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resampling_keeps_what_is_flat_and_what_has_its_size() {
        let flat = vec![0.25_f32; 37 * 37 * 2];
        assert!(resampled(&flat, 37, 13, 2).iter().all(|value| (value - 0.25).abs() < 1e-6));
        let table: Vec<f32> = (0..5 * 5).map(|value| value as f32).collect();
        assert_eq!(resampled(&table, 5, 5, 1), table);
    }
}
