//! Safetensors: a JSON header and the tensors' bytes, with the same access as a checkpoint's.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Deserialize;
use serde::de::{Error as _, MapAccess, Visitor};
use thiserror::Error;

use crate::limits::Limits;
use crate::source::Source;
use crate::tensor::{self, DType, ShapeError, TensorError, TensorView, check_shape};

/// Bytes before the header: its length.
const PREFIX: usize = 8;

/// An opened safetensors file. The bytes of its tensors tile the file: no gap, no overlap, nothing after them.
#[derive(Debug)]
pub struct Safetensors {
    file: String,
    source: Source,
    metadata: BTreeMap<String, String>,
    tensors: Vec<Tensor>,
    by_name: HashMap<String, usize>,
}

#[derive(Debug)]
struct Tensor {
    name: String,
    dtype: DType,
    shape: Vec<usize>,
    strides: Vec<usize>,
    len: usize,
    /// In the file.
    start: usize,
    end: usize,
}

/// A safetensors file that could not be opened: the file, and why.
#[derive(Debug, Error)]
#[error("cannot read the safetensors file {file}")]
pub struct OpenSafetensorsError {
    /// The path, or `bytes in memory`.
    pub file: String,
    /// Why.
    #[source]
    pub problem: SafetensorsProblem,
}

/// Why a safetensors file could not be opened.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the texts say what the fields are")]
pub enum SafetensorsProblem {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("the file has {length} bytes, a header takes at least 10")]
    TooShort { length: usize },
    #[error("the header declares {declared} bytes, {left} are left")]
    HeaderCut { declared: u64, left: usize },
    #[error("the header declares {declared} bytes, more than the limit of {limit}")]
    HeaderTooLarge { declared: u64, limit: usize },
    #[error("the header is not the expected JSON")]
    Header(#[source] serde_json::Error),
    #[error("tensor {name:?} has the element type {found:?}, which is not read")]
    ElementType { name: String, found: String },
    #[error("tensor {name:?} cannot have its shape")]
    Shape { name: String, source: ShapeError },
    #[error("tensor {name:?} starts at byte {found} of the data, expected {expected}: a gap or an overlap")]
    Place { name: String, found: u64, expected: u64 },
    #[error("tensor {name:?} lies in {found} bytes, its type and shape need {expected}")]
    Size { name: String, found: u64, expected: u64 },
    #[error("the tensors take {tensors} bytes of data, the file has {length}")]
    DataSize { tensors: u64, length: usize },
}

impl Safetensors {
    /// Maps a file and reads its header.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, OpenSafetensorsError> {
        let file = path.display().to_string();
        let source = Source::open(path).map_err(SafetensorsProblem::from);
        let opened = source.and_then(|source| Self::read(file.clone(), source, limits));
        opened.map_err(|problem| OpenSafetensorsError { file, problem })
    }

    /// The same from bytes in memory.
    pub fn from_bytes(bytes: Vec<u8>, limits: &Limits) -> Result<Self, OpenSafetensorsError> {
        let file = "bytes in memory".to_owned();
        let opened = Self::read(file.clone(), Source::Owned(bytes), limits);
        opened.map_err(|problem| OpenSafetensorsError { file, problem })
    }

    fn read(file: String, source: Source, limits: &Limits) -> Result<Self, SafetensorsProblem> {
        let (header, data_start) = read_header(&source, limits)?;
        let mut declared = header.tensors;
        declared.sort_by_key(|(_, tensor)| tensor.data_offsets);
        let mut tensors = Vec::with_capacity(declared.len());
        let mut end = 0;
        for (name, declared) in declared {
            let tensor = place(name, &declared, end, limits)?;
            end = declared.data_offsets.1;
            tensors.push(tensor);
        }
        let length = source.len() - data_start;
        if end != length as u64 {
            return Err(SafetensorsProblem::DataSize { tensors: end, length });
        }
        for tensor in &mut tensors {
            tensor.start += data_start;
            tensor.end += data_start;
        }
        let by_name =
            tensors.iter().enumerate().map(|(index, tensor)| (tensor.name.clone(), index)).collect();
        Ok(Self { file, source, metadata: header.metadata, tensors, by_name })
    }

    /// The path it was opened from, for messages.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The `__metadata__` of the header.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// Every tensor with its name, in the order of the data.
    pub fn tensors(&self) -> impl ExactSizeIterator<Item = (&str, TensorView<'_>)> {
        self.tensors.iter().map(|tensor| (tensor.name.as_str(), tensor.view()))
    }

    /// The tensor of this name.
    pub fn tensor(&self, name: &str) -> Option<TensorView<'_>> {
        self.find(name).map(Tensor::view)
    }

    /// As [`Checkpoint::f32s`](crate::Checkpoint::f32s). The format has no checksums.
    pub fn f32s(&self, tensor: TensorView<'_>) -> Result<Vec<f32>, TensorError> {
        tensor::f32s(tensor, self.storage(tensor)?)
    }

    /// As [`Checkpoint::i64s`](crate::Checkpoint::i64s).
    pub fn i64s(&self, tensor: TensorView<'_>) -> Result<Vec<i64>, TensorError> {
        tensor::i64s(tensor, self.storage(tensor)?)
    }

    fn find(&self, name: &str) -> Option<&Tensor> {
        self.by_name.get(name).and_then(|&index| self.tensors.get(index))
    }

    fn storage(&self, tensor: TensorView<'_>) -> Result<&[u8], TensorError> {
        let found = self.find(tensor.storage).and_then(|found| self.source.get(found.start..found.end));
        found.ok_or_else(|| TensorError::NoStorage { tensor: tensor.to_string() })
    }
}

impl Tensor {
    fn view(&self) -> TensorView<'_> {
        TensorView {
            dtype: self.dtype,
            shape: &self.shape,
            strides: &self.strides,
            offset: 0,
            storage: &self.name,
            storage_len: self.len,
        }
    }
}

struct Header {
    metadata: BTreeMap<String, String>,
    tensors: Vec<(String, Declared)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

/// Reads the header as it lies, since a map would hide names that occur twice.
struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let mut header = Header { metadata: BTreeMap::new(), tensors: Vec::new() };
        let mut seen = std::collections::HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if !seen.insert(name.clone()) {
                return Err(A::Error::custom(format!("the name {name:?} occurs twice")));
            }
            if name == "__metadata__" {
                header.metadata = map.next_value()?;
            } else {
                header.tensors.push((name, map.next_value()?));
            }
        }
        Ok(header)
    }
}

/// The header, and where the data starts.
fn read_header(file: &[u8], limits: &Limits) -> Result<(Header, usize), SafetensorsProblem> {
    let too_short = SafetensorsProblem::TooShort { length: file.len() };
    let Some((prefix, rest)) = file.split_first_chunk::<PREFIX>() else { return Err(too_short) };
    let declared = u64::from_le_bytes(*prefix);
    if declared > limits.header_bytes as u64 {
        return Err(SafetensorsProblem::HeaderTooLarge { declared, limit: limits.header_bytes });
    }
    let json = usize::try_from(declared).ok().and_then(|length| rest.get(..length));
    let json = json.ok_or(SafetensorsProblem::HeaderCut { declared, left: rest.len() })?;
    let header = serde_json::from_slice(json).map_err(SafetensorsProblem::Header)?;
    Ok((header, PREFIX + json.len()))
}

/// A tensor that starts where the one before it ended. Places count from the start of the data.
fn place(
    name: String,
    declared: &Declared,
    expected: u64,
    limits: &Limits,
) -> Result<Tensor, SafetensorsProblem> {
    let Some(dtype) = element_type(&declared.dtype) else {
        return Err(SafetensorsProblem::ElementType { name, found: declared.dtype.clone() });
    };
    let overflow =
        |name: &String| SafetensorsProblem::Shape { name: name.clone(), source: ShapeError::Overflow };
    let shape: Option<Vec<usize>> = declared.shape.iter().map(|&size| usize::try_from(size).ok()).collect();
    let shape = shape.ok_or_else(|| overflow(&name))?;
    let len =
        shape.iter().try_fold(1_usize, |len, &size| len.checked_mul(size)).ok_or_else(|| overflow(&name))?;
    let strides = contiguous(&shape);
    if let Err(source) = check_shape(&shape, &strides, 0, len, limits) {
        return Err(SafetensorsProblem::Shape { name, source });
    }
    let (start, end) = declared.data_offsets;
    if start != expected {
        return Err(SafetensorsProblem::Place { name, found: start, expected });
    }
    let needed = (len as u64).checked_mul(dtype.bytes() as u64).ok_or_else(|| overflow(&name))?;
    let found = end.saturating_sub(start);
    let places = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    match places {
        Some((start, end)) if found == needed => Ok(Tensor { name, dtype, shape, strides, len, start, end }),
        _ => Err(SafetensorsProblem::Size { name, found, expected: needed }),
    }
}

/// Row-major steps.
fn contiguous(shape: &[usize]) -> Vec<usize> {
    let mut step = 1_usize;
    let mut strides: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&size| {
            let stride = step;
            step = step.saturating_mul(size.max(1));
            stride
        })
        .collect();
    strides.reverse();
    strides
}

fn element_type(name: &str) -> Option<DType> {
    Some(match name {
        "F16" => DType::F16,
        "BF16" => DType::BF16,
        "F32" => DType::F32,
        "F64" => DType::F64,
        "I8" => DType::I8,
        "U8" => DType::U8,
        "I16" => DType::I16,
        "I32" => DType::I32,
        "I64" => DType::I64,
        "BOOL" => DType::Bool,
        _ => return None,
    })
}
