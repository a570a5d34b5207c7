//! PNG: every bit depth and colour type, interlaced or not. Alpha is dropped, not blended; 16-bit grey is cut
//! off at 255 and 16-bit colours lose their low byte, as in Pillow. libpng, and so OpenCV, drops the low byte of
//! both, and wants every critical chunk whole.

mod chunks;
mod rows;

use super::exif::Metadata;
use super::palette::Palette;
use super::{DecodeError, Format, Limits, Manner, Stored, unpack};
use crate::image::RgbImage;
use chunks::Chunks;

const FORMAT: Format = Format::Png;

pub(super) fn decode(bytes: &[u8], manner: Manner, limits: &Limits) -> Result<Stored, DecodeError> {
    let file = File::read(bytes, manner)?;
    let header = file.header;
    let rgb_len = limits.rgb_len(FORMAT, header.width, header.height)?;
    let orientation = file
        .metadata
        .orientation(manner)
        .map_err(|_| FORMAT.malformed("the EXIF block has no TIFF header"))?;
    let unpacked = rows::unpacked(&header, &file.data)
        .ok_or_else(|| FORMAT.malformed("the image data end before the first row of pixels"))?;
    if manner == Manner::OpenCv && !unpacked.complete {
        return Err(FORMAT.malformed("the image data end before the last row of pixels"));
    }
    let mut data = Vec::with_capacity(rgb_len);
    for row in unpacked.rows.chunks_exact(header.row_bytes()) {
        header.append_rgb(row, &file.palette, manner, &mut data);
    }
    Ok(Stored { image: RgbImage::filled(header.width, header.height, data), orientation })
}

#[derive(Clone, Copy)]
struct Header {
    width: usize,
    height: usize,
    depth: u8,
    colour: Colour,
    interlaced: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Colour {
    Grey,
    Rgb,
    Indexed,
    GreyAlpha,
    Rgba,
}

impl Header {
    fn read(chunk: &[u8]) -> Result<Self, DecodeError> {
        let fields: &[u8; 13] =
            chunk.first_chunk().ok_or_else(|| FORMAT.malformed("the header chunk is too short"))?;
        let [w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, _, filter, interlace] = *fields;
        let colour = match (depth, colour) {
            (1 | 2 | 4 | 8 | 16, 0) => Colour::Grey,
            (8 | 16, 2) => Colour::Rgb,
            (1 | 2 | 4 | 8, 3) => Colour::Indexed,
            (8 | 16, 4) => Colour::GreyAlpha,
            (8 | 16, 6) => Colour::Rgba,
            _ => return Err(FORMAT.malformed(format!("colour type {colour} with {depth} bits a sample"))),
        };
        if filter != 0 {
            return Err(FORMAT.unsupported(format!("filter method {filter}, expected 0")));
        }
        Ok(Self {
            width: u32::from_be_bytes([w0, w1, w2, w3]) as usize,
            height: u32::from_be_bytes([h0, h1, h2, h3]) as usize,
            depth,
            colour,
            interlaced: interlace != 0,
        })
    }

    fn bits_per_pixel(&self) -> usize {
        let channels = match self.colour {
            Colour::Grey | Colour::Indexed => 1,
            Colour::GreyAlpha => 2,
            Colour::Rgb => 3,
            Colour::Rgba => 4,
        };
        channels * usize::from(self.depth)
    }

    fn row_bytes(&self) -> usize {
        (self.width * self.bits_per_pixel()).div_ceil(8)
    }

    fn append_rgb(&self, row: &[u8], palette: &Palette, manner: Manner, data: &mut Vec<u8>) {
        match (self.colour, self.depth) {
            (Colour::Grey, 16) if manner == Manner::OpenCv => {
                data.extend(row.as_chunks::<2>().0.iter().flat_map(|[high, _]| [*high; 3]));
            }
            (Colour::Grey, 16) => {
                let levels = row.as_chunks::<2>().0.iter().map(|level| u16::from_be_bytes(*level));
                data.extend(levels.flat_map(|level| [unpack::clipped(level); 3]));
            }
            (Colour::Grey, depth) => {
                let levels = unpack::bits(row, depth).take(self.width);
                data.extend(levels.flat_map(|level| [unpack::stretched(level, depth); 3]));
            }
            (Colour::Indexed, depth) => {
                let indices = unpack::bits(row, depth).take(self.width);
                data.extend(indices.flat_map(|index| palette.colour(index)));
            }
            (Colour::Rgb, 8) => data.extend_from_slice(row),
            (Colour::Rgb, _) => {
                data.extend(row.as_chunks::<6>().0.iter().flat_map(|[r, _, g, _, b, _]| [*r, *g, *b]));
            }
            (Colour::GreyAlpha, 8) => {
                data.extend(row.as_chunks::<2>().0.iter().flat_map(|[grey, _]| [*grey; 3]))
            }
            (Colour::GreyAlpha, _) => {
                data.extend(row.as_chunks::<4>().0.iter().flat_map(|[grey, ..]| [*grey; 3]));
            }
            (Colour::Rgba, 8) => {
                data.extend(row.as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]))
            }
            (Colour::Rgba, _) => {
                data.extend(row.as_chunks::<8>().0.iter().flat_map(|[r, _, g, _, b, ..]| [*r, *g, *b]));
            }
        }
    }
}

/// What the chunks hold together.
struct File {
    header: Header,
    palette: Palette,
    /// The bodies of the first run of image data chunks.
    data: Vec<u8>,
    metadata: Metadata,
}

impl File {
    fn read(bytes: &[u8], manner: Manner) -> Result<Self, DecodeError> {
        let mut chunks = Chunks::new(bytes, manner == Manner::OpenCv);
        let (mut header, mut palette, mut text) = (None, Palette::new([]), chunks::Text::default());
        let mut data = loop {
            let chunk = chunks.next_whole()?;
            match &chunk.kind {
                b"IDAT" => break chunk.body.to_vec(),
                b"IEND" => return Err(FORMAT.malformed("no image data")),
                b"IHDR" => header = Some(Header::read(chunk.body)?),
                b"PLTE" => palette = colours(chunk.body)?,
                _ => text.take(&chunk),
            }
        };
        while let Some(body) = chunks.next_image_data()? {
            data.extend_from_slice(body);
        }
        loop {
            match chunks.next_whole() {
                Ok(chunk) if chunk.kind == *b"IEND" => break,
                Ok(chunk) => text.take(&chunk),
                Err(error) if manner == Manner::OpenCv => return Err(error),
                Err(_) => break,
            }
        }
        let header = header.ok_or_else(|| FORMAT.malformed("image data without a header chunk"))?;
        Ok(Self { header, palette, data, metadata: text.metadata() })
    }
}

fn colours(body: &[u8]) -> Result<Palette, DecodeError> {
    let (colours, _) = body.as_chunks::<3>();
    if colours.len() > 256 {
        return Err(FORMAT.malformed(format!("a palette of {} colours, at most 256 fit", colours.len())));
    }
    Ok(Palette::new(colours.iter().copied()))
}
