//! What stands in front of the pixels of a bitmap.

use super::super::bytes::{u8_at, u16_le, u32_le};
use super::super::palette::Palette;
use super::super::{DecodeError, Limits};
use super::FORMAT;

/// How the pixels of a row are stored.
#[derive(Clone, Copy)]
pub(super) enum Pixels {
    /// Palette indices, packed.
    Indexed { bits: u8 },
    /// Palette indices, compressed; `nibbles` is the kind with two indices a byte.
    RunLength { nibbles: bool },
    /// Sixteen-bit words, five bits a colour.
    Rgb555,
    /// Sixteen-bit words, six bits for green.
    Rgb565,
    /// Three bytes.
    Bgr,
    /// Four bytes; at which of them red, green and blue are.
    Bytes { order: [usize; 3] },
}

pub(super) struct Header {
    pub width: usize,
    pub height: usize,
    pub top_down: bool,
    pub pixels: Pixels,
    pub palette: Palette,
    /// Where the pixels begin in the file.
    pub data_at: usize,
    bits: usize,
}

/// The fields of the info header, whichever its version.
struct Info {
    size: usize,
    width: usize,
    height: u32,
    top_down: bool,
    bits: u16,
    compression: u32,
    colours: usize,
    bytes_per_colour: usize,
}

const INFO_AT: usize = 14;
const UNCOMPRESSED: u32 = 0;
const RUN_LENGTH_8: u32 = 1;
const RUN_LENGTH_4: u32 = 2;
const BIT_FIELDS: u32 = 3;

impl Header {
    pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Self, DecodeError> {
        let info = Info::read(bytes)?;
        limits.rgb_len(FORMAT, info.width, info.height as usize)?;
        let mut at = INFO_AT + info.size;
        let pixels = match info.compression {
            UNCOMPRESSED => uncompressed(info.bits)?,
            BIT_FIELDS => {
                // The shortest header that knows the masks has them behind it, the later ones inside.
                let (masks, behind) = if info.size < 52 {
                    (read_masks(bytes, at, 3), 12)
                } else {
                    (read_masks(bytes, 54, if info.size >= 56 { 4 } else { 3 }), 0)
                };
                at += behind;
                bit_fields(info.bits, masks.ok_or_else(ends_early)?)?
            }
            RUN_LENGTH_8 | RUN_LENGTH_4 if info.bits <= 8 => {
                Pixels::RunLength { nibbles: info.compression == RUN_LENGTH_4 }
            }
            other => {
                return Err(
                    FORMAT.unsupported(format!("compression {other} with {} bits a pixel", info.bits))
                );
            }
        };
        let (palette, behind_palette) = info.palette(bytes, at)?;
        let stated = u32_le(bytes, 10).ok_or_else(ends_early)? as usize;
        let data_at = match stated {
            0 => behind_palette,
            // A picture that leaves no room for its palette in front of the pixels has them behind it.
            _ if stated == INFO_AT + info.size && info.bits <= 8 => stated.saturating_add(4 * info.colours),
            _ => stated,
        };
        Ok(Self {
            width: info.width,
            height: info.height as usize,
            top_down: info.top_down,
            pixels,
            palette,
            data_at,
            bits: usize::from(info.bits),
        })
    }

    /// Bytes from one row to the next, a multiple of four.
    pub(super) fn row_bytes(&self) -> usize {
        (self.width * self.bits).div_ceil(32) * 4
    }

    /// Bytes that a row must have at least to count.
    pub(super) fn used_bytes(&self) -> usize {
        match self.pixels {
            Pixels::RunLength { .. } => self.width,
            _ => (self.width * self.bits).div_ceil(8),
        }
    }

    /// The colour of pixels that the file does not hold.
    pub(super) fn unread_colour(&self) -> [u8; 3] {
        match self.pixels {
            Pixels::Indexed { .. } | Pixels::RunLength { .. } => self.palette.colour(0),
            _ => [0; 3],
        }
    }
}

fn ends_early() -> DecodeError {
    FORMAT.malformed("the file ends in its header")
}

impl Info {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let size = u32_le(bytes, INFO_AT).ok_or_else(ends_early)? as usize;
        match size {
            12 => Self::core(bytes).ok_or_else(ends_early),
            40 | 52 | 56 | 64 | 108 | 124 => Self::windows(bytes, size).ok_or_else(ends_early),
            _ => Err(FORMAT.unsupported(format!("an info header of {size} bytes"))),
        }
    }

    fn core(bytes: &[u8]) -> Option<Self> {
        let bits = u16_le(bytes, 24)?;
        Some(Self {
            size: 12,
            width: usize::from(u16_le(bytes, 18)?),
            height: u32::from(u16_le(bytes, 20)?),
            top_down: false,
            bits,
            compression: UNCOMPRESSED,
            colours: 1_usize.checked_shl(u32::from(bits)).unwrap_or(0),
            bytes_per_colour: 3,
        })
    }

    fn windows(bytes: &[u8], size: usize) -> Option<Self> {
        bytes.get(INFO_AT..INFO_AT + size)?;
        let height = u32_le(bytes, 22)?;
        // Pillow takes heights from here on for negative ones.
        let top_down = u8_at(bytes, 25)? == 0xff;
        let bits = u16_le(bytes, 28)?;
        let colours = match u32_le(bytes, 46)? as usize {
            0 => 1_usize.checked_shl(u32::from(bits)).unwrap_or(0),
            stated => stated,
        };
        Some(Self {
            size,
            width: u32_le(bytes, 18)? as usize,
            height: if top_down { height.wrapping_neg() } else { height },
            top_down,
            bits,
            compression: u32_le(bytes, 30)?,
            colours,
            bytes_per_colour: 4,
        })
    }

    /// The palette at `at`, and where it ends. Greys in order (and black and white) are levels, not colours.
    fn palette(&self, bytes: &[u8], at: usize) -> Result<(Palette, usize), DecodeError> {
        if self.bits > 8 {
            return Ok((Palette::new([]), at));
        }
        if self.colours == 0 || self.colours > 65536 {
            return Err(FORMAT.malformed(format!("a palette of {} colours", self.colours)));
        }
        let end = (at + self.colours * self.bytes_per_colour).min(bytes.len());
        let stored = bytes.get(at..end).unwrap_or_default();
        let colours = stored.chunks_exact(self.bytes_per_colour).filter_map(|entry| match entry {
            [b, g, r, ..] => Some([*r, *g, *b]),
            _ => None,
        });
        let colours: Vec<_> = colours.collect();
        let level = |index: usize| if self.colours == 2 { index * 255 } else { index };
        let is_grey = colours.len() == self.colours
            && colours
                .iter()
                .enumerate()
                .all(|(index, colour)| colour.iter().all(|c| usize::from(*c) == level(index)));
        if is_grey && self.colours > 2 {
            return Ok((Palette::new((0..=255).map(|level| [level; 3])), end));
        }
        if colours.len() > 256 {
            return Err(FORMAT.malformed(format!("a palette of {} colours, at most 256 fit", colours.len())));
        }
        Ok((Palette::new(colours), end))
    }
}

fn uncompressed(bits: u16) -> Result<Pixels, DecodeError> {
    Ok(match bits {
        1 => Pixels::Indexed { bits: 1 },
        4 => Pixels::Indexed { bits: 4 },
        8 => Pixels::Indexed { bits: 8 },
        16 => Pixels::Rgb555,
        24 => Pixels::Bgr,
        32 => Pixels::Bytes { order: [2, 1, 0] },
        _ => return Err(FORMAT.unsupported(format!("{bits} bits a pixel"))),
    })
}

/// Red, green, blue and alpha; no alpha where there are only three.
fn read_masks(bytes: &[u8], at: usize, count: usize) -> Option<[u32; 4]> {
    let alpha = if count > 3 { u32_le(bytes, at + 12)? } else { 0 };
    Some([u32_le(bytes, at)?, u32_le(bytes, at + 4)?, u32_le(bytes, at + 8)?, alpha])
}

fn bit_fields(bits: u16, masks: [u32; 4]) -> Result<Pixels, DecodeError> {
    let [red, green, blue, _] = masks;
    Ok(match (bits, masks) {
        (32, [0xff_0000, 0xff00, 0xff, 0 | 0xff00_0000] | [0, 0, 0, 0]) => Pixels::Bytes { order: [2, 1, 0] },
        (32, [0xff00_0000, 0xff_0000, 0xff00, 0 | 0xff]) => Pixels::Bytes { order: [3, 2, 1] },
        (32, [0xff00_0000, 0xff00, 0xff, 0 | 0xff_0000]) => Pixels::Bytes { order: [3, 1, 0] },
        (32, [0xff, 0xff00, 0xff_0000, 0xff00_0000]) => Pixels::Bytes { order: [0, 1, 2] },
        (24, [0xff_0000, 0xff00, 0xff, _]) => Pixels::Bgr,
        (16, [0xf800, 0x7e0, 0x1f, _]) => Pixels::Rgb565,
        (16, [0x7c00, 0x3e0, 0x1f, _]) => Pixels::Rgb555,
        _ => {
            let masks = format!("{red:x}, {green:x} and {blue:x}");
            return Err(FORMAT.unsupported(format!("bit fields {masks} with {bits} bits a pixel")));
        }
    })
}
