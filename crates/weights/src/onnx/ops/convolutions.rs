//! Rewriting convolutions while the graph is built: fewer, and cut where their channels part.
//!
//! Engines keep the maps between convolutions in a layout of their own. A split of channels forces them out of it,
//! two narrower convolutions do not.

use crate::architectures::LayerError;
use crate::onnx::graph::{Attribute, Graph, Value};
use crate::onnx::weight::Weight;

/// A convolution taken apart.
struct Parts<'c> {
    image: Value,
    kernel: Weight<'c>,
    bias: Option<Weight<'c>>,
    attributes: Vec<(&'static str, Attribute)>,
}

impl Parts<'_> {
    fn ints(&self, name: &str) -> &[i64] {
        match self.attributes.iter().find(|(key, _)| *key == name) {
            Some((_, Attribute::Ints(values))) => values,
            _ => &[],
        }
    }

    fn groups(&self) -> i64 {
        match self.attributes.iter().find(|(key, _)| *key == "group") {
            Some((_, Attribute::Int(groups))) => *groups,
            _ => 0,
        }
    }

    /// The border beyond what centres the kernel: rows, columns.
    fn spare_border(&self) -> Option<[i64; 2]> {
        let (&[rows, columns], &[top, left, bottom, right]) = (self.ints("kernel_shape"), self.ints("pads"))
        else {
            return None;
        };
        let centred = top == bottom && left == right && rows % 2 == 1 && columns % 2 == 1;
        centred.then_some([top - rows / 2, left - columns / 2])
    }
}

impl<'c> Graph<'c> {
    fn convolution(&self, x: Value) -> Option<Parts<'c>> {
        let node = self.producer(x).filter(|node| node.operator == "Conv")?;
        let kernel = self.as_weight(node.input(1)?)?.clone();
        let bias = match node.input(2) {
            Some(bias) => Some(self.as_weight(bias)?.clone()),
            None => None,
        };
        Some(Parts { image: node.input(0)?, kernel, bias, attributes: node.attributes.clone() })
    }

    /// Channels `rows` of a map, in this order, each below the map's number of channels.
    ///
    /// Of a convolution without groups (with its SiLU, if it has one) only these are computed.
    pub(crate) fn channels(&mut self, x: Value, rows: &[usize]) -> Result<Value, LayerError> {
        let all = self.size(x, 1);
        if rows.iter().any(|&row| all.is_none_or(|all| row >= all)) || self.shape(x).len() != 4 {
            return Err(LayerError::Shape {
                operator: "Split",
                expected: format!("a map with {} channels to choose from", rows.len()),
                found: self.describe(x),
            });
        }
        if let Some(inside) = self.inside_silu(x).filter(|&inside| self.may_be_cut(inside)) {
            let picked = self.cut(inside, rows)?;
            return self.silu(picked);
        }
        if self.may_be_cut(x) {
            return self.cut(x, rows);
        }
        let start = rows.first().copied().unwrap_or(0);
        if rows.iter().enumerate().any(|(place, &row)| row != start + place) {
            return Err(LayerError::Shape {
                operator: "Split",
                expected: "channels of a convolution without groups".into(),
                found: self.describe(x),
            });
        }
        self.slice(x, 1, start, rows.len())
    }

    fn may_be_cut(&self, x: Value) -> bool {
        self.convolution(x).is_some_and(|parts| parts.groups() == 1)
    }

    /// What `x` is the SiLU of.
    fn inside_silu(&self, x: Value) -> Option<Value> {
        let product = self.producer(x).filter(|node| node.operator == "Mul")?;
        let (inside, gate) = (product.input(0)?, self.producer(product.input(1)?)?);
        (gate.operator == "Sigmoid" && gate.input(0) == Some(inside)).then_some(inside)
    }

    fn cut(&mut self, x: Value, rows: &[usize]) -> Result<Value, LayerError> {
        let Some(Parts { image, kernel, bias, attributes }) = self.convolution(x) else { return Ok(x) };
        let pick = |of| Weight::Picked { of: Box::new(of), rows: rows.to_vec() };
        let mut inputs = vec![image, self.weight("weight", pick(kernel))?];
        if let Some(bias) = bias {
            inputs.push(self.weight("bias", pick(bias))?);
        }
        let mut shape = self.shape(x).clone();
        if let Some(channels) = shape.get_mut(1) {
            *channels = self.dims.fixed(rows.len());
        }
        self.node("Conv", &inputs, attributes, shape)
    }

    /// The sum of two maps. Two centred convolutions of one image become one.
    pub(crate) fn sum(&mut self, a: Value, b: Value) -> Result<Value, LayerError> {
        let (Some(one), Some(other)) = (self.convolution(a), self.convolution(b)) else {
            return self.binary("Add", a, b);
        };
        let alike = one.image == other.image
            && one.groups() == other.groups()
            && one.ints("strides") == other.ints("strides")
            && [&one, &other].iter().all(|parts| parts.ints("dilations") == [1, 1])
            && one.kernel.shape().get(..2) == other.kernel.shape().get(..2)
            && one.spare_border().is_some()
            && one.spare_border() == other.spare_border();
        let larger = |a: &Parts<'_>, b: &Parts<'_>| {
            a.ints("kernel_shape").iter().zip(b.ints("kernel_shape")).all(|(a, b)| a >= b)
        };
        let (large, small) = if larger(&one, &other) { (one, other) } else { (other, one) };
        if !alike || !larger(&large, &small) {
            return self.binary("Add", a, b);
        }
        let shape = large.kernel.shape().into_owned();
        let channels = shape.first().copied().unwrap_or(0);
        let kernel = Weight::Sum { shape, parts: vec![large.kernel, small.kernel] };
        let mut inputs = vec![large.image, self.weight("weight", kernel)?];
        let parts: Vec<Weight<'_>> = [large.bias, small.bias].into_iter().flatten().collect();
        if !parts.is_empty() {
            inputs.push(self.weight("bias", Weight::Sum { shape: vec![channels], parts })?);
        }
        let shape = self.shape(a).clone();
        self.node("Conv", &inputs, large.attributes, shape)
    }
}
