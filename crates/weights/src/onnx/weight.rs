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
    fn bytes_that_cannot_be_counted_are_none() {
        let huge = Weight::Floats { shape: vec![usize::MAX, 2], values: vec![] };
        assert_eq!(huge.bytes(), None);
        assert_eq!(Weight::Ints(vec![1, 2]).bytes(), Some(16));
    }
}
