//! A PyTorch checkpoint: a zip with one pickle and one entry for each storage.

use std::path::Path;

use thiserror::Error;

use crate::limits::Limits;
use crate::megadetector::{self, InfoError, MegadetectorInfo};
use crate::pickle::{Pickle, PickleError, View};
use crate::source::Source;
use crate::tensor::{self, TensorError, TensorView};
use crate::zip::{Archive, Method, ZipError};

/// An opened checkpoint: its structure decoded, its storages still in the mapped file.
#[derive(Debug)]
pub struct Checkpoint {
    file: String,
    archive: Archive,
    /// Folder of the entries, with its slash.
    folder: String,
    format: Format,
    pickle: Pickle,
}

/// Who wrote a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `torch.save`.
    Torch,
    /// `torch.jit.save`: the wiring is Python text under `code/`.
    TorchScript,
}

/// A checkpoint that could not be opened: the file, and why.
#[derive(Debug, Error)]
#[error("cannot read the checkpoint {file}")]
pub struct OpenError {
    /// The path, or `bytes in memory`.
    pub file: String,
    /// Why.
    #[source]
    pub problem: OpenProblem,
}

/// Why a checkpoint could not be opened.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the texts say what the fields are")]
pub enum OpenProblem {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("the file is empty")]
    Empty,
    #[error("it starts like {found}, expected a zip file written by torch.save")]
    OtherFormat { found: &'static str },
    #[error(transparent)]
    Zip(#[from] ZipError),
    #[error("it has no entry `<folder>/data.pkl` among its {entries} entries: not a PyTorch checkpoint")]
    NoPickle { entries: usize },
    #[error("it has two pickles, {first:?} and {second:?}, expected one folder with one data.pkl")]
    SeveralPickles { first: String, second: String },
    #[error("entry {entry:?} says {found:?}, expected \"little\": big-endian checkpoints are not read")]
    ByteOrder { entry: String, found: String },
    #[error("entry {entry:?} cannot be decoded")]
    Pickle { entry: String, source: PickleError },
    #[error("storage {key:?} has no entry {entry:?}")]
    NoStorage { key: String, entry: String },
    #[error("entry {entry:?} has {found} bytes, expected {expected} for a storage of {elements} elements")]
    StorageSize { entry: String, found: usize, expected: u64, elements: usize },
}

impl OpenError {
    /// What the owner of the file can do about it, when we know.
    pub fn hint(&self) -> Option<&'static str> {
        match &self.problem {
            OpenProblem::OtherFormat { found } if found.contains("1.6") => {
                Some("load it with any PyTorch since 1.6 and save it again with torch.save")
            }
            OpenProblem::OtherFormat { .. } | OpenProblem::NoPickle { .. } => {
                Some("check that this is the weights file and not an archive or a web page around it")
            }
            OpenProblem::Empty
            | OpenProblem::StorageSize { .. }
            | OpenProblem::NoStorage { .. }
            | OpenProblem::Zip(
                ZipError::NoEndRecord { .. } | ZipError::Truncated { .. } | ZipError::Checksum { .. },
            ) => Some("the download may have stopped half-way: fetch the file again and compare its SHA-256"),
            OpenProblem::Zip(ZipError::NotStored { .. }) => {
                Some("repack the archive without compression (zip -0), or take the file as published")
            }
            OpenProblem::Zip(_) | OpenProblem::Pickle { .. } | OpenProblem::SeveralPickles { .. } => {
                Some("PyTorch does not write such files; do not trust this one")
            }
            OpenProblem::ByteOrder { .. } => Some("save it again on a little-endian machine"),
            OpenProblem::Io(_) => None,
        }
    }
}

impl Checkpoint {
    /// Maps a file and decodes its structure. Storages are not touched: that is [`Checkpoint::f32s`]' work.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, OpenError> {
        let file = path.display().to_string();
        let source = Source::open(path).map_err(OpenProblem::from);
        let opened = source.and_then(|source| Self::read(file.clone(), source, limits));
        opened.map_err(|problem| OpenError { file, problem })
    }

    /// The same from bytes in memory.
    pub fn from_bytes(bytes: Vec<u8>, limits: &Limits) -> Result<Self, OpenError> {
        let file = "bytes in memory".to_owned();
        let opened = Self::read(file.clone(), Source::Owned(bytes), limits);
        opened.map_err(|problem| OpenError { file, problem })
    }

    fn read(file: String, source: Source, limits: &Limits) -> Result<Self, OpenProblem> {
        if let Some(found) = other_format(&source) {
            return Err(found);
        }
        let archive = Archive::read(source, limits)?;
        let folder = root_folder(&archive)?;
        check_byte_order(&archive, &folder)?;
        let pickle = decode_pickle(&archive, &folder, limits)?;
        check_storages(&archive, &folder, &pickle)?;
        let script = archive.entry(&format!("{folder}constants.pkl")).is_some();
        let format = if script { Format::TorchScript } else { Format::Torch };
        Ok(Self { file, archive, folder, format, pickle })
    }

    /// The path it was opened from, for messages.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Who wrote it.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The value of `data.pkl`.
    pub fn root(&self) -> View<'_> {
        self.pickle.root()
    }

    /// The decoded `data.pkl`.
    pub fn pickle(&self) -> &Pickle {
        &self.pickle
    }

    /// The container.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Name of the folder that holds all entries.
    pub fn folder(&self) -> &str {
        self.folder.trim_end_matches('/')
    }

    /// What MegaDetector's authors noted in the archive; `None` for other files and for those before version 5.0.1.
    pub fn megadetector_info(&self) -> Result<Option<MegadetectorInfo>, InfoError> {
        megadetector::read(&self.archive, &self.folder)
    }

    /// The elements in row-major order, any float type widened or rounded to f32; integers are an error.
    ///
    /// The storage's checksum is verified when it is first read. A number that is not finite is an error.
    pub fn f32s(&self, tensor: TensorView<'_>) -> Result<Vec<f32>, TensorError> {
        tensor::f32s(tensor, self.storage(tensor)?)
    }

    /// The elements in row-major order, any integer type widened; floats are an error.
    pub fn i64s(&self, tensor: TensorView<'_>) -> Result<Vec<i64>, TensorError> {
        tensor::i64s(tensor, self.storage(tensor)?)
    }

    fn storage(&self, tensor: TensorView<'_>) -> Result<&[u8], TensorError> {
        let name = storage_entry(&self.folder, tensor.storage);
        let entry = self.archive.entry(&name);
        let entry = entry.ok_or_else(|| TensorError::NoStorage { tensor: tensor.to_string() })?;
        let stored = self.archive.stored(entry);
        stored.map_err(|source| TensorError::Storage { tensor: tensor.to_string(), source })
    }
}

/// Recognises the files people confuse with checkpoints.
fn other_format(file: &[u8]) -> Option<OpenProblem> {
    let starts = |magic: &[u8]| file.starts_with(magic);
    // The number that opens a checkpoint of PyTorch before 1.6: 0x1950a86a20f9469cfc6c as LONG1.
    const LEGACY: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
    if file.is_empty() {
        return Some(OpenProblem::Empty);
    }
    let found = if starts(LEGACY) {
        "a checkpoint of PyTorch before 1.6"
    } else if file.get(257..262) == Some(b"ustar") {
        "a tar archive, or a checkpoint of PyTorch before 1.6"
    } else if starts(b"\x80") {
        "a pickle of its own"
    } else if starts(b"\x1f\x8b") {
        "a gzip archive"
    } else if starts(b"\x89HDF") {
        "an HDF5 (Keras) file"
    } else if starts(b"<") {
        "an HTML page"
    } else if file.get(8) == Some(&b'{') {
        "a safetensors file"
    } else {
        return None;
    };
    Some(OpenProblem::OtherFormat { found })
}

/// The folder, with its slash, of the one entry `<folder>/data.pkl`.
fn root_folder(archive: &Archive) -> Result<String, OpenProblem> {
    let folder = |name: &str| {
        let folder = name.strip_suffix("data.pkl")?;
        (folder.ends_with('/') && folder.matches('/').count() == 1).then(|| folder.to_owned())
    };
    let mut folders = archive.entries().iter().filter_map(|entry| folder(entry.name()));
    let first = folders.next().ok_or(OpenProblem::NoPickle { entries: archive.entries().len() })?;
    match folders.next() {
        None => Ok(first),
        Some(second) => Err(OpenProblem::SeveralPickles {
            first: format!("{first}data.pkl"),
            second: format!("{second}data.pkl"),
        }),
    }
}

/// Older files do not say; they are little-endian.
fn check_byte_order(archive: &Archive, folder: &str) -> Result<(), OpenProblem> {
    const LONGEST: usize = 16;
    let Some(entry) = archive.entry(&format!("{folder}byteorder")) else { return Ok(()) };
    let found = archive.unpacked(entry, LONGEST)?;
    if found == b"little" {
        return Ok(());
    }
    let found = String::from_utf8_lossy(&found).into_owned();
    Err(OpenProblem::ByteOrder { entry: entry.name().to_owned(), found })
}

fn decode_pickle(archive: &Archive, folder: &str, limits: &Limits) -> Result<Pickle, OpenProblem> {
    let name = format!("{folder}data.pkl");
    let entry = archive.entry(&name).ok_or(OpenProblem::NoPickle { entries: archive.entries().len() })?;
    let bytes = archive.unpacked(entry, limits.entry_bytes)?;
    Pickle::with_storages(&bytes, limits).map_err(|source| OpenProblem::Pickle { entry: name, source })
}

/// Every storage the pickle speaks of must be there, stored, and as long as it says.
fn check_storages(archive: &Archive, folder: &str, pickle: &Pickle) -> Result<(), OpenProblem> {
    for (storage, key) in pickle.storages() {
        let name = storage_entry(folder, key);
        let Some(entry) = archive.entry(&name) else {
            return Err(OpenProblem::NoStorage { key: key.to_owned(), entry: name });
        };
        if entry.method() != Method::Stored {
            return Err(ZipError::NotStored { name, method: entry.method() }.into());
        }
        let width = storage.dtype.map_or(1, tensor::DType::bytes);
        let expected = (storage.len as u64).saturating_mul(width as u64);
        if entry.size() as u64 != expected {
            let (found, elements) = (entry.size(), storage.len);
            return Err(OpenProblem::StorageSize { entry: name, found, expected, elements });
        }
    }
    Ok(())
}

fn storage_entry(folder: &str, key: &str) -> String {
    format!("{folder}data/{key}")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Checkpoint, Limits, Path};

    /// A checkpoint with no network in it, for tests that need any.
    pub(crate) fn empty() -> Checkpoint {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../attacks/good.pt");
        Checkpoint::open(&file, &Limits::default()).unwrap()
    }
}
