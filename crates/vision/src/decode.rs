//! A file's bytes in, an upright RGB picture out.
//!
//! The pixels are those of Pillow 12 with `LOAD_TRUNCATED_IMAGES`: open, load, convert to `RGB`, turn by EXIF.
//! The format is found by content, never by name. A file cut short gives the rows that are there; the rest is
//! black, or for JPEG what libjpeg makes of missing data (grey).
//!
//! What differs, knowingly:
//!
//! | file | Pillow | here |
//! |---|---|---|
//! | nothing can be decoded behind a sound header | a black picture | an error |
//! | metadata that does not touch the pixels (density, Photoshop blocks, text, profiles) is broken | may refuse | ignored |
//! | lossless JPEG (SOF3), JPEG with more scans than [`Limits::max_scan_pixels`] allows | reads | an error |
//! | TIFF with CCITT fax, JPEG 2000, WebP, LZMA, Zstandard or old-style JPEG compression; SubIFD pictures | reads | an error |
//! | uncompressed TIFF stored on its side (orientation 5 to 8), opened by name | garbled | turned upright |
//! | BMP whose palette is shorter than its bits allow and is all grey; run lengths with jumps | garbled | by the format |
//! | PNG cut inside the head of a chunk; run-length BMP cut short | refuses | the rows that are there |
//! | DIB (a BMP without its file header), and formats not listed in [`Format`] | reads | an error |

mod bmp;
mod bytes;
mod exif;
mod gif;
mod inflate;
mod jpeg;
mod palette;
mod png;
mod tiff;
mod unpack;
mod webp;

use std::borrow::Cow;
use std::fmt;
use std::io::Read as _;
use std::path::Path;

use crate::image::{Orientation, RgbImage};

/// Whose pixels, and whose refusals.
///
/// The table at the head of this module holds for [`Manner::Pillow`]. OpenCV 4.11 (`imdecode` to colour) differs so:
///
/// | file | OpenCV, and here |
/// |---|---|
/// | cut short, however little | refused |
/// | 16 bits a sample | the low byte is dropped |
/// | CMYK | converted by a coarser formula |
/// | orientation in XMP, in PNG text or in WebP | ignored |
/// | EXIF block without a TIFF header | ignored, not refused |
/// | BMP with 15 or 16 bits a pixel | levels are shifted, not stretched |
/// | GIF | refused |
///
/// OpenCV also reads PNM, Sun raster, Radiance and JPEG 2000, which are refused here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// SpeciesNet: Pillow with `LOAD_TRUNCATED_IMAGES`.
    #[default]
    Pillow,
    /// DeepFaune, Manas and MegaDetector as Biowatch serves them.
    OpenCv,
    /// The MegaDetector package: as Pillow, but pictures stored mirrored are not turned.
    MegaDetector,
}

/// What a picture may cost before it is refused.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest file that is read, in bytes. Default 256 MiB.
    pub max_file_bytes: u64,
    /// Largest picture, in pixels. Default 178 956 970, where Pillow refuses too; decoding then takes up to
    /// 3 bytes a pixel for the result and 10 more for a progressive or CMYK JPEG.
    pub max_pixels: u64,
    /// Largest number of pixels times scans in a progressive JPEG, because a small file can ask for hundreds
    /// of passes over a big picture. Default 4 000 000 000: ten scans at the largest size.
    pub max_scan_pixels: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_file_bytes: 256 << 20, max_pixels: 178_956_970, max_scan_pixels: 4_000_000_000 }
    }
}

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JPEG, also the first picture of an MPO.
    Jpeg,
    /// PNG, also the first picture of an APNG.
    Png,
    /// GIF, the first frame.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// WebP, the first frame.
    WebP,
    /// TIFF, the first page.
    Tiff,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::WebP => "WebP",
            Self::Tiff => "TIFF",
        })
    }
}

/// Why a file gave no picture.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The file cannot be opened or read.
    #[error("cannot read the file")]
    Read(#[source] std::io::Error),
    /// [`Limits::max_file_bytes`].
    #[error("the file is larger than the limit of {limit} bytes")]
    FileTooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// The first bytes are of no format in [`Format`].
    #[error("not a picture: begins with \"{}\", expected JPEG, PNG, GIF, BMP, WebP or TIFF", start.escape_ascii())]
    UnknownFormat {
        /// Up to the first eight bytes.
        start: Vec<u8>,
    },
    /// The file breaks the rules of its format.
    #[error("broken {format}: {what}")]
    Malformed {
        /// The format its first bytes promise.
        format: Format,
        /// What was expected and found.
        what: Cow<'static, str>,
    },
    /// The file may be sound, but this program does not read that part of its format.
    #[error("unsupported {format}: {what}")]
    Unsupported {
        /// The format of the file.
        format: Format,
        /// The part that is not read.
        what: Cow<'static, str>,
    },
    /// [`Limits::max_pixels`].
    #[error("{width} x {height} pixels, more than the limit of {limit} pixels")]
    TooManyPixels {
        /// Columns.
        width: u64,
        /// Rows.
        height: u64,
        /// Pixels allowed.
        limit: u64,
    },
    /// [`Limits::max_scan_pixels`].
    #[error("more than {limit} progressive scans over {pixels} pixels")]
    TooManyScans {
        /// Pixels in one scan.
        pixels: u64,
        /// Scans allowed for so many pixels.
        limit: u64,
    },
}

impl Format {
    /// Recognises the first bytes of a file.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        const TIFF: [&[u8]; 6] = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"II\0*", b"MM*\0"];
        let is = |magic: &[u8]| bytes.starts_with(magic);
        if is(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if is(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if is(b"GIF87a") || is(b"GIF89a") {
            Some(Self::Gif)
        } else if is(b"BM") {
            Some(Self::Bmp)
        } else if is(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::WebP)
        } else if TIFF.into_iter().any(is) {
            Some(Self::Tiff)
        } else {
            None
        }
    }

    fn malformed(self, what: impl Into<Cow<'static, str>>) -> DecodeError {
        DecodeError::Malformed { format: self, what: what.into() }
    }

    fn unsupported(self, what: impl Into<Cow<'static, str>>) -> DecodeError {
        DecodeError::Unsupported { format: self, what: what.into() }
    }
}

impl Limits {
    /// Bytes of an RGB picture of that size, if it is within the limits and has pixels at all.
    fn rgb_len(&self, format: Format, width: usize, height: usize) -> Result<usize, DecodeError> {
        if width == 0 || height == 0 {
            return Err(format.malformed(format!("a size of {width} x {height} pixels")));
        }
        let (w, h) = (width as u64, height as u64);
        let too_many = DecodeError::TooManyPixels { width: w, height: h, limit: self.max_pixels };
        let pixels = w.checked_mul(h).filter(|pixels| *pixels <= self.max_pixels);
        let bytes = pixels.and_then(|pixels| usize::try_from(pixels).ok()?.checked_mul(3));
        bytes.ok_or(too_many)
    }
}

/// What a format's decoder hands over: the picture as stored, and how to turn it.
struct Stored {
    image: RgbImage,
    orientation: Orientation,
}

/// Reads a file and decodes it, see [`from_bytes`].
pub fn read(path: &Path, limits: &Limits) -> Result<RgbImage, DecodeError> {
    read_as(path, Manner::Pillow, limits)
}

/// Reads a file and decodes it, see [`from_bytes_as`].
pub fn read_as(path: &Path, manner: Manner, limits: &Limits) -> Result<RgbImage, DecodeError> {
    let file = fs_err::File::open(path).map_err(DecodeError::Read)?;
    let mut bytes = Vec::new();
    if let Ok(metadata) = file.metadata() {
        let expected = metadata.len().min(limits.max_file_bytes);
        bytes.reserve_exact(usize::try_from(expected).unwrap_or(0) + 1);
    }
    file.take(limits.max_file_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(DecodeError::Read)?;
    from_bytes_as(&bytes, manner, limits)
}

/// Decodes the bytes of a picture file to upright RGB, as Pillow does.
pub fn from_bytes(bytes: &[u8], limits: &Limits) -> Result<RgbImage, DecodeError> {
    from_bytes_as(bytes, Manner::Pillow, limits)
}

/// Decodes the bytes of a picture file to upright RGB.
pub fn from_bytes_as(bytes: &[u8], manner: Manner, limits: &Limits) -> Result<RgbImage, DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    if bytes.len() as u64 > limits.max_file_bytes {
        return Err(DecodeError::FileTooLarge { limit: limits.max_file_bytes });
    }
    let format = Format::of(bytes)
        .ok_or_else(|| DecodeError::UnknownFormat { start: bytes.get(..8).unwrap_or(bytes).to_vec() })?;
    let stored = match format {
        Format::Jpeg => jpeg::decode(bytes, manner, limits)?,
        Format::Png => png::decode(bytes, manner, limits)?,
        Format::Gif if manner == Manner::OpenCv => {
            return Err(format.unsupported("the reference program of this model reads none"));
        }
        Format::Gif => gif::decode(bytes, limits)?,
        Format::Bmp => bmp::decode(bytes, manner, limits)?,
        Format::WebP => webp::decode(bytes, manner, limits)?,
        Format::Tiff => tiff::decode(bytes, manner, limits)?,
    };
    let mirrored = matches!(
        stored.orientation,
        Orientation::FlipLeftRight
            | Orientation::FlipTopBottom
            | Orientation::Transpose
            | Orientation::Transverse
    );
    if mirrored && manner == Manner::MegaDetector {
        return Ok(stored.image);
    }
    Ok(stored.image.oriented(stored.orientation))
}
