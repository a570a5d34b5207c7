//! The zip container, as PyTorch writes it and no wider.
//!
//! Sizes come from the central directory; every local header is compared with it, so that no two readers can see
//! two different archives. Entries never overlap, never repeat a name and never point out of their folder. Large
//! entries are stored, and are handed out where they lie.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use thiserror::Error;

use crate::limits::Limits;
use crate::source::Source;

mod directory;
mod local;

/// An archive whose directory was read and found consistent.
#[derive(Debug)]
pub struct Archive {
    source: Source,
    entries: Vec<Entry>,
    by_name: HashMap<String, usize>,
}

/// One entry of the central directory.
#[derive(Debug)]
pub struct Entry {
    name: String,
    method: Method,
    packed: usize,
    size: usize,
    crc: u32,
    header: usize,
    start: usize,
    verified: AtomicBool,
}

/// How an entry is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// As it is.
    Stored,
    /// Raw deflate.
    Deflated,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stored => "stored",
            Self::Deflated => "deflated",
        })
    }
}

/// Why an archive, or an entry of it, was refused.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the texts say what the fields are")]
pub enum ZipError {
    #[error("no zip end record in the last {searched} bytes: not a zip file, or cut short")]
    NoEndRecord { searched: usize },
    #[error("the {record} is cut short: it needs {needed} bytes at byte {at}, the file has {length}")]
    Truncated { record: &'static str, at: u64, needed: u64, length: usize },
    #[error("expected a {record} at byte {at}, found the signature {found:#010x}")]
    Signature { record: &'static str, at: u64, found: u32 },
    #[error("the archive spans several disks")]
    SeveralDisks,
    #[error("the end records disagree on the {what}: {narrow} in the zip record, {wide} in the zip64 record")]
    EndRecordsDisagree { what: &'static str, narrow: u64, wide: u64 },
    #[error(
        "the central directory should end at byte {expected}, where the end record starts; it ends at {found}"
    )]
    DirectoryPlace { expected: u64, found: u64 },
    #[error("the central directory declares {declared} entries and holds {found}")]
    EntryCount { declared: u64, found: u64 },
    #[error("more than {limit} {what}")]
    TooMany { what: &'static str, limit: usize },
    #[error("entry {index} has a name that is not UTF-8")]
    NameNotUtf8 { index: usize },
    #[error("entry {name:?} has an unsafe name: {why}")]
    UnsafeName { name: String, why: &'static str },
    #[error("entry {name:?} occurs twice")]
    DuplicateName { name: String },
    #[error("entry {name:?} is encrypted")]
    Encrypted { name: String },
    #[error("entry {name:?} is packed with method {method}, expected 0 (stored) or 8 (deflated)")]
    UnknownMethod { name: String, method: u16 },
    #[error("entry {name:?} is stored but declares {size} bytes unpacked and {packed} packed")]
    StoredSizes { name: String, size: u64, packed: u64 },
    #[error("entry {name:?} declares {size} bytes from {packed} packed ones: deflate cannot do that")]
    ImpossibleRatio { name: String, size: u64, packed: u64 },
    #[error("entry {name:?}: the local header says {local} for its {what}, the central directory {central}")]
    HeadersDisagree { name: String, what: &'static str, local: String, central: String },
    #[error("entries {first:?} and {second:?} overlap at byte {at}")]
    Overlap { first: String, second: String, at: usize },
    #[error("entry {name:?} is damaged: its checksum is {found:08x}, expected {expected:08x}")]
    Checksum { name: String, found: u32, expected: u32 },
    #[error("entry {name:?} is {method}, expected stored: repack the file without compression")]
    NotStored { name: String, method: Method },
    #[error("entry {name:?} has {size} bytes, more than the limit of {limit}")]
    TooLarge { name: String, size: usize, limit: usize },
    #[error("entry {name:?} unpacks to {found} bytes or more, declared {declared}")]
    UnpackedSize { name: String, found: usize, declared: usize },
    #[error("entry {name:?} cannot be unpacked")]
    Inflate { name: String, source: std::io::Error },
}

impl Archive {
    /// Reads the directory of a zip held in memory.
    pub fn from_bytes(bytes: Vec<u8>, limits: &Limits) -> Result<Self, ZipError> {
        Self::read(Source::Owned(bytes), limits)
    }

    pub(crate) fn read(source: Source, limits: &Limits) -> Result<Self, ZipError> {
        let end = directory::find_end(&source)?;
        let mut entries = directory::read_entries(&source, &end, limits)?;
        local::place_entries(&source, end.directory_start, &mut entries)?;
        let mut by_name = HashMap::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            if by_name.insert(entry.name.clone(), index).is_some() {
                return Err(ZipError::DuplicateName { name: entry.name.clone() });
            }
        }
        Ok(Self { source, entries, by_name })
    }

    /// All entries, in the order of the central directory.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of exactly this name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.by_name.get(name).and_then(|&index| self.entries.get(index))
    }

    /// The bytes of a stored entry, where they lie. The checksum is verified the first time.
    pub fn stored<'a>(&'a self, entry: &Entry) -> Result<&'a [u8], ZipError> {
        if entry.method != Method::Stored {
            return Err(ZipError::NotStored { name: entry.name.clone(), method: entry.method });
        }
        let bytes = self.packed(entry)?;
        if !entry.verified.load(Ordering::Relaxed) {
            entry.check(bytes)?;
            entry.verified.store(true, Ordering::Relaxed);
        }
        Ok(bytes)
    }

    /// A copy of an entry, unpacked, of at most `limit` bytes. The checksum is verified.
    pub fn unpacked(&self, entry: &Entry, limit: usize) -> Result<Vec<u8>, ZipError> {
        if entry.size > limit {
            return Err(ZipError::TooLarge { name: entry.name.clone(), size: entry.size, limit });
        }
        let bytes = match entry.method {
            Method::Stored => self.packed(entry)?.to_vec(),
            Method::Deflated => self.inflated(entry)?,
        };
        entry.check(&bytes)?;
        Ok(bytes)
    }

    fn packed<'a>(&'a self, entry: &Entry) -> Result<&'a [u8], ZipError> {
        let range = entry.start..entry.start.saturating_add(entry.packed);
        self.source.get(range).ok_or(ZipError::Truncated {
            record: "entry",
            at: entry.start as u64,
            needed: entry.packed as u64,
            length: self.source.len(),
        })
    }

    fn inflated(&self, entry: &Entry) -> Result<Vec<u8>, ZipError> {
        let mut bytes = Vec::new();
        // One byte more than declared shows an entry that goes on.
        let mut reader = DeflateDecoder::new(self.packed(entry)?).take(entry.size as u64 + 1);
        reader
            .read_to_end(&mut bytes)
            .map_err(|source| ZipError::Inflate { name: entry.name.clone(), source })?;
        if bytes.len() != entry.size {
            let (name, found) = (entry.name.clone(), bytes.len());
            return Err(ZipError::UnpackedSize { name, found, declared: entry.size });
        }
        Ok(bytes)
    }
}

impl Entry {
    /// Its full name, folders included.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes when unpacked.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How it is packed.
    pub fn method(&self) -> Method {
        self.method
    }

    fn check(&self, bytes: &[u8]) -> Result<(), ZipError> {
        let mut crc = Crc::new();
        crc.update(bytes);
        if crc.sum() == self.crc {
            return Ok(());
        }
        Err(ZipError::Checksum { name: self.name.clone(), found: crc.sum(), expected: self.crc })
    }
}
