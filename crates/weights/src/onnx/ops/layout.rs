//! Operators that move numbers without changing them.

use crate::architectures::LayerError;
use crate::onnx::dims::Dim;
use crate::onnx::graph::{Attribute, Graph, Value};
use crate::onnx::weight::Weight;

impl Graph<'_> {
    /// Axes in another order: output axis `i` is input axis `order[i]`.
    pub(crate) fn transpose(&mut self, x: Value, order: Vec<usize>) -> Result<Value, LayerError> {
        let shape = self.shape(x).clone();
        let mut seen = vec![false; shape.len()];
        for &axis in &order {
            if let Some(seen) = seen.get_mut(axis) {
                *seen = true;
            }
        }
        if order.len() != shape.len() || seen.contains(&false) {
            let expected = format!("an order of the axes of {}", self.describe(x));
            return Err(LayerError::Shape { operator: "Transpose", expected, found: format!("{order:?}") });
        }
        let turned = order.iter().filter_map(|&axis| shape.get(axis).copied()).collect();
        let order = order.into_iter().map(|axis| axis as i64).collect();
        self.node("Transpose", &[x], vec![("perm", Attribute::Ints(order))], turned)
    }

    /// Another shape for the same numbers. -1 stands for what is left, 0 for the input's axis at that place.
    ///
    /// A reshape that changes nothing disappears, and so does one that only puts back what a squeeze took:
    /// converters write squeeze-excite as pool, squeeze, reshape.
    pub(crate) fn reshape(&mut self, x: Value, target: &[i64]) -> Result<Value, LayerError> {
        let shape_error = |graph: &Self| LayerError::Shape {
            operator: "Reshape",
            expected: format!("a shape that {} fits", graph.describe(x)),
            found: format!("{target:?}"),
        };
        if self.restores(x, target) {
            return Ok(x);
        }
        let squeezed = self.producer(x).filter(|node| node.operator == "Squeeze");
        if let Some(before) = squeezed.and_then(|node| node.input(0)).filter(|&x| self.restores(x, target)) {
            return Ok(before);
        }
        if target.iter().filter(|&&size| size == -1).count() > 1 || target.iter().any(|&size| size < -1) {
            return Err(shape_error(self));
        }
        let mut shape = Vec::with_capacity(target.len());
        for (axis, &size) in target.iter().enumerate() {
            shape.push(match size {
                -1 => self.rest(x, target).ok_or_else(|| shape_error(self))?,
                0 => self.axis("Reshape", x, axis)?,
                size => self.dims.fixed(usize::try_from(size).map_err(|_| shape_error(self))?),
            });
        }
        let target = self.weight("shape", Weight::Ints(target.to_vec()))?;
        self.node("Reshape", &[x, target], vec![], shape)
    }

    /// Whether `target` is the shape that `x` has: at most one axis left open, the others equal.
    fn restores(&self, x: Value, target: &[i64]) -> bool {
        let shape = self.shape(x);
        let open = target.iter().filter(|&&size| size == -1).count();
        let fits = |(&dim, &size): (&Dim, &i64)| match size {
            -1 | 0 => true,
            size => self.dims.size(dim).is_some_and(|known| usize::try_from(size) == Ok(known)),
        };
        shape.len() == target.len() && open <= 1 && shape.iter().zip(target).all(fits)
    }

    /// The axis that -1 stands for; `None` if the sizes cannot be divided.
    fn rest(&mut self, x: Value, target: &[i64]) -> Option<Dim> {
        let shape = self.shape(x).clone();
        let mut left: Vec<Option<usize>> = shape.iter().map(|&dim| self.dims.size(dim)).collect();
        let mut taken = 1_usize;
        for (axis, &size) in target.iter().enumerate() {
            match size {
                -1 => {}
                0 => *left.get_mut(axis)? = Some(1),
                size => taken = taken.checked_mul(usize::try_from(size).ok()?)?,
            }
        }
        let open: Vec<usize> = (0..left.len()).filter(|&axis| left.get(axis) == Some(&None)).collect();
        let known = left.iter().flatten().try_fold(1_usize, |product, &size| product.checked_mul(size))?;
        match open.as_slice() {
            [] if taken > 0 && known.is_multiple_of(taken) => Some(self.dims.fixed(known / taken)),
            [] => None,
            [axis] if known == taken => shape.get(*axis).copied(),
            _ => Some(self.dims.free()),
        }
    }

    /// Without `axes`, which must be of size 1; negative ones count from the end.
    pub(crate) fn squeeze(&mut self, x: Value, axes: &[i64]) -> Result<Value, LayerError> {
        let mut gone = Vec::new();
        for &axis in axes {
            let axis = self.checked_axis("Squeeze", x, axis)?;
            if self.size(x, axis).is_some_and(|size| size != 1) {
                let expected = format!("size 1 along axis {axis}");
                return Err(LayerError::Shape { operator: "Squeeze", expected, found: self.describe(x) });
            }
            gone.push(axis);
        }
        let shape = self.shape(x).iter().enumerate().filter(|(axis, _)| !gone.contains(axis));
        let shape = shape.map(|(_, &dim)| dim).collect();
        let axes = self.weight("axes", Weight::Ints(gone.into_iter().map(|axis| axis as i64).collect()))?;
        self.node("Squeeze", &[x, axes], vec![], shape)
    }

    /// With axes of size 1 at the places `axes` of the result.
    pub(crate) fn unsqueeze(&mut self, x: Value, axes: &[i64]) -> Result<Value, LayerError> {
        let rank = (self.shape(x).len() + axes.len()) as i64;
        let mut places: Vec<i64> =
            axes.iter().map(|&axis| if axis < 0 { axis + rank } else { axis }).collect();
        places.sort_unstable();
        places.dedup();
        if places.len() != axes.len() || places.iter().any(|&axis| axis < 0 || axis >= rank) {
            let expected = format!("different axes below {rank}");
            return Err(LayerError::Shape { operator: "Unsqueeze", expected, found: format!("{axes:?}") });
        }
        let mut shape = self.shape(x).clone();
        for &axis in &places {
            let one = self.dims.fixed(1);
            shape.insert(usize::try_from(axis).unwrap_or_default().min(shape.len()), one);
        }
        let axes = self.weight("axes", Weight::Ints(places))?;
        self.node("Unsqueeze", &[x, axes], vec![], shape)
    }

    /// Two axes: those before `axis`, and the rest.
    pub(crate) fn flatten(&mut self, x: Value, axis: i64) -> Result<Value, LayerError> {
        let rank = self.shape(x).len();
        let axis = if axis == rank as i64 { rank } else { self.checked_axis("Flatten", x, axis)? };
        let shape = self.shape(x).clone();
        let mut merge = |part: Option<&[Dim]>| {
            let sizes = part.unwrap_or_default();
            if let &[one] = sizes {
                return one;
            }
            let known = sizes.iter().map(|&dim| self.dims.size(dim));
            let product = known.into_iter().try_fold(1_usize, |product, size| product.checked_mul(size?));
            product.map(|size| self.dims.fixed(size)).unwrap_or_else(|| self.dims.free())
        };
        let outer = merge(shape.get(..axis));
        let inner = merge(shape.get(axis..));
        self.node("Flatten", &[x], vec![("axis", Attribute::Int(axis as i64))], vec![outer, inner])
    }

    /// Values one behind another along `axis`; all other axes must agree.
    pub(crate) fn concat(&mut self, parts: &[Value], axis: i64) -> Result<Value, LayerError> {
        let [first, ..] = parts else {
            return Err(LayerError::Shape {
                operator: "Concat",
                expected: "inputs".into(),
                found: "none".into(),
            });
        };
        let axis = self.checked_axis("Concat", *first, axis)?;
        let mut shape = self.shape(*first).clone();
        for &part in parts {
            let other = self.shape(part);
            let agree = other.len() == shape.len()
                && shape
                    .iter()
                    .zip(other)
                    .enumerate()
                    .all(|(i, (&a, &b))| i == axis || !self.dims.differ(a, b));
            if !agree {
                let expected =
                    format!("inputs that agree with {} but for axis {axis}", self.describe(*first));
                return Err(LayerError::Shape { operator: "Concat", expected, found: self.describe(part) });
            }
        }
        let sizes = parts.iter().map(|&part| self.size(part, axis));
        let total = sizes.into_iter().try_fold(0_usize, |total, size| total.checked_add(size?));
        let joined = total.map(|size| self.dims.fixed(size)).unwrap_or_else(|| self.dims.free());
        if let Some(dim) = shape.get_mut(axis) {
            *dim = joined;
        }
        self.node("Concat", parts, vec![("axis", Attribute::Int(axis as i64))], shape)
    }

    /// Every second row and column of an image, from `row` and `column` on.
    pub(crate) fn every_second_pixel(
        &mut self,
        x: Value,
        row: i64,
        column: i64,
    ) -> Result<Value, LayerError> {
        self.expect_rank("Slice", x, 4)?;
        let &[batch, channels, rows, columns] = self.shape(x).as_slice() else { return Ok(x) };
        let shape = vec![batch, channels, self.dims.scaled(rows, 1, 2), self.dims.scaled(columns, 1, 2)];
        let inputs = [
            x,
            self.weight("starts", Weight::Ints(vec![row, column]))?,
            self.weight("ends", Weight::Ints(vec![i64::from(i32::MAX); 2]))?,
            self.weight("axes", Weight::Ints(vec![2, 3]))?,
            self.weight("steps", Weight::Ints(vec![2, 2]))?,
        ];
        self.node("Slice", &inputs, vec![], shape)
    }

    /// `count` places of an axis of known size, from `start` on.
    pub(crate) fn slice(
        &mut self,
        x: Value,
        axis: usize,
        start: usize,
        count: usize,
    ) -> Result<Value, LayerError> {
        let end = start.checked_add(count);
        let size = self.size(x, axis);
        let (Some(end), Some(size)) = (end.filter(|end| Some(*end) <= size), size) else {
            return Err(LayerError::Shape {
                operator: "Slice",
                expected: format!("{count} places of axis {axis} from {start} on"),
                found: self.describe(x),
            });
        };
        if (start, end) == (0, size) {
            return Ok(x);
        }
        let mut shape = self.shape(x).clone();
        if let Some(dim) = shape.get_mut(axis) {
            *dim = self.dims.fixed(count);
        }
        let inputs = [
            x,
            self.weight("starts", Weight::Ints(vec![start as i64]))?,
            self.weight("ends", Weight::Ints(vec![end as i64]))?,
            self.weight("axes", Weight::Ints(vec![axis as i64]))?,
        ];
        self.node("Slice", &inputs, vec![], shape)
    }

    /// The numbers of `x` in the shape that `like` has when the network runs.
    pub(crate) fn reshape_like(&mut self, x: Value, like: Value) -> Result<Value, LayerError> {
        let shape = self.shape(like).clone();
        let rank = self.dims.fixed(shape.len());
        let target = self.node("Shape", &[like], vec![], vec![rank])?;
        self.node("Reshape", &[x, target], vec![], shape)
    }

    /// `count` places of zeros in front of the first along `axis`.
    pub(crate) fn zero_in_front(&mut self, x: Value, axis: usize, count: usize) -> Result<Value, LayerError> {
        let mut shape = self.shape(x).clone();
        let rank = shape.len();
        let size = self.size(x, axis).and_then(|size| size.checked_add(count));
        let (Some(dim), Some(size)) = (shape.get_mut(axis), size) else {
            let expected = format!("a known size along axis {axis}");
            return Err(LayerError::Shape { operator: "Pad", expected, found: self.describe(x) });
        };
        *dim = self.dims.fixed(size);
        let amounts = (0..2 * rank).map(|place| if place == axis { count as i64 } else { 0 }).collect();
        let amounts = self.weight("pads", Weight::Ints(amounts))?;
        let fill = self.scalar(0.0)?;
        self.node("Pad", &[x, amounts, fill], vec![("mode", Attribute::Text("constant"))], shape)
    }

    /// `axis` counted from the front, if there is such an axis.
    pub(crate) fn checked_axis(
        &self,
        operator: &'static str,
        x: Value,
        axis: i64,
    ) -> Result<usize, LayerError> {
        let rank = self.shape(x).len();
        let place = if axis < 0 { axis.checked_add(rank as i64) } else { Some(axis) };
        let place = place.and_then(|axis| usize::try_from(axis).ok()).filter(|&axis| axis < rank);
        place.ok_or_else(|| LayerError::Shape {
            operator,
            expected: format!("an axis of {}", self.describe(x)),
            found: axis.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(graph: &mut Graph<'_>, sizes: [Option<usize>; 4]) -> Value {
        let shape = sizes.map(|size| match size {
            Some(size) => graph.dims.fixed(size),
            None => graph.dims.free(),
        });
        graph.input("x", shape.to_vec())
    }

    #[test]
    fn squeeze_then_reshape_back_is_nothing() {
        let mut graph = Graph::default();
        let x = image(&mut graph, [None, Some(32), Some(8), Some(8)]);
        let pooled = graph.global_average_pool(x).unwrap();
        let squeezed = graph.squeeze(pooled, &[2, 3]).unwrap();
        assert_eq!(graph.reshape(squeezed, &[-1, 32, 1, 1]).unwrap(), pooled);
        assert_eq!(graph.reshape(pooled, &[-1, 32, 1, 1]).unwrap(), pooled);
        assert_ne!(graph.reshape(squeezed, &[-1, 16, 2, 1]).unwrap(), pooled);
    }

    #[test]
    fn reshape_works_out_what_is_left() {
        let cases: [(&[i64], &[Option<usize>]); 4] = [
            (&[0, -1], &[Some(2), Some(36)]),
            (&[-1, 6], &[Some(12), Some(6)]),
            (&[0, 0, 12], &[Some(2), Some(3), Some(12)]),
            (&[72], &[Some(72)]),
        ];
        for (target, expected) in cases {
            let mut graph = Graph::default();
            let x = image(&mut graph, [Some(2), Some(3), Some(4), Some(3)]);
            let y = graph.reshape(x, target).unwrap();
            let sizes: Vec<_> = (0..expected.len()).map(|axis| graph.size(y, axis)).collect();
            assert_eq!(sizes, expected, "{target:?}");
        }
        for target in
            [&[-1, 5][..], &[-1, -1], &[-2], &[0, 0, 0, 0, 0], &[i64::MAX, i64::MAX, -1], &[0, -1, 0, 7]]
        {
            let mut graph = Graph::default();
            let x = image(&mut graph, [Some(2), Some(3), Some(4), Some(3)]);
            assert!(matches!(graph.reshape(x, target), Err(LayerError::Shape { .. })), "{target:?}");
        }
    }

    #[test]
    fn concat_refuses_maps_of_different_strides() {
        let mut graph = Graph::default();
        let x = image(&mut graph, [Some(1), Some(3), None, None]);
        let half = graph.every_second_pixel(x, 0, 0).unwrap();
        let back = graph.upsample(half, 2).unwrap();
        assert!(graph.concat(&[x, back], 1).is_ok());
        assert!(matches!(graph.concat(&[x, half], 1), Err(LayerError::Shape { .. })));
    }
}
