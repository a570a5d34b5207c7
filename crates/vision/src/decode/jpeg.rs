//! JPEG: the markers in front of the first scan, and what to make of one, three or four components.
//!
//! Coefficients become samples in [`libjpeg`], as libjpeg-turbo does it with its defaults (accurate integer
//! DCT, smooth chroma, block smoothing). CMYK is always taken as inverted, as Adobe writes it.

mod idct;
pub(super) mod libjpeg;

use super::bytes::{u8_at, u16_be};
use super::exif::Metadata;
use super::{DecodeError, Format, Limits, Manner, Stored};
use crate::image::RgbImage;
use libjpeg::{Colours, Ending, Samples};

const FORMAT: Format = Format::Jpeg;

pub(super) fn decode(bytes: &[u8], manner: Manner, limits: &Limits) -> Result<Stored, DecodeError> {
    let header = Header::read(bytes)?;
    let frame = header.frame.ok_or_else(|| FORMAT.malformed("no frame header before the first scan"))?;
    limits.rgb_len(FORMAT, frame.width, frame.height)?;
    let orientation = header
        .metadata
        .orientation(manner)
        .map_err(|_| FORMAT.malformed("the EXIF block has no TIFF header"))?;
    let colours = match frame.components {
        1 => Colours::Grey,
        3 => Colours::Rgb,
        _ => Colours::Cmyk,
    };
    let ending = match manner {
        Manner::OpenCv => Ending::AsIs,
        Manner::Pillow | Manner::MegaDetector => Ending::Completed,
    };
    let samples = libjpeg::decompress(FORMAT, &[bytes], ending, colours, limits)?;
    if (samples.width, samples.height) != (frame.width, frame.height) {
        return Err(FORMAT.malformed("two frame headers with different sizes"));
    }
    let (width, height) = (samples.width, samples.height);
    let data = match colours {
        Colours::Rgb | Colours::Ycc | Colours::AsStored => samples.data,
        Colours::Grey => samples.data.iter().flat_map(|grey| [*grey; 3]).collect(),
        Colours::Cmyk if manner == Manner::OpenCv => samples
            .data
            .as_chunks::<4>()
            .0
            .iter()
            .flat_map(|cmyk| coarse_rgb_of_inverted_cmyk(*cmyk))
            .collect(),
        Colours::Cmyk => rgb_from_inverted_cmyk(&samples),
    };
    Ok(Stored { image: RgbImage::filled(width, height, data), orientation })
}

/// Rows that were not decoded stay CMYK 0 in Pillow, which is white.
fn rgb_from_inverted_cmyk(samples: &Samples) -> Vec<u8> {
    let decoded = samples.rows * samples.width;
    let (pixels, _) = samples.data.as_chunks::<4>();
    let mut data = vec![255; pixels.len() * 3];
    for (rgb, cmyk) in data.as_chunks_mut::<3>().0.iter_mut().zip(pixels).take(decoded) {
        *rgb = rgb_of_cmyk(cmyk.map(|ink| 255 - ink));
    }
    data
}

/// OpenCV's, of samples as Adobe writes them.
fn coarse_rgb_of_inverted_cmyk([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let light = i32::from(black);
    [cyan, magenta, yellow].map(|ink| (light - (((255 - i32::from(ink)) * light) >> 8)) as u8)
}

/// Pillow's CMYK to RGB, exact for all inputs.
pub(super) fn rgb_of_cmyk([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let light = u32::from(255 - black);
    [cyan, magenta, yellow].map(|ink| {
        let product = u32::from(ink) * light + 128;
        (light - (((product >> 8) + product) >> 8)) as u8
    })
}

#[derive(Clone, Copy)]
struct Frame {
    width: usize,
    height: usize,
    components: u8,
}

/// What the segments in front of the first scan say.
#[derive(Default)]
struct Header {
    frame: Option<Frame>,
    metadata: Metadata,
}

impl Header {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        const START_OF_SCAN: u8 = 0xda;
        let mut header = Self::default();
        let mut at = 2;
        loop {
            let (marker, body) = next_marker(bytes, at)?;
            at = body;
            if matches!(marker, 0xc8 | 0xd0..=0xd9 | 0xf0..=0xfd) {
                continue;
            }
            let length = u16_be(bytes, at).ok_or_else(ends_early)?;
            let end = at + usize::from(length.max(2));
            let payload = bytes.get(at + 2..end).ok_or_else(ends_early)?;
            at = end;
            if marker == START_OF_SCAN {
                return Ok(header);
            }
            header.take(marker, payload)?;
        }
    }

    fn take(&mut self, marker: u8, payload: &[u8]) -> Result<(), DecodeError> {
        match marker {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf | 0xde => {
                self.frame = Some(Frame::read(payload)?);
            }
            0xe1 => self.take_app1(payload),
            _ => {}
        }
        Ok(())
    }

    fn take_app1(&mut self, payload: &[u8]) {
        if let Some(block) = payload.strip_prefix(b"Exif\0\0") {
            // A block over 64 KiB is continued in the next segment.
            self.metadata.exif.get_or_insert_default().extend_from_slice(block);
        } else if let Some(packet) = payload.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
            self.metadata.xmp = Some(packet.to_vec());
        }
    }
}

impl Frame {
    fn read(payload: &[u8]) -> Result<Self, DecodeError> {
        let fields = || {
            let bits = u8_at(payload, 0)?;
            let height = usize::from(u16_be(payload, 1)?);
            let width = usize::from(u16_be(payload, 3)?);
            Some((bits, Self { width, height, components: u8_at(payload, 5)? }))
        };
        let (bits, frame) = fields().ok_or_else(|| FORMAT.malformed("the frame header is too short"))?;
        if bits != 8 {
            return Err(FORMAT.unsupported(format!("{bits} bits a sample, expected 8")));
        }
        if !matches!(frame.components, 1 | 3 | 4) {
            return Err(FORMAT.unsupported(format!("{} components, expected 1, 3 or 4", frame.components)));
        }
        Ok(frame)
    }
}

fn ends_early() -> DecodeError {
    FORMAT.malformed("the file ends before the first scan")
}

/// The next marker from `at` on and where its body begins; bytes that are no marker are passed over.
fn next_marker(bytes: &[u8], mut at: usize) -> Result<(u8, usize), DecodeError> {
    loop {
        let here = u8_at(bytes, at).ok_or_else(ends_early)?;
        let next = u8_at(bytes, at + 1);
        match (here, next) {
            (0xff, None) => return Err(ends_early()),
            (0xff, Some(0xff)) => at += 1,
            (0xff, Some(0x00)) => at += 2,
            (0xff, Some(marker @ 0xc0..)) => return Ok((marker, at + 2)),
            (0xff, Some(other)) => return Err(FORMAT.malformed(format!("0xff{other:02x} is no marker"))),
            _ => at += 1,
        }
    }
}
