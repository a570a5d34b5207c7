//! The end records and the central directory.

use std::sync::atomic::AtomicBool;

use super::{Entry, Method, ZipError};
use crate::limits::Limits;

const END: u32 = 0x0605_4b50;
const END_BYTES: usize = 22;
const LONGEST_COMMENT: usize = 0xffff;
const END64: u32 = 0x0606_4b50;
const END64_BYTES: u64 = 56;
const LOCATOR: u32 = 0x0706_4b50;
const LOCATOR_BYTES: u64 = 20;
const CENTRAL: u32 = 0x0201_4b50;
const CENTRAL_BYTES: u64 = 46;
const ZIP64_EXTRA: u16 = 0x0001;
const ENCRYPTED: u16 = 0x0001 | 0x0040 | 0x2000;
/// Deflate's densest code spends one bit on 258 bytes, twice: 1032 to 1.
const DENSEST_DEFLATE: u64 = 1032;

/// Little-endian fields of one record that lies wholly inside the file.
#[derive(Clone, Copy)]
pub(super) struct Record<'a>(&'a [u8]);

impl<'a> Record<'a> {
    /// The `needed` bytes at `at`, which must start with `signature`.
    pub(super) fn at(
        file: &'a [u8],
        at: u64,
        needed: u64,
        signature: u32,
        record: &'static str,
    ) -> Result<Self, ZipError> {
        let bytes = slice(file, at, needed, record)?;
        let found = Self(bytes).u32(0);
        if found != signature {
            return Err(ZipError::Signature { record, at, found });
        }
        Ok(Self(bytes))
    }

    fn field<const N: usize>(self, at: usize) -> [u8; N] {
        self.0.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
    }

    pub(super) fn u16(self, at: usize) -> u16 {
        u16::from_le_bytes(self.field(at))
    }

    pub(super) fn u32(self, at: usize) -> u32 {
        u32::from_le_bytes(self.field(at))
    }

    fn u64(self, at: usize) -> u64 {
        u64::from_le_bytes(self.field(at))
    }
}

/// `needed` bytes of the file at `at`.
pub(super) fn slice<'a>(
    file: &'a [u8],
    at: u64,
    needed: u64,
    record: &'static str,
) -> Result<&'a [u8], ZipError> {
    let truncated = || ZipError::Truncated { record, at, needed, length: file.len() };
    let end = at.checked_add(needed).ok_or_else(truncated)?;
    let range = usize::try_from(at).ok().zip(usize::try_from(end).ok());
    range.and_then(|(start, end)| file.get(start..end)).ok_or_else(truncated)
}

/// What the end records say of the central directory.
pub(super) struct End {
    pub(super) directory_start: u64,
    directory_bytes: u64,
    entries: u64,
}

/// Finds the end record: the last one whose comment reaches exactly to the end of the file.
pub(super) fn find_end(file: &[u8]) -> Result<End, ZipError> {
    let searched = file.len().min(END_BYTES + LONGEST_COMMENT);
    let first = file.len() - searched;
    let last = (file.len() + 1).saturating_sub(END_BYTES);
    let at = (first..last).rev().find(|&at| {
        let record = Record(file.get(at..).unwrap_or_default());
        record.u32(0) == END && at + END_BYTES + usize::from(record.u16(20)) == file.len()
    });
    let at = at.ok_or(ZipError::NoEndRecord { searched })?;
    let record = Record(file.get(at..).unwrap_or_default());
    if record.u16(4) != 0 || record.u16(6) != 0 || record.u16(8) != record.u16(10) {
        return Err(ZipError::SeveralDisks);
    }
    let narrow = End {
        directory_start: record.u32(16).into(),
        directory_bytes: record.u32(12).into(),
        entries: record.u16(10).into(),
    };
    let (end, records_start) = match find_end64(file, at as u64)? {
        Some((wide, start)) => (agree(&narrow, wide)?, start),
        None => (narrow, at as u64),
    };
    let found = end.directory_start.saturating_add(end.directory_bytes);
    if found != records_start {
        return Err(ZipError::DirectoryPlace { expected: records_start, found });
    }
    Ok(end)
}

/// The zip64 end record and where it starts, when a locator stands before the end record at `end_at`.
fn find_end64(file: &[u8], end_at: u64) -> Result<Option<(End, u64)>, ZipError> {
    let Some(at) = end_at.checked_sub(LOCATOR_BYTES) else { return Ok(None) };
    let Ok(locator) = Record::at(file, at, LOCATOR_BYTES, LOCATOR, "zip64 locator") else { return Ok(None) };
    if locator.u32(4) != 0 || locator.u32(16) > 1 {
        return Err(ZipError::SeveralDisks);
    }
    let start = locator.u64(8);
    let record = Record::at(file, start, END64_BYTES, END64, "zip64 end record")?;
    if record.u32(16) != 0 || record.u32(20) != 0 || record.u64(24) != record.u64(32) {
        return Err(ZipError::SeveralDisks);
    }
    let end =
        End { directory_start: record.u64(48), directory_bytes: record.u64(40), entries: record.u64(32) };
    Ok(Some((end, start)))
}

/// The wide record, after a check that the narrow one says the same wherever it says anything.
fn agree(narrow: &End, wide: End) -> Result<End, ZipError> {
    let pairs = [
        ("number of entries", narrow.entries, wide.entries, u64::from(u16::MAX)),
        ("directory size", narrow.directory_bytes, wide.directory_bytes, u64::from(u32::MAX)),
        ("directory offset", narrow.directory_start, wide.directory_start, u64::from(u32::MAX)),
    ];
    for (what, narrow, wide, elsewhere) in pairs {
        if narrow != elsewhere && narrow != wide {
            return Err(ZipError::EndRecordsDisagree { what, narrow, wide });
        }
    }
    Ok(wide)
}

/// Reads all central records. The entries' places are not known until their local headers are read.
pub(super) fn read_entries(file: &[u8], end: &End, limits: &Limits) -> Result<Vec<Entry>, ZipError> {
    if end.entries > limits.entries as u64 {
        return Err(ZipError::TooMany { what: "entries", limit: limits.entries });
    }
    if end.directory_bytes > limits.directory_bytes as u64 {
        return Err(ZipError::TooMany { what: "bytes of central directory", limit: limits.directory_bytes });
    }
    let directory = slice(file, end.directory_start, end.directory_bytes, "central directory")?;
    let mut entries = Vec::new();
    let mut at = 0;
    while at < end.directory_bytes {
        let (entry, next) = read_entry(directory, at, entries.len(), end)?;
        entries.push(entry);
        at = next;
    }
    if entries.len() as u64 != end.entries {
        return Err(ZipError::EntryCount { declared: end.entries, found: entries.len() as u64 });
    }
    Ok(entries)
}

fn read_entry(directory: &[u8], at: u64, index: usize, end: &End) -> Result<(Entry, u64), ZipError> {
    let record = Record::at(directory, at, CENTRAL_BYTES, CENTRAL, "central directory record")?;
    let [name_bytes, extra_bytes, comment_bytes] = [28, 30, 32].map(|field| u64::from(record.u16(field)));
    let name_at = at + CENTRAL_BYTES;
    let name = slice(directory, name_at, name_bytes, "entry name")?;
    let extra = slice(directory, name_at + name_bytes, extra_bytes, "extra field")?;
    slice(directory, name_at + name_bytes + extra_bytes, comment_bytes, "entry comment")?;
    let name = std::str::from_utf8(name).map_err(|_| ZipError::NameNotUtf8 { index })?.to_owned();
    if let Some(why) = unsafe_name(&name) {
        return Err(ZipError::UnsafeName { name, why });
    }
    if record.u16(8) & ENCRYPTED != 0 {
        return Err(ZipError::Encrypted { name });
    }
    let [size, packed, header] = wide_fields(record, extra);
    let method = method(record.u16(10), &name, size, packed)?;
    // An entry that lies outside the file is refused here, so the three fit in memory's numbers from now on.
    let end_of_entry = header.checked_add(packed).filter(|&e| e <= end.directory_start);
    let fits = end_of_entry.and_then(|_| usize::try_from(size).ok());
    let Some(size) = fits else {
        let length = usize::try_from(end.directory_start).unwrap_or(usize::MAX);
        return Err(ZipError::Truncated { record: "entry", at: header, needed: packed, length });
    };
    let entry = Entry {
        name,
        method,
        packed: packed as usize,
        size,
        crc: record.u32(16),
        header: header as usize,
        start: 0,
        verified: AtomicBool::new(false),
    };
    Ok((entry, name_at + name_bytes + extra_bytes + comment_bytes))
}

/// Unpacked size, packed size and header offset, from the zip64 extra field where the record defers to it.
fn wide_fields(record: Record<'_>, extra: &[u8]) -> [u64; 3] {
    let wide = Record(extra_field(extra, ZIP64_EXTRA).unwrap_or_default());
    let mut at = 0;
    [24, 20, 42].map(|field| {
        let narrow = record.u32(field);
        if narrow != u32::MAX || wide.0.len() < at + 8 {
            return narrow.into();
        }
        at += 8;
        wide.u64(at - 8)
    })
}

fn extra_field(mut extra: &[u8], id: u16) -> Option<&[u8]> {
    while let Some((head, rest)) = extra.split_at_checked(4) {
        let (field, next) = rest.split_at_checked(Record(head).u16(2).into())?;
        if Record(head).u16(0) == id {
            return Some(field);
        }
        extra = next;
    }
    None
}

fn method(method: u16, name: &str, size: u64, packed: u64) -> Result<Method, ZipError> {
    let name = || name.to_owned();
    match method {
        0 if size != packed => Err(ZipError::StoredSizes { name: name(), size, packed }),
        0 => Ok(Method::Stored),
        8 if size / DENSEST_DEFLATE > packed => Err(ZipError::ImpossibleRatio { name: name(), size, packed }),
        8 => Ok(Method::Deflated),
        _ => Err(ZipError::UnknownMethod { name: name(), method }),
    }
}

fn unsafe_name(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("it is empty")
    } else if name.starts_with('/') {
        Some("it starts at the root")
    } else if name.contains('\\') || name.contains(':') {
        Some("it holds a backslash or a colon")
    } else if name.contains(|c: char| c.is_control()) {
        Some("it holds a control character")
    } else if name.split('/').any(|part| part == "..") {
        Some("it climbs out of its folder")
    } else {
        None
    }
}
