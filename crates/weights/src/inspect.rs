//! What a weights file holds, said in a second: for people who judge a file, and for reports of files we refuse.
//!
//! Only the structure is read, and of storages those few small ones that say how the network is built.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use thiserror::Error;

use crate::checkpoint::{Checkpoint, Format, OpenError};
use crate::limits::Limits;
use crate::pickle::{OpenPickleError, Pickle, View};
use crate::safetensors::{OpenSafetensorsError, Safetensors};
use crate::tensor::{DType, TensorView};

mod facts;
mod network;
mod text;
mod walk;

/// A description of one file. It prints as text, and serialises to JSON with the same content.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The path as given.
    pub file: String,
    /// Bytes of the file.
    pub bytes: u64,
    /// What kind of file it is.
    pub format: FileFormat,
    /// Folder of the entries; checkpoints only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// What the pickle's outermost value is: `a dict of 9`, `a call of torch.fx…reduce_graph_module`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Keys of the outermost dict.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// Short values of the outermost dict, such as `date` and `version`; metadata of a safetensors file.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    /// Class of the model: the `ema` if there is one, else the `model`, else the outermost value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What would be built of it, or why nothing would; checkpoints only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Class names by number, as the model has them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<i64, String>,
    /// Sides that the file says its images should have, by where it says so.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub image_size: BTreeMap<String, Vec<i64>>,
    /// The model's strides, in pixels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub strides: Vec<f64>,
    /// How many objects there are of each class.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub classes: BTreeMap<String, usize>,
    /// How many calls there are of each function that is not interpreted. Nothing was called.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<String, usize>,
    /// Classes and functions that are named but neither made nor called.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub mentions: BTreeMap<String, usize>,
    /// Values that this reader cannot show.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub opaque: BTreeMap<String, usize>,
    /// Entries besides the pickle, its storages and PyTorch's own marks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_entries: Vec<EntryReport>,
    /// Storages that no tensor uses.
    pub unused_storages: usize,
    /// Elements of all tensors together.
    pub elements: u64,
    /// Every tensor within reach, in the order of the file.
    pub tensors: Vec<TensorReport>,
    /// What was left out, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// Kinds of files that are described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileFormat {
    /// `torch.save`, a zip with a pickle.
    Torch,
    /// `torch.jit.save`.
    TorchScript,
    /// A header and bytes.
    Safetensors,
    /// A pickle on its own.
    Pickle,
}

/// One tensor.
#[derive(Debug, Serialize)]
pub struct TensorReport {
    /// Path of the first way to it, as a state dict would spell it.
    pub name: String,
    /// Element type.
    pub dtype: DType,
    /// Sizes, outermost first.
    pub shape: Vec<usize>,
    /// Name of its storage.
    pub storage: String,
}

/// One entry of an archive.
#[derive(Debug, Serialize)]
pub struct EntryReport {
    /// Full name.
    pub name: String,
    /// Bytes when unpacked.
    pub bytes: usize,
}

/// Why a file could not be described.
#[derive(Debug, Error)]
pub enum InspectError {
    /// Not to be read from disk.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Refused as a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] OpenError),
    /// Refused as a safetensors file.
    #[error(transparent)]
    Safetensors(#[from] OpenSafetensorsError),
    /// Refused as a pickle.
    #[error("cannot read the pickle {file}")]
    Pickle {
        /// The path.
        file: String,
        /// Why.
        source: OpenPickleError,
    },
}

impl InspectError {
    /// What the owner of the file can do about it, when we know.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Checkpoint(error) => error.hint(),
            Self::Io(_) | Self::Safetensors(_) | Self::Pickle { .. } => None,
        }
    }
}

/// Describes a checkpoint, a safetensors file or a pickle. The kind is told from the first bytes.
pub fn inspect(path: &Path, limits: &Limits) -> Result<Report, InspectError> {
    let bytes = fs_err::metadata(path)?.len();
    match first_bytes(path)?.as_slice() {
        [0x80, 2..=5, 0x8a, 0x0a, ..] => inspect_checkpoint(path, bytes, limits),
        [0x80, ..] => inspect_pickle(path, bytes, limits),
        [_, _, _, _, _, _, _, _, b'{'] => inspect_safetensors(path, bytes, limits),
        _ => inspect_checkpoint(path, bytes, limits),
    }
}

/// The first nine bytes, or as many as there are.
fn first_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    fs_err::File::open(path)?.take(9).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn inspect_checkpoint(path: &Path, bytes: u64, limits: &Limits) -> Result<Report, InspectError> {
    let checkpoint = Checkpoint::open(path, limits)?;
    let format = match checkpoint.format() {
        Format::Torch => FileFormat::Torch,
        Format::TorchScript => FileFormat::TorchScript,
    };
    let mut report = Report::empty(path, bytes, format);
    report.folder = Some(checkpoint.folder().to_owned());
    walk::describe(checkpoint.root(), &mut report);
    facts::of_model(&checkpoint, &mut report);
    facts::of_archive(&checkpoint, &mut report);
    network::describe(&checkpoint, &mut report);
    Ok(report)
}

fn inspect_pickle(path: &Path, bytes: u64, limits: &Limits) -> Result<Report, InspectError> {
    let failed = |source| InspectError::Pickle { file: path.display().to_string(), source };
    let pickle = Pickle::open(path, limits).map_err(failed)?;
    let mut report = Report::empty(path, bytes, FileFormat::Pickle);
    walk::describe(pickle.root(), &mut report);
    report.names = facts::names(pickle.root());
    Ok(report)
}

fn inspect_safetensors(path: &Path, bytes: u64, limits: &Limits) -> Result<Report, InspectError> {
    let file = Safetensors::open(path, limits)?;
    let mut report = Report::empty(path, bytes, FileFormat::Safetensors);
    report.facts = file.metadata().clone();
    for (name, tensor) in file.tensors() {
        report.add_tensor(name.to_owned(), tensor);
    }
    Ok(report)
}

impl Report {
    fn empty(path: &Path, bytes: u64, format: FileFormat) -> Self {
        Self {
            file: path.display().to_string(),
            bytes,
            format,
            folder: None,
            root: None,
            keys: Vec::new(),
            facts: BTreeMap::new(),
            model: None,
            network: None,
            names: BTreeMap::new(),
            image_size: BTreeMap::new(),
            strides: Vec::new(),
            classes: BTreeMap::new(),
            calls: BTreeMap::new(),
            mentions: BTreeMap::new(),
            opaque: BTreeMap::new(),
            other_entries: Vec::new(),
            unused_storages: 0,
            elements: 0,
            tensors: Vec::new(),
            left_out: Vec::new(),
        }
    }

    fn add_tensor(&mut self, name: String, tensor: TensorView<'_>) {
        self.elements = self.elements.saturating_add(tensor.len() as u64);
        self.tensors.push(TensorReport {
            name,
            dtype: tensor.dtype(),
            shape: tensor.shape().to_vec(),
            storage: tensor.storage().to_owned(),
        });
    }
}

/// The class of an object, or what the value is.
fn class_or_kind(view: View<'_>) -> String {
    view.class().map_or_else(|| view.describe(), |class| class.to_string())
}
