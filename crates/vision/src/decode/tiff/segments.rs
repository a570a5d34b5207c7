//! Strips and tiles: where they are, how they are compressed, and where they belong in the picture.

use super::super::Manner;
use super::super::bytes::Endian;
use super::super::jpeg::libjpeg::{self, Colours, Ending};
use super::super::{DecodeError, Limits, inflate};
use super::FORMAT;
use super::directory::{Directory, tag};
use super::layout::Layout;

/// How the picture is cut up; a strip is a tile of the picture's width.
struct Grid {
    width: usize,
    height: usize,
    tile_width: usize,
    tile_height: usize,
    offsets: Vec<u64>,
    /// Bytes of each tile; empty where the file does not say.
    lengths: Vec<u64>,
}

/// The rows of the picture, packed and chunky.
pub(super) fn packed_rows(
    bytes: &[u8],
    directory: &Directory<'_>,
    layout: &Layout,
    (width, height): (usize, usize),
    limits: &Limits,
) -> Result<Vec<u8>, DecodeError> {
    let grid = Grid::read(directory, layout, width, height, limits)?;
    let decoder = Decoder::new(bytes, directory, layout)?;
    let mut rows = vec![layout.blank(); layout.row_bytes(width) * height];
    let mut any = false;
    for (place, segment) in grid.places(layout) {
        let Some((at, length)) = grid.location(segment) else { break };
        let tile = decoder.tile(at, length, &place, limits)?;
        any |= !tile.is_empty();
        place.paste(&tile, &mut rows, layout, width);
    }
    if any { Ok(rows) } else { Err(FORMAT.malformed("the image data end before the first row of pixels")) }
}

/// Where a tile belongs, and its size.
struct Place {
    left: usize,
    top: usize,
    /// Columns stored, those beyond the picture included.
    width: usize,
    /// Rows stored.
    height: usize,
    /// Rows that lie in the picture.
    used_height: usize,
    /// Which sample it holds, if planes are stored apart.
    plane: Option<usize>,
    /// Bytes of a stored row.
    row_bytes: usize,
}

impl Grid {
    fn read(
        directory: &Directory<'_>,
        layout: &Layout,
        width: usize,
        height: usize,
        limits: &Limits,
    ) -> Result<Self, DecodeError> {
        let side = |tag, default: usize| {
            let stated = directory.number(tag);
            usize::try_from(stated.unwrap_or(default as u64)).unwrap_or(usize::MAX)
        };
        let strips = directory.numbers(tag::STRIP_OFFSETS);
        let grid = if strips.is_empty() {
            Self {
                width,
                height,
                tile_width: side(tag::TILE_WIDTH, 0),
                tile_height: side(tag::TILE_HEIGHT, 0),
                offsets: directory.numbers(tag::TILE_OFFSETS),
                lengths: directory.numbers(tag::TILE_BYTES),
            }
        } else {
            Self {
                width,
                height,
                tile_width: width,
                tile_height: side(tag::ROWS_PER_STRIP, height).min(height),
                offsets: strips,
                lengths: directory.numbers(tag::STRIP_BYTES),
            }
        };
        if grid.offsets.is_empty() {
            return Err(FORMAT.malformed("the directory does not say where the pixels are"));
        }
        limits.rgb_len(FORMAT, grid.tile_width, grid.tile_height)?;
        if grid.tile_width < width && !(grid.tile_width * layout.samples * layout.bits).is_multiple_of(8) {
            return Err(FORMAT.unsupported(format!("tiles of {} columns", grid.tile_width)));
        }
        Ok(grid)
    }

    /// Tiles row by row, plane by plane, with their numbers.
    fn places<'a>(&'a self, layout: &'a Layout) -> impl Iterator<Item = (Place, usize)> + 'a {
        let planes = if layout.planar { layout.samples } else { 1 };
        let across = self.width.div_ceil(self.tile_width);
        let down = self.height.div_ceil(self.tile_height);
        (0..planes * across * down).map(move |number| {
            let (plane, tile) = (number / (across * down), number % (across * down));
            let top = tile / across * self.tile_height;
            let samples = if layout.planar { 1 } else { layout.samples };
            let is_strip = self.tile_width == self.width;
            let used_height = self.tile_height.min(self.height - top);
            let place = Place {
                left: tile % across * self.tile_width,
                top,
                width: self.tile_width,
                height: if is_strip { used_height } else { self.tile_height },
                used_height,
                plane: layout.planar.then_some(plane),
                row_bytes: (self.tile_width * samples * layout.bits).div_ceil(8),
            };
            (place, number)
        })
    }

    fn location(&self, segment: usize) -> Option<(usize, Option<usize>)> {
        let at = usize::try_from(*self.offsets.get(segment)?).ok()?;
        Some((at, self.lengths.get(segment).and_then(|length| usize::try_from(*length).ok())))
    }
}

impl Place {
    fn paste(&self, tile: &[u8], rows: &mut [u8], layout: &Layout, width: usize) {
        let target_bytes = layout.row_bytes(width);
        let targets = rows.chunks_exact_mut(target_bytes).skip(self.top).take(self.used_height);
        for (target, row) in targets.zip(tile.chunks_exact(self.row_bytes)) {
            match self.plane {
                None => {
                    let start = self.left * layout.samples * layout.bits / 8;
                    for (to, from) in target.iter_mut().skip(start).zip(row) {
                        *to = *from;
                    }
                }
                Some(plane) => {
                    let start = self.left * layout.samples + plane;
                    for (to, from) in target.iter_mut().skip(start).step_by(layout.samples).zip(row) {
                        *to = *from;
                    }
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Compression {
    None,
    Lzw,
    Jpeg,
    Deflate,
    PackBits,
}

struct Decoder<'a> {
    bytes: &'a [u8],
    layout: &'a Layout,
    endian: Endian,
    compression: Compression,
    /// Bits of each stored byte in reverse order.
    reversed: bool,
    /// Samples are differences to the pixel on the left.
    differences: bool,
    jpeg_tables: &'a [u8],
}

impl<'a> Decoder<'a> {
    fn new(bytes: &'a [u8], directory: &Directory<'a>, layout: &'a Layout) -> Result<Self, DecodeError> {
        let compression = match layout.compression {
            1 => Compression::None,
            5 => Compression::Lzw,
            7 => Compression::Jpeg,
            8 | 32946 => Compression::Deflate,
            32773 => Compression::PackBits,
            other => return Err(FORMAT.unsupported(format!("compression {other}"))),
        };
        let predicts = matches!(compression, Compression::Lzw | Compression::Deflate);
        let predictor = directory.number(tag::PREDICTOR).filter(|_| predicts).unwrap_or(1);
        let differences = match (predictor, layout.bits) {
            (1, _) => false,
            (2, 8 | 16 | 32) => true,
            (other, bits) => {
                return Err(FORMAT.unsupported(format!("predictor {other} with {bits} bits a sample")));
            }
        };
        Ok(Self {
            bytes,
            layout,
            endian: directory.endian,
            compression,
            reversed: directory.number(tag::FILL_ORDER) == Some(2) && compression != Compression::Jpeg,
            differences,
            jpeg_tables: directory.bytes(tag::JPEG_TABLES).unwrap_or_default(),
        })
    }

    /// The unpacked rows of a tile; fewer than it has where an uncompressed file ends early.
    fn tile(
        &self,
        at: usize,
        length: Option<usize>,
        place: &Place,
        limits: &Limits,
    ) -> Result<Vec<u8>, DecodeError> {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let wanted = place.row_bytes * place.height;
        if self.compression == Compression::None {
            if rest.len() < wanted && self.layout.manner == Manner::OpenCv {
                return Err(FORMAT.malformed("the data end before the last row of pixels"));
            }
            let complete = rest.len().min(wanted) / place.row_bytes * place.row_bytes;
            return Ok(self.in_order(rest.get(..complete).unwrap_or_default()));
        }
        let stored = match length {
            Some(length) => {
                rest.get(..length).ok_or_else(|| FORMAT.malformed("compressed data are cut short"))?
            }
            None => rest,
        };
        if self.compression == Compression::Jpeg {
            return self.jpeg(stored, place, limits);
        }
        let stored = self.in_order(stored);
        let mut tile = match self.compression {
            Compression::Lzw => lzw(&stored, wanted),
            Compression::Deflate => inflate::zlib(&stored, wanted),
            _ => pack_bits(&stored, wanted),
        };
        if tile.len() < wanted {
            return Err(FORMAT.malformed(format!("a tile of {} bytes, expected {wanted}", tile.len())));
        }
        if self.differences {
            self.add_up(&mut tile, place);
        }
        Ok(tile)
    }

    fn in_order(&self, stored: &[u8]) -> Vec<u8> {
        if self.reversed { stored.iter().map(|byte| byte.reverse_bits()).collect() } else { stored.to_vec() }
    }

    fn jpeg(&self, stored: &[u8], place: &Place, limits: &Limits) -> Result<Vec<u8>, DecodeError> {
        let colours =
            if self.layout.is_ycc() && place.plane.is_none() { Colours::Ycc } else { Colours::AsStored };
        let samples =
            libjpeg::decompress(FORMAT, &[self.jpeg_tables, stored], Ending::Completed, colours, limits)?;
        let expected = if place.plane.is_some() { 1 } else { self.layout.samples };
        if (samples.width, samples.channels) != (place.width, expected) || samples.height < place.used_height
        {
            return Err(FORMAT.malformed(format!(
                "a JPEG of {} x {} with {} components in a tile of {} x {} with {expected}",
                samples.width, samples.height, samples.channels, place.width, place.used_height
            )));
        }
        Ok(samples.data)
    }

    fn add_up(&self, tile: &mut [u8], place: &Place) {
        let samples = if place.plane.is_some() { 1 } else { self.layout.samples };
        let bytes = self.layout.bits / 8;
        for row in tile.chunks_exact_mut(place.row_bytes) {
            let mut left = vec![0_u32; samples];
            for pixel in row.chunks_exact_mut(samples * bytes) {
                for (sample, left) in pixel.chunks_exact_mut(bytes).zip(&mut left) {
                    *left = left.wrapping_add(self.sample(sample));
                    self.set_sample(sample, *left);
                }
            }
        }
    }

    fn sample(&self, sample: &[u8]) -> u32 {
        let add = |number: u32, byte: &u8| number << 8 | u32::from(*byte);
        match self.endian {
            Endian::Big => sample.iter().fold(0, add),
            Endian::Little => sample.iter().rev().fold(0, add),
        }
    }

    fn set_sample(&self, sample: &mut [u8], number: u32) {
        let place = |(index, byte): (usize, &mut u8)| *byte = (number >> (8 * index)) as u8;
        match self.endian {
            Endian::Big => sample.iter_mut().rev().enumerate().for_each(place),
            Endian::Little => sample.iter_mut().enumerate().for_each(place),
        }
    }
}

fn lzw(stored: &[u8], wanted: usize) -> Vec<u8> {
    // No code stands for more than the table of 4096 strings can hold.
    let mut tile = vec![0; wanted.min(stored.len().saturating_mul(4096))];
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let (mut read, mut written) = (0, 0);
    while let (Some(input), Some(output @ [_, ..])) = (stored.get(read..), tile.get_mut(written..)) {
        let result = decoder.decode_bytes(input, output);
        read += result.consumed_in;
        written += result.consumed_out;
        let is_stuck = result.consumed_in == 0 && result.consumed_out == 0;
        if is_stuck || !matches!(result.status, Ok(weezl::LzwStatus::Ok)) {
            break;
        }
    }
    tile.truncate(written);
    tile
}

/// A count, then bytes as they are; or one byte for many.
fn pack_bits(stored: &[u8], wanted: usize) -> Vec<u8> {
    let mut tile = Vec::new();
    let mut rest = stored;
    while let (true, Some((count, behind))) = (tile.len() < wanted, rest.split_first()) {
        let count = count.cast_signed();
        let taken = match count {
            -128 => 0,
            0.. => {
                let run = usize::from(count.unsigned_abs()) + 1;
                tile.extend(behind.iter().take(run));
                run
            }
            _ => {
                let run = usize::from(count.unsigned_abs()) + 1;
                tile.extend(behind.iter().take(1).flat_map(|byte| std::iter::repeat_n(*byte, run)));
                1
            }
        };
        rest = behind.get(taken..).unwrap_or_default();
    }
    tile.truncate(wanted);
    tile
}
