//! YOLOv9's layers: branches that fold into one convolution, ELAN in its forms, and the links of the larger network.

use super::blocks::{Output, halves, inner, one_map};
use crate::architectures::LayerError;
use crate::architectures::torch_nn::{self, optional_child};
use crate::onnx::graph::{Graph, Value};
use crate::onnx::ops::{Pads, PoolSpec, Window};
use crate::pickle::View;

/// A 3x3 and a 1x1 convolution of one image, and perhaps a bare norm of it, added. A file saved after fusing has
/// one convolution.
pub(super) fn rep_conv<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let sum = if optional_child(layer, "conv").is_some() {
        inner(graph, layer, "conv", x)?
    } else {
        let wide = inner(graph, layer, "conv1", x)?;
        let narrow = inner(graph, layer, "conv2", x)?;
        let sum = graph.sum(wide, narrow)?;
        if optional_child(layer, "bn").is_some() {
            let normed = inner(graph, layer, "bn", x)?;
            graph.binary("Add", sum, normed)?
        } else {
            sum
        }
    };
    inner(graph, layer, "act", sum)
}

/// `cv4(both halves of cv1(x), cv2(second half), cv3(cv2))`.
pub(super) fn elan<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let both = inner(graph, layer, "cv1", x)?;
    let [first, second] = halves(graph, both)?;
    let third = inner(graph, layer, "cv2", second)?;
    let fourth = inner(graph, layer, "cv3", third)?;
    let all = graph.concat(&[first, second, third, fourth], 1)?;
    inner(graph, layer, "cv4", all)
}

/// Three pools in a row, each kept.
pub(super) fn spp_elan<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let mut last = inner(graph, layer, "cv1", x)?;
    let mut parts = vec![last];
    for name in ["cv2", "cv3", "cv4"] {
        last = inner(graph, layer, name, last)?;
        parts.push(last);
    }
    let all = graph.concat(&parts, 1)?;
    inner(graph, layer, "cv5", all)
}

/// A mean over 2x2 pixels in steps of one.
fn blurred(graph: &mut Graph<'_>, x: Value) -> Result<Value, LayerError> {
    let window =
        Window { kernel: [2; 2], stride: [1; 2], dilation: [1; 2], pads: Pads::default(), ceil: false };
    graph.pool(x, PoolSpec::Average { count_padding: true }, window)
}

/// Half the size: one half of the channels through a convolution, the other through a pool and one.
pub(super) fn a_down<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let x = blurred(graph, x)?;
    let [first, second] = halves(graph, x)?;
    let first = inner(graph, layer, "cv1", first)?;
    let window =
        Window { kernel: [3; 2], stride: [2; 2], dilation: [1; 2], pads: Pads::even(1, 1), ceil: false };
    let second = graph.pool(second, PoolSpec::Max, window)?;
    let second = inner(graph, layer, "cv2", second)?;
    graph.concat(&[first, second], 1)
}

/// Half the size by one convolution.
pub(super) fn a_conv<'c>(graph: &mut Graph<'c>, layer: View<'c>, x: Value) -> Result<Value, LayerError> {
    let x = blurred(graph, x)?;
    inner(graph, layer, "cv1", x)
}

/// One convolution whose channels are dealt to several later layers.
pub(super) fn cb_linear<'c>(
    graph: &mut Graph<'c>,
    layer: View<'c>,
    x: Value,
) -> Result<Vec<Value>, LayerError> {
    let all = inner(graph, layer, "conv", x)?;
    let stated = torch_nn::ints(layer, "c2s")?;
    let sizes: Option<Vec<usize>> = stated.iter().map(|&size| usize::try_from(size).ok()).collect();
    let total = sizes.as_ref().and_then(|sizes| {
        sizes.iter().try_fold(0_usize, |total, &size| (size > 0).then(|| total.checked_add(size)).flatten())
    });
    let (Some(sizes), true) = (sizes, total.is_some() && total == graph.size(all, 1)) else {
        return Err(LayerError::Field {
            field: "c2s",
            expected: "numbers of channels that add up to those of the convolution",
            found: format!("{stated:?} for {}", graph.describe(all)),
        });
    };
    let mut start = 0;
    let mut parts = Vec::with_capacity(sizes.len());
    for size in sizes {
        let rows: Vec<usize> = (start..start + size).collect();
        parts.push(graph.channels(all, &rows)?);
        start += size;
    }
    Ok(parts)
}

/// The last input, and one map of each of the others, enlarged to its size, added.
pub(super) fn cb_fuse<'c>(
    graph: &mut Graph<'c>,
    layer: View<'c>,
    inputs: &[Output],
) -> Result<Value, LayerError> {
    let Some((last, others)) = inputs.split_last() else {
        return Err(LayerError::Unsupported { what: "a sum of no inputs", found: "none".into() });
    };
    let mut sum = one_map(last)?;
    let indices = torch_nn::ints(layer, "idx")?;
    if indices.len() < others.len() {
        let found = format!("{} for {} inputs", indices.len(), others.len());
        return Err(LayerError::Field {
            field: "idx",
            expected: "an index for each input but the last",
            found,
        });
    }
    for (other, index) in others.iter().zip(indices) {
        let maps = match other {
            Output::Several(maps) => maps.as_slice(),
            Output::One(map) => std::slice::from_ref(map),
        };
        let map = usize::try_from(index).ok().and_then(|index| maps.get(index).copied());
        let map = map.ok_or_else(|| LayerError::Field {
            field: "idx",
            expected: "the number of a map of that input",
            found: format!("{index} of {}", maps.len()),
        })?;
        let large = enlarged(graph, map, sum)?;
        sum = graph.binary("Add", sum, large)?;
    }
    Ok(sum)
}

/// `map`, each pixel repeated until it is as large as `like`.
fn enlarged(graph: &mut Graph<'_>, map: Value, like: Value) -> Result<Value, LayerError> {
    let factor = |axis: usize| {
        let dims = graph.shape(map).get(axis).zip(graph.shape(like).get(axis));
        dims.and_then(|(&small, &large)| graph.dims.whole_factor(small, large))
    };
    match (factor(2), factor(3)) {
        (Some(1), Some(1)) => Ok(map),
        (Some(rows), Some(columns)) if rows == columns && rows <= 64 => graph.upsample(map, rows),
        _ => Err(LayerError::Shape {
            operator: "CBFuse",
            expected: format!("a map that goes a whole number of times into {}", graph.describe(like)),
            found: graph.describe(map),
        }),
    }
}
