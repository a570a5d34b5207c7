//! WebP: the still picture, or the first frame of an animation on black; alpha is dropped.
//!
//! The container is read here, because only the picture's own data go to the decoder: alpha does not touch the
//! colours, and Pillow does not blend the first frame with the background.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::bytes::{u8_at, u32_le};
use super::exif::Metadata;
use super::{DecodeError, Format, Limits, Manner, Stored};
use crate::image::Orientation;
use crate::image::RgbImage;

const FORMAT: Format = Format::WebP;

pub(super) fn decode(bytes: &[u8], manner: Manner, limits: &Limits) -> Result<Stored, DecodeError> {
    let file = File::read(bytes)?;
    let orientation = match manner {
        Manner::OpenCv => Orientation::Upright,
        Manner::Pillow | Manner::MegaDetector => file
            .metadata
            .orientation(manner)
            .map_err(|_| FORMAT.malformed("the EXIF block has no TIFF header"))?,
    };
    let frame = file.frame.ok_or_else(|| FORMAT.malformed("no picture in the file"))?;
    let (width, height, pixels) = decode_frame(frame.data, limits)?;
    let Some(canvas) = file.canvas else {
        return Ok(Stored { image: RgbImage::filled(width, height, pixels), orientation });
    };
    let rgb_len = limits.rgb_len(FORMAT, canvas.width, canvas.height)?;
    if frame.left + width > canvas.width || frame.top + height > canvas.height {
        return Err(FORMAT.malformed("the frame reaches beyond the canvas"));
    }
    let mut data = vec![0; rgb_len];
    let rows = data.chunks_exact_mut(canvas.width * 3).skip(frame.top);
    for (target, row) in rows.zip(pixels.chunks_exact(width * 3)) {
        if let Some(target) = target.get_mut(frame.left * 3..(frame.left + width) * 3) {
            target.copy_from_slice(row);
        }
    }
    Ok(Stored { image: RgbImage::filled(canvas.width, canvas.height, data), orientation })
}

/// Width, height and RGB bytes of one `VP8 ` or `VP8L` chunk.
fn decode_frame(chunk: Chunk<'_>, limits: &Limits) -> Result<(usize, usize, Vec<u8>), DecodeError> {
    let broken = |error: DecodingError| FORMAT.malformed(error.to_string());
    let mut decoder = WebPDecoder::new(Cursor::new(chunk.as_file())).map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    let rgb_len = limits.rgb_len(FORMAT, width, height)?;
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let mut pixels = vec![0; rgb_len / 3 * channels];
    decoder.read_image(&mut pixels).map_err(broken)?;
    if channels == 4 {
        pixels = pixels.as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
    }
    Ok((width, height, pixels))
}

#[derive(Clone, Copy)]
struct Chunk<'a> {
    kind: [u8; 4],
    body: &'a [u8],
}

impl Chunk<'_> {
    /// A file of this chunk alone.
    fn as_file(self) -> Vec<u8> {
        let padded = self.body.len() + self.body.len() % 2;
        let mut file = Vec::with_capacity(padded + 20);
        file.extend(b"RIFF");
        file.extend((padded as u32 + 12).to_le_bytes());
        file.extend(b"WEBP");
        file.extend(self.kind);
        file.extend((self.body.len() as u32).to_le_bytes());
        file.extend(self.body);
        file.resize(padded + 20, 0);
        file
    }
}

/// The chunks of a stretch of the file; the last one is `None` where it is cut short.
fn chunks(mut rest: &[u8]) -> impl Iterator<Item = Option<Chunk<'_>>> {
    std::iter::from_fn(move || {
        let kind = *rest.first_chunk::<4>()?;
        let chunk = u32_le(rest, 4).and_then(|length| {
            let length = length as usize;
            let body = rest.get(8..)?.get(..length)?;
            rest = rest.get(8 + length + length % 2..).unwrap_or_default();
            Some(Chunk { kind, body })
        });
        if chunk.is_none() {
            rest = &[];
        }
        Some(chunk)
    })
}

struct Canvas {
    width: usize,
    height: usize,
}

struct Frame<'a> {
    left: usize,
    top: usize,
    data: Chunk<'a>,
}

/// What the container holds.
struct File<'a> {
    /// Only of an extended file.
    canvas: Option<Canvas>,
    frame: Option<Frame<'a>>,
    metadata: Metadata,
}

impl<'a> File<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let stated = u32_le(bytes, 4).unwrap_or(0) as usize;
        let content = bytes.get(12..).and_then(|rest| rest.get(..stated.checked_sub(4)?));
        let content = content.ok_or_else(|| FORMAT.malformed("the file ends early"))?;
        let mut file = Self { canvas: None, frame: None, metadata: Metadata::default() };
        let mut flags = 0;
        for (index, chunk) in chunks(content).enumerate() {
            let chunk = chunk.ok_or_else(|| FORMAT.malformed("a chunk is cut short"))?;
            match &chunk.kind {
                b"VP8X" if index == 0 => {
                    flags = u8_at(chunk.body, 0).unwrap_or(0);
                    file.canvas = Some(canvas(chunk.body)?);
                }
                b"VP8 " | b"VP8L" if file.frame.is_none() => {
                    file.frame = Some(Frame { left: 0, top: 0, data: chunk });
                }
                b"ANMF" if file.frame.is_none() && flags & ANIMATED != 0 => {
                    file.frame = Some(frame(chunk.body)?)
                }
                b"EXIF" if flags & HAS_EXIF != 0 => file.metadata.exif = Some(chunk.body.to_vec()),
                b"XMP " if flags & HAS_XMP != 0 => file.metadata.xmp = Some(chunk.body.to_vec()),
                _ => {}
            }
            if file.canvas.is_none() {
                break;
            }
        }
        Ok(file)
    }
}

const ANIMATED: u8 = 0x02;
const HAS_XMP: u8 = 0x04;
const HAS_EXIF: u8 = 0x08;

fn u24(body: &[u8], at: usize) -> Option<usize> {
    let [a, b, c] = *body.get(at..)?.first_chunk::<3>()?;
    Some(u32::from_le_bytes([a, b, c, 0]) as usize)
}

fn canvas(body: &[u8]) -> Result<Canvas, DecodeError> {
    let size = || Some(Canvas { width: u24(body, 4)? + 1, height: u24(body, 7)? + 1 });
    size().ok_or_else(|| FORMAT.malformed("the extended header is too short"))
}

/// The place of an animation's frame, and its picture behind that.
fn frame(body: &[u8]) -> Result<Frame<'_>, DecodeError> {
    let read = || {
        let (left, top) = (u24(body, 0)? * 2, u24(body, 3)? * 2);
        let picture = |chunk: &Chunk<'_>| matches!(&chunk.kind, b"VP8 " | b"VP8L");
        let data = chunks(body.get(16..)?).flatten().find(picture)?;
        Some(Frame { left, top, data })
    };
    read().ok_or_else(|| FORMAT.malformed("the first frame holds no picture"))
}
