//! Operators that slide a window over an image: convolution, norm folded into it, pooling, padding, resizing.

use crate::architectures::LayerError;
use crate::onnx::dims::{Dim, Shape};
use crate::onnx::graph::{Attribute, Graph, Node, Value};
use crate::onnx::weight::{Norm, Weight};
use crate::tensor::TensorView;

/// Largest kernel, stride, padding or dilation. Far beyond any network, far below overflow.
const MAX_EXTENT: usize = 1 << 16;

/// Border around an image, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pads {
    pub(crate) top: usize,
    pub(crate) left: usize,
    pub(crate) bottom: usize,
    pub(crate) right: usize,
}

impl Pads {
    pub(crate) fn even(vertical: usize, horizontal: usize) -> Self {
        Self { top: vertical, left: horizontal, bottom: vertical, right: horizontal }
    }

    fn onnx(self) -> Vec<i64> {
        [self.top, self.left, self.bottom, self.right].map(|pad| pad as i64).to_vec()
    }

    fn plus(self, other: Self) -> Self {
        Self {
            top: self.top + other.top,
            left: self.left + other.left,
            bottom: self.bottom + other.bottom,
            right: self.right + other.right,
        }
    }
}

/// How a window moves; rows first, then columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) kernel: [usize; 2],
    pub(crate) stride: [usize; 2],
    pub(crate) dilation: [usize; 2],
    pub(crate) pads: Pads,
    /// A last window that reaches beyond the border counts.
    pub(crate) ceil: bool,
}

/// A convolution: `kernel` is `[out, in / groups, rows, columns]`, `bias` is `[out]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConvSpec<'c> {
    pub(crate) kernel: TensorView<'c>,
    pub(crate) bias: Option<TensorView<'c>>,
    pub(crate) window: Window,
    pub(crate) groups: usize,
}

/// A pooling.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PoolSpec {
    Max,
    Average { count_padding: bool },
}

impl<'c> Graph<'c> {
    /// Convolution of `[batch, channels, rows, columns]`. A zero border made just before becomes its padding.
    pub(crate) fn conv(&mut self, x: Value, spec: ConvSpec<'c>) -> Result<Value, LayerError> {
        let (x, border) = self.without_border(x, 0.0);
        let window = Window { pads: spec.window.pads.plus(border), ..spec.window };
        let shape = self.conv_shape(x, spec, window)?;
        let mut inputs = vec![x, self.weight("weight", Weight::Tensor(spec.kernel))?];
        if let Some(bias) = spec.bias {
            inputs.push(self.weight("bias", Weight::Tensor(bias))?);
        }
        self.node("Conv", &inputs, conv_attributes(window, spec.groups), shape)
    }

    fn conv_shape(&mut self, x: Value, spec: ConvSpec<'c>, window: Window) -> Result<Shape, LayerError> {
        let shape_error =
            |expected: String, found: String| LayerError::Shape { operator: "Conv", expected, found };
        let &[out, per_group, rows, columns] = spec.kernel.shape() else {
            let found = format!("a kernel of shape {:?}", spec.kernel.shape());
            return Err(shape_error("a kernel of four dimensions".into(), found));
        };
        if [rows, columns] != window.kernel {
            let expected = format!("a kernel of {:?}, as the layer says", window.kernel);
            return Err(shape_error(expected, format!("{rows} x {columns}")));
        }
        if spec.groups == 0 || out == 0 || out % spec.groups != 0 {
            let expected = "groups that divide the output channels".into();
            return Err(shape_error(expected, format!("{} groups, {out} channels", spec.groups)));
        }
        if let Some(bias) = spec.bias.filter(|bias| bias.shape() != [out]) {
            return Err(shape_error(format!("a bias of {out}"), format!("shape {:?}", bias.shape())));
        }
        let channels = per_group.checked_mul(spec.groups).filter(|&channels| channels > 0);
        let channels =
            channels.ok_or_else(|| shape_error("input channels".into(), "none, or too many".into()))?;
        self.expect_channels("Conv", x, channels)?;
        let out = self.dims.fixed(out);
        self.slide("Conv", x, out, window)
    }

    /// Batch norm. Behind a convolution it is folded into a copy of it, and the bare one dies unless something
    /// else uses it.
    pub(crate) fn batch_norm(&mut self, x: Value, norm: Norm<'c>) -> Result<Value, LayerError> {
        let channels = norm.mean.shape().first().copied().unwrap_or(0);
        for tensor in [norm.gamma, norm.beta, Some(norm.mean), Some(norm.variance)].into_iter().flatten() {
            if tensor.shape() != [channels] || channels == 0 {
                return Err(LayerError::Shape {
                    operator: "BatchNormalization",
                    expected: "four vectors of one length".into(),
                    found: format!("shape {:?}", tensor.shape()),
                });
            }
        }
        self.expect_channels("BatchNormalization", x, channels)?;
        let shape = self.shape(x).clone();
        if let Some((image, kernel, bias, attributes)) = self.plain_conv(x) {
            let kernel = self.weight("weight", Weight::NormedKernel { kernel, norm })?;
            let bias = self.weight("bias", Weight::NormedBias { bias, norm })?;
            return self.node("Conv", &[image, kernel, bias], attributes, shape);
        }
        let constant = |value: f32| Weight::Floats { shape: vec![channels], values: vec![value; channels] };
        let inputs = [
            x,
            self.weight("gamma", norm.gamma.map_or_else(|| constant(1.0), Weight::Tensor))?,
            self.weight("beta", norm.beta.map_or_else(|| constant(0.0), Weight::Tensor))?,
            self.weight("mean", Weight::Tensor(norm.mean))?,
            self.weight("variance", Weight::Tensor(norm.variance))?,
        ];
        let epsilon = ("epsilon", Attribute::Float(norm.epsilon as f32));
        self.node("BatchNormalization", &inputs, vec![epsilon], shape)
    }

    /// The convolution that makes `x`, if its weights are still those of the file.
    #[expect(clippy::type_complexity, reason = "the parts of one node, taken apart by its only caller")]
    fn plain_conv(
        &self,
        x: Value,
    ) -> Option<(Value, TensorView<'c>, Option<TensorView<'c>>, Vec<(&'static str, Attribute)>)> {
        let node = self.producer(x).filter(|node| node.operator == "Conv")?;
        let tensor = |index: usize| match self.as_weight(node.input(index)?) {
            Some(Weight::Tensor(tensor)) => Some(*tensor),
            _ => None,
        };
        let bias = tensor(2);
        if node.input(2).is_some() && bias.is_none() {
            return None;
        }
        Some((node.input(0)?, tensor(1)?, bias, node.attributes.clone()))
    }

    /// Pooling of `[batch, channels, rows, columns]`.
    pub(crate) fn pool(&mut self, x: Value, spec: PoolSpec, window: Window) -> Result<Value, LayerError> {
        let (x, border) = match spec {
            PoolSpec::Max => self.without_border(x, f32::NEG_INFINITY),
            PoolSpec::Average { .. } => (x, Pads::default()),
        };
        let window = Window { pads: window.pads.plus(border), ..window };
        let (operator, extra) = match spec {
            PoolSpec::Max => ("MaxPool", ("dilations", ints(window.dilation))),
            PoolSpec::Average { count_padding } => {
                ("AveragePool", ("count_include_pad", Attribute::Int(count_padding.into())))
            }
        };
        let Pads { top, left, bottom, right } = window.pads;
        let [rows, columns] = window.kernel;
        if top.max(bottom) >= rows.max(1) || left.max(right) >= columns.max(1) {
            return Err(LayerError::Shape {
                operator,
                expected: "a padding smaller than the kernel".into(),
                found: format!("padding {:?}, kernel {:?}", window.pads.onnx(), window.kernel),
            });
        }
        let channels = self.axis(operator, x, 1)?;
        let shape = self.slide(operator, x, channels, window)?;
        let attributes = vec![
            ("kernel_shape", ints(window.kernel)),
            ("strides", ints(window.stride)),
            ("pads", Attribute::Ints(window.pads.onnx())),
            ("ceil_mode", Attribute::Int(window.ceil.into())),
            extra,
        ];
        self.node(operator, &[x], attributes, shape)
    }

    /// Mean over rows and columns, which stay as axes of size 1.
    pub(crate) fn global_average_pool(&mut self, x: Value) -> Result<Value, LayerError> {
        let (batch, channels) =
            (self.axis("GlobalAveragePool", x, 0)?, self.axis("GlobalAveragePool", x, 1)?);
        self.expect_rank("GlobalAveragePool", x, 4)?;
        let shape = vec![batch, channels, self.dims.fixed(1), self.dims.fixed(1)];
        self.node("GlobalAveragePool", &[x], vec![], shape)
    }

    /// A border of `fill` around rows and columns.
    pub(crate) fn pad(&mut self, x: Value, pads: Pads, fill: f32) -> Result<Value, LayerError> {
        if pads == Pads::default() {
            return Ok(x);
        }
        self.expect_rank("Pad", x, 4)?;
        let limits = [pads.top, pads.left, pads.bottom, pads.right];
        if limits.iter().any(|&pad| pad > MAX_EXTENT) {
            let expected = format!("a border of at most {MAX_EXTENT}");
            return Err(LayerError::Shape { operator: "Pad", expected, found: format!("{limits:?}") });
        }
        let window = Window { kernel: [1; 2], stride: [1; 2], dilation: [1; 2], pads, ceil: false };
        let channels = self.axis("Pad", x, 1)?;
        let shape = self.slide("Pad", x, channels, window)?;
        let [top, left, bottom, right] = limits.map(|pad| pad as i64);
        let amounts = self.weight("pads", Weight::Ints(vec![0, 0, top, left, 0, 0, bottom, right]))?;
        let fill = self.weight("fill", Weight::Floats { shape: vec![], values: vec![fill] })?;
        self.node("Pad", &[x, amounts, fill], vec![("mode", Attribute::Text("constant"))], shape)
    }

    /// What lies inside a border of `fill` made just before, and the border.
    fn without_border(&self, x: Value, fill: f32) -> (Value, Pads) {
        let inside = |node: &Node| {
            let (Some(Weight::Ints(pads)), Some(Weight::Floats { values, .. })) =
                (self.as_weight(node.input(1)?), self.as_weight(node.input(2)?))
            else {
                return None;
            };
            let &[0, 0, top, left, 0, 0, bottom, right] = pads.as_slice() else { return None };
            let [top, left, bottom, right] = [top, left, bottom, right].map(|pad| usize::try_from(pad).ok());
            let pads = Pads { top: top?, left: left?, bottom: bottom?, right: right? };
            (values.as_slice() == [fill]).then_some((node.input(0)?, pads))
        };
        let border = self.producer(x).filter(|node| node.operator == "Pad").and_then(inside);
        border.unwrap_or((x, Pads::default()))
    }

    /// Twice the rows and columns, each pixel repeated.
    pub(crate) fn upsample(&mut self, x: Value, factor: usize) -> Result<Value, LayerError> {
        self.expect_rank("Resize", x, 4)?;
        let &[batch, channels, rows, columns] = self.shape(x).as_slice() else { return Ok(x) };
        let shape =
            vec![batch, channels, self.dims.scaled(rows, factor, 1), self.dims.scaled(columns, factor, 1)];
        let factor = factor as f32;
        let scales = Weight::Floats { shape: vec![4], values: vec![1.0, 1.0, factor, factor] };
        let scales = self.weight("scales", scales)?;
        let attributes = vec![
            ("mode", Attribute::Text("nearest")),
            ("coordinate_transformation_mode", Attribute::Text("asymmetric")),
            ("nearest_mode", Attribute::Text("floor")),
        ];
        self.node_with_gaps("Resize", vec![Some(x), None, Some(scales)], attributes, shape)
    }

    fn slide(
        &mut self,
        operator: &'static str,
        x: Value,
        channels: Dim,
        window: Window,
    ) -> Result<Shape, LayerError> {
        self.expect_rank(operator, x, 4)?;
        let shape = self.shape(x).clone();
        let Window { kernel, stride, dilation, pads, .. } = window;
        let all = [kernel, stride, dilation].concat();
        let borders = [pads.top, pads.left, pads.bottom, pads.right];
        if all.contains(&0) || all.iter().chain(&borders).any(|&extent| extent > MAX_EXTENT) {
            let expected = format!("kernel, stride and dilation from 1 to {MAX_EXTENT}");
            return Err(LayerError::Shape { operator, expected, found: format!("{window:?}") });
        }
        let totals = [pads.top + pads.bottom, pads.left + pads.right];
        let &[batch, _, rows, columns] = shape.as_slice() else { return Ok(shape) };
        let mut out = vec![batch, channels];
        for (axis, dim) in [rows, columns].into_iter().enumerate() {
            let pick = |pair: [usize; 2]| pair.get(axis).copied().unwrap_or(1);
            let reach = pick(dilation) * (pick(kernel) - 1) + 1;
            out.push(self.slid(operator, dim, pick(totals), reach, pick(stride), window.ceil)?);
        }
        Ok(out)
    }

    /// One axis after a window of `reach` pixels moved along it in steps of `stride`.
    fn slid(
        &mut self,
        operator: &'static str,
        dim: Dim,
        padding: usize,
        reach: usize,
        stride: usize,
        ceil: bool,
    ) -> Result<Dim, LayerError> {
        let Some(size) = self.dims.size(dim) else {
            return Ok(if ceil { self.dims.free() } else { self.dims.slid(dim, padding, reach, stride) });
        };
        let room = size.checked_add(padding).and_then(|size| size.checked_sub(reach));
        let room = room.ok_or_else(|| LayerError::Shape {
            operator,
            expected: format!("at least {reach} pixels with the border"),
            found: format!("{size} and a border of {padding}"),
        })?;
        let steps = if ceil { room.div_ceil(stride) } else { room / stride };
        Ok(self.dims.fixed(steps + 1))
    }

    pub(super) fn expect_rank(
        &self,
        operator: &'static str,
        x: Value,
        rank: usize,
    ) -> Result<(), LayerError> {
        if self.shape(x).len() == rank {
            return Ok(());
        }
        let expected = format!("{rank} dimensions");
        Err(LayerError::Shape { operator, expected, found: self.describe(x) })
    }

    pub(super) fn axis(&self, operator: &'static str, x: Value, axis: usize) -> Result<Dim, LayerError> {
        self.shape(x).get(axis).copied().ok_or_else(|| LayerError::Shape {
            operator,
            expected: format!("more than {axis} dimensions"),
            found: self.describe(x),
        })
    }

    fn expect_channels(
        &mut self,
        operator: &'static str,
        x: Value,
        channels: usize,
    ) -> Result<(), LayerError> {
        let dim = self.axis(operator, x, 1)?;
        if self.dims.learn(dim, channels) {
            return Ok(());
        }
        let expected = format!("{channels} input channels");
        Err(LayerError::Shape { operator, expected, found: self.describe(x) })
    }
}

fn ints(pair: [usize; 2]) -> Attribute {
    Attribute::Ints(pair.map(|value| value as i64).to_vec())
}

fn conv_attributes(window: Window, groups: usize) -> Vec<(&'static str, Attribute)> {
    vec![
        ("kernel_shape", ints(window.kernel)),
        ("strides", ints(window.stride)),
        ("pads", Attribute::Ints(window.pads.onnx())),
        ("dilations", ints(window.dilation)),
        ("group", Attribute::Int(groups as i64)),
    ]
}
