//! The orientation of a picture, out of its EXIF block or its XMP packet.
//!
//! As Pillow looks for it: tag 274 of the first directory; where that is absent, `tiff:Orientation` in the XMP
//! text. A directory that ends too early counts as far as it goes; a block that is no TIFF header is an error.

use super::Manner;
use super::bytes::{Endian, u8_at};
use crate::image::Orientation;

/// An EXIF block that does not begin with a TIFF header.
#[derive(Debug)]
pub(super) struct NoTiffHeader;

/// The metadata of a file that can say how to turn it.
#[derive(Default)]
pub(super) struct Metadata {
    /// An EXIF block, with or without `Exif\0\0` in front.
    pub exif: Option<Vec<u8>>,
    /// An XMP packet.
    pub xmp: Option<Vec<u8>>,
}

impl Metadata {
    pub(super) fn orientation(&self, manner: Manner) -> Result<Orientation, NoTiffHeader> {
        if manner == Manner::OpenCv {
            return Ok(match self.exif.as_deref().map(orientation_tag) {
                Some(Ok(Tag::Number(number))) => Orientation::from_exif(number),
                _ => Orientation::Upright,
            });
        }
        let tag = match self.exif.as_deref() {
            Some(exif) => orientation_tag(exif)?,
            None => Tag::Absent,
        };
        Ok(match tag {
            Tag::Number(number) => Orientation::from_exif(number),
            Tag::NotANumber => Orientation::Upright,
            Tag::Absent => self.xmp.as_deref().map(in_xmp).unwrap_or_default(),
        })
    }
}

enum Tag {
    Absent,
    NotANumber,
    Number(i64),
}

fn orientation_tag(exif: &[u8]) -> Result<Tag, NoTiffHeader> {
    let mut block = exif;
    while let Some(rest) = block.strip_prefix(b"Exif\0\0") {
        block = rest;
    }
    if block.is_empty() {
        return Ok(Tag::Absent);
    }
    let (endian, big) = match block.first_chunk() {
        Some(b"II*\0" | b"II\0*") => (Endian::Little, false),
        Some(b"MM\0*" | b"MM*\0") => (Endian::Big, false),
        Some(b"II+\0") => (Endian::Little, true),
        Some(b"MM\0+") => (Endian::Big, true),
        _ => return Err(NoTiffHeader),
    };
    // Pillow takes the eight bytes behind a BigTIFF header from a block of eight, and so fails on every one.
    let start = if big { None } else { endian.u32(block, 4) }.ok_or(NoTiffHeader)?;
    let mut tag = Tag::Absent;
    let Some(entries) = entries(block, endian, start as usize) else { return Ok(tag) };
    for entry in entries {
        match read_entry(block, endian, entry) {
            Some(Some(found)) => tag = found,
            Some(None) => {}
            None => break,
        }
    }
    Ok(tag)
}

/// The directory's twelve-byte entries, as many as are whole.
fn entries(block: &[u8], endian: Endian, start: usize) -> Option<impl Iterator<Item = &[u8; 12]>> {
    let count = endian.u16(block, start)?;
    let (entries, _) = block.get(start + 2..)?.as_chunks::<12>();
    Some(entries.iter().take(usize::from(count)))
}

/// `None` ends the directory (a value beyond the end of the block), `Some(None)` is another tag.
fn read_entry(block: &[u8], endian: Endian, entry: &[u8; 12]) -> Option<Option<Tag>> {
    const ORIENTATION: u16 = 274;
    let tag = endian.u16(entry, 0)?;
    let kind = endian.u16(entry, 2)?;
    let count = endian.u32(entry, 4)? as usize;
    let unit = match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 => 8,
        _ => return Some(None),
    };
    let size = count.saturating_mul(unit);
    let value = match size {
        0..=4 => entry.get(8..8 + size)?,
        _ => {
            let offset = endian.u32(entry, 8)? as usize;
            block.get(offset..offset.checked_add(size)?)?
        }
    };
    if tag != ORIENTATION || value.is_empty() {
        return Some(None);
    }
    let number = match kind {
        3 => endian.u16(value, 0).map(i64::from),
        8 => endian.u16(value, 0).map(|v| i64::from(v.cast_signed())),
        4 | 13 => endian.u32(value, 0).map(i64::from),
        9 => endian.u32(value, 0).map(|v| i64::from(v.cast_signed())),
        6 => u8_at(value, 0).map(|v| i64::from(v.cast_signed())),
        16 => endian.u64(value, 0).and_then(|v| i64::try_from(v).ok()),
        _ => None,
    };
    Some(Some(number.map_or(Tag::NotANumber, Tag::Number)))
}

/// The digit behind the first `tiff:Orientation="` or `tiff:Orientation>`.
pub(super) fn in_xmp(xmp: &[u8]) -> Orientation {
    const NAME: &[u8] = b"tiff:Orientation";
    let digit =
        xmp.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME).find_map(|(at, _)| {
            let rest = xmp.get(at + NAME.len()..)?;
            let value = rest.strip_prefix(b"=\"").or_else(|| rest.strip_prefix(b">"))?;
            value.first().filter(|byte| byte.is_ascii_digit())
        });
    digit.map_or(Orientation::Upright, |digit| Orientation::from_exif(i64::from(digit - b'0')))
}
