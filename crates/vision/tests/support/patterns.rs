//! Pictures that are made from a formula, as the golden scripts make them.

#![allow(dead_code, reason = "each test target uses its own part")]

use biowatch_vision::image::RgbImage;

pub(crate) fn size(case: &serde_json::Value, width: &str, height: &str) -> (usize, usize) {
    let number = |name: &str| case[name].as_u64().unwrap() as usize;
    (number(width), number(height))
}

/// `(x*7 + y*13 + c*61 + (x*y) / 5) mod 256`
pub(crate) fn geometry(width: usize, height: usize) -> RgbImage {
    formula(width, height, |x, y, c| x * 7 + y * 13 + c * 61 + (x * y) / 5)
}

/// `(x*7 + y*3 + c*85 + (x*y) / (seed + 2)) mod 256`
pub(crate) fn ramp(width: usize, height: usize, seed: usize) -> RgbImage {
    formula(width, height, |x, y, c| x * 7 + y * 3 + c * 85 + (x * y) / (seed + 2))
}

fn formula(width: usize, height: usize, value: impl Fn(usize, usize, usize) -> usize) -> RgbImage {
    let samples = (0..height * width * 3).map(|i| (i / 3 % width, i / 3 / width, i % 3));
    let data = samples.map(|(x, y, c)| value(x, y, c) as u8).collect();
    RgbImage::new(width, height, data).unwrap()
}

/// High bytes of a linear congruential generator.
pub(crate) fn noise(width: usize, height: usize, seed: u32) -> RgbImage {
    let mut state = seed;
    let data = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    RgbImage::new(width, height, data.take(width * height * 3).collect()).unwrap()
}
