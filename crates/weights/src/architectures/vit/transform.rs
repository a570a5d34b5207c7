//! The torchvision transform that a checkpoint carries: how its network's pictures are made.

use crate::architectures::torch_nn::class_name;
use crate::checkpoint::Checkpoint;
use crate::network::Preprocessing;
use crate::pickle::View;

/// Steps of a transform that are looked at.
const MAX_STEPS: usize = 32;
/// Largest side that is believed.
const MAX_SIDE: i64 = 1 << 13;

/// Size, mean and deviation of a `Compose` of `Resize` (to a pair), `ToTensor` and `Normalize`; `None` for others.
pub(super) fn read(checkpoint: &Checkpoint, transform: View<'_>) -> Option<Preprocessing> {
    let steps: Vec<View<'_>> = transform.attr("transforms")?.items().take(MAX_STEPS).collect();
    let step = |class: &str| steps.iter().copied().find(|step| class_name(*step) == class);
    let (resize, normalize) = (step("Resize")?, step("Normalize")?);
    let sides: Vec<usize> = resize.attr("size")?.items().filter_map(side).collect();
    Some(Preprocessing {
        size: sides.try_into().ok()?,
        mean: channels(checkpoint, normalize.attr("mean")?)?,
        std: channels(checkpoint, normalize.attr("std")?)?,
        interpolation: resize.attr("interpolation").and_then(interpolation),
    })
}

fn side(view: View<'_>) -> Option<usize> {
    view.int().filter(|side| (1..=MAX_SIDE).contains(side)).and_then(|side| usize::try_from(side).ok())
}

/// Three numbers: a tensor, or a list.
fn channels(checkpoint: &Checkpoint, view: View<'_>) -> Option<[f32; 3]> {
    let numbers: Vec<f32> = match view.tensor() {
        Some(tensor) if tensor.len() == 3 => checkpoint.f32s(tensor).ok()?,
        Some(_) => return None,
        None => view.items().take(4).filter_map(View::float).map(|number| number as f32).collect(),
    };
    numbers.try_into().ok().filter(|numbers: &[f32; 3]| numbers.iter().all(|number| number.is_finite()))
}

/// `InterpolationMode("bicubic")`, or `InterpolationMode.BICUBIC`.
fn interpolation(view: View<'_>) -> Option<String> {
    let text = view.item(0).and_then(View::text).map(str::to_owned);
    text.or_else(|| match view.kind() {
        crate::pickle::Kind::Global(global) => Some(global.last().to_lowercase()),
        _ => None,
    })
}
