//! Where the numbers of a weight come from, and how they are had when the graph is written.

use std::borrow::Cow;

use crate::checkpoint::Checkpoint;
use crate::tensor::{TensorError, TensorView};

/// A constant of the graph. Tensors of the file are read when the graph is written, one at a time.
#[derive(Debug, Clone)]
pub(crate) enum Weight<'c> {
    /// A float tensor of the file, as f32.
    Tensor(TensorView<'c>),
    /// An integer tensor of the file, as i64.
    Integers(TensorView<'c>),
    /// Numbers of our own.
    Floats { shape: Vec<usize>, values: Vec<f32> },
    /// Integers of our own, a vector.
    Ints(Vec<i64>),
    /// The kernel of a convolution with the norm behind it folded in.
    NormedKernel { kernel: TensorView<'c>, norm: Norm<'c> },
    /// The bias of a convolution with the norm behind it folded in.
    NormedBias { bias: Option<TensorView<'c>>, norm: Norm<'c> },
    /// Rows of another weight, in this order.
    Picked { of: Box<Weight<'c>>, rows: Vec<usize> },
    /// Another weight, each row times a number.
    Scaled { of: Box<Weight<'c>>, by: Factors<'c> },
    /// A matrix with rows and columns exchanged.
    Turned(Box<Weight<'c>>),
    /// The sum of kernels, smaller ones in the middle of the largest, whose shape is given; or of biases.
    Sum { shape: Vec<usize>, parts: Vec<Weight<'c>> },
}

/// One number for each row of a weight.
#[derive(Debug, Clone)]
pub(crate) enum Factors<'c> {
    Tensor(TensorView<'c>),
    Own(Vec<f32>),
}

/// Batch norm at rest: `(x - mean) / sqrt(variance + epsilon) * gamma + beta`, each a number per channel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Norm<'c> {
    pub(crate) gamma: Option<TensorView<'c>>,
    pub(crate) beta: Option<TensorView<'c>>,
    pub(crate) mean: TensorView<'c>,
    pub(crate) variance: TensorView<'c>,
    pub(crate) epsilon: f64,
}

/// Numbers, row-major.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Numbers<'w> {
    Floats(Cow<'w, [f32]>),
    Ints(Cow<'w, [i64]>),
}

impl Weight<'_> {
    /// Sizes, outermost first.
    pub(crate) fn shape(&self) -> Cow<'_, [usize]> {
        match self {
            Self::Tensor(tensor) | Self::Integers(tensor) => Cow::Borrowed(tensor.shape()),
            Self::Floats { shape, .. } => Cow::Borrowed(shape),
            Self::Ints(values) => Cow::Owned(vec![values.len()]),
            Self::NormedKernel { kernel, .. } => Cow::Borrowed(kernel.shape()),
            Self::NormedBias { norm, .. } => Cow::Borrowed(norm.mean.shape()),
            Self::Picked { of, rows } => {
                let mut shape = of.shape().into_owned();
                if let Some(first) = shape.first_mut() {
                    *first = rows.len();
                }
                Cow::Owned(shape)
            }
            Self::Scaled { of, .. } => of.shape(),
            Self::Turned(of) => Cow::Owned(of.shape().iter().rev().copied().collect()),
            Self::Sum { shape, .. } => Cow::Borrowed(shape),
        }
    }

    /// Whether it is written as i64; otherwise as f32.
    pub(crate) fn is_integer(&self) -> bool {
        matches!(self, Self::Integers(_) | Self::Ints(_))
    }

    /// Bytes when written. `None` if they cannot be counted.
    pub(crate) fn bytes(&self) -> Option<u64> {
        let element = if self.is_integer() { 8 } else { 4 };
        self.shape().iter().try_fold(element, |bytes: u64, &size| bytes.checked_mul(size.try_into().ok()?))
    }

    /// The numbers themselves. Folding is done in f64 and rounded once, so that it adds no error of its own
    /// to what the f32 arithmetic of the reference has anyway.
    pub(crate) fn numbers(&self, checkpoint: &Checkpoint) -> Result<Numbers<'_>, TensorError> {
        let floats = |values: Vec<f32>| Ok(Numbers::Floats(Cow::Owned(values)));
        match self {
            Self::Tensor(tensor) => floats(checkpoint.f32s(*tensor)?),
            Self::Integers(tensor) => Ok(Numbers::Ints(Cow::Owned(checkpoint.i64s(*tensor)?))),
            Self::Floats { values, .. } => Ok(Numbers::Floats(Cow::Borrowed(values))),
            Self::Ints(values) => Ok(Numbers::Ints(Cow::Borrowed(values))),
            Self::NormedKernel { kernel, norm } => {
                let mut values = checkpoint.f32s(*kernel)?;
                scale_rows(&mut values, &norm.read(checkpoint)?.scale);
                floats(values)
            }
            Self::NormedBias { bias, norm } => {
                let bias = bias.map(|bias| checkpoint.f32s(bias)).transpose()?;
                floats(norm.read(checkpoint)?.shift(bias.as_deref()))
            }
            Self::Picked { of, rows } => {
                let values = of.floats(checkpoint)?;
                let row = values.len() / of.shape().first().copied().unwrap_or(1).max(1);
                let picked = rows.iter().filter_map(|index| {
                    let start = index.checked_mul(row)?;
                    values.get(start..start.checked_add(row)?)
                });
                floats(picked.flatten().copied().collect())
            }
            Self::Scaled { of, by } => {
                let mut values = of.floats(checkpoint)?;
                let factors = match by {
                    Factors::Tensor(tensor) => checkpoint.f32s(*tensor)?,
                    Factors::Own(factors) => factors.clone(),
                };
                scale_rows(&mut values, &factors.into_iter().map(f64::from).collect::<Vec<_>>());
                floats(values)
            }
            Self::Turned(of) => {
                let columns = of.shape().last().copied().unwrap_or(1);
                floats(turned(&of.floats(checkpoint)?, columns))
            }
            Self::Sum { shape, parts } => {
                let mut sum = vec![0.0; shape.iter().product()];
                for part in parts {
                    add_centred(&mut sum, shape, &part.floats(checkpoint)?, &part.shape());
                }
                floats(sum)
            }
        }
    }

    /// The numbers of a weight of floats; none of integers.
    fn floats(&self, checkpoint: &Checkpoint) -> Result<Vec<f32>, TensorError> {
        Ok(match self.numbers(checkpoint)? {
            Numbers::Floats(values) => values.into_owned(),
            Numbers::Ints(_) => Vec::new(),
        })
    }
}

/// Rows and columns exchanged, a tile at a time so that both sides stay in the cache.
fn turned(values: &[f32], columns: usize) -> Vec<f32> {
    const TILE: usize = 32;
    let columns = columns.max(1);
    let rows = values.len() / columns;
    let mut out = vec![0.0; rows * columns];
    for first_row in (0..rows).step_by(TILE) {
        for first_column in (0..columns).step_by(TILE) {
            for row in first_row..rows.min(first_row + TILE) {
                for column in first_column..columns.min(first_column + TILE) {
                    let value = values.get(row * columns + column);
                    if let (Some(to), Some(&value)) = (out.get_mut(column * rows + row), value) {
                        *to = value;
                    }
                }
            }
        }
    }
    out
}

/// Adds a kernel to the middle of one that is at least as large in its last two axes.
fn add_centred(sum: &mut [f32], shape: &[usize], part: &[f32], part_shape: &[usize]) {
    let window = |shape: &[usize]| match *shape {
        [.., rows, columns] if shape.len() == 4 => (rows, columns),
        _ => (1, 1),
    };
    let ((rows, columns), (part_rows, part_columns)) = (window(shape), window(part_shape));
    let top = rows.saturating_sub(part_rows) / 2;
    let left = columns.saturating_sub(part_columns) / 2;
    let kernels = sum.chunks_mut((rows * columns).max(1));
    for (kernel, part) in kernels.zip(part.chunks((part_rows * part_columns).max(1))) {
        for (row, line) in part.chunks(part_columns.max(1)).enumerate() {
            let place = kernel.iter_mut().skip((top + row) * columns + left);
            place.zip(line).for_each(|(to, value)| *to += value);
        }
    }
}

impl Norm<'_> {
    fn read(&self, checkpoint: &Checkpoint) -> Result<Affine, TensorError> {
        let optional = |tensor: Option<TensorView<'_>>| tensor.map(|t| checkpoint.f32s(t)).transpose();
        let (gamma, beta) = (optional(self.gamma)?, optional(self.beta)?);
        let (mean, variance) = (checkpoint.f32s(self.mean)?, checkpoint.f32s(self.variance)?);
        Ok(Affine::new(gamma.as_deref(), beta, mean, &variance, self.epsilon))
    }
}

/// A norm as `x * scale + offset`, with what the offset is made of.
struct Affine {
    scale: Vec<f64>,
    mean: Vec<f32>,
    beta: Option<Vec<f32>>,
}

impl Affine {
    fn new(
        gamma: Option<&[f32]>,
        beta: Option<Vec<f32>>,
        mean: Vec<f32>,
        variance: &[f32],
        epsilon: f64,
    ) -> Self {
        let scale = variance.iter().enumerate().map(|(channel, &variance)| {
            let gamma = gamma.and_then(|gamma| gamma.get(channel)).map_or(1.0, |&gamma| f64::from(gamma));
            gamma / (f64::from(variance) + epsilon).sqrt()
        });
        Self { scale: scale.collect(), mean, beta }
    }

    fn shift(&self, bias: Option<&[f32]>) -> Vec<f32> {
        let of = |values: Option<&[f32]>, channel: usize| {
            values.and_then(|values| values.get(channel)).map_or(0.0, |&value| f64::from(value))
        };
        let channels = self.scale.iter().zip(&self.mean).enumerate();
        channels
            .map(|(channel, (scale, &mean))| {
                let centred = of(bias, channel) - f64::from(mean);
                (centred * scale + of(self.beta.as_deref(), channel)) as f32
            })
            .collect()
    }
}

fn scale_rows(values: &mut [f32], scale: &[f64]) {
    let row = values.len() / scale.len().max(1);
    for (row, scale) in values.chunks_mut(row.max(1)).zip(scale) {
        for value in row {
            *value = (f64::from(*value) * scale) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLERANCE: f32 = 1e-6;

    #[test]
    fn folding_equals_convolution_then_norm() {
        let (gamma, beta) = ([1.5_f32, -0.5], [0.25_f32, 1.0]);
        let (mean, variance, epsilon) = ([0.1_f32, -2.0], [0.04_f32, 9.0], 1e-3);
        let (kernel, bias) = ([0.5_f32, -1.0, 2.0, 0.125], [0.3_f32, -0.7]);
        let input = [0.8_f32, -0.4];

        let affine = Affine::new(Some(&gamma), Some(beta.to_vec()), mean.to_vec(), &variance, epsilon);
        let mut folded = kernel;
        scale_rows(&mut folded, &affine.scale);
        let shift = affine.shift(Some(&bias));

        for channel in 0..2 {
            let row = |kernel: &[f32; 4]| kernel[2 * channel] * input[0] + kernel[2 * channel + 1] * input[1];
            let plain = row(&kernel) + bias[channel];
            let deviation = (variance[channel] + epsilon as f32).sqrt();
            let normed = (plain - mean[channel]) / deviation * gamma[channel] + beta[channel];
            let got = row(&folded) + shift[channel];
            assert!((got - normed).abs() < TOLERANCE, "channel {channel}: {got}, expected {normed}");
        }
    }

    #[test]
    fn absent_gamma_beta_and_bias_count_as_one_and_zero() {
        let affine = Affine::new(None, None, vec![2.0], &[0.25], 0.0);
        assert_eq!(affine.scale, [2.0]);
        assert_eq!(affine.shift(None), [-4.0]);
    }

    #[test]
    fn derived_weights_are_those_of_hand() {
        let checkpoint = crate::checkpoint::tests::empty();
        let floats = |shape: &[usize], values: &[f32]| {
            Box::new(Weight::Floats { shape: shape.to_vec(), values: values.to_vec() })
        };
        let of = floats(&[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let picked = Weight::Picked { of: of.clone(), rows: vec![2, 0] };
        let turned = Weight::Turned(of.clone());
        let scaled = Weight::Scaled { of, by: Factors::Own(vec![1.0, 0.5, -1.0]) };
        let parts = vec![*floats(&[1, 1, 3, 3], &[1.0; 9]), *floats(&[1, 1, 1, 1], &[5.0])];
        let sum = Weight::Sum { shape: vec![1, 1, 3, 3], parts };
        let expected: [(&Weight<'_>, &[usize], &[f32]); 4] = [
            (&picked, &[2, 2], &[5.0, 6.0, 1.0, 2.0]),
            (&turned, &[2, 3], &[1.0, 3.0, 5.0, 2.0, 4.0, 6.0]),
            (&scaled, &[3, 2], &[1.0, 2.0, 1.5, 2.0, -5.0, -6.0]),
            (&sum, &[1, 1, 3, 3], &[1.0, 1.0, 1.0, 1.0, 6.0, 1.0, 1.0, 1.0, 1.0]),
        ];
        for (weight, shape, values) in expected {
            assert_eq!(*weight.shape(), *shape);
            assert_eq!(weight.floats(&checkpoint).unwrap(), values);
        }
    }

    #[test]
    fn bytes_that_cannot_be_counted_are_none() {
        let huge = Weight::Floats { shape: vec![usize::MAX, 2], values: vec![] };
        assert_eq!(huge.bytes(), None);
        assert_eq!(Weight::Ints(vec![1, 2]).bytes(), Some(16));
    }
}
