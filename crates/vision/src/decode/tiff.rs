//! TIFF and BigTIFF: the first page, in strips or tiles, chunky or planar; uncompressed, LZW, deflate, PackBits
//! or JPEG.
//!
//! Samples over eight bits come out as in Pillow: grey is cut off at 255, colours lose their low byte (in OpenCV
//! both do). A file
//! that is cut short gives the rows that are there when it is uncompressed or JPEG; otherwise it is refused.

mod directory;
mod layout;
mod segments;

use super::exif::in_xmp;
use super::{DecodeError, Format, Limits, Manner, Stored};
use crate::image::{Orientation, RgbImage};
use directory::{Directory, tag};
use layout::Layout;

const FORMAT: Format = Format::Tiff;

pub(super) fn decode(bytes: &[u8], manner: Manner, limits: &Limits) -> Result<Stored, DecodeError> {
    let directory = Directory::read(bytes)?;
    let (width, height) = (size(&directory, tag::WIDTH)?, size(&directory, tag::HEIGHT)?);
    let rgb_len = limits.rgb_len(FORMAT, width, height)?;
    let layout = Layout::read(&directory, manner)?;
    let packed = segments::packed_rows(bytes, &directory, &layout, (width, height), limits)?;
    let mut data = Vec::with_capacity(rgb_len);
    for row in packed.chunks_exact(layout.row_bytes(width)) {
        layout.append_rgb(row, width, &mut data);
    }
    Ok(Stored { image: RgbImage::filled(width, height, data), orientation: orientation(&directory) })
}

fn size(directory: &Directory<'_>, tag: u16) -> Result<usize, DecodeError> {
    let number = directory.number(tag).and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| FORMAT.malformed("the directory does not state the size"))
}

/// The directory's own tag; the XMP text where that is absent or says nothing.
fn orientation(directory: &Directory<'_>) -> Orientation {
    let number = directory.number(tag::ORIENTATION).and_then(|number| i64::try_from(number).ok());
    match number.map(Orientation::from_exif) {
        Some(turned) if turned != Orientation::Upright => turned,
        _ => directory.bytes(tag::XMP).map(in_xmp).unwrap_or_default(),
    }
}
