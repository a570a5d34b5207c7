//! Windows bitmaps: 1, 4, 8, 16, 24 and 32 bits a pixel, bit fields, run lengths, either row order.

mod header;
mod run_length;

use super::palette::Palette;
use super::{DecodeError, Format, Limits, Manner, Stored, unpack};
use crate::image::{Orientation, RgbImage};
use header::{Header, Pixels};

const FORMAT: Format = Format::Bmp;

pub(super) fn decode(bytes: &[u8], manner: Manner, limits: &Limits) -> Result<Stored, DecodeError> {
    let header = Header::read(bytes, limits)?;
    let rgb_len = limits.rgb_len(FORMAT, header.width, header.height)?;
    let stored = bytes.get(header.data_at..).unwrap_or_default();
    let mut data = Vec::with_capacity(rgb_len);
    let complete = match header.pixels {
        Pixels::RunLength { nibbles } => {
            let indices = run_length::indices(stored, header.data_at, (header.width, header.height), nibbles);
            append_rows(&header, &indices, header.width, manner, &mut data)
        }
        _ => append_rows(&header, stored, header.row_bytes(), manner, &mut data),
    };
    if complete == 0 {
        return Err(FORMAT.malformed("the image data end before the first row of pixels"));
    }
    if manner == Manner::OpenCv && complete < header.height {
        return Err(FORMAT.malformed("the image data end before the last row of pixels"));
    }
    let blank = header.unread_colour();
    data.extend(std::iter::repeat_n(blank, header.width * (header.height - complete)).flatten());
    if !header.top_down {
        flip(&mut data, header.width * 3);
    }
    Ok(Stored {
        image: RgbImage::filled(header.width, header.height, data),
        orientation: Orientation::Upright,
    })
}

/// Converts the complete rows in the order of the file, and returns how many.
fn append_rows(header: &Header, stored: &[u8], stride: usize, manner: Manner, data: &mut Vec<u8>) -> usize {
    // OpenCV reads the padding of the last row too.
    let needed = if manner == Manner::OpenCv { stride } else { header.used_bytes() };
    let rows = stored.chunks(stride).take(header.height).filter(|row| row.len() >= needed);
    let mut complete = 0;
    for row in rows {
        append_rgb(header, row, manner, data);
        complete += 1;
    }
    complete
}

fn append_rgb(header: &Header, row: &[u8], manner: Manner, data: &mut Vec<u8>) {
    let width = header.width;
    let palette: &Palette = &header.palette;
    match header.pixels {
        Pixels::Indexed { bits } => {
            data.extend(unpack::bits(row, bits).take(width).flat_map(|index| palette.colour(index)));
        }
        Pixels::RunLength { .. } => {
            data.extend(row.iter().take(width).flat_map(|index| palette.colour(*index)))
        }
        Pixels::Rgb555 if manner == Manner::OpenCv => {
            data.extend(words(row, width).flat_map(|word| shifted(word, 5)));
        }
        Pixels::Rgb565 if manner == Manner::OpenCv => {
            data.extend(words(row, width).flat_map(|word| shifted(word, 6)));
        }
        Pixels::Rgb555 => data.extend(words(row, width).flat_map(|word| five_bits(word, [10, 5, 0]))),
        Pixels::Rgb565 => data.extend(words(row, width).flat_map(|word| {
            let [red, _, blue] = five_bits(word, [11, 5, 0]);
            [red, scaled(word >> 5 & 63, 63), blue]
        })),
        Pixels::Bgr => {
            data.extend(row.as_chunks::<3>().0.iter().take(width).flat_map(|[b, g, r]| [*r, *g, *b]))
        }
        Pixels::Bytes { order } => {
            for pixel in row.as_chunks::<4>().0.iter().take(width) {
                data.extend(order.map(|at| pixel.get(at).copied().unwrap_or(0)));
            }
        }
    }
}

fn words(row: &[u8], width: usize) -> impl Iterator<Item = u16> {
    row.as_chunks::<2>().0.iter().take(width).map(|word| u16::from_le_bytes(*word))
}

fn five_bits(word: u16, shifts: [u16; 3]) -> [u8; 3] {
    shifts.map(|shift| scaled(word >> shift & 31, 31))
}

/// Levels moved to the top of their byte, zeros below.
fn shifted(word: u16, green_bits: u16) -> [u8; 3] {
    let (red, green) = (word >> (5 + green_bits) & 31, word >> 5 & ((1 << green_bits) - 1));
    [red << 3, green << (8 - green_bits), (word & 31) << 3].map(|level| level as u8)
}

fn scaled(level: u16, most: u16) -> u8 {
    (level * 255 / most) as u8
}

fn flip(data: &mut [u8], row_bytes: usize) {
    let (upper, lower) = data.split_at_mut(data.len() / row_bytes / 2 * row_bytes);
    for (a, b) in upper.chunks_exact_mut(row_bytes).zip(lower.rchunks_exact_mut(row_bytes)) {
        a.swap_with_slice(b);
    }
}
