//! The first directory of a TIFF file: which tags it has, and their numbers.

use super::super::DecodeError;
use super::super::bytes::{Endian, u8_at};
use super::FORMAT;

pub(super) mod tag {
    pub(in super::super) const WIDTH: u16 = 256;
    pub(in super::super) const HEIGHT: u16 = 257;
    pub(in super::super) const BITS_PER_SAMPLE: u16 = 258;
    pub(in super::super) const COMPRESSION: u16 = 259;
    pub(in super::super) const PHOTOMETRIC: u16 = 262;
    pub(in super::super) const FILL_ORDER: u16 = 266;
    pub(in super::super) const STRIP_OFFSETS: u16 = 273;
    pub(in super::super) const ORIENTATION: u16 = 274;
    pub(in super::super) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(in super::super) const ROWS_PER_STRIP: u16 = 278;
    pub(in super::super) const STRIP_BYTES: u16 = 279;
    pub(in super::super) const PLANAR: u16 = 284;
    pub(in super::super) const PREDICTOR: u16 = 317;
    pub(in super::super) const COLOUR_MAP: u16 = 320;
    pub(in super::super) const TILE_WIDTH: u16 = 322;
    pub(in super::super) const TILE_HEIGHT: u16 = 323;
    pub(in super::super) const TILE_OFFSETS: u16 = 324;
    pub(in super::super) const TILE_BYTES: u16 = 325;
    pub(in super::super) const EXTRA_SAMPLES: u16 = 338;
    pub(in super::super) const SAMPLE_FORMAT: u16 = 339;
    pub(in super::super) const JPEG_TABLES: u16 = 347;
    pub(in super::super) const XMP: u16 = 700;
}

pub(super) struct Directory<'a> {
    pub endian: Endian,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    tag: u16,
    kind: u16,
    value: &'a [u8],
}

/// Where things are in the two kinds of file.
struct Shape {
    big: bool,
    count_bytes: usize,
    entry_bytes: usize,
    /// Values up to so many bytes stand in the entry itself.
    inline: usize,
}

impl<'a> Directory<'a> {
    /// Reads up to the first entry that points outside the file; unknown types are passed over.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let endian = if bytes.starts_with(b"II") { Endian::Little } else { Endian::Big };
        let big = matches!(bytes.first_chunk(), Some(b"II+\0" | b"MM\0+"));
        let shape = if big {
            Shape { big, count_bytes: 8, entry_bytes: 20, inline: 8 }
        } else {
            Shape { big, count_bytes: 2, entry_bytes: 12, inline: 4 }
        };
        let start = if big { offset(endian, &shape, bytes, 8) } else { offset(endian, &shape, bytes, 4) };
        let table = start.and_then(|start| bytes.get(start..));
        let count = table.and_then(|table| count(endian, &shape, table));
        let (Some(table), Some(count)) = (table, count) else {
            return Err(FORMAT.malformed("the file ends before its directory"));
        };
        let entries =
            table.get(shape.count_bytes..).unwrap_or_default().chunks_exact(shape.entry_bytes).take(count);
        let entries =
            entries.map_while(|entry| Entry::read(endian, &shape, bytes, entry)).flatten().collect();
        Ok(Self { endian, entries })
    }

    /// The value of the last entry with that tag.
    fn entry(&self, tag: u16) -> Option<&Entry<'a>> {
        self.entries.iter().rev().find(|entry| entry.tag == tag)
    }

    /// The raw bytes of a tag.
    pub(super) fn bytes(&self, tag: u16) -> Option<&'a [u8]> {
        Some(self.entry(tag)?.value)
    }

    /// All unsigned numbers of a tag; none where it is absent or holds something else.
    pub(super) fn numbers(&self, tag: u16) -> Vec<u64> {
        let Some(Entry { kind, value, .. }) = self.entry(tag) else { return Vec::new() };
        let all = |size: usize, number: fn(Endian, &[u8]) -> Option<u64>| {
            value.chunks_exact(size).filter_map(|chunk| number(self.endian, chunk)).collect()
        };
        match kind {
            1 => all(1, |_, chunk| u8_at(chunk, 0).map(u64::from)),
            3 => all(2, |endian, chunk| endian.u16(chunk, 0).map(u64::from)),
            4 | 13 => all(4, |endian, chunk| endian.u32(chunk, 0).map(u64::from)),
            16 => all(8, |endian, chunk| endian.u64(chunk, 0)),
            _ => Vec::new(),
        }
    }

    /// The first number of a tag.
    pub(super) fn number(&self, tag: u16) -> Option<u64> {
        self.numbers(tag).first().copied()
    }
}

fn offset(endian: Endian, shape: &Shape, bytes: &[u8], at: usize) -> Option<usize> {
    if shape.big { endian.u64(bytes, at)?.try_into().ok() } else { Some(endian.u32(bytes, at)? as usize) }
}

fn count(endian: Endian, shape: &Shape, table: &[u8]) -> Option<usize> {
    if shape.big { endian.u64(table, 0)?.try_into().ok() } else { endian.u16(table, 0).map(usize::from) }
}

impl<'a> Entry<'a> {
    /// `None` ends the directory, `Some(None)` is an entry without a value of a known type.
    fn read(endian: Endian, shape: &Shape, bytes: &'a [u8], entry: &'a [u8]) -> Option<Option<Self>> {
        let (tag, kind) = (endian.u16(entry, 0)?, endian.u16(entry, 2)?);
        let count = offset(endian, shape, entry, 4)?;
        let unit = match kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16 => 8,
            _ => return Some(None),
        };
        let size = count.checked_mul(unit)?;
        let field = entry.get(entry.len() - shape.inline..)?;
        let value = if size <= shape.inline {
            field.get(..size)?
        } else {
            bytes.get(offset(endian, shape, field, 0)?..)?.get(..size)?
        };
        Some((!value.is_empty()).then_some(Self { tag, kind, value }))
    }
}
