//! Vision transformers as DeepFaune publishes them: `{args, state_dict, transform}` with timm's names behind
//! `base_model.`, DINOv2 or DINOv3.
//!
//! Width, depth, patch and class count are those of the tensors; heads are 64 wide. The logits are those of the class
//! token after the last norm, which is also the output `features`.

mod blocks;
mod dinov2;
mod dinov3;
mod transform;

use crate::architectures::LayerError;
use crate::architectures::state_dict::StateDict;
use crate::checkpoint::Checkpoint;
use crate::network::{BuildOptions, Head};
use crate::onnx::graph::{Graph, Value};
use crate::onnx::ops::{ConvSpec, Pads, Window};
use crate::pickle::{Kind, View};
use crate::tensor::TensorView;

/// Width of an attention head.
const HEAD: usize = 64;
/// Largest side of a picture.
const MAX_SIDE: usize = 1 << 13;
/// Tokens of one picture; real ones have 170 to 1370.
const MAX_TOKENS: usize = 1 << 14;
/// Numbers of the table that is added to the tokens.
const MAX_TABLE: usize = 1 << 25;

/// Where the tensors are, and what their names begin with.
pub(crate) struct Found<'c> {
    dict: View<'c>,
    prefix: &'static str,
}

/// The state dict of a checkpoint, if it is that of one of these.
pub(crate) fn find(root: View<'_>) -> Option<Found<'_>> {
    let dict = root.attr("state_dict").unwrap_or(root);
    let has =
        |name: &str| dict.kind() == Kind::Dict && dict.attr(name).is_some_and(|at| at.tensor().is_some());
    if has("base_model.patch_embed.proj.weight") && has("base_model.cls_token") {
        return Some(Found { dict, prefix: "base_model." });
    }
    (has("patch_embed.proj.weight") && has("cls_token")).then_some(Found { dict, prefix: "" })
}

/// Sizes that the first tensors give away.
struct Sizes {
    width: usize,
    /// Patches along a side of the picture.
    grid: usize,
}

/// Builds `input` `[batch, 3, side, side]` to `logits` and `features`.
pub(crate) fn build<'c>(
    graph: &mut Graph<'c>,
    checkpoint: &'c Checkpoint,
    found: &Found<'c>,
    options: &BuildOptions,
) -> Result<Head, LayerError> {
    let root = checkpoint.root();
    graph.enter(found.prefix.trim_end_matches('.'), "VisionTransformer")?;
    let mut state = StateDict::new(found.dict, found.prefix)?;
    let preprocessing = root.attr("transform").and_then(|transform| transform::read(checkpoint, transform));
    let patches = state.take("patch_embed.proj.weight")?;
    let &[width, 3, patch, columns] = patches.shape() else { return Err(bad_patches(patches)) };
    if width == 0 || width % HEAD != 0 || patch == 0 || columns != patch {
        return Err(bad_patches(patches));
    }
    let rotary = state.has("reg_token");
    let native = match state.peek("pos_embed").filter(|_| !rotary) {
        Some(table) => dinov2::table_grid(table)?.saturating_mul(patch),
        None => dinov3::SIDE,
    };
    let wanted = options.image_size.map(|side| [side, side]);
    let wanted = wanted.or(preprocessing.as_ref().map(|stated| stated.size)).unwrap_or([native, native]);
    let sizes = Sizes { width, grid: grid(wanted, patch, width)? };

    let side = sizes.grid * patch;
    let axes =
        vec![graph.dims.named("batch"), graph.dims.fixed(3), graph.dims.fixed(side), graph.dims.fixed(side)];
    let input = graph.input("input", axes);
    let map = embed(graph, patches, input)?;
    let (tokens, form) = if rotary {
        dinov3::tokens(graph, checkpoint, &mut state, &sizes, map)?
    } else {
        dinov2::tokens(graph, checkpoint, &mut state, &sizes, map)?
    };
    let token = blocks::all(graph, &mut state, &form, width, tokens)?;
    let (gamma, beta) = (state.shaped("norm.weight", &[width])?, state.shaped("norm.bias", &[width])?);
    let normed = graph.layer_norm(token, gamma, beta, form.epsilon)?;
    let features = graph.squeeze(normed, &[1])?;
    let (kernel, bias) = (state.take("head.weight")?, state.take("head.bias")?);
    let logits = graph.linear(features, kernel, Some(bias))?;
    state.all_taken()?;
    let classes = graph.size(logits, 1).unwrap_or(0);
    check_classes(root, classes)?;
    graph.output("features", features)?;
    graph.output("logits", logits)?;
    graph.leave();
    let input = vec![None, Some(3), Some(side), Some(side)];
    Ok(Head::Logits { classes, input, features: Some(width), preprocessing })
}

fn bad_patches(kernel: TensorView<'_>) -> LayerError {
    LayerError::Tensor {
        name: "patch_embed.proj.weight".into(),
        expected: format!("[width, 3, patch, patch], a width of whole heads of {HEAD}"),
        found: format!("shape {:?}", kernel.shape()),
    }
}

/// Patches along a side of the picture.
fn grid(size: [usize; 2], patch: usize, width: usize) -> Result<usize, LayerError> {
    let [side, other] = size;
    let grid = side / patch.max(1);
    let fits = side == other
        && (1..=MAX_SIDE).contains(&side)
        && side.is_multiple_of(patch)
        && grid.checked_mul(grid).is_some_and(|tokens| {
            tokens <= MAX_TOKENS && tokens.checked_mul(width).is_some_and(|table| table <= MAX_TABLE)
        });
    if fits {
        return Ok(grid);
    }
    Err(LayerError::Field {
        field: "image_size",
        expected: "a square of whole patches, not too many",
        found: format!("{side} x {other} pixels, patches of {patch}"),
    })
}

/// A picture as patches, `[batch, grid * grid, width]`, without the bias, which the tokens' table holds.
fn embed<'c>(graph: &mut Graph<'c>, kernel: TensorView<'c>, input: Value) -> Result<Value, LayerError> {
    graph.enter("patch_embed.proj", "Conv2d")?;
    let patch = kernel.shape().last().copied().unwrap_or(1);
    let window = Window {
        kernel: [patch; 2],
        stride: [patch; 2],
        dilation: [1; 2],
        pads: Pads::default(),
        ceil: false,
    };
    let map = graph.conv(input, ConvSpec { kernel, bias: None, window, groups: 1 })?;
    let width = kernel.shape().first().copied().unwrap_or(0);
    let rows = graph.reshape(map, &[0, width as i64, -1])?;
    let patches = graph.transpose(rows, vec![0, 2, 1])?;
    graph.leave();
    Ok(patches)
}

/// The number of classes that the file states beside the tensors must be theirs.
fn check_classes(root: View<'_>, classes: usize) -> Result<(), LayerError> {
    let stated = root.attr("args").and_then(|args| args.attr("num_classes")).and_then(View::int);
    match stated {
        Some(stated) if usize::try_from(stated) != Ok(classes) => {
            let found = format!("{stated} where the last layer has {classes}");
            Err(LayerError::Field { field: "num_classes", expected: "the classes of the last layer", found })
        }
        _ => Ok(()),
    }
}
