//! DINOv3's tokens: a class token, registers, and patches whose places turn their queries and keys.

use super::blocks::{Form, Rotation};
use super::{HEAD, Sizes};
use crate::architectures::LayerError;
use crate::architectures::state_dict::StateDict;
use crate::checkpoint::Checkpoint;
use crate::onnx::graph::{Graph, Value};
use crate::onnx::weight::Weight;

/// Side of the pictures these networks were made for, which their files do not say.
pub(super) const SIDE: usize = 224;
/// The longest period is this many times the shortest, nearly.
const TEMPERATURE: f64 = 100.0;
/// Registers that are believed.
const MAX_REGISTERS: usize = 64;

/// Class token, registers and patches, `[batch, 1 + registers + grid * grid, width]`.
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
    let registers = state.take("reg_token")?;
    let count = match *registers.shape() {
        [1, count, found] if found == width && count <= MAX_REGISTERS => count,
        _ => {
            return Err(LayerError::Tensor {
                name: "reg_token".into(),
                expected: format!("[1, registers, {width}], at most {MAX_REGISTERS} registers"),
                found: format!("shape {:?}", registers.shape()),
            });
        }
    };
    let mut all = class;
    all.extend(checkpoint.f32s(registers)?);
    for _ in 0..grid * grid {
        all.extend(&bias);
    }
    let prefix = 1 + count;
    let shape = vec![1, prefix + grid * grid, width];
    let table = graph.weight("tokens", Weight::Floats { shape, values: all })?;
    let tokens = graph.zero_in_front(patches, 1, prefix)?;
    let tokens = graph.binary("Add", tokens, table)?;
    let rotation = Some(rotation(graph, prefix, grid)?);
    Ok((tokens, Form { epsilon: 1e-5, scales: ["gamma_1", "gamma_2"], rotation }))
}

/// Sines and cosines of the patches' rows, then columns, in sixteen periods each; both halves of a head alike. The
/// tokens in front stay as they are.
fn rotation(graph: &mut Graph<'_>, prefix: usize, grid: usize) -> Result<Rotation, LayerError> {
    let periods: Vec<f64> =
        (0..HEAD / 4).map(|index| TEMPERATURE.powf(2.0 * index as f64 / (HEAD / 2) as f64)).collect();
    let place = |index: usize| (index as f64 + 0.5) / grid as f64 * 2.0 - 1.0;
    let mut cosines = vec![1.0; prefix * HEAD];
    let mut sines = vec![0.0; prefix * HEAD];
    for row in 0..grid {
        for column in 0..grid {
            let angles = [place(row), place(column)]
                .into_iter()
                .flat_map(|place| periods.iter().map(move |period| std::f64::consts::TAU * place / period));
            let angles: Vec<f64> = angles.collect();
            // x turns into x cos + (-second half, first half) sin.
            for sign in [-1.0, 1.0] {
                cosines.extend(angles.iter().map(|angle| angle.cos() as f32));
                sines.extend(angles.iter().map(|angle| (sign * angle.sin()) as f32));
            }
        }
    }
    let shape = vec![1, prefix + grid * grid, 1, HEAD];
    let cosine = graph.weight("cosines", Weight::Floats { shape: shape.clone(), values: cosines })?;
    let sine = graph.weight("sines", Weight::Floats { shape, values: sines })?;
    Ok(Rotation { cosine, sine })
}
