//! GIF: the first frame, on a ground of its transparent colour (else colour 0), as Pillow shows it.

mod lzw;

use super::bytes::{array, u8_at, u16_le};
use super::palette::Palette;
use super::{DecodeError, Format, Limits, Stored};
use crate::image::{Orientation, RgbImage};

const FORMAT: Format = Format::Gif;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, DecodeError> {
    let frame = Frame::find(bytes)?;
    let (width, height) = frame.canvas;
    let rgb_len = limits.rgb_len(FORMAT, width, height)?;
    if frame.width == 0 || frame.height == 0 {
        return Err(FORMAT.malformed(format!("a frame of {} x {} pixels", frame.width, frame.height)));
    }
    let indices = lzw::indices(frame.data, frame.code_bits, frame.width * frame.height);
    if indices.is_empty() {
        return Err(FORMAT.malformed("the image data end before the first pixel"));
    }
    let mut canvas = vec![frame.transparent.unwrap_or(0); width * height];
    for (row, y) in indices.chunks(frame.width).zip(row_order(frame.height, frame.interlaced)) {
        let start = (frame.top + y) * width + frame.left;
        if let Some(target) = canvas.get_mut(start..start + row.len()) {
            target.copy_from_slice(row);
        }
    }
    let mut data = Vec::with_capacity(rgb_len);
    data.extend(canvas.into_iter().flat_map(|index| frame.palette.colour(index)));
    Ok(Stored { image: RgbImage::filled(width, height, data), orientation: Orientation::Upright })
}

fn row_order(height: usize, interlaced: bool) -> impl Iterator<Item = usize> {
    const PASSES: [(usize, usize); 4] = [(0, 8), (4, 8), (2, 4), (1, 2)];
    let passes: &[(usize, usize)] = if interlaced { &PASSES } else { &[(0, 1)] };
    passes.iter().flat_map(move |(first, step)| (*first..height).step_by(*step))
}

/// The first frame and what stands in front of it.
struct Frame<'a> {
    /// Width and height of the picture: the screen, or more where the frame reaches beyond it.
    canvas: (usize, usize),
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    interlaced: bool,
    transparent: Option<u8>,
    palette: Palette,
    code_bits: u8,
    /// From the first block of compressed data to the end of the file.
    data: &'a [u8],
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

fn ends_early() -> DecodeError {
    FORMAT.malformed("the file ends before the first frame")
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let taken = self.bytes.get(self.at..).and_then(|rest| rest.get(..count)).ok_or_else(ends_early)?;
        self.at += count;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, DecodeError> {
        self.take(1)?.first().copied().ok_or_else(ends_early)
    }

    /// The next block of an extension; `None` for the empty one that ends it.
    fn block(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        let length = usize::from(self.byte()?);
        Ok(if length == 0 { None } else { Some(self.take(length)?) })
    }

    /// A palette that only says that an index is a grey level counts as none: a local one of that kind leaves
    /// the global one in force, as in Pillow.
    fn palette(&mut self, flags: u8) -> Result<Option<Palette>, DecodeError> {
        if flags & 0x80 == 0 {
            return Ok(None);
        }
        let (colours, _) = self.take(3 << ((flags & 7) + 1))?.as_chunks::<3>();
        let is_ramp = colours.iter().enumerate().all(|(index, colour)| *colour == [index as u8; 3]);
        Ok((!is_ramp).then(|| Palette::new(colours.iter().copied())))
    }

    /// Reads over an extension and returns its transparent colour, if it names one.
    fn extension(&mut self) -> Result<Option<u8>, DecodeError> {
        const GRAPHIC_CONTROL: u8 = 249;
        const COMMENT: u8 = 254;
        let label = self.byte()?;
        let block = self.block()?;
        if label == COMMENT && block.is_none() {
            return Ok(None);
        }
        while self.block()?.is_some() {}
        match block {
            Some([flags, _, _, index, ..]) if label == GRAPHIC_CONTROL && flags & 1 == 1 => Ok(Some(*index)),
            _ => Ok(None),
        }
    }
}

fn grey_ramp() -> Palette {
    Palette::new((0..=255).map(|level| [level; 3]))
}

impl<'a> Frame<'a> {
    fn find(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader { bytes, at: 0 };
        let screen: [u8; 13] = array(reader.take(13)?, 0).ok_or_else(ends_early)?;
        let screen_size = (u16_le(&screen, 6), u16_le(&screen, 8));
        let global = reader.palette(u8_at(&screen, 10).unwrap_or(0))?;
        let mut transparent = None;
        loop {
            match reader.byte()? {
                b'!' => transparent = reader.extension()?.or(transparent),
                b',' => break,
                b';' => return Err(FORMAT.malformed("no frame")),
                _ => {}
            }
        }
        let place = reader.take(9)?;
        let number = |at| usize::from(u16_le(place, at).unwrap_or(0));
        let (left, top, width, height) = (number(0), number(2), number(4), number(6));
        let flags = u8_at(place, 8).unwrap_or(0);
        let local = reader.palette(flags)?;
        let code_bits = reader.byte()?;
        let (screen_width, screen_height) = screen_size;
        Ok(Self {
            canvas: (
                usize::from(screen_width.unwrap_or(0)).max(left + width),
                usize::from(screen_height.unwrap_or(0)).max(top + height),
            ),
            left,
            top,
            width,
            height,
            interlaced: flags & 0x40 != 0,
            transparent,
            palette: local.or(global).unwrap_or_else(grey_ramp),
            code_bits,
            data: bytes.get(reader.at..).unwrap_or_default(),
        })
    }
}
