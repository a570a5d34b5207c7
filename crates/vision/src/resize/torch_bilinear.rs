//! torch's bilinear resize without antialiasing, as torchvision drives it for the classifier.
//!
//! Bytes become `f32` by a division by 255, are mixed in `f32`, first along the row, then down the column, and
//! become bytes again by `trunc(value * 255.999)`. Strong reduction aliases; the classifier was trained so.
//!
//! Equal to torch 2.10 on x86-64 on every golden byte. Its compiler fuses the multiplication of the first of two
//! neighbours with the addition, and the scaling of a position with the shift by half a pixel; so does this.

use crate::crop::Crop;
use crate::image::RgbImage;

/// Two source positions and the weight of the second.
#[derive(Clone, Copy)]
struct Tap {
    first: usize,
    second: usize,
    second_weight: f32,
}

impl Tap {
    fn all(from: usize, to: usize) -> Vec<Self> {
        let scale = from as f32 / to as f32;
        let tap = |index| {
            let position = fused(scale, index as f32 + 0.5, -0.5).max(0.0);
            let first = (position as usize).min(from - 1);
            let second = (first + 1).min(from - 1);
            Self { first, second, second_weight: (position - first as f32).clamp(0.0, 1.0) }
        };
        (0..to).map(tap).collect()
    }

    fn mix(self, first: f32, second: f32) -> f32 {
        fused(first, 1.0 - self.second_weight, second * self.second_weight)
    }
}

/// `a * b + c` rounded once. The product of two `f32` is exact in `f64`; needs no FMA instruction, and
/// vectorises. (Rounded twice in one case of 2^29, by one unit of the last place.)
fn fused(a: f32, b: f32, c: f32) -> f32 {
    (f64::from(a) * f64::from(b) + f64::from(c)) as f32
}

/// The part `crop` of the picture resized to `width` x `height` (both at least 1); the aspect is not kept.
///
/// A crop that already has that size is copied.
pub fn torch_bilinear(image: &RgbImage, crop: &Crop, width: usize, height: usize) -> RgbImage {
    let (width, height) = (width.max(1), height.max(1));
    let crop = crop.within(image);
    if (crop.width, crop.height) == (width, height) {
        return crop.copied_from(image);
    }
    let unit: [f32; 256] = std::array::from_fn(|value| value as f32 / 255.0);
    let columns = Tap::all(crop.width, width);
    let line = |y: usize| crop.row(image, y);
    let mut data = vec![0; width * height * 3];
    for (tap, row) in Tap::all(crop.height, height).into_iter().zip(data.chunks_exact_mut(width * 3)) {
        let (upper, _) = line(tap.first).as_chunks::<3>();
        let (lower, _) = line(tap.second).as_chunks::<3>();
        for (out, column) in row.as_chunks_mut::<3>().0.iter_mut().zip(&columns) {
            let pixel = |line: &[[u8; 3]], x: usize| line.get(x).copied().unwrap_or_default();
            let corners = [
                pixel(upper, column.first),
                pixel(upper, column.second),
                pixel(lower, column.first),
                pixel(lower, column.second),
            ];
            for (channel, out) in out.iter_mut().enumerate() {
                let [a, b, c, d] =
                    corners.map(|pixel| pixel.get(channel).map_or(0.0, |value| level(&unit, *value)));
                let value = tap.mix(column.mix(a, b), column.mix(c, d));
                *out = (value * 255.999) as u8;
            }
        }
    }
    RgbImage::filled(width, height, data)
}

fn level(unit: &[f32; 256], value: u8) -> f32 {
    unit.get(usize::from(value)).copied().unwrap_or_default()
}
