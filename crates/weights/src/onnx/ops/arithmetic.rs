//! Operators on numbers: element by element, products of matrices, reductions.

use crate::architectures::LayerError;
use crate::onnx::dims::{Dim, Shape};
use crate::onnx::graph::{Attribute, Graph, Value};
use crate::onnx::weight::Weight;
use crate::tensor::TensorView;

/// A reduction over axes.
#[derive(Debug, Clone)]
pub(crate) struct Reduction {
    /// ONNX name, `ReduceMean`.
    pub(crate) operator: &'static str,
    /// Axes, negative from the end; all of them if empty.
    pub(crate) axes: Vec<i64>,
    pub(crate) keep_axes: bool,
}

impl<'c> Graph<'c> {
    /// An operator of one input that keeps the shape.
    pub(crate) fn unary(
        &mut self,
        operator: &'static str,
        x: Value,
        attributes: Vec<(&'static str, Attribute)>,
    ) -> Result<Value, LayerError> {
        let shape = self.shape(x).clone();
        self.node(operator, &[x], attributes, shape)
    }

    /// `x * sigmoid(x)`, in the form that engines fuse.
    pub(crate) fn silu(&mut self, x: Value) -> Result<Value, LayerError> {
        let gate = self.unary("Sigmoid", x, vec![])?;
        self.binary("Mul", x, gate)
    }

    /// Values below `low` and above `high` become these.
    pub(crate) fn clip(
        &mut self,
        x: Value,
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Value, LayerError> {
        let mut inputs = vec![Some(x)];
        for bound in [low, high] {
            inputs.push(bound.map(|bound| self.scalar(bound as f32)).transpose()?);
        }
        let shape = self.shape(x).clone();
        self.node_with_gaps("Clip", inputs, vec![], shape)
    }

    /// A constant without axes.
    pub(crate) fn scalar(&mut self, value: f32) -> Result<Value, LayerError> {
        self.weight("constant", Weight::Floats { shape: vec![], values: vec![value] })
    }

    /// An operator of two inputs, the smaller stretched as NumPy does it.
    pub(crate) fn binary(&mut self, operator: &'static str, a: Value, b: Value) -> Result<Value, LayerError> {
        let (left, right) = (self.shape(a).clone(), self.shape(b).clone());
        let rank = left.len().max(right.len());
        let mut shape = Vec::with_capacity(rank);
        for axis in (1..=rank).rev() {
            let from_end = |shape: &Shape| shape.len().checked_sub(axis).and_then(|i| shape.get(i).copied());
            let dim = match (from_end(&left), from_end(&right)) {
                (Some(a), Some(b)) => self.stretched(a, b),
                (one, other) => one.or(other),
            };
            shape.push(dim.ok_or_else(|| LayerError::Shape {
                operator,
                expected: "two shapes that agree".into(),
                found: format!("{} and {}", self.dims.describe(&left), self.dims.describe(&right)),
            })?);
        }
        self.node(operator, &[a, b], vec![], shape)
    }

    fn stretched(&mut self, a: Dim, b: Dim) -> Option<Dim> {
        match (self.dims.size(a), self.dims.size(b)) {
            (Some(1), _) => Some(b),
            (_, Some(1)) => Some(a),
            (Some(_), None) => Some(a),
            (None, Some(_)) => Some(b),
            _ if self.dims.differ(a, b) => None,
            _ if self.dims.same(a, b) => Some(a),
            _ => Some(self.dims.free()),
        }
    }

    /// `x · kernelᵀ + bias` for `x` of `[.., in]`, `kernel` of `[out, in]`.
    pub(crate) fn linear(
        &mut self,
        x: Value,
        kernel: TensorView<'c>,
        bias: Option<TensorView<'c>>,
    ) -> Result<Value, LayerError> {
        self.affine(x, Weight::Tensor(kernel), bias.map(Weight::Tensor))
    }

    /// As [`Graph::linear`], for weights of any origin.
    pub(crate) fn affine(
        &mut self,
        x: Value,
        kernel: Weight<'c>,
        bias: Option<Weight<'c>>,
    ) -> Result<Value, LayerError> {
        if self.shape(x).len() == 2 {
            let kernel = self.weight("weight", kernel)?;
            let bias = bias.map(|bias| self.weight("bias", bias)).transpose()?;
            return self.gemm(x, kernel, bias, [false, true], [1.0, 1.0]);
        }
        let kernel = self.weight("weight", Weight::Turned(Box::new(kernel)))?;
        let product = self.matmul(x, kernel)?;
        let Some(bias) = bias else { return Ok(product) };
        let bias = self.weight("bias", bias)?;
        self.binary("Add", product, bias)
    }

    /// Normalisation over the last axis: `(x - mean) / sqrt(variance + epsilon) * gamma + beta`.
    pub(crate) fn layer_norm(
        &mut self,
        x: Value,
        gamma: TensorView<'c>,
        beta: TensorView<'c>,
        epsilon: f32,
    ) -> Result<Value, LayerError> {
        let width = self.shape(x).last().and_then(|&dim| self.dims.size(dim));
        for tensor in [gamma, beta] {
            if width.is_none_or(|width| tensor.shape() != [width]) {
                return Err(LayerError::Shape {
                    operator: "LayerNormalization",
                    expected: format!("a vector as long as the last axis of {}", self.describe(x)),
                    found: format!("shape {:?}", tensor.shape()),
                });
            }
        }
        let inputs =
            [x, self.weight("weight", Weight::Tensor(gamma))?, self.weight("bias", Weight::Tensor(beta))?];
        let attributes = vec![("axis", Attribute::Int(-1)), ("epsilon", Attribute::Float(epsilon))];
        let shape = self.shape(x).clone();
        self.node("LayerNormalization", &inputs, attributes, shape)
    }

    /// `x * (erf(x / sqrt(2)) + 1) * 0.5`, in the form that engines fuse.
    pub(crate) fn gelu(&mut self, x: Value) -> Result<Value, LayerError> {
        let (root, one, half) =
            (self.scalar(std::f32::consts::SQRT_2)?, self.scalar(1.0)?, self.scalar(0.5)?);
        let scaled = self.binary("Div", x, root)?;
        let erf = self.unary("Erf", scaled, vec![])?;
        let gate = self.binary("Add", erf, one)?;
        let product = self.binary("Mul", x, gate)?;
        self.binary("Mul", product, half)
    }

    /// `factors[0] · a · b + factors[1] · c` for matrices, each of `a` and `b` turned first if `turned` says so.
    pub(crate) fn gemm(
        &mut self,
        a: Value,
        b: Value,
        c: Option<Value>,
        turned: [bool; 2],
        factors: [f32; 2],
    ) -> Result<Value, LayerError> {
        self.expect_rank("Gemm", a, 2)?;
        self.expect_rank("Gemm", b, 2)?;
        let [turn_a, turn_b] = turned;
        let (rows, inner_a) = (self.axis("Gemm", a, turn_a.into())?, self.axis("Gemm", a, (!turn_a).into())?);
        let (inner_b, columns) =
            (self.axis("Gemm", b, turn_b.into())?, self.axis("Gemm", b, (!turn_b).into())?);
        self.expect_product("Gemm", inner_a, inner_b, [a, b])?;
        if let Some(c) = c {
            let last = self.shape(c).last().copied();
            let fits =
                last.is_none_or(|last| self.dims.size(last) == Some(1) || !self.dims.differ(last, columns));
            if !fits || self.shape(c).len() > 2 {
                let expected = format!("a bias that fits {}", self.dims.describe(&[rows, columns]));
                return Err(LayerError::Shape { operator: "Gemm", expected, found: self.describe(c) });
            }
        }
        let [alpha, beta] = factors;
        let attributes = vec![
            ("alpha", Attribute::Float(alpha)),
            ("beta", Attribute::Float(beta)),
            ("transA", Attribute::Int(turn_a.into())),
            ("transB", Attribute::Int(turn_b.into())),
        ];
        let inputs = [Some(a), Some(b), c].into_iter().filter(Option::is_some).collect();
        self.node_with_gaps("Gemm", inputs, attributes, vec![rows, columns])
    }

    /// Product of matrices in the last two axes, the axes before stretched.
    pub(crate) fn matmul(&mut self, a: Value, b: Value) -> Result<Value, LayerError> {
        let (left, right) = (self.shape(a).clone(), self.shape(b).clone());
        let ([left_outer @ .., rows, inner_a], [right_outer @ .., inner_b, columns]) = (&*left, &*right)
        else {
            let found = format!("{} and {}", self.describe(a), self.describe(b));
            return Err(LayerError::Shape { operator: "MatMul", expected: "two matrices".into(), found });
        };
        self.expect_product("MatMul", *inner_a, *inner_b, [a, b])?;
        let outer = if left_outer.len() >= right_outer.len() { left_outer } else { right_outer };
        let shape = [outer, &[*rows, *columns]].concat();
        self.node("MatMul", &[a, b], vec![], shape)
    }

    fn expect_product(
        &mut self,
        operator: &'static str,
        a: Dim,
        b: Dim,
        values: [Value; 2],
    ) -> Result<(), LayerError> {
        let agree = match (self.dims.size(a), self.dims.size(b)) {
            (Some(size), _) => self.dims.learn(b, size),
            (_, Some(size)) => self.dims.learn(a, size),
            _ => !self.dims.differ(a, b),
        };
        if agree {
            return Ok(());
        }
        let [left, right] = values.map(|value| self.describe(value));
        let expected = "matrices that can be multiplied".into();
        Err(LayerError::Shape { operator, expected, found: format!("{left} and {right}") })
    }

    /// `Softmax` or `LogSoftmax` along `axis`, negative from the end.
    pub(crate) fn softmax(
        &mut self,
        operator: &'static str,
        x: Value,
        axis: i64,
    ) -> Result<Value, LayerError> {
        let axis = self.checked_axis(operator, x, axis)?;
        self.unary(operator, x, vec![("axis", Attribute::Int(axis as i64))])
    }

    /// A reduction. The mean of an image becomes a global pooling, which engines run fastest.
    pub(crate) fn reduce(&mut self, x: Value, reduction: &Reduction) -> Result<Value, LayerError> {
        let rank = self.shape(x).len();
        let mut axes = Vec::new();
        for &axis in &reduction.axes {
            axes.push(self.checked_axis(reduction.operator, x, axis)?);
        }
        if axes.is_empty() {
            axes = (0..rank).collect();
        }
        axes.sort_unstable();
        axes.dedup();
        if reduction.operator == "ReduceMean" && rank == 4 && axes == [2, 3] {
            let pooled = self.global_average_pool(x)?;
            return if reduction.keep_axes { Ok(pooled) } else { self.squeeze(pooled, &[2, 3]) };
        }
        let mut shape = Vec::new();
        for (axis, dim) in self.shape(x).clone().into_iter().enumerate() {
            match (axes.contains(&axis), reduction.keep_axes) {
                (false, _) => shape.push(dim),
                (true, true) => shape.push(self.dims.fixed(1)),
                (true, false) => {}
            }
        }
        let mut inputs = vec![x];
        let mut attributes = vec![("keepdims", Attribute::Int(reduction.keep_axes.into()))];
        let axes: Vec<i64> = axes.into_iter().map(|axis| axis as i64).collect();
        if reduction.operator == "ReduceSum" {
            inputs.push(self.weight("axes", Weight::Ints(axes))?);
        } else {
            attributes.push(("axes", Attribute::Ints(axes)));
        }
        self.node(reduction.operator, &inputs, attributes, shape)
    }
}
