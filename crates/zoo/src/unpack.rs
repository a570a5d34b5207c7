//! Archives and folders from anywhere, unpacked into a folder of ours under limits.
//!
//! Only plain files and folders come out, under names that stay inside on every system. Everything else (links, devices,
//! sparse files, names that lead elsewhere or meet on a disk that ignores case) ends the whole.

use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use biowatch_contract::manifest::FileName;
use flate2::read::MultiGzDecoder;
use thiserror::Error;

use crate::cancel::Cancel;
use crate::digest::Digest;
use crate::progress::{Phase, Reporter};

mod count;
mod folder;
mod names;
mod tape;
mod writer;
pub mod zip;

use count::Counted;
use writer::Writer;

/// How much may come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all files. The largest models known have 1.3 GB.
    pub bytes: u64,
    /// Files and folders.
    pub entries: usize,
    /// Folders in folders.
    pub depth: usize,
    /// Bytes that come out for each byte of the archive. Weights give less than 2, text less than 20.
    pub ratio: u64,
    /// Bytes from which on the ratio is looked at.
    pub ratio_from: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 << 30, entries: 10_000, depth: 8, ratio: 100, ratio_from: 16 << 20 }
    }
}

/// A file that came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnpackedFile {
    /// Its name, below the folder it was unpacked to.
    pub name: FileName,
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// Why nothing came out.
#[derive(Debug, Error)]
pub enum UnpackError {
    /// The system said no, or the archive is cut short.
    #[error("it cannot be read or unpacked")]
    Io(#[from] io::Error),
    /// The caller wants an end.
    #[error("stopped before the end")]
    Cancelled,
    /// Not an archive.
    #[error("it is neither a .tar.gz, .tar or .zip archive nor a folder")]
    UnknownKind,
    /// A web page.
    #[error("it is a web page, not an archive: the download was not what it should be")]
    WebPage,
    /// A damaged or unusual zip file.
    #[error(transparent)]
    Zip(#[from] zip::ZipError),
    /// The name leads elsewhere, or is none on some system.
    #[error(
        "it holds `{0}`, a name that could lead outside of the model's folder or is none on every system"
    )]
    Name(String),
    /// Two names that are one on a disk that ignores case.
    #[error("it holds `{0}` twice (upper and lower case count as one)")]
    Twice(String),
    /// A link.
    #[error("it holds `{0}`, a link; only plain files are taken")]
    Link(String),
    /// A device, a pipe, a sparse file, something unheard of.
    #[error("it holds `{name}`, {what}; only plain files are taken")]
    Special {
        /// Its name.
        name: String,
        /// What it is.
        what: &'static str,
    },
    /// Folders in folders in folders.
    #[error("`{name}` lies more than {most} folders deep")]
    Deep {
        /// The name.
        name: String,
        /// How deep it may lie.
        most: usize,
    },
    /// Too many.
    #[error("it holds more than {0} files and folders")]
    Entries(usize),
    /// Too much.
    #[error("it unpacks to more than {0} bytes")]
    Bytes(u64),
    /// Too much out of too little.
    #[error("it unpacks to more than {0} times its own size, as no model does")]
    Ratio(u64),
    /// Other bytes than the archive says.
    #[error("`{name}` in it is damaged: {why}")]
    Damaged {
        /// The name.
        name: String,
        /// What does not fit.
        why: &'static str,
    },
    /// Nothing.
    #[error("there is no file in it")]
    Empty,
}

impl UnpackError {
    /// Whether the archive itself is at fault, so that there is no use in keeping it.
    pub fn blames_archive(&self) -> bool {
        match self {
            Self::Io(error) => matches!(
                error.kind(),
                io::ErrorKind::InvalidData
                    | io::ErrorKind::InvalidInput
                    | io::ErrorKind::UnexpectedEof
                    | io::ErrorKind::Other
            ),
            Self::Cancelled => false,
            _ => true,
        }
    }
}

/// Unpacks the archive, or copies the folder, at `from` into the empty folder `into`. `name` is what people call it.
pub(crate) fn unpack(
    from: &Path,
    name: &str,
    into: &Path,
    limits: Limits,
    reporter: &Reporter<'_>,
    cancel: &Cancel,
) -> Result<Vec<UnpackedFile>, UnpackError> {
    reporter.begin(if from.is_dir() { Phase::Copy } else { Phase::Unpack }, name, 0);
    let mut writer = Writer::new(into, limits, cancel);
    if from.is_dir() {
        folder::copy(from, &mut writer, reporter)?;
        return writer.finish(reporter);
    }
    let (file, _) = fs_err::File::open(from)?.into_parts();
    let size = file.metadata()?.len();
    let mut file = BufReader::with_capacity(1 << 18, file);
    let mut head = Vec::new();
    file.by_ref().take(262).read_to_end(&mut head)?;
    file.rewind()?;
    let shown = |bytes| reporter.at(bytes, Some(size));
    match head.as_slice() {
        [b'P', b'K', ..] => zip::unpack(&mut file, &mut writer, &|bytes| shown(bytes))?,
        [0x1f, 0x8b, ..] => {
            let counted = Counted::new(file);
            let packed = counted.count();
            writer.packed_into(&packed);
            tape::unpack(MultiGzDecoder::new(counted), &mut writer, &|| shown(packed.get()))?;
        }
        tar if tar.get(257..262) == Some(b"ustar") => {
            let counted = Counted::new(file);
            let packed = counted.count();
            tape::unpack(counted, &mut writer, &|| shown(packed.get()))?;
        }
        page if page.trim_ascii_start().starts_with(b"<") => return Err(UnpackError::WebPage),
        _ => return Err(UnpackError::UnknownKind),
    }
    shown(size);
    writer.finish(reporter)
}

/// Unpacks `bytes`, whatever they are, into the empty folder `into`.
pub fn unpack_bytes(bytes: &[u8], into: &Path, limits: Limits) -> Result<Vec<UnpackedFile>, UnpackError> {
    let archive = tempfile::NamedTempFile::new()?;
    fs_err::write(archive.path(), bytes)?;
    unpack(archive.path(), "archive", into, limits, &Reporter::new(&|_| {}), &Cancel::default())
}
