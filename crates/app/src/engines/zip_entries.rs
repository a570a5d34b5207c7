//! Just enough of zip to take one file out of a wheel or a release archive.
//!
//! Reads the central directory, trusts none of its numbers, and refuses what a wheel never is: zip64,
//! encryption, several disks, methods other than stored and deflated.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::read::DeflateDecoder;
use thiserror::Error;

/// Most entries that are looked at.
const MAX_ENTRIES: u16 = 50_000;
/// Bytes of the end record, without its comment.
const END_RECORD: u64 = 22;

/// Why a zip file cannot be read.
#[derive(Debug, Error)]
pub(crate) enum ZipError {
    /// The system said no.
    #[error("it cannot be read")]
    Io(#[from] io::Error),
    /// A damaged or unusual file.
    #[error("the zip file is damaged or of a kind that is not read: {0}")]
    Refused(&'static str),
}

/// A file in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its path in the archive. Never used as a path on disk.
    pub(crate) name: String,
    /// Its size when unpacked, as the archive says.
    pub(crate) size: u64,
    method: u16,
    compressed: u64,
    header: u64,
    checksum: u32,
}

impl Entry {
    /// The CRC-32 that the content must have.
    pub(crate) fn checksum(&self) -> u32 {
        self.checksum
    }
}

/// Lists the files of the archive. Folders and links are left out.
pub(crate) fn entries(archive: &mut (impl Read + Seek)) -> Result<Vec<Entry>, ZipError> {
    let (count, size, offset) = end_record(archive)?;
    if count > MAX_ENTRIES {
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
        entries.extend(entry);
    }
    Ok(entries)
}

/// Count of entries, size and place of the central directory.
fn end_record(archive: &mut (impl Read + Seek)) -> Result<(u16, u64, u64), ZipError> {
    let length = archive.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(END_RECORD + u64::from(u16::MAX));
    archive.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    archive.take(length - start).read_to_end(&mut tail)?;
    let at = tail.windows(4).rposition(|window| window == b"PK\x05\x06");
    let record = at.and_then(|at| tail.get(at..)).ok_or(ZipError::Refused("it has no end record"))?;
    let field = |at| u16_at(record, at).ok_or(ZipError::Refused("its end record is cut short"));
    let wide = |at| u32_at(record, at).ok_or(ZipError::Refused("its end record is cut short"));
    let (disk, count, size, offset) = (field(4)?, field(10)?, wide(12)?, wide(16)?);
    if disk != 0 || count == u16::MAX || offset == u32::MAX {
        return Err(ZipError::Refused("it spans disks or is zip64"));
    }
    if u64::from(offset) + u64::from(size) > length {
        return Err(ZipError::Refused("its directory lies outside the file"));
    }
    Ok((count, u64::from(size), u64::from(offset)))
}

/// One record of the directory, if it is a plain file, and what follows it.
fn directory_entry(bytes: &[u8]) -> Option<(Option<Entry>, &[u8])> {
    if bytes.get(..4)? != b"PK\x01\x02" {
        return None;
    }
    let lengths = [u16_at(bytes, 28)?, u16_at(bytes, 30)?, u16_at(bytes, 32)?].map(usize::from);
    let [name_length, extra, comment] = lengths;
    let name = bytes.get(46..46 + name_length)?;
    let rest = bytes.get(46 + name_length + extra + comment..)?;
    let unix_kind = (u32_at(bytes, 38)? >> 28) & 0xf;
    let entry = Entry {
        name: String::from_utf8_lossy(name).into_owned(),
        size: u64::from(u32_at(bytes, 24)?),
        method: u16_at(bytes, 10)?,
        compressed: u64::from(u32_at(bytes, 20)?),
        header: u64::from(u32_at(bytes, 42)?),
        checksum: u32_at(bytes, 16)?,
    };
    let encrypted = u16_at(bytes, 8)? & 1 == 1;
    // 0 is an archive made on Windows, 8 a regular file.
    let is_file = matches!(unix_kind, 0 | 8) && !name.ends_with(b"/") && !encrypted;
    Some((is_file.then_some(entry), rest))
}

/// The content of `entry`, unpacked as it is read. The reader gives at most one byte more than the size the
/// archive states, so that a lie shows.
pub(crate) fn open<'a, R: Read + Seek>(
    archive: &'a mut R,
    entry: &Entry,
) -> Result<Box<dyn Read + 'a>, ZipError> {
    archive.seek(SeekFrom::Start(entry.header))?;
    let mut header = [0; 30];
    archive.read_exact(&mut header)?;
    let lengths = (u16_at(&header, 26), u16_at(&header, 28));
    let (true, (Some(name), Some(extra))) = (header.starts_with(b"PK\x03\x04"), lengths) else {
        return Err(ZipError::Refused("an entry is not where the directory says"));
    };
    archive.seek(SeekFrom::Current(i64::from(name) + i64::from(extra)))?;
    let packed = archive.take(entry.compressed);
    match entry.method {
        0 => Ok(Box::new(packed.take(entry.size + 1))),
        8 => Ok(Box::new(DeflateDecoder::new(packed).take(entry.size + 1))),
        _ => Err(ZipError::Refused("an entry is packed in a way that is not read")),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
