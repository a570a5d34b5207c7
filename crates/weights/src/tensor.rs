//! A tensor as a file describes it, and its numbers on demand.

use std::fmt;

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};
use serde::Serialize;
use thiserror::Error;

/// Element types that are read. All are little-endian on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the types")]
pub enum DType {
    F16,
    BF16,
    F32,
    F64,
    I8,
    U8,
    I16,
    I32,
    I64,
    Bool,
}

impl DType {
    /// Bytes of one element.
    pub fn bytes(self) -> usize {
        match self {
            Self::I8 | Self::U8 | Self::Bool => 1,
            Self::F16 | Self::BF16 | Self::I16 => 2,
            Self::F32 | Self::I32 => 4,
            Self::F64 | Self::I64 => 8,
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F16 => "f16",
            Self::BF16 => "bf16",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::I8 => "i8",
            Self::U8 => "u8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::Bool => "bool",
        })
    }
}

/// A tensor of a checkpoint: where its elements lie, none of them read yet.
///
/// Its elements are known to lie inside a storage of [`TensorView::storage_len`] elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TensorView<'a> {
    pub(crate) dtype: DType,
    pub(crate) shape: &'a [usize],
    pub(crate) strides: &'a [usize],
    pub(crate) offset: usize,
    pub(crate) storage: &'a str,
    pub(crate) storage_len: usize,
}

impl<'a> TensorView<'a> {
    /// Element type on disk.
    pub fn dtype(self) -> DType {
        self.dtype
    }

    /// Sizes, outermost first; empty for a scalar.
    pub fn shape(self) -> &'a [usize] {
        self.shape
    }

    /// Steps in elements, one for each size.
    pub fn strides(self) -> &'a [usize] {
        self.strides
    }

    /// Number of elements. Never more than the limits allow.
    pub fn len(self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it has no elements.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Name of the storage: the part after `data/` in a checkpoint, the tensor's name in safetensors.
    pub fn storage(self) -> &'a str {
        self.storage
    }

    /// Elements of the storage.
    pub fn storage_len(self) -> usize {
        self.storage_len
    }

    /// Whether the elements lie one after another, in row-major order.
    pub fn is_contiguous(self) -> bool {
        let mut expected = 1;
        self.shape.iter().zip(self.strides).rev().all(|(&size, &stride)| {
            let fits = size == 1 || stride == expected;
            expected *= size;
            fits
        })
    }
}

/// Why a tensor's numbers could not be had. `tensor` is its storage, type and shape.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the texts say what the fields are")]
pub enum TensorError {
    #[error("{tensor}: its storage is not in the file")]
    NoStorage { tensor: String },
    #[error("{tensor}: its storage cannot be read")]
    Storage { tensor: String, source: crate::zip::ZipError },
    #[error("{tensor}: its elements reach byte {needed} of a storage of {length} bytes")]
    TooShort { tensor: String, needed: usize, length: usize },
    #[error("{tensor}: expected {expected}")]
    DType { tensor: String, expected: &'static str },
    #[error("{tensor}: element {index} is {value}, expected a finite number in the range of f32")]
    NotFinite { tensor: String, index: usize, value: f32 },
}

impl fmt::Display for TensorView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tensor of storage {:?} ({}, shape {:?})", self.storage, self.dtype, self.shape)
    }
}

/// Why a shape does not fit its storage.
#[derive(Debug, Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "the texts say what the fields are")]
pub enum ShapeError {
    #[error("a tensor of {rank} dimensions, more than the limit of {limit}")]
    Rank { rank: usize, limit: usize },
    #[error("{sizes} sizes and {strides} strides")]
    StrideCount { sizes: usize, strides: usize },
    #[error("a shape of more elements than can be counted")]
    Overflow,
    #[error("the tensor's last element is number {last} of a storage of {elements} elements")]
    OutsideStorage { last: usize, elements: usize },
    #[error("{elements} elements repeated from a storage of {storage}, more than the limit of {limit}")]
    Repeated { elements: usize, storage: usize, limit: usize },
}

/// Checks that a shape lies inside `elements` elements of storage.
pub(crate) fn check_shape(
    shape: &[usize],
    strides: &[usize],
    offset: usize,
    elements: usize,
    limits: &crate::limits::Limits,
) -> Result<(), ShapeError> {
    let (rank, limit) = (shape.len(), limits.rank);
    if rank > limit {
        return Err(ShapeError::Rank { rank, limit });
    }
    if strides.len() != rank {
        return Err(ShapeError::StrideCount { sizes: rank, strides: strides.len() });
    }
    let nonzero = shape.iter().filter(|&&size| size > 0);
    // Zero sizes are left out, so that no order of multiplication can overflow later.
    let counted = nonzero.copied().try_fold(1_usize, usize::checked_mul).ok_or(ShapeError::Overflow)?;
    if shape.contains(&0) {
        return Ok(());
    }
    let mut last = offset;
    for (&size, &stride) in shape.iter().zip(strides) {
        let reach = (size - 1).checked_mul(stride);
        last = reach.and_then(|reach| last.checked_add(reach)).ok_or(ShapeError::Overflow)?;
    }
    if last >= elements {
        return Err(ShapeError::OutsideStorage { last, elements });
    }
    if counted > elements && counted > limits.repeated_elements {
        let limit = limits.repeated_elements;
        return Err(ShapeError::Repeated { elements: counted, storage: elements, limit });
    }
    Ok(())
}

/// The elements as f32 in row-major order. f64 is rounded; a number that is not finite is refused.
pub(crate) fn f32s(tensor: TensorView<'_>, storage: &[u8]) -> Result<Vec<f32>, TensorError> {
    let bytes = row_major(tensor, storage)?;
    let values = match tensor.dtype {
        DType::F32 => decode(&bytes, f32::from_le_bytes),
        DType::F64 => decode(&bytes, |b| f64::from_le_bytes(b) as f32),
        DType::F16 => halves(&bytes, f16::from_le_bytes),
        DType::BF16 => halves(&bytes, bf16::from_le_bytes),
        _ => return Err(TensorError::DType { tensor: tensor.to_string(), expected: "a float type" }),
    };
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(index) => {
            let value = values.get(index).copied().unwrap_or(f32::NAN);
            Err(TensorError::NotFinite { tensor: tensor.to_string(), index, value })
        }
    }
}

/// The elements as i64 in row-major order; booleans are 0 and 1.
pub(crate) fn i64s(tensor: TensorView<'_>, storage: &[u8]) -> Result<Vec<i64>, TensorError> {
    let bytes = row_major(tensor, storage)?;
    Ok(match tensor.dtype {
        DType::I64 => decode(&bytes, i64::from_le_bytes),
        DType::I32 => decode(&bytes, |b| i32::from_le_bytes(b).into()),
        DType::I16 => decode(&bytes, |b| i16::from_le_bytes(b).into()),
        DType::I8 => decode(&bytes, |b| i8::from_le_bytes(b).into()),
        DType::U8 => decode(&bytes, |[b]: [u8; 1]| b.into()),
        DType::Bool => decode(&bytes, |[b]: [u8; 1]| (b != 0).into()),
        _ => return Err(TensorError::DType { tensor: tensor.to_string(), expected: "an integer type" }),
    })
}

fn decode<const N: usize, T>(bytes: &[u8], one: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks::<N>().0.iter().map(|&chunk| one(chunk)).collect()
}

/// Widens 16-bit floats, a block at a time so that the conversion runs on whole vectors.
fn halves<T: Copy + Default>(bytes: &[u8], one: impl Fn([u8; 2]) -> T) -> Vec<f32>
where
    [T]: HalfFloatSliceExt,
{
    const BLOCK: usize = 1024;
    let elements = bytes.as_chunks::<2>().0;
    let mut values = vec![0.0; elements.len()];
    let mut block = [T::default(); BLOCK];
    for (from, to) in elements.chunks(BLOCK).zip(values.chunks_mut(BLOCK)) {
        for (half, &bytes) in block.iter_mut().zip(from) {
            *half = one(bytes);
        }
        if let Some(block) = block.get(..from.len()) {
            block.convert_to_f32_slice(to);
        }
    }
    values
}

/// The bytes of the elements, one after another: the storage itself where they lie so.
fn row_major<'s>(
    tensor: TensorView<'_>,
    storage: &'s [u8],
) -> Result<std::borrow::Cow<'s, [u8]>, TensorError> {
    let width = tensor.dtype.bytes();
    if tensor.is_empty() {
        return Ok(Vec::new().into());
    }
    let element = |index: usize, count: usize| {
        let start = index.saturating_mul(width);
        let end = start.saturating_add(count.saturating_mul(width));
        storage.get(start..end).ok_or_else(|| TensorError::TooShort {
            tensor: tensor.to_string(),
            needed: end,
            length: storage.len(),
        })
    };
    if tensor.is_contiguous() {
        return element(tensor.offset, tensor.len()).map(Into::into);
    }
    let mut bytes = Vec::with_capacity(tensor.len() * width);
    let mut place = vec![0; tensor.shape.len()];
    loop {
        let steps = place.iter().zip(tensor.strides).map(|(at, stride)| at * stride);
        bytes.extend_from_slice(element(tensor.offset + steps.sum::<usize>(), 1)?);
        if !advance(&mut place, tensor.shape) {
            return Ok(bytes.into());
        }
    }
}

/// Counts one up in the mixed base `shape`; false after the last place.
fn advance(place: &mut [usize], shape: &[usize]) -> bool {
    for (at, &size) in place.iter_mut().zip(shape).rev() {
        *at += 1;
        if *at < size {
            return true;
        }
        *at = 0;
    }
    false
}
