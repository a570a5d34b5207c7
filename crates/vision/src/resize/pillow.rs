//! Pillow's resize on eight-bit pixels: bicubic or bilinear, widened when it reduces, in fixed point.
//!
//! Equal to Pillow 12.1.1 on every golden case: two passes with bytes between them, the horizontal one first, each
//! left out where the length stays; weights in `f64`, then in units of 2^-22. Pillow 13 orders the passes otherwise
//! for some shapes.

use crate::crop::Crop;
use crate::image::RgbImage;

/// The shape of the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// `Image.Resampling.BILINEAR`: a triangle.
    Bilinear,
    /// `Image.Resampling.BICUBIC`: Keys' cubic with a = -0.5.
    Bicubic,
}

impl Filter {
    /// How far the weights reach, in source pixels at scale 1.
    fn support(self) -> f64 {
        match self {
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
        }
    }

    fn weight(self, distance: f64) -> f64 {
        const A: f64 = -0.5;
        let x = distance.abs();
        match self {
            Self::Bilinear if x < 1.0 => 1.0 - x,
            Self::Bicubic if x < 1.0 => ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0,
            Self::Bicubic if x < 2.0 => (((x - 5.0) * x + 8.0) * x - 4.0) * A,
            _ => 0.0,
        }
    }
}

const FRACTION_BITS: u32 = 22;
const HALF: i32 = 1 << (FRACTION_BITS - 1);

/// The source pixels that make one pixel of the result.
struct Tap {
    first: usize,
    weights: Vec<i32>,
}

impl Tap {
    fn all(from: usize, to: usize, filter: Filter) -> Vec<Self> {
        let scale = from as f64 / to as f64;
        let widened = scale.max(1.0);
        let support = filter.support() * widened;
        let tap = |index: usize| {
            let centre = (index as f64 + 0.5) * scale;
            let first = (centre - support + 0.5).max(0.0) as usize;
            let end = ((centre + support + 0.5) as usize).min(from);
            let shares: Vec<f64> =
                (first..end).map(|at| filter.weight((at as f64 - centre + 0.5) * (1.0 / widened))).collect();
            let sum: f64 = shares.iter().sum();
            let fixed = |share: f64| {
                let share = if sum == 0.0 { share } else { share / sum };
                let scaled = share * f64::from(1 << FRACTION_BITS);
                (if share < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i32
            };
            Self { first, weights: shares.into_iter().map(fixed).collect() }
        };
        (0..to).map(tap).collect()
    }
}

/// The part `crop` of the picture resized to `width` x `height` (both at least 1); the aspect is not kept.
pub fn pillow(image: &RgbImage, crop: &Crop, width: usize, height: usize, filter: Filter) -> RgbImage {
    let (width, height) = (width.max(1), height.max(1));
    let crop = crop.within(image);
    let rows: Vec<u8> = if crop.width == width {
        crop.copied_from(image).data().to_vec()
    } else {
        let taps = Tap::all(crop.width, width, filter);
        (0..crop.height).flat_map(|y| across(crop.row(image, y), &taps)).collect()
    };
    if crop.height == height {
        return RgbImage::filled(width, height, rows);
    }
    let taps = Tap::all(crop.height, height, filter);
    let data = taps.iter().flat_map(|tap| down(&rows, width * 3, tap)).collect();
    RgbImage::filled(width, height, data)
}

fn byte(sum: i32) -> u8 {
    (sum >> FRACTION_BITS).clamp(0, 255) as u8
}

fn across(row: &[u8], taps: &[Tap]) -> Vec<u8> {
    let (pixels, _) = row.as_chunks::<3>();
    let pixel = |tap: &Tap| {
        let mut sums = [HALF; 3];
        for (pixel, weight) in pixels.iter().skip(tap.first).zip(&tap.weights) {
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += i32::from(*value) * weight;
            }
        }
        sums.map(byte)
    };
    taps.iter().flat_map(pixel).collect()
}

fn down(rows: &[u8], row_bytes: usize, tap: &Tap) -> Vec<u8> {
    let mut sums = vec![HALF; row_bytes];
    for (row, weight) in rows.chunks_exact(row_bytes).skip(tap.first).zip(&tap.weights) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += i32::from(*value) * weight;
        }
    }
    sums.into_iter().map(byte).collect()
}
