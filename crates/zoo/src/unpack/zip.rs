//! zip archives: wheels, release archives, models.
//!
//! Reads the central directory, trusts none of its numbers, and refuses what those never are: zip64, encryption, several
//! disks, methods other than stored and deflated.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

use flate2::read::DeflateDecoder;
use thiserror::Error;

use super::writer::Writer;
use super::{UnpackError, names};

/// Most entries that are looked at.
const MAX_ENTRIES: u16 = 50_000;
/// Bytes of the directory, at most.
const MAX_DIRECTORY: u64 = 32 << 20;
/// Bytes of the end record, without its comment.
const END_RECORD: u64 = 22;
/// Bytes of an entry's own header, without its name.
const LOCAL_HEADER: u64 = 30;

/// Why a zip file cannot be read.
#[derive(Debug, Error)]
pub enum ZipError {
    /// The system said no.
    #[error("it cannot be read")]
    Io(#[from] io::Error),
    /// A damaged or unusual file.
    #[error("the zip file is damaged or of a kind that is not read: {0}")]
    Refused(&'static str),
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A plain file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A plain file that wants a password.
    Encrypted,
    /// A device or something unheard of.
    Special,
}

/// Something in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path in the archive. Never used as a path on disk as it is.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: Kind,
    /// Its size when unpacked, as the archive says.
    pub size: u64,
    method: u16,
    compressed: u64,
    header: u64,
    checksum: u32,
}

impl Entry {
    /// The CRC-32 that the content must have.
    pub fn checksum(&self) -> u32 {
        self.checksum
    }
}

/// Lists what is in the archive.
pub fn entries(archive: &mut (impl Read + Seek)) -> Result<Vec<Entry>, ZipError> {
    let (count, size, offset) = end_record(archive)?;
    if count > MAX_ENTRIES || size > MAX_DIRECTORY {
        return Err(ZipError::Refused("it has too many entries"));
    }
    archive.seek(SeekFrom::Start(offset))?;
    let mut directory = Vec::new();
    archive.take(size).read_to_end(&mut directory)?;
    let mut rest = directory.as_slice();
    let mut entries = Vec::new();
    for _ in 0..count {
        let (entry, tail) = directory_entry(rest).ok_or(ZipError::Refused("its directory is cut short"))?;
        rest = tail;
        entries.push(entry);
    }
    if !rest.is_empty() {
        return Err(ZipError::Refused("its directory holds more than it says"));
    }
    Ok(entries)
}

/// Count of entries, size and place of the central directory.
fn end_record(archive: &mut (impl Read + Seek)) -> Result<(u16, u64, u64), ZipError> {
    let length = archive.seek(SeekFrom::End(0))?;
    let back = length.min(END_RECORD + u64::from(u16::MAX));
    archive.seek(SeekFrom::Start(length - back))?;
    let mut tail = Vec::new();
    archive.take(back).read_to_end(&mut tail)?;
    let at = tail
        .windows(4)
        .rposition(|window| window == b"PK\x05\x06")
        .ok_or(ZipError::Refused("it has no end record: it may be cut short"))?;
    let field = || {
        let record = tail.get(at..at + END_RECORD as usize)?;
        let disks = [u16_at(record, 4)?, u16_at(record, 6)?];
        let counts = [u16_at(record, 8)?, u16_at(record, 10)?];
        Some((disks, counts, u32_at(record, 12)?, u32_at(record, 16)?))
    };
    let (disks, [count, counted], size, offset) = field().ok_or(ZipError::Refused("it is cut short"))?;
    if disks != [0, 0] || count != counted {
        return Err(ZipError::Refused("it is one of several parts"));
    }
    if count == u16::MAX || size == u32::MAX || offset == u32::MAX {
        return Err(ZipError::Refused("it is a zip64 file (above 4 GB); use .tar.gz"));
    }
    if u64::from(size) + u64::from(offset) > length {
        return Err(ZipError::Refused("its directory lies outside the file"));
    }
    Ok((count, u64::from(size), u64::from(offset)))
}

/// One record of the directory, and what follows it.
fn directory_entry(bytes: &[u8]) -> Option<(Entry, &[u8])> {
    if bytes.get(..4)? != b"PK\x01\x02" {
        return None;
    }
    let lengths = [u16_at(bytes, 28)?, u16_at(bytes, 30)?, u16_at(bytes, 32)?].map(usize::from);
    let [name_length, extra, comment] = lengths;
    let name = bytes.get(46..46 + name_length)?;
    let rest = bytes.get(46 + name_length + extra + comment..)?;
    let unix_kind = (u32_at(bytes, 38)? >> 28) & 0xf;
    let encrypted = u16_at(bytes, 8)? & 1 == 1;
    let kind = match unix_kind {
        // 0 is an archive made on Windows, 8 a regular file, 4 a folder.
        0 | 4 if name.ends_with(b"/") => Kind::Folder,
        0 | 8 if encrypted => Kind::Encrypted,
        0 | 8 if !name.ends_with(b"/") => Kind::File,
        10 => Kind::Link,
        _ => Kind::Special,
    };
    let entry = Entry {
        name: name.to_vec(),
        kind,
        size: u64::from(u32_at(bytes, 24)?),
        method: u16_at(bytes, 10)?,
        compressed: u64::from(u32_at(bytes, 20)?),
        header: u64::from(u32_at(bytes, 42)?),
        checksum: u32_at(bytes, 16)?,
    };
    Some((entry, rest))
}

/// The content of `entry`, unpacked as it is read. The reader gives at most one byte more than the size the
/// archive states, so that a lie shows.
pub fn open<'a, R: Read + Seek>(archive: &'a mut R, entry: &Entry) -> Result<Box<dyn Read + 'a>, ZipError> {
    archive.seek(SeekFrom::Start(entry.header))?;
    let mut header = [0; LOCAL_HEADER as usize];
    archive.read_exact(&mut header)?;
    let lengths = (u16_at(&header, 26), u16_at(&header, 28));
    let (true, (Some(name_length), Some(extra))) = (header.starts_with(b"PK\x03\x04"), lengths) else {
        return Err(ZipError::Refused("an entry is not where the directory says"));
    };
    let mut name = vec![0; usize::from(name_length)];
    archive.read_exact(&mut name)?;
    if name != entry.name {
        return Err(ZipError::Refused("an entry has another name than the directory says"));
    }
    archive.seek(SeekFrom::Current(i64::from(extra)))?;
    let packed = archive.take(entry.compressed);
    match entry.method {
        0 => Ok(Box::new(packed.take(entry.size + 1))),
        8 => Ok(Box::new(DeflateDecoder::new(packed).take(entry.size + 1))),
        _ => Err(ZipError::Refused("an entry is packed in a way that is not read")),
    }
}

/// Unpacks everything. `at` is called with the bytes of the archive that were read.
pub(super) fn unpack(
    archive: &mut (impl Read + Seek),
    writer: &mut Writer<'_>,
    at: &dyn Fn(u64),
) -> Result<(), UnpackError> {
    let entries = entries(archive)?;
    refuse_overlap(&entries)?;
    let packed = Rc::new(Cell::new(0));
    writer.packed_into(&packed);
    for entry in &entries {
        writer.entry()?;
        packed.set(packed.get() + entry.compressed);
        let name = || names::shown(&entry.name);
        match entry.kind {
            Kind::File => {
                let mut content = open(archive, entry)?;
                let checksum = writer.file(&entry.name, entry.size, &mut content, &|_| at(packed.get()))?;
                if checksum != entry.checksum {
                    return Err(UnpackError::Damaged { name: name(), why: "its checksum differs" });
                }
            }
            Kind::Folder => writer.folder(&entry.name)?,
            Kind::Link => return Err(UnpackError::Link(name())),
            Kind::Encrypted => {
                return Err(UnpackError::Special { name: name(), what: "a file that wants a password" });
            }
            Kind::Special => {
                return Err(UnpackError::Special { name: name(), what: "neither file nor folder" });
            }
        }
    }
    Ok(())
}

/// Entries that share bytes make much out of little.
fn refuse_overlap(entries: &[Entry]) -> Result<(), ZipError> {
    let mut places: Vec<_> = entries.iter().map(|entry| (entry.header, entry)).collect();
    places.sort_by_key(|(header, _)| *header);
    let overlap = places.windows(2).any(|pair| {
        let [(start, entry), (next, _)] = pair else { return false };
        start + LOCAL_HEADER + entry.name.len() as u64 + entry.compressed > *next
    });
    if overlap { Err(ZipError::Refused("entries lie over each other")) } else { Ok(()) }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
