//! What the samples of a pixel mean, and how they become RGB.

use super::super::bytes::Endian;
use super::super::jpeg::rgb_of_cmyk;
use super::super::palette::Palette;
use super::super::{DecodeError, Manner, unpack};
use super::FORMAT;
use super::directory::{Directory, tag};

/// Colours of a pixel.
enum Meaning {
    /// Up to eight bits; black is the lowest level unless inverted.
    Grey { inverted: bool },
    /// Twelve, sixteen or thirty-two bits, cut off at 0 and 255.
    Level(Number),
    /// Eight bits.
    Indexed(Box<Palette>),
    /// Eight or sixteen bits; the fourth sample may be an opacity.
    Rgb { opacity: Opacity },
    /// Eight or sixteen bits.
    Cmyk,
    /// Luma and chroma inside a JPEG, which come out of it as RGB.
    JpegYcc,
}

/// What to do with the fourth sample.
#[derive(Clone, Copy, PartialEq)]
enum Opacity {
    Ignored,
    /// The colours were multiplied by it and are divided by it: Pillow.
    Divides,
    /// The colours are multiplied by it: libtiff's own conversion, and so OpenCV.
    Multiplies,
}

#[derive(Clone, Copy)]
enum Number {
    Unsigned,
    Signed,
    Float,
}

pub(super) struct Layout {
    endian: Endian,
    meaning: Meaning,
    /// Bits of each sample.
    pub bits: usize,
    /// Samples of a pixel, those included that are not looked at.
    pub samples: usize,
    /// Samples one behind the other in planes of their own.
    pub planar: bool,
    pub compression: u64,
    pub manner: Manner,
}

const JPEG: u64 = 7;
const MAX_SAMPLES: u64 = 6;

impl Layout {
    pub(super) fn read(directory: &Directory<'_>, manner: Manner) -> Result<Self, DecodeError> {
        let compression = directory.number(tag::COMPRESSION).unwrap_or(1);
        let photometric = directory.number(tag::PHOTOMETRIC).unwrap_or(0);
        let samples = directory.number(tag::SAMPLES_PER_PIXEL).unwrap_or(1);
        let bits = bits_per_sample(directory, samples)?;
        let extra = directory.numbers(tag::EXTRA_SAMPLES);
        let meaning = meaning(directory, photometric, compression, bits, samples as usize, &extra, manner);
        let meaning = meaning.ok_or_else(|| {
            FORMAT.unsupported(format!("{samples} samples of {bits} bits with photometric {photometric}"))
        })?;
        let planar = samples > 1 && directory.number(tag::PLANAR) == Some(2);
        if planar && bits != 8 {
            return Err(FORMAT.unsupported(format!("planes of {bits} bits a sample, expected 8")));
        }
        Ok(Self {
            endian: directory.endian,
            meaning,
            bits,
            samples: samples as usize,
            planar,
            compression,
            manner,
        })
    }

    pub(super) fn row_bytes(&self, width: usize) -> usize {
        (width * self.samples * self.bits).div_ceil(8)
    }

    pub(super) fn is_ycc(&self) -> bool {
        matches!(self.meaning, Meaning::JpegYcc)
    }

    /// What rows hold that cannot be read: Pillow's zero after unpacking.
    pub(super) fn blank(&self) -> u8 {
        if matches!(self.meaning, Meaning::Grey { inverted: true }) { 0xff } else { 0 }
    }

    /// Converts one packed row of `width` pixels.
    pub(super) fn append_rgb(&self, row: &[u8], width: usize, data: &mut Vec<u8>) {
        match &self.meaning {
            Meaning::Grey { inverted } => {
                let mask = if *inverted { 0xff } else { 0 };
                let depth = self.bits as u8;
                let levels = unpack::bits(row, depth).step_by(self.samples).take(width);
                data.extend(levels.flat_map(|level| [unpack::stretched(level, depth) ^ mask; 3]));
            }
            Meaning::Level(number) => {
                data.extend(self.levels(row, *number).take(width).flat_map(|level| [level; 3]))
            }
            Meaning::Indexed(palette) => {
                let indices = unpack::bits(row, self.bits as u8).step_by(self.samples).take(width);
                data.extend(indices.flat_map(|index| palette.colour(index)));
            }
            Meaning::Rgb { opacity: Opacity::Ignored } | Meaning::JpegYcc => {
                data.extend(self.pixels(row).flat_map(|[r, g, b, _]| [r, g, b]));
            }
            Meaning::Rgb { opacity: Opacity::Divides } => data.extend(self.pixels(row).flat_map(divided)),
            Meaning::Rgb { opacity: Opacity::Multiplies } => {
                data.extend(self.pixels(row).flat_map(multiplied));
            }
            Meaning::Cmyk => data.extend(self.pixels(row).flat_map(rgb_of_cmyk)),
        }
    }

    /// The first four samples of each pixel, of sixteen bits the high byte.
    fn pixels<'a>(&self, row: &'a [u8]) -> impl Iterator<Item = [u8; 4]> + 'a {
        let bytes = self.bits / 8;
        let high = if bytes == 2 && self.endian == Endian::Little { 1 } else { 0 };
        row.chunks_exact(self.samples * bytes).map(move |pixel| {
            std::array::from_fn(|sample| pixel.get(sample * bytes + high).copied().unwrap_or(0))
        })
    }

    fn levels<'a>(&self, row: &'a [u8], number: Number) -> Box<dyn Iterator<Item = u8> + 'a> {
        let endian = self.endian;
        if self.bits == 16 && self.manner == Manner::OpenCv {
            let high = move |sample: &[u8]| endian.u16(sample, 0).map_or(0, |level| (level >> 8) as u8);
            return Box::new(row.chunks_exact(2).map(high));
        }
        if self.bits == 12 {
            return Box::new(row.chunks(3).flat_map(twelve_bits).map(unpack::clipped));
        }
        let level = move |sample: &[u8]| match (sample.len(), number) {
            (2, Number::Signed) => endian.u16(sample, 0).map(|v| v.cast_signed().clamp(0, 255) as u8),
            (2, _) => endian.u16(sample, 0).map(unpack::clipped),
            (_, Number::Float) => endian.u32(sample, 0).map(|v| f32::from_bits(v) as u8),
            // Pillow takes unsigned numbers of this size for signed ones too.
            _ => endian.u32(sample, 0).map(|v| v.cast_signed().clamp(0, 255) as u8),
        };
        Box::new(row.chunks_exact(self.bits / 8).map(move |sample| level(sample).unwrap_or(0)))
    }
}

/// Two samples in three bytes; a last one may come alone in two.
fn twelve_bits(bytes: &[u8]) -> impl Iterator<Item = u16> {
    let [a, b, c] = std::array::from_fn(|i| bytes.get(i).copied().map_or(0, u16::from));
    let samples = [a << 4 | b >> 4, (b & 15) << 8 | c];
    samples.into_iter().take(bytes.len() - 1)
}

fn multiplied([r, g, b, opacity]: [u8; 4]) -> [u8; 3] {
    [r, g, b].map(|value| ((u32::from(value) * u32::from(opacity) + 127) / 255) as u8)
}

fn divided([r, g, b, opacity]: [u8; 4]) -> [u8; 3] {
    let by = u32::from(opacity);
    [r, g, b].map(|value| (u32::from(value) * 255).checked_div(by).map_or(0, |value| value.min(255) as u8))
}

/// One depth for all samples. Depths beyond the samples are ignored, a single one counts for all.
fn bits_per_sample(directory: &Directory<'_>, samples: u64) -> Result<usize, DecodeError> {
    let mut depths = directory.numbers(tag::BITS_PER_SAMPLE);
    if depths.is_empty() {
        depths.push(1);
    }
    depths.truncate(usize::try_from(samples).unwrap_or(usize::MAX));
    let first = depths.first().copied().unwrap_or(0);
    let is_complete = depths.len() == 1 || depths.len() as u64 == samples;
    if samples > MAX_SAMPLES || !is_complete || depths.iter().any(|depth| *depth != first) || first > 32 {
        return Err(FORMAT.unsupported(format!("{samples} samples of {depths:?} bits")));
    }
    Ok(first as usize)
}

/// The combinations that Pillow knows.
fn meaning(
    directory: &Directory<'_>,
    photometric: u64,
    compression: u64,
    bits: usize,
    samples: usize,
    extra: &[u64],
    manner: Manner,
) -> Option<Meaning> {
    let mut formats = directory.numbers(tag::SAMPLE_FORMAT);
    formats.dedup();
    let number = match formats.as_slice() {
        [] | [1] => Number::Unsigned,
        [2] => Number::Signed,
        [3] => Number::Float,
        _ => return None,
    };
    let is_little = directory.endian == Endian::Little;
    let unsigned = matches!(number, Number::Unsigned);
    let opaque = extra.iter().all(|meaning| *meaning == 0);
    Some(match (photometric, bits, samples - extra.len().min(samples)) {
        (0 | 1, 1 | 2 | 4 | 8, 1)
            if unsigned && (extra.is_empty() || (bits == 8 && *extra == [2] && photometric == 1)) =>
        {
            Meaning::Grey { inverted: photometric == 0 }
        }
        (1, 8, 1) if matches!(number, Number::Signed) && samples == 1 => Meaning::Grey { inverted: false },
        (1, 12, 1) if unsigned && is_little && samples == 1 => Meaning::Level(number),
        (0, 16, 1) if unsigned && is_little && samples == 1 => Meaning::Level(number),
        (1, 16, 1) if !matches!(number, Number::Float) && samples == 1 => Meaning::Level(number),
        (0, 32, 1) if matches!(number, Number::Float) && samples == 1 => Meaning::Level(number),
        (1, 32, 1) if (!unsigned || is_little) && samples == 1 => Meaning::Level(number),
        (2, 8 | 16, 3) | (2, 8 | 16, 4) if unsigned && is_rgb(bits, samples, extra) => {
            let opacity = match (manner, extra.first()) {
                (Manner::OpenCv, Some(2)) => Opacity::Multiplies,
                (Manner::Pillow | Manner::MegaDetector, Some(1)) => Opacity::Divides,
                _ => Opacity::Ignored,
            };
            Meaning::Rgb { opacity }
        }
        (3, 1 | 2 | 4 | 8, 1)
            if unsigned && (extra.is_empty() || (bits == 8 && matches!(extra, [0 | 2]))) =>
        {
            Meaning::Indexed(Box::new(colour_map(directory)?))
        }
        (5, 8, 4) if unsigned && opaque => Meaning::Cmyk,
        (5, 16, 4) if unsigned && extra.is_empty() => Meaning::Cmyk,
        (6, 8, 1) if unsigned && samples == 1 => Meaning::Grey { inverted: false },
        (6, 8, 3) if unsigned && extra.is_empty() && compression == JPEG => Meaning::JpegYcc,
        _ => return None,
    })
}

/// Three colours and whatever `extra` says, or four samples of which nothing is said.
fn is_rgb(bits: usize, samples: usize, extra: &[u64]) -> bool {
    match extra {
        [] => samples <= 4,
        [999] => bits == 8 && samples == 4,
        [0..=2] => samples == 4,
        [0..=2, rest @ ..] => {
            bits == 8 && samples == 3 + extra.len() && rest.iter().all(|meaning| *meaning == 0)
        }
        _ => false,
    }
}

/// All reds, then all greens, then all blues, of sixteen bits each.
fn colour_map(directory: &Directory<'_>) -> Option<Palette> {
    let levels: Vec<u8> =
        directory.numbers(tag::COLOUR_MAP).iter().map(|level| (level / 256) as u8).collect();
    let size = levels.len() / 3;
    if size == 0 || size > 256 {
        return None;
    }
    let [reds, greens, blues] = [0, 1, 2].map(|part| levels.iter().skip(part * size));
    Some(Palette::new(reds.zip(greens).zip(blues).take(size).map(|((r, g), b)| [*r, *g, *b])))
}
